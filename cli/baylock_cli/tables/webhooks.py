"""Tables of webhooks and their events."""

from __future__ import annotations

from datetime import datetime

from rich.markup import escape
from rich.table import Table

from baylock.domain.venue.mall import Mall, MerchantId
from baylock.domain.webhooks.webhook import Attempt, DeliveryState, Endpoint
from baylock_cli.tables.layout import counted, new_table
from deployment import Deployment

MAX_SHOWN = 50

_COLOURS = {
    DeliveryState.WAITING: "yellow",
    DeliveryState.DELIVERED: "green",
    DeliveryState.FAILED: "red",
}


def webhooks_table(deployment: Deployment, mall: Mall) -> Table:
    """Every merchant's endpoint, its state, and its last attempt."""
    table = new_table("merchant", "address", "state", "last attempt")
    endpoints = deployment.webhooks.endpoints()
    found = [endpoint for endpoint in endpoints if endpoint.merchant.mall == mall.ref]
    for endpoint in sorted(found, key=lambda endpoint: endpoint.merchant.merchant):
        table.add_row(
            endpoint.merchant.merchant,
            escape(endpoint.url),
            _state(endpoint, mall),
            _attempt(endpoint.last, mall),
        )
    table.caption = f"{counted(len(found), 'webhook')}, times of {mall.timezone}"
    return table


def events_table(deployment: Deployment, mall: Mall, merchant: MerchantId) -> Table:
    """A merchant's newest events, and the state of their delivery."""
    table = new_table("event", "when", "state", "attempts", "last attempt", "next attempt")
    found = deployment.webhooks.deliveries(merchant)
    for delivery in found[:MAX_SHOWN]:
        colour = _COLOURS[delivery.state]
        table.add_row(
            delivery.id,
            _moment(delivery.created_at, mall),
            f"[{colour}]{delivery.state.value}[/]",
            str(delivery.attempts),
            _attempt(delivery.last, mall),
            _moment(delivery.not_before, mall) if delivery.is_waiting else "",
        )
    table.caption = f"the newest of {len(found)} events, times of {mall.timezone}"
    return table


def _state(endpoint: Endpoint, mall: Mall) -> str:
    if endpoint.disabled_at and endpoint.disabled_reason:
        since = _moment(endpoint.disabled_at, mall)
        return f"[red]disabled[/] since {since}: {endpoint.disabled_reason.value}"
    if endpoint.failing_since:
        return f"[yellow]failing[/] since {_moment(endpoint.failing_since, mall)}"
    return "[green]active[/]"


def _attempt(attempt: Attempt | None, mall: Mall) -> str:
    if attempt is None:
        return ""
    status = f" ({attempt.status})" if attempt.status else ""
    return f"{_moment(attempt.at, mall)} {attempt.outcome.value}{status}"


def _moment(at: datetime, mall: Mall) -> str:
    return f"{at.astimezone(mall.zone):%Y-%m-%d %H:%M:%S}"
