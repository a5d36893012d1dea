"""Connections to merchants' booking systems."""

from __future__ import annotations

from typing import Annotated

import typer

from baylock.domain.access.access_change import AccessChange
from baylock.domain.connect.connection import ConnectionId, Questions, System
from baylock.domain.errors import NoSuchConnection
from baylock.usecases.connect.add_connection import AddConnection
from baylock.usecases.connect.remove_connection import RemoveConnection
from baylock.usecases.connect.set_connection_secret import SetConnectionSecret
from baylock_cli.commands.context import (
    FormatOption,
    MallOption,
    console,
    deployment_of,
    merchant_of,
    print_listing,
    report_errors,
)
from baylock_cli.tables.connections import as_json, list_of_connections, list_of_troubles
from baylock_cli.tables.listing import Format

app = typer.Typer(
    name="connect",
    help="Booking systems that send a merchant's bookings by themselves: docs/integrate.md.",
    no_args_is_help=True,
)

ConnectionArgument = Annotated[
    str, typer.Argument(help="The connection's id: con_…, as `baylock connect list` shows it.")
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
            help="The secret that the system signs with, if it exists. Otherwise it is made here; "
            "for Square it is set afterwards, with `baylock connect secret`."
        ),
    ] = None,
    location: Annotated[
        list[str] | None,
        typer.Option(
            help="Only bookings there, by the system's own id: location_id in Square; event type, "
            "team, organizer or calendar in Cal.com; event type or host in Calendly. May be given "
            "several times."
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
    """Connect a merchant's booking system.

    Prints the address and the secret to put into that system.
    """
    with report_errors():
        deployment = deployment_of(context)
        who = merchant_of(deployment, mall, merchant)
        if test:
            who = deployment.make_sandbox(who)
        questions = Questions(question, plate_question, phone_question)
        add = AddConnection(deployment.connections, at or deployment.api, deployment.now)
        made = add(system, who, questions, secret=secret, locations=frozenset(location or ()))
        deployment.tell_of(who, AccessChange.CONNECTION)
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
        typer.Option(prompt="Signature key", hide_input=True, help="Prompted for if not given."),
    ],
) -> None:
    """Set the secret that a booking system signs with; it replaces the one before."""
    with report_errors():
        deployment = deployment_of(context)
        changed = SetConnectionSecret(deployment.connections)(ConnectionId(connection), secret)
        deployment.tell_of(changed.merchant, AccessChange.CONNECTION)
        console.print(f"{connection} is ready")


@app.command("list")
def list_connections(context: typer.Context, written: FormatOption = Format.TABLE) -> None:
    """List connections: what each is for, and its last message."""
    with report_errors():
        print_listing(list_of_connections(deployment_of(context).connections.every()), written)


@app.command("show")
def show_connection(
    context: typer.Context,
    connection: ConnectionArgument,
    written: FormatOption = Format.TABLE,
) -> None:
    """Show a connection, and the bookings of 30 days that got no space, by hour and reason."""
    with report_errors():
        connections = deployment_of(context).connections
        shown = connections.find(ConnectionId(connection))
        if shown is None:
            raise NoSuchConnection(connection)
        troubles = connections.troubles(shown.id)
        if written is Format.JSON:
            typer.echo(as_json(shown, troubles), nl=False)
            return
        if written is Format.TABLE:
            print_listing(list_of_connections([shown]), written)
            if shown.locations:
                console.print(f"only at  {', '.join(sorted(shown.locations))}", markup=False)
        print_listing(list_of_troubles(troubles), written)


@app.command("remove")
def remove_connection(context: typer.Context, connection: ConnectionArgument) -> None:
    """Remove a connection. Orders that came from it stay."""
    with report_errors():
        RemoveConnection(deployment_of(context).connections)(ConnectionId(connection))
        console.print(f"{connection} is removed")
