"""Merchants' webhooks and their events."""

from __future__ import annotations

from typing import Annotated

import typer

from baylock.texts.writing.printable import visible_in_json
from baylock.usecases.webhooks.redeliver_events import FindDelivery, RedeliverEvents
from baylock_cli.commands.context import (
    FormatOption,
    MallOption,
    MerchantArgument,
    console,
    deployment_of,
    mall_of,
    merchant_of,
    print_listing,
    report_errors,
)
from baylock_cli.errors import CommandError
from baylock_cli.tables.layout import counted
from baylock_cli.tables.listing import Format
from baylock_cli.tables.webhooks import list_of_events, list_of_webhooks

app = typer.Typer(
    name="webhook",
    help="Merchants' webhooks and their events: docs/webhooks.md.",
    no_args_is_help=True,
)


@app.command("list")
def list_webhooks(
    context: typer.Context, mall: MallOption = None, written: FormatOption = Format.TABLE
) -> None:
    """List merchants' webhooks: their addresses, states and last attempts."""
    with report_errors():
        deployment = deployment_of(context)
        print_listing(list_of_webhooks(deployment, mall_of(deployment, mall)), written)


@app.command("show")
def show_webhook(
    context: typer.Context,
    merchant: MerchantArgument,
    event: Annotated[
        str | None, typer.Argument(help="An event's id: evt_…. Its body is printed.")
    ] = None,
    mall: MallOption = None,
    written: FormatOption = Format.TABLE,
) -> None:
    """Show a merchant's events of the last month, newest first, or the body of one event."""
    with report_errors():
        deployment = deployment_of(context)
        who = merchant_of(deployment, mall, merchant)
        where = deployment.venues.mall(who.mall)
        if event is None:
            print_listing(list_of_events(deployment, where, who), written)
        else:
            typer.echo(visible_in_json(FindDelivery(deployment.webhooks)(who, event).body))


@app.command("redeliver")
def redeliver_events(
    context: typer.Context,
    merchant: MerchantArgument,
    events: Annotated[
        list[str] | None, typer.Argument(help="Ids, as `baylock webhook show` lists them: evt_….")
    ] = None,
    failed: Annotated[bool, typer.Option("--failed", help="All that have failed.")] = False,
    mall: MallOption = None,
) -> None:
    """Have events delivered again, with the same ids and bodies; they leave within a minute."""
    with report_errors():
        deployment = deployment_of(context)
        if not events and not failed:
            raise CommandError("name the events, or use --failed")
        who = merchant_of(deployment, mall, merchant)
        redeliver = RedeliverEvents(deployment.webhooks, deployment.now)
        number = redeliver(who, events or (), failed=failed)
        console.print(f"{counted(number, 'event')} will be delivered again")
