"""Follow a link from a text to the driver's order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from baylock.domain.access.key_ring import KeyRing
from baylock.domain.driver.link import is_token, opens, token_digest
from baylock.domain.errors import NoSuchLink
from baylock.domain.orders.order import Order
from baylock.ports.driver import Links
from baylock.ports.orders import Orders


@dataclass(frozen=True)
class FollowLink:
    """The order that a link leads to, live or ended.

    Raises NoSuchLink for every other token, whatever is wrong with it; Busy.
    """

    links: Links
    orders: Orders
    link_ring: Callable[[], KeyRing]

    def __call__(self, token: str) -> Order:
        if not is_token(token):
            raise NoSuchLink
        found = self.links.order(token_digest(token))
        known = self.orders.find(found) if found else None
        if not isinstance(known, Order) or not opens(token, known, self.link_ring()):
            raise NoSuchLink
        return known
