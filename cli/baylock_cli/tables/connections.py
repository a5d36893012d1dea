"""A list of connections to booking systems."""

from __future__ import annotations

from collections.abc import Iterable

from rich.markup import escape

from baylock.domain.connect.connection import Connection, Trouble
from baylock.domain.venue.keys import merchant_key
from baylock_cli.tables.layout import counted
from baylock_cli.tables.listing import Column, Listing, list_of, utc
from baylock_cli.tables.listing import as_json as written_as_json


def list_of_connections(connections: Iterable[Connection]) -> Listing:
    """Every connection; of its secret only whether there is one."""
    found = list(connections)
    return list_of(_COLUMNS, found, caption=counted(len(found), "connection"))


def list_of_troubles(troubles: Iterable[Trouble]) -> Listing:
    """The bookings that got no space, by hour and reason."""
    found = list(troubles)
    return list_of(_TROUBLES, found, caption=counted(len(found), "reason"))


def as_json(connection: Connection, troubles: Iterable[Trouble]) -> str:
    """A connection without its secret, and its history."""
    last = connection.last_webhook
    shown = {
        "connection": connection.id,
        "system": connection.system.value,
        "merchant": merchant_key(connection.merchant),
        "url": connection.url,
        "question": connection.questions.parking,
        "plate_question": connection.questions.plate,
        "phone_question": connection.questions.phone,
        "locations": sorted(connection.locations),
        "has_secret": bool(connection.secret),
        "last_webhook": last and {"at": utc(last.at), "outcome": last.outcome.value},
        "troubles": list_of_troubles(troubles).rows,
    }
    return written_as_json(shown)


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
        shown=lambda one: escape(merchant_key(one.merchant)),
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

_TROUBLES: list[Column[Trouble]] = [
    Column(
        "hour",
        lambda trouble: utc(trouble.hour),
        title="hour (UTC)",
        shown=lambda trouble: f"{trouble.hour:%Y-%m-%d %H}:00",
    ),
    Column("outcome", lambda trouble: trouble.outcome.value),
    Column("count", lambda trouble: trouble.count, title="bookings"),
    Column(
        "last_at",
        lambda trouble: utc(trouble.last_at),
        title="the last one (UTC)",
        shown=lambda trouble: f"{trouble.last_at:%H:%M}",
    ),
    Column("booking", lambda trouble: trouble.booking, title="its id", whole=True),
]
