"""Locks: their identities, their reports, and faults of simulated locks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from baylock.domain.venue.mall import ThingName
from baylock_cli.commands.context import (
    FormatOption,
    LockArgument,
    LotOption,
    MallOption,
    console,
    deployment_of,
    lots_of,
    mall_of,
    print_listing,
    report_errors,
)
from baylock_cli.commands.lock_identities import app as identities_app
from baylock_cli.errors import CommandError
from baylock_cli.tables import locks as tables
from baylock_cli.tables.listing import Format
from baylock_lock.faults import Kind
from local_cloud import Home, simulated_locks

if TYPE_CHECKING:
    from baylock_lock.control import Control

_FAULT_HELP = """Give a simulated lock a fault, until it is mended or for some seconds.

jam, obstruct: a movement stops half-way.

tamper: somebody is tampering with it.

sensor: the vehicle sensor does not answer. stuck-vehicle, stuck-empty: it reports
that, whatever is there.

power: off, now. power-moving: off half-way through its next movement.

network: out of contact. flaky: messages up to 2 s late, in any order, some twice. lossy: a fifth
of them never arrives.

drain: the battery loses 5 % a second; when it is empty, the lock is off.

clock: its own clock is an hour slow.

For example: baylock lock fault mall-P1-B2-017 power-moving --for 20
"""

app = typer.Typer()
lock_app = typer.Typer(
    name="lock",
    help="Locks: their reports, their identities, and faults of simulated locks.",
    no_args_is_help=True,
)
lock_app.registered_commands += identities_app.registered_commands

OutOption = Annotated[bool, typer.Option("--out", help="Only locks that take no orders.")]


@lock_app.command("list")
def list_locks(
    context: typer.Context,
    lot: LotOption = None,
    out: OutOption = False,
    mall: MallOption = None,
    written: FormatOption = Format.TABLE,
) -> None:
    """List locks: their barriers, orders and faults."""
    with report_errors():
        deployment = deployment_of(context)
        where = mall_of(deployment, mall)
        lots = [chosen.ref for chosen in lots_of(where, lot)]
        print_listing(tables.list_locks(deployment, where, lots, only_out=out), written)


@lock_app.command("show")
def show_lock(
    context: typer.Context, thing: LockArgument, written: FormatOption = Format.TABLE
) -> None:
    """Show what the cloud knows about one lock."""
    with report_errors():
        deployment = deployment_of(context)
        lock = deployment.locks.find(ThingName(thing))
        if lock is None:
            raise CommandError(f"there is no lock {thing}; `baylock lock list` lists them")
        where = deployment.venues.mall(lock.space.mall)
        print_listing(tables.list_of_one(where, lock, deployment.now()), written)


@lock_app.command()
def vehicle(
    context: typer.Context,
    thing: LockArgument,
    present: Annotated[bool, typer.Option("--comes/--goes", help="Onto the space, or off it.")],
) -> None:
    """Let a vehicle come onto a simulated lock's space, or leave it."""
    with report_errors():
        control = _simulation(context)
        simulated_locks.known(control, thing)
        control.vehicle(thing, present)
        console.print(f"a vehicle {'stands at' if present else 'has left'} {thing}")


@lock_app.command(help=_FAULT_HELP)
def fault(
    context: typer.Context,
    thing: LockArgument,
    kind: Annotated[Kind, typer.Argument(help="What goes wrong.", show_choices=True)],
    for_s: Annotated[
        float | None,
        typer.Option("--for", min=0.1, max=86400, help="Seconds after which it is mended."),
    ] = None,
    by: Annotated[
        float | None,
        typer.Option(
            help="How much. flaky: seconds; lossy: percent; drain: percent a second; "
            "clock: minutes ahead, negative for slow."
        ),
    ] = None,
) -> None:
    """Let something go wrong with a simulated lock."""
    with report_errors():
        sentence = simulated_locks.fail(_simulation(context), thing, kind, by, for_s)
        console.print(escape(sentence), soft_wrap=True)


@lock_app.command()
def mend(context: typer.Context, thing: LockArgument) -> None:
    """Mend everything that is wrong with a simulated lock, and put a full battery in."""
    with report_errors():
        sentence = simulated_locks.mend(_simulation(context), thing)
        console.print(escape(sentence), soft_wrap=True)


@lock_app.command()
def hand(
    context: typer.Context,
    thing: LockArgument,
    barrier: Annotated[simulated_locks.Rest, typer.Argument(help="Where to turn it.")],
) -> None:
    """Turn the barrier of a simulated lock by hand, with the key."""
    with report_errors():
        sentence = simulated_locks.turn(_simulation(context), thing, barrier)
        console.print(escape(sentence), soft_wrap=True)


def _simulation(context: typer.Context) -> Control:
    stack: str | None = context.find_root().obj
    if stack is not None:
        raise CommandError(
            f"the locks of {stack} are real: simulated locks are on this machine only, "
            "leave --stack out"
        )
    return simulated_locks.simulation(Home.named())


locks_app = typer.Typer(name="locks", hidden=True, invoke_without_command=True)
"""The group's former name, which lists when no command follows."""


@locks_app.callback()
def locks(
    context: typer.Context,
    lot: LotOption = None,
    out: OutOption = False,
    mall: MallOption = None,
    written: FormatOption = Format.TABLE,
) -> None:
    """See `baylock lock`."""
    if context.invoked_subcommand is None:
        list_locks(context, lot, out, mall, written)


locks_app.registered_commands = lock_app.registered_commands
app.add_typer(lock_app)
app.add_typer(locks_app)
