"""The links to drivers' pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from baylock.domain.booking.booking import OrderId
    from baylock.domain.orders.order import Order


class Links(Protocol):
    """The orders to which links lead."""

    def note(self, digest: str, order: Order) -> None:
        """Store a link, by the SHA-256 of its token, before it is sent to anybody."""

    def order(self, digest: str) -> OrderId | None:
        """The order of a stored link; the link may have expired for it."""
