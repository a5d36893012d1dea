"""Merchants' webhooks and their events."""

from __future__ import annotations

from typing import Annotated

import typer

from baylock_cli import webhooks
from baylock_cli.commands.context import (
    MallOption,
    MerchantArgument,
    console,
    mall_of,
    merchant_of,
    site_of,
    told,
)
from baylock_cli.errors import CommandError
from baylock_cli.site import now

app = typer.Typer(
    name="webhook",
    help="Merchants' webhooks and their events: docs/webhooks.md.",
    no_args_is_help=True,
)


@app.command("list")
def list_webhooks(context: typer.Context, mall: MallOption = None) -> None:
    """List merchants' webhooks: where they are, whether they work, and what came last."""
    with told():
        site = site_of(context)
        console.print(webhooks.endpoints(site, mall_of(site, mall)))


@app.command("show")
def show_webhook(
    context: typer.Context,
    merchant: MerchantArgument,
    event: Annotated[
        str | None, typer.Argument(help="An event's id: evt_…. Its body is printed.")
    ] = None,
    mall: MallOption = None,
) -> None:
    """Show a merchant's events of the last month, newest first, or what one of them said."""
    with told():
        site = site_of(context)
        who = merchant_of(site, mall, merchant)
        where = site.venues.mall(who.mall)
        if event is None:
            console.print(webhooks.events(site, where, who))
        else:
            typer.echo(webhooks.event(site, who, event).body)


@app.command("redeliver")
def redeliver_events(
    context: typer.Context,
    merchant: MerchantArgument,
    events: Annotated[
        list[str] | None, typer.Argument(help="Ids, as `baylock webhook show` lists them: evt_….")
    ] = None,
    failed: Annotated[bool, typer.Option("--failed", help="All that were given up.")] = False,
    mall: MallOption = None,
) -> None:
    """Have events delivered again, with the same ids and bodies; they leave within a minute."""
    with told():
        site = site_of(context)
        if not events and not failed:
            raise CommandError("say which events, or --failed")
        who = merchant_of(site, mall, merchant)
        done = webhooks.redeliver(site, who, events or (), now(), failed=failed)
        console.print(f"{done} events are on their way again")
