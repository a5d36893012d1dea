"""A table of connections to booking systems."""

from __future__ import annotations

from collections.abc import Iterable

from rich.markup import escape
from rich.table import Table

from baylock.domain.connect.connection import Connection
from baylock_cli.tables.layout import new_table


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
