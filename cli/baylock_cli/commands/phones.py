"""Phones of merchants and drivers: texts out and in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from baylock.domain.errors import NotAMerchant
from baylock.domain.venue.mall import MerchantRef
from baylock.texts.reading.phones import e164
from baylock_cli.commands.context import (
    FormatOption,
    MallOption,
    console,
    deployment_of,
    errors,
    mall_of,
    print_listing,
    report_errors,
)
from baylock_cli.errors import CommandError
from baylock_cli.tables.listing import Column, Format, list_of

if TYPE_CHECKING:
    from deployment import Deployment

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
        from deployment import phones

        deployment = deployment_of(context)
        number = _number(deployment, sender, mall)
        if sign:
            body = phones.sign_text(deployment, number, body)
            console.print(f"[dim]│[/] {escape(body)}", soft_wrap=True)
        known = _is_known(deployment, number)
        message = phones.send_text(deployment, number, body)
        console.print(
            f"sent from {number}, as message {message}"
            + (f"; `baylock inbox {escape(number)}` shows the reply" if known else ""),
            soft_wrap=True,
        )
        if not known:
            errors.print(_unknown(number), soft_wrap=True)


@app.command()
def inbox(
    context: typer.Context,
    number: Annotated[str, typer.Argument(help="A phone number, or a merchant.")],
    mall: MallOption = None,
    written: FormatOption = Format.TABLE,
) -> None:
    """Show what a phone has received, oldest first."""
    with report_errors():
        from deployment import phones

        deployment = deployment_of(context)
        whose = _number(deployment, number, mall)
        received = phones.inbox(deployment, whose)
        if written is not Format.TABLE:
            columns: list[Column[str]] = [
                Column("phone", lambda _: whose),
                Column("text", lambda body: body),
            ]
            print_listing(list_of(columns, received, caption=""), written)
            return
        for body in received:
            console.print(f"[dim]│[/] {escape(body)}", soft_wrap=True)
        if not received and _is_known(deployment, whose):
            errors.print(
                f"nothing yet for {whose}: try again in a few seconds if you have just sent a text",
                soft_wrap=True,
            )
        elif not received:
            errors.print(
                f"nothing: {_unknown(whose)}. If it was booked for just now, try again in a few "
                "seconds",
                soft_wrap=True,
            )


def _number(deployment: Deployment, given: str, mall: str | None) -> str:
    """Return the phone of a merchant, or a phone number in E.164.

    A merchant's ref may be digits too, so it is looked for first. A number without a country code
    is read as one of the mall's country. Raises CommandError.
    """
    written = given.strip()
    if written.startswith("+"):
        if number := e164(written, ""):
            return number
        raise CommandError(
            f"{given} is no phone number; write the country code and all digits, as +14255550123"
        )
    where = mall_of(deployment, mall)
    try:
        merchant = deployment.venues.merchant_at(where.ref, MerchantRef(written))
    except NotAMerchant:
        if number := e164(written, where.country):
            return number
        raise CommandError(
            f"{written or repr(given)} is neither a merchant of {where.name} (`baylock merchant "
            f"list`) nor a phone number of {where.country}; write other countries' numbers with + "
            "and the country code"
        ) from None
    if merchant.phone is None:
        raise CommandError(
            f"{merchant.name} has no registered phone; `baylock merchant add {merchant.ref} "
            "--phone NUMBER` registers one"
        )
    return merchant.phone


def _is_known(deployment: Deployment, number: str) -> bool:
    """Whether Baylock answers this number at all."""
    return (
        deployment.venues.merchant_with_phone(number) is not None
        or len(deployment.message_log.orders_texted_to(number)) > 0
    )


def _unknown(number: str) -> str:
    return (
        f"{number} is no merchant's registered phone and no driver's of an order: Baylock does not "
        "answer unknown senders"
    )
