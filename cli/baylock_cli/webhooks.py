"""Merchants' endpoints and the events on their way to them, as operators see them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rich.markup import escape
from rich.table import Table

from baylock.domain.venue.mall import Mall, MerchantId
from baylock.domain.webhooks.event import EventId
from baylock.domain.webhooks.webhook import Attempt, Delivery, DeliveryState, Endpoint
from baylock_cli.errors import CommandError
from baylock_cli.site import Site

MAX_SHOWN = 50

_COLOURS = {
    DeliveryState.WAITING: "yellow",
    DeliveryState.DELIVERED: "green",
    DeliveryState.FAILED: "red",
}


def endpoints(site: Site, mall: Mall) -> Table:
    """Every merchant's endpoint: where it is, and how it goes."""
    table = Table("merchant", "address", "state", "last try", box=None, header_style="dim")
    found = [one for one in site.webhooks.endpoints() if one.merchant.mall == mall.ref]
    for endpoint in sorted(found, key=lambda one: one.merchant.merchant):
        table.add_row(
            endpoint.merchant.merchant,
            escape(endpoint.url),
            _state(endpoint, mall),
            _attempt(endpoint.last, mall),
        )
    table.caption = f"{len(found)} webhooks, times of {mall.timezone}"
    return table


def events(site: Site, mall: Mall, merchant: MerchantId) -> Table:
    """A merchant's newest events, and what has become of them."""
    table = Table("event", "when", "state", "tries", "last try", "next", box=None,
                  header_style="dim")  # fmt: skip
    found = site.webhooks.deliveries(merchant)
    for one in found[:MAX_SHOWN]:
        colour = _COLOURS[one.state]
        table.add_row(
            one.id,
            _moment(one.created_at, mall),
            f"[{colour}]{one.state.value}[/]",
            str(one.attempts),
            _attempt(one.last, mall),
            _moment(one.not_before, mall) if one.is_waiting else "",
        )
    table.caption = f"the newest of {len(found)} events, times of {mall.timezone}"
    return table


def event(site: Site, merchant: MerchantId, which: str) -> Delivery:
    """One event; CommandError where there is none."""
    found = site.webhooks.delivery(merchant, EventId(which))
    if found is None:
        raise CommandError(f"{merchant.merchant} has no event {which}; they are kept for 30 days")
    return found


def redeliver(
    site: Site, merchant: MerchantId, which: Sequence[str], now: datetime, *, failed: bool
) -> int:
    """Have events tried again, with a day's time: those named, or all that failed.

    They are due at once, and the clock queues what is due.
    """
    endpoint = site.webhooks.endpoint(merchant)
    if endpoint is None:
        raise CommandError(f"{merchant.merchant} has no webhook")
    if endpoint.is_disabled:
        raise CommandError(
            f"the webhook of {merchant.merchant} is switched off; its merchant switches it on "
            "again with PUT /v1/webhook"
        )
    asked = [event(site, merchant, one) for one in which]
    if failed:
        events = site.webhooks.deliveries(merchant)
        asked += [one for one in events if one.state is DeliveryState.FAILED]
    if waiting := [one.id for one in asked if one.is_waiting]:
        raise CommandError(f"on its way already: {', '.join(waiting)}")
    again = {one.id: one.again(now) for one in asked}
    for one in again.values():
        site.webhooks.save_delivery(one)
    return len(again)


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
