"""Issue the link to a driver's page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from baylock.domain.access.key_ring import KeyRing
from baylock.domain.driver.link import link_token, token_digest
from baylock.domain.orders.order import Order
from baylock.ports.driver import Links


@dataclass(frozen=True)
class IssueLink:
    """Issue the link of an order; it is stored before it is sent to anybody.

    `base` is where links lead, without `/d/…`. Raises Busy.
    """

    links: Links
    link_ring: Callable[[], KeyRing]
    base: str

    def __call__(self, order: Order) -> str:
        token = link_token(order, self.link_ring())
        self.links.note(token_digest(token), order)
        return f"{self.base}/d/{token}"
