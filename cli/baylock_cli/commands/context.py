"""What commands have in common: where they work, how they tell of it, and their options."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from baylock.domain.errors import BaylockError, NoSuchMall, NotAMerchant
from baylock.domain.venue.mall import Lot, Mall, MallRef, MerchantId, MerchantRef
from baylock_cli.errors import CommandError
from baylock_cli.progress import Counting
from baylock_cli.site import Site
from baylock_lock.control import ControlError
from local_cloud import Home, LocalCloudError

_NOT_A_TERMINAL = 140
"""Columns where nobody looks on: a file or a pipe takes whole lines."""

console = Console(highlight=False, width=None if sys.stdout.isatty() else _NOT_A_TERMINAL)
errors = Console(stderr=True, highlight=False)

MallOption = Annotated[
    str | None, typer.Option("--mall", help="The mall's ref; needed where there are several.")
]
MerchantArgument = Annotated[str, typer.Argument(help="The merchant's ref.")]
LotOption = Annotated[str | None, typer.Option("--lot", help="Only this lot's, by ref.")]


def site_of(context: typer.Context) -> Site:
    """The Baylock that the command is for."""
    name: str | None = context.find_root().obj
    return Site.in_account(name) if name else Site.on_this_machine(Home.named())


def mall_of(site: Site, ref: str | None) -> Mall:
    """The mall that was asked for, or the only one there is; else CommandError."""
    if ref is None:
        known = site.venues.mall_refs()
        if len(known) != 1:
            raise CommandError(
                f"there are {len(known)} malls ({', '.join(known)}); say which with --mall"
                if known
                else "no mall has been imported yet: `baylock venue import FILE`"
            )
        ref = known[0]
    try:
        return site.venues.mall(MallRef(ref))
    except NoSuchMall:
        raise CommandError(
            f"there is no mall {ref}; known are: {', '.join(site.venues.mall_refs())}"
        ) from None


def malls_of(site: Site, ref: str | None) -> list[Mall]:
    """The mall that was asked for, or all there are; CommandError where there is none."""
    asked: Sequence[str | None] = [ref] if ref else site.venues.mall_refs() or [None]
    return [mall_of(site, one) for one in asked]


def merchant_of(site: Site, mall: str | None, ref: str) -> MerchantId:
    """The merchant that was asked for; CommandError where there is none."""
    where = mall_of(site, mall)
    who = MerchantId(where.ref, MerchantRef(ref))
    try:
        site.venues.merchant(who)
    except NotAMerchant:
        raise CommandError(
            f"{where.name} has no merchant {ref}; `baylock merchant list` lists them"
        ) from None
    return who


def lots_of(mall: Mall, ref: str | None) -> list[Lot]:
    """The lot that was asked for, or all of the mall; CommandError where there is none."""
    lots = [one for one in mall.lots if ref in {None, one.ref}]
    if not lots:
        raise CommandError(f"{mall.name} has no lot {ref}")
    return lots


@contextmanager
def told() -> Iterator[None]:
    """What goes wrong is told in a sentence, not in a traceback."""
    try:
        yield
    except (CommandError, LocalCloudError, ControlError, ClientError, BotoCoreError) as error:
        errors.print(f"[red]error:[/] {escape(str(error))}", soft_wrap=True)
        raise typer.Exit(1) from error
    except BaylockError as error:
        reason = f"{type(error).__doc__ or ''} {error}"
        errors.print(f"[red]error:[/] {escape(reason)}", soft_wrap=True)
        raise typer.Exit(1) from error


def tell(line: str) -> None:
    """One step on the way."""
    console.print(f"[dim]·[/] {escape(line)}")


@contextmanager
def counting(title: str) -> Iterator[Counting]:
    """A bar that what is given moves on, and that is gone afterwards."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=errors, transient=True) as bar:
        task = bar.add_task(title, total=None)

        def count(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield count
