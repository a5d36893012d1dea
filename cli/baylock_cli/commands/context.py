"""The context of commands: the deployment they work on, their output, and shared options."""

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
from baylock.usecases.progress import Progress as Counting
from baylock_cli.errors import CommandError, describe
from baylock_lock.control import ControlError
from deployment import Deployment, DeploymentError
from local_cloud import Home, LocalCloudError
from local_cloud.deployed import running_deployment

_NOT_A_TERMINAL = 140
"""Columns of a file or a pipe."""

console = Console(highlight=False, width=None if sys.stdout.isatty() else _NOT_A_TERMINAL)
errors = Console(stderr=True, highlight=False)

_EXPECTED = (
    CommandError,
    DeploymentError,
    LocalCloudError,
    ControlError,
    ClientError,
    BotoCoreError,
)

MallOption = Annotated[
    str | None, typer.Option("--mall", help="The mall's ref; needed where there are several.")
]
MerchantArgument = Annotated[str, typer.Argument(help="The merchant's ref.")]
LotOption = Annotated[str | None, typer.Option("--lot", help="Only this lot, by ref.")]


def deployment_of(context: typer.Context) -> Deployment:
    """Return the deployment that the command is for."""
    name: str | None = context.find_root().obj
    return Deployment.in_account(name) if name else running_deployment(Home.named())


def mall_of(deployment: Deployment, ref: str | None) -> Mall:
    """Return the mall with this ref, or the only mall; CommandError where there is none."""
    if ref is None:
        known = deployment.venues.mall_refs()
        if len(known) != 1:
            raise CommandError(
                f"there are {len(known)} malls ({', '.join(known)}); choose one with --mall"
                if known
                else "no mall has been imported yet: `baylock venue import FILE`"
            )
        ref = known[0]
    try:
        return deployment.venues.mall(MallRef(ref))
    except NoSuchMall:
        raise CommandError(
            f"there is no mall {ref}; known are: {', '.join(deployment.venues.mall_refs())}"
        ) from None


def malls_of(deployment: Deployment, ref: str | None) -> list[Mall]:
    """Return the mall with this ref, or all malls; CommandError where there is none."""
    asked: Sequence[str | None] = [ref] if ref else deployment.venues.mall_refs() or [None]
    return [mall_of(deployment, asked_ref) for asked_ref in asked]


def merchant_of(deployment: Deployment, mall: str | None, ref: str) -> MerchantId:
    """Return the merchant with this ref; CommandError where there is none."""
    where = mall_of(deployment, mall)
    merchant = MerchantId(where.ref, MerchantRef(ref))
    try:
        deployment.venues.merchant(merchant)
    except NotAMerchant:
        raise CommandError(
            f"{where.name} has no merchant {ref}; `baylock merchant list` lists them"
        ) from None
    return merchant


def lots_of(mall: Mall, ref: str | None) -> list[Lot]:
    """Return the lot with this ref, or all lots; CommandError where there is none."""
    lots = [lot for lot in mall.lots if ref in {None, lot.ref}]
    if not lots:
        raise CommandError(f"{mall.name} has no lot {ref}")
    return lots


@contextmanager
def report_errors() -> Iterator[None]:
    """Print an expected error in a sentence instead of a traceback, and exit with 1."""
    try:
        yield
    except _EXPECTED as error:
        errors.print(f"[red]error:[/] {escape(str(error))}", soft_wrap=True)
        raise typer.Exit(1) from error
    except BaylockError as error:
        errors.print(f"[red]error:[/] {escape(describe(error))}", soft_wrap=True)
        raise typer.Exit(1) from error


def print_step(line: str) -> None:
    """Print a step of something long."""
    console.print(f"[dim]·[/] {escape(line)}")


@contextmanager
def counting(title: str) -> Iterator[Counting]:
    """Show a progress bar for the block; it yields the function that moves it."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=errors, transient=True) as bar:
        task = bar.add_task(title, total=None)

        def count(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield count
