"""The links to drivers' pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from baylock.domain.booking.booking import OrderId
    from baylock.domain.orders.order import Order


class Links(Protocol):
    """Which order a link leads to."""

    def note(self, digest: str, order: Order) -> None:
        """This link, by the SHA-256 of its token, is about to be told to somebody."""

    def order(self, digest: str) -> OrderId | None:
        """The order of a link that was told, if it was; whether it still opens it is not said."""
