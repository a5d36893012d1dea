"""Locks: their identities, what they say of themselves, and what is done to simulated ones."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from baylock_cli import board, simulated
from baylock_cli.commands.context import (
    LotOption,
    MallOption,
    console,
    counting,
    lots_of,
    mall_of,
    site_of,
    told,
)
from baylock_cli.provisioning import provision_locks
from baylock_lock.control import Control
from baylock_lock.faults import Kind

app = typer.Typer()
lock_app = typer.Typer(name="lock", help="A lock's identity.", no_args_is_help=True)
locks_app = typer.Typer(
    name="locks",
    help="What the locks say of themselves, and what can be done to simulated ones.",
    invoke_without_command=True,
)
app.add_typer(lock_app)
app.add_typer(locks_app)

LockArgument = Annotated[
    str, typer.Argument(help="The lock's thing name, as `baylock locks` lists it.")
]


@lock_app.command()
def provision(
    context: typer.Context,
    folder: Annotated[Path, typer.Option(help="Where each lock's key and certificate go.")] = Path(
        "locks"
    ),
    lot: LotOption = None,
    mall: MallOption = None,
) -> None:
    """Give every lock of a mall its identity: a thing, a key, a certificate, and its policy.

    The private keys are made here and never leave this folder but for the lock itself. A lock that
    has its identity in the folder keeps it.
    """
    with told():
        site = site_of(context)
        where = mall_of(site, mall)
        lots = lots_of(where, lot)
        with counting("provisioning locks") as progress:
            done = provision_locks(site, where, lots, folder, progress)
        console.print(f"{done.new} locks provisioned in {folder}, {done.known} had been before")


@locks_app.callback()
def locks(
    context: typer.Context,
    lot: LotOption = None,
    out: Annotated[bool, typer.Option("--out", help="Only those that take no orders.")] = False,
    mall: MallOption = None,
) -> None:
    """List locks: where their barriers are, for which order, and what is wrong with them."""
    if context.invoked_subcommand is not None:
        return
    with told():
        site = site_of(context)
        where = mall_of(site, mall)
        lots = [one.ref for one in lots_of(where, lot)]
        console.print(board.locks(site, where, lots, only_out=out))


@locks_app.command()
def vehicle(
    context: typer.Context,
    thing: LockArgument,
    present: Annotated[bool, typer.Option("--comes/--goes", help="Onto the space, or off it.")],
) -> None:
    """Let a vehicle come onto a simulated lock's space, or leave it."""
    with told():
        control = _simulation(context)
        simulated.known(control, thing)
        control.vehicle(thing, present)
        console.print(f"a vehicle {'stands at' if present else 'has left'} {thing}")


@locks_app.command(help=simulated.HELP)
def fault(
    context: typer.Context,
    thing: LockArgument,
    kind: Annotated[Kind, typer.Argument(help="What goes wrong.", show_choices=True)],
    for_s: Annotated[
        float | None,
        typer.Option("--for", min=0.1, max=86400, help="Seconds after which it is put right."),
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
    with told():
        said = simulated.fail(_simulation(context), thing, kind, by, for_s)
        console.print(escape(said), soft_wrap=True)


@locks_app.command()
def mend(context: typer.Context, thing: LockArgument) -> None:
    """Put right whatever is wrong with a simulated lock, and a full battery in."""
    with told():
        console.print(escape(simulated.mend(_simulation(context), thing)), soft_wrap=True)


@locks_app.command()
def hand(
    context: typer.Context,
    thing: LockArgument,
    barrier: Annotated[simulated.Rest, typer.Argument(help="Where to turn it.")],
) -> None:
    """Turn the barrier of a simulated lock by hand, with the key."""
    with told():
        console.print(escape(simulated.turn(_simulation(context), thing, barrier)), soft_wrap=True)


def _simulation(context: typer.Context) -> Control:
    return simulated.simulation(context.find_root().obj)
