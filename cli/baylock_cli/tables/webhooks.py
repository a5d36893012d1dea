"""Lists of webhooks and their events."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from baylock.domain.venue.mall import Mall, MerchantId
from baylock.domain.webhooks.webhook import Attempt, Delivery, DeliveryState, Endpoint
from baylock_cli.tables.layout import counted
from baylock_cli.tables.listing import Column, Listing, list_of, utc

if TYPE_CHECKING:
    from deployment import Deployment

MAX_SHOWN = 50

_COLOURS = {
    DeliveryState.WAITING: "yellow",
    DeliveryState.DELIVERED: "green",
    DeliveryState.FAILED: "red",
}


def list_of_webhooks(deployment: Deployment, mall: Mall) -> Listing:
    """Every merchant's endpoint, its state, and its last attempt."""
    endpoints = deployment.webhooks.endpoints()
    found = [endpoint for endpoint in endpoints if endpoint.merchant.mall == mall.ref]
    return list_of(
        _endpoint_columns(mall),
        sorted(found, key=lambda endpoint: endpoint.merchant.merchant),
        caption=f"{counted(len(found), 'webhook')}, times of {mall.timezone}",
    )


def list_of_events(
    deployment: Deployment, mall: Mall, merchant: MerchantId, *, at_most: int = MAX_SHOWN
) -> Listing:
    """A merchant's newest events, and the state of their delivery."""
    found = deployment.webhooks.deliveries(merchant)
    shown = found[:at_most]
    number = counted(len(found), "event")
    of = f"the newest {len(shown)} of {number}" if len(shown) < len(found) else number
    return list_of(_event_columns(mall), shown, caption=f"{of}, times of {mall.timezone}")


def _endpoint_columns(mall: Mall) -> list[Column[Endpoint]]:
    return [
        Column("merchant", lambda one: one.merchant.merchant, whole=True),
        Column("address", lambda one: one.url),
        Column(
            "state",
            lambda one: (
                "disabled"
                if one.disabled_at
                else "pending"
                if one.pending
                else "failing"
                if one.failing_since
                else "active"
            ),
            shown=lambda one: _state(one, mall),
        ),
        Column("since", lambda one: utc(one.disabled_at or one.failing_since), title=None),
        Column(
            "reason",
            lambda one: one.disabled_reason.value if one.disabled_reason else None,
            title=None,
        ),
        *_last_attempt(mall),
    ]


def _event_columns(mall: Mall) -> list[Column[Delivery]]:
    return [
        Column("event", lambda one: one.id, whole=True),
        Column(
            "created_at",
            lambda one: utc(one.created_at),
            title="when",
            shown=lambda one: _moment(one.created_at, mall),
        ),
        Column(
            "state",
            lambda one: one.state.value,
            shown=lambda one: f"[{_COLOURS[one.state]}]{one.state.value}[/]",
        ),
        Column("attempts", lambda one: one.attempts),
        *_last_attempt(mall),
        Column(
            "next_attempt_at",
            lambda one: utc(one.not_before) if one.is_waiting else None,
            title="next attempt",
            shown=lambda one: _moment(one.not_before, mall) if one.is_waiting else "",
        ),
    ]


def _last_attempt(mall: Mall) -> tuple[Column[Endpoint | Delivery], ...]:
    return (
        Column(
            "last_attempt_at",
            lambda one: utc(one.last.at) if one.last else None,
            title="last attempt",
            shown=lambda one: _attempt(one.last, mall),
        ),
        Column("outcome", lambda one: one.last.outcome.value if one.last else None, title=None),
        Column("status", lambda one: one.last.status if one.last else None, title=None),
    )


def _state(endpoint: Endpoint, mall: Mall) -> str:
    if endpoint.disabled_at and endpoint.disabled_reason:
        since = _moment(endpoint.disabled_at, mall)
        return f"[red]disabled[/] since {since}: {endpoint.disabled_reason.value}"
    if endpoint.pending:
        return "[yellow]pending[/]: has not proven itself yet"
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
