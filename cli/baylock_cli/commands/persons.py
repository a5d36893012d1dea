"""What is stored about a person: docs/privacy.md."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer
from rich.markup import escape

from baylock.texts.reading.phones import e164
from baylock_cli.commands.context import (
    console,
    counting,
    deployment_of,
    errors,
    report_errors,
)
from baylock_cli.errors import CommandError
from baylock_cli.tables.layout import counted
from baylock_cli.tables.listing import as_json

app = typer.Typer(
    name="person",
    help="What is stored about a person, by phone number: docs/privacy.md.",
    no_args_is_help=True,
)

_FAR = timedelta(days=20 * 365)
"""Beyond every time to keep something."""

PhoneArgument = Annotated[
    str, typer.Argument(metavar="phone", help="With the country code: +14255550123.")
]


@app.command("export")
def print_person(context: typer.Context, phone: PhoneArgument) -> None:
    """Print everything that is stored about a number as JSON, for the person who asks for it.

    Every table is read. Check before that the person who asks has the phone.
    """
    with report_errors():
        from deployment import person

        number, deployment = _number(phone), deployment_of(context)
        with counting("reading every table") as progress:
            found = person.find_person(deployment, number, lambda seen: progress(seen, seen))
        typer.echo(as_json(person.export(found, deployment.now())), nl=False)


@app.command("erase")
def erase_person(
    context: typer.Context,
    phone: PhoneArgument,
    even_live: Annotated[
        bool,
        typer.Option(
            "--even-live", help="End live orders first: their spaces are given to others."
        ),
    ] = False,
) -> None:
    """Erase what is stored about a number, and report what is left of it.

    Orders keep what reports need. An opt-out stays, as a hash that can't be read back: otherwise
    the number would get texts again. Repeating the command is safe. Exits with 1 where the number
    is left somewhere, as in a merchant's own reference.
    """
    with report_errors():
        from deployment import person

        number, deployment = _number(phone), deployment_of(context)
        with counting("reading every table") as progress:
            found = person.find_person(deployment, number, lambda seen: progress(seen, seen))
        if found.live and not even_live:
            ids = ", ".join(order.id for order in found.live)
            raise CommandError(
                f"{number} is the driver of {ids}: wait until that has ended, or end it with "
                "--even-live"
            )
        ended = person.end_live(deployment, found)
        with counting("reading every table again") as progress:
            erased = person.erase(deployment, found, lambda seen: progress(seen, seen))
        console.print(
            f"{counted(ended, 'live order')} ended, {counted(erased.records, 'booking')} and "
            f"{counted(erased.texts, 'record')} of texts cleared"
        )
        if erased.opted_out:
            console.print("the opt-out of the number stays, as a hash")
        if erased.left:
            errors.print(f"[yellow]the number is left in {len(erased.left)} places:[/]")
            for place in person.keys_of(erased.left):
                errors.print(f"  {escape(place)}", soft_wrap=True)
            raise typer.Exit(1)
        console.print("a scan of every table finds the number nowhere")


@app.command("forget")
def forget_drivers(context: typer.Context) -> None:
    """Apply the malls' present `baylock:keep_days` to everything that has ended.

    For a shorter time than before: by itself, an order keeps the time that its mall had when it
    was made. Longer times need no command.
    """
    with report_errors():
        deployment = deployment_of(context)
        listed = list(deployment.orders.to_forget(deployment.now() + _FAR))
        forgotten = 0
        with counting("looking through what has ended") as progress:
            for done, order in enumerate(listed, start=1):
                forgotten += deployment.forget_driver(order)
                progress(done, len(listed))
        console.print(
            f"{counted(forgotten, 'driver')} forgotten; "
            f"{counted(len(listed) - forgotten, 'order')} kept for now"
        )


def _number(written: str) -> str:
    number = e164(written.strip(), "") if written.strip().startswith("+") else None
    if number is None:
        raise CommandError(
            f"{written} is no phone number; write the country code and all digits, as +14255550123"
        )
    return number
