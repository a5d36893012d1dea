"""The context of commands: the deployment they work on, their output, and shared options."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console, ConsoleOptions, RenderableType
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.segment import Segment
from rich.text import Text

from baylock.domain.errors import BaylockError, NoSuchMall, NotAMerchant
from baylock.domain.venue.mall import Lot, Mall, MallRef, MerchantId, MerchantRef
from baylock.texts.writing.printable import visible
from baylock.usecases.progress import Progress as Counting
from baylock_cli.errors import CommandError, describe
from baylock_cli.tables.listing import Format, Listing, show

if TYPE_CHECKING:
    from deployment import Deployment

_NOT_A_TERMINAL = 1_000
"""Columns of a file or a pipe."""


class SafeConsole(Console):
    """Every text passes here on its way to the terminal, which obeys nothing that is in it.

    `escape` does the same for the markup of rich, where a text is put together with some.
    """

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterator[Segment]:
        """Make visible what a terminal would obey; colours are added after this."""
        for part in super().render(renderable, options):
            yield part if part.control else Segment(visible(part.text), part.style)

    def render_str(self, text: str, **options: Any) -> Text:
        """Do so before the width of a column is measured."""
        return super().render_str(visible(text), **options)


console = SafeConsole(
    highlight=False, emoji=False, width=None if sys.stdout.isatty() else _NOT_A_TERMINAL
)
errors = SafeConsole(stderr=True, highlight=False, emoji=False)

MallOption = Annotated[
    str | None, typer.Option("--mall", help="The mall's ref; needed where there are several.")
]
MerchantArgument = Annotated[str, typer.Argument(help="The merchant's ref.")]
LotOption = Annotated[str | None, typer.Option("--lot", help="Only this lot, by ref.")]
LockArgument = Annotated[
    str, typer.Argument(help="The lock's thing name, as `baylock lock list` shows it.")
]
FormatOption = Annotated[
    Format, typer.Option("--format", help="A table for people; JSON or CSV for programs.")
]


def deployment_of(context: typer.Context) -> Deployment:
    """Return the deployment that the command is for."""
    name: str | None = context.find_root().obj
    return deployment_in_account(name) if name else running_deployment()


def deployment_in_account(stack: str) -> Deployment:
    """Return the deployment of a stack in an AWS account."""
    from deployment import Deployment

    return Deployment.in_account(stack)


def running_deployment() -> Deployment:
    """Return the deployment on the local cloud that is up."""
    from local_cloud import Home
    from local_cloud.deployed import running_deployment as running

    return running(Home.named())


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
    try:
        return deployment.venues.merchant_at(where.ref, MerchantRef(ref)).id_in(where.ref)
    except NotAMerchant:
        raise CommandError(
            f"{where.name} has no merchant {ref}; `baylock merchant list` lists them"
        ) from None


def lots_of(mall: Mall, ref: str | None) -> list[Lot]:
    """Return the lot with this ref, or all lots; CommandError where there is none."""
    lots = [lot for lot in mall.lots if ref in {None, lot.ref}]
    if not lots:
        known = ", ".join(lot.ref for lot in mall.lots)
        raise CommandError(f"{mall.name} has no lot {ref}; known are: {known}")
    return lots


@contextmanager
def report_errors() -> Iterator[None]:
    """Print an expected error in a sentence instead of a traceback, and exit with 1."""
    try:
        yield
    except typer.Exit:
        raise
    except Exception as error:
        if (words := _words_of(error)) is None:
            raise
        errors.print(f"[red]error:[/] {escape(words)}", soft_wrap=True)
        raise typer.Exit(1) from error


def _words_of(error: Exception) -> str | None:
    """Return the words of an expected error; None where the program is wrong.

    What raises them is imported only now: `--help` needs none of it.
    """
    if isinstance(error, BaylockError):
        return describe(error)
    if isinstance(error, CommandError):
        return str(error)
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    from botocore.exceptions import BotoCoreError, ClientError

    from baylock_lock.control import ControlError
    from deployment import DeploymentError
    from local_cloud import LocalCloudError

    expected = (DeploymentError, LocalCloudError, ControlError, ClientError, BotoCoreError)
    return str(error) if isinstance(error, expected) else None


def print_listing(listing: Listing, written: Format) -> None:
    """Print a list in the format that was asked for."""
    show(console, listing, written)


def print_step(line: str) -> None:
    """Print a step of something long."""
    console.print(f"[dim]·[/] {escape(line)}")


@contextmanager
def counting(title: str) -> Iterator[Counting]:
    """Show a progress bar for the block; it yields the function that moves it."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as bar:
        task = bar.add_task(title, total=None)

        def count(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield count
