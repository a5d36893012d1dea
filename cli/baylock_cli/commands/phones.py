"""Phones of merchants and drivers: texts out and in."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from baylock_cli.commands.context import (
    MallOption,
    console,
    deployment_of,
    merchant_of,
    report_errors,
)
from baylock_cli.errors import CommandError
from deployment import Deployment, phones

app = typer.Typer()


@app.command()
def text(
    context: typer.Context,
    sender: Annotated[str, typer.Argument(help="A phone number (+14255550123), or a merchant.")],
    body: Annotated[str, typer.Argument(help="The text: docs/texts.md.")],
    sign: Annotated[bool, typer.Option("--sign", help="Add the merchant's signature.")] = False,
    mall: MallOption = None,
) -> None:
    """Send a text as a merchant or a driver.

    For example: baylock text M01 'PARK tomorrow 18:30 +14255550123 90m' and then, as the driver,
    baylock text +14255550123 'HERE 4821'.
    """
    with report_errors():
        deployment = deployment_of(context)
        number = _number(deployment, sender, mall)
        if sign:
            body = phones.sign_text(deployment, number, body)
            console.print(f"[dim]│[/] {escape(body)}", soft_wrap=True)
        message = phones.send_text(deployment, number, body)
        console.print(
            f"sent, as message {message}; `baylock inbox {sender}` shows the reply", soft_wrap=True
        )


@app.command()
def inbox(
    context: typer.Context,
    number: Annotated[str, typer.Argument(help="A phone number, or a merchant.")],
    mall: MallOption = None,
) -> None:
    """Show what a phone has received, oldest first."""
    with report_errors():
        deployment = deployment_of(context)
        received = phones.inbox(deployment, _number(deployment, number, mall))
        for body in received:
            console.print(f"[dim]│[/] {escape(body)}", soft_wrap=True)
        if not received:
            console.print("nothing yet: try again in a few seconds if you have just sent a text")


def _number(deployment: Deployment, given: str, mall: str | None) -> str:
    if given.lstrip("+").isdigit():
        return given
    merchant = deployment.venues.merchant(merchant_of(deployment, mall, given))
    if merchant.phone is None:
        raise CommandError(f"{merchant.name} has no registered phone")
    return merchant.phone
