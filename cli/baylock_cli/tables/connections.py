"""A list of connections to booking systems."""

from __future__ import annotations

from collections.abc import Iterable

from baylock.domain.connect.connection import Connection, ConnectionId, MissedBooking
from baylock_cli.tables.layout import counted
from baylock_cli.tables.listing import Column, Listing, list_of, utc


def list_of_connections(connections: Iterable[Connection]) -> Listing:
    """Every connection; of its secret only whether there is one."""
    found = list(connections)
    return list_of(_COLUMNS, found, caption=counted(len(found), "connection"))


def list_of_missed(connection: ConnectionId, missed: Iterable[MissedBooking]) -> Listing:
    """Bookings that got no space, without the customers' names and phones."""
    columns: list[Column[MissedBooking]] = [
        Column("connection", lambda _: connection, title=None),
        Column(
            "at",
            lambda one: utc(one.at),
            title="at (UTC)",
            shown=lambda one: f"{one.at:%Y-%m-%d %H:%M}",
        ),
        Column("outcome", lambda one: one.outcome.value),
        Column(
            "service_time",
            lambda one: utc(one.service_time),
            title="service (UTC)",
            shown=lambda one: f"{one.service_time:%Y-%m-%d %H:%M}",
        ),
        Column("booking", lambda one: one.reference, whole=True),
    ]
    found = list(missed)
    number = counted(len(found), "booking")
    caption = f"{number} without a space" if found else "every booking was placed or needed none"
    return list_of(columns, found, caption=caption)


def _outcome(connection: Connection) -> str:
    if last := connection.last_webhook:
        return last.outcome.value
    return "" if connection.secret else "[red]no secret yet[/]"


_COLUMNS: list[Column[Connection]] = [
    Column("connection", lambda one: one.id, whole=True),
    Column("system", lambda one: one.system.value),
    Column(
        None,
        title="merchant",
        shown=lambda one: f"{one.merchant.mall}/{one.merchant.merchant}",
        whole=True,
    ),
    Column("mall", lambda one: one.merchant.mall, title=None),
    Column("merchant", lambda one: one.merchant.merchant, title=None),
    Column("question", lambda one: one.questions.parking),
    Column("has_secret", lambda one: bool(one.secret), title=None),
    Column(
        "last_message_at",
        lambda one: utc(one.last_webhook.at) if one.last_webhook else None,
        title="last message (UTC)",
        shown=lambda one: (
            f"{one.last_webhook.at:%Y-%m-%d %H:%M}" if one.last_webhook else "[dim]never[/]"
        ),
    ),
    Column(
        "outcome",
        lambda one: one.last_webhook.outcome.value if one.last_webhook else None,
        shown=_outcome,
    ),
]
