"""A table of merchants."""

from __future__ import annotations

from rich.markup import escape
from rich.table import Table

from baylock.domain.venue.mall import Mall
from baylock_cli.tables.layout import new_table
from deployment import Deployment


def merchants_table(deployment: Deployment, mall: Mall) -> Table:
    """The merchants of a mall."""
    table = new_table("ref", "name", "level", "phone")
    for merchant in deployment.venues.merchants(mall.ref):
        table.add_row(
            merchant.ref, escape(merchant.name), merchant.level, merchant.phone or "[dim]none[/]"
        )
    return table
