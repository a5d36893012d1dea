"""Merchants' webhooks and their events."""

from __future__ import annotations

from typing import Annotated

import typer

from baylock.usecases.webhooks.redeliver_events import FindDelivery, RedeliverEvents
from baylock_cli.commands.context import (
    MallOption,
    MerchantArgument,
    console,
    deployment_of,
    mall_of,
    merchant_of,
    report_errors,
)
from baylock_cli.errors import CommandError
from baylock_cli.tables.layout import counted
from baylock_cli.tables.webhooks import events_table, webhooks_table

app = typer.Typer(
    name="webhook",
    help="Merchants' webhooks and their events: docs/webhooks.md.",
    no_args_is_help=True,
)


@app.command("list")
def list_webhooks(context: typer.Context, mall: MallOption = None) -> None:
    """List merchants' webhooks: their addresses, states and last attempts."""
    with report_errors():
        deployment = deployment_of(context)
        console.print(webhooks_table(deployment, mall_of(deployment, mall)))


@app.command("show")
def show_webhook(
    context: typer.Context,
    merchant: MerchantArgument,
    event: Annotated[
        str | None, typer.Argument(help="An event's id: evt_…. Its body is printed.")
    ] = None,
    mall: MallOption = None,
) -> None:
    """Show a merchant's events of the last month, newest first, or the body of one event."""
    with report_errors():
        deployment = deployment_of(context)
        who = merchant_of(deployment, mall, merchant)
        where = deployment.venues.mall(who.mall)
        if event is None:
            console.print(events_table(deployment, where, who))
        else:
            typer.echo(FindDelivery(deployment.webhooks)(who, event).body)


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
