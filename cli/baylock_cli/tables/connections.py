"""A table of connections to booking systems."""

from __future__ import annotations

import json
from collections.abc import Iterable
from enum import StrEnum

from rich.markup import escape
from rich.table import Table

from baylock.domain.connect.connection import Connection, Trouble
from baylock_cli.tables.layout import new_table


class Format(StrEnum):
    """The formats of a connection."""

    TABLE = "table"
    JSON = "json"


def connections_table(connections: Iterable[Connection]) -> Table:
    """Every connection; of its secret only whether there is one."""
    table = new_table(
        "connection", "system", "merchant", "question", "last message (UTC)", "outcome"
    )
    for connection in connections:
        last = connection.last_webhook
        table.add_row(
            connection.id,
            connection.system.value,
            f"{connection.merchant.mall}/{connection.merchant.merchant}",
            escape(connection.questions.parking),
            f"{last.at:%Y-%m-%d %H:%M}" if last else "[dim]never[/]",
            last.outcome.value if last else "" if connection.secret else "[red]no secret yet[/]",
        )
    return table


def troubles_table(troubles: Iterable[Trouble]) -> Table:
    """The bookings that got no space, by hour and reason."""
    table = new_table("hour (UTC)", "outcome", "bookings", "the last one (UTC)", "its id")
    for trouble in troubles:
        table.add_row(
            f"{trouble.hour:%Y-%m-%d %H}:00",
            trouble.outcome.value,
            str(trouble.count),
            f"{trouble.last_at:%H:%M}",
            escape(trouble.booking),
        )
    return table


def as_json(connection: Connection, troubles: Iterable[Trouble]) -> str:
    """A connection without its secret, and its history."""
    last = connection.last_webhook
    shown = {
        "connection": connection.id,
        "system": connection.system.value,
        "merchant": f"{connection.merchant.mall}/{connection.merchant.merchant}",
        "url": connection.url,
        "question": connection.questions.parking,
        "plate_question": connection.questions.plate,
        "phone_question": connection.questions.phone,
        "locations": sorted(connection.locations),
        "has_secret": bool(connection.secret),
        "last_webhook": last and {"at": last.at.isoformat(), "outcome": last.outcome.value},
        "troubles": [
            {
                "hour": trouble.hour.isoformat(),
                "outcome": trouble.outcome.value,
                "count": trouble.count,
                "last_at": trouble.last_at.isoformat(),
                "booking": trouble.booking,
            }
            for trouble in troubles
        ],
    }
    return json.dumps(shown, ensure_ascii=False, indent=2) + "\n"
