"""Being a phone: texts out and in."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from baylock_cli import phones, text_keys
from baylock_cli.commands.context import MallOption, console, merchant_of, site_of, told
from baylock_cli.errors import CommandError
from baylock_cli.site import Site

app = typer.Typer()


@app.command()
def text(
    context: typer.Context,
    sender: Annotated[str, typer.Argument(help="A phone number (+14255550123), or a merchant.")],
    body: Annotated[str, typer.Argument(help="What to say: docs/texts.md.")],
    sign: Annotated[
        bool, typer.Option("--sign", help="With the merchant's signature under it.")
    ] = False,
    mall: MallOption = None,
) -> None:
    """Send a text as a merchant or a driver.

    For example: baylock text M01 'PARK tomorrow 18:30 +14255550123 90m' and then, as the driver,
    baylock text +14255550123 'HERE 4821'.
    """
    with told():
        site = site_of(context)
        number = _number(site, sender, mall)
        if sign:
            body = text_keys.with_signature(site, number, body)
            console.print(f"[dim]│[/] {escape(body)}", soft_wrap=True)
        message = phones.send_text(site, number, body)
        console.print(
            f"sent, as message {message}; `baylock inbox {sender}` shows the answer", soft_wrap=True
        )


@app.command()
def inbox(
    context: typer.Context,
    number: Annotated[str, typer.Argument(help="A phone number, or a merchant.")],
    mall: MallOption = None,
) -> None:
    """Show what a phone has received, oldest first."""
    with told():
        site = site_of(context)
        received = phones.inbox(site, _number(site, number, mall))
        for one in received:
            console.print(f"[dim]│[/] {escape(one)}", soft_wrap=True)
        if not received:
            console.print("nothing yet: ask again in some seconds if you have just sent a text")


def _number(site: Site, given: str, mall: str | None) -> str:
    if given.lstrip("+").isdigit():
        return given
    merchant = site.venues.merchant(merchant_of(site, mall, given))
    if merchant.phone is None:
        raise CommandError(f"{merchant.name} has no registered phone")
    return merchant.phone
