"""Booking systems that tell us of a merchant's bookings by themselves."""

from __future__ import annotations

from typing import Annotated

import typer

from baylock.domain.connect.connection import ConnectionId, Questions, System
from baylock_cli import connections
from baylock_cli.commands.context import MallOption, console, merchant_of, site_of, told
from baylock_cli.sandbox import make_sandbox

app = typer.Typer(
    name="connect",
    help="Booking systems that tell us of a merchant's bookings by themselves: docs/integrate.md.",
    no_args_is_help=True,
)

ConnectionArgument = Annotated[
    str, typer.Argument(help="The connection's id: con_…, as `baylock connect list` has it.")
]


@app.command("add")
def add_connection(
    context: typer.Context,
    system: Annotated[System, typer.Argument(help="Which booking system.", show_choices=True)],
    merchant: Annotated[str, typer.Option(help="The merchant's ref.")],
    question: Annotated[
        str,
        typer.Option(
            help="The question of the booking form whose answer says whether a customer comes by "
            "car; for Square the word before the colon in the note."
        ),
    ],
    plate_question: Annotated[
        str | None, typer.Option(help="The question that asks for the number plate.")
    ] = None,
    phone_question: Annotated[
        str | None,
        typer.Option(help="The question that asks for the driver's phone, where there is one."),
    ] = None,
    secret: Annotated[
        str | None,
        typer.Option(
            help="What the system signs with, if it has one already. Else one is made; for Square "
            "it is told afterwards, with `baylock connect secret`."
        ),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(help="The API's address where it has a domain of its own: https://…"),
    ] = None,
    test: Annotated[
        bool, typer.Option("--test", help="Into the merchant's sandbox: docs/sandbox.md.")
    ] = False,
    mall: MallOption = None,
) -> None:
    """Let a merchant's booking system tell us of its bookings.

    Prints the address and the secret to put into that system.
    """
    with told():
        site = site_of(context)
        who = merchant_of(site, mall, merchant)
        who = make_sandbox(site, who) if test else who
        questions = Questions(question, plate_question, phone_question)
        made = connections.add(site, system, who, questions, secret=secret, base=at)
        console.print(f"connection  {made.id}", soft_wrap=True)
        console.print(f"address     {made.url}", soft_wrap=True, markup=False)
        if made.secret:
            console.print(f"secret      {made.secret}", soft_wrap=True, markup=False)
        else:
            console.print(f"then        baylock connect secret {made.id}", soft_wrap=True)


@app.command("secret")
def set_secret(
    context: typer.Context,
    connection: ConnectionArgument,
    secret: Annotated[
        str,
        typer.Option(prompt="Signature key", hide_input=True, help="Asked for if not given."),
    ],
) -> None:
    """Tell us what a booking system signs with; it replaces what was told before."""
    with told():
        connections.set_secret(site_of(context), ConnectionId(connection), secret)
        console.print(f"{connection} is ready")


@app.command("list")
def list_connections(context: typer.Context) -> None:
    """List connections: what each is for, and what was heard last."""
    with told():
        console.print(connections.as_table(site_of(context)))


@app.command("remove")
def remove_connection(context: typer.Context, connection: ConnectionArgument) -> None:
    """Hear no more from a booking system. Orders that came from it stay."""
    with told():
        connections.remove(site_of(context), ConnectionId(connection))
        console.print(f"{connection} is removed")
