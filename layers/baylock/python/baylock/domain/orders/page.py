"""A page of a merchant's orders."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from baylock.domain.orders.order import Order


class Page(NamedTuple):
    """A page of a merchant's orders, newest window first; `cursor` leads to the next page."""

    orders: tuple[Order, ...]
    cursor: str | None = None
