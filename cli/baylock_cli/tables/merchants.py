"""A list of merchants."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape

from baylock.domain.venue.mall import Mall, Merchant
from baylock.usecases.venue.list_credentials import Credentials
from baylock_cli.tables.layout import counted
from baylock_cli.tables.listing import Column, Listing, list_of

if TYPE_CHECKING:
    from deployment import Deployment


def words_of_credentials(found: Credentials, live_orders: int) -> str:
    """What a merchant has that ends when it moves out, in words; empty where it has nothing."""
    counts = {
        "key": len(found.keys),
        "webhook": len(found.endpoints),
        "connection": len(found.connections),
        "text key": len(found.text_keys),
        "live order": live_orders,
    }
    return ", ".join(counted(count, what) for what, count in counts.items() if count)


def list_of_merchants(deployment: Deployment, mall: Mall) -> Listing:
    """The merchants of a mall, by ref."""
    found = list(deployment.venues.merchants(mall.ref))
    return list_of(_COLUMNS, found, caption=counted(len(found), "merchant"))


_COLUMNS: list[Column[Merchant]] = [
    Column("ref", lambda merchant: merchant.ref, whole=True),
    Column("name", lambda merchant: merchant.name),
    Column("level", lambda merchant: merchant.level),
    Column(
        "phone",
        lambda merchant: merchant.phone,
        shown=lambda merchant: escape(merchant.phone) if merchant.phone else "[dim]none[/]",
        whole=True,
    ),
]
