"""The orders of a merchant, and of all merchants of a mall, page after page."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from baylock.domain.orders.order import Order
from baylock.domain.venue.mall import Mall, MerchantId
from baylock.ports.orders import Orders
from baylock.ports.venue import Venues
from baylock_cli.progress import Counting

AT_ONCE = 4
_PAGE = 100
"""Orders that one read brings: DynamoDB's limit for items by key."""


def every_order(
    orders: Orders,
    merchant: MerchantId,
    *,
    starts_from: datetime | None = None,
    starts_before: datetime | None = None,
    states: Collection[str] = (),
) -> Sequence[Order]:
    """By window start, newest first."""
    found: list[Order] = []
    cursor = None
    while True:
        page = orders.of_merchant(
            merchant,
            starts_from=starts_from,
            starts_before=starts_before,
            states=states,
            limit=_PAGE,
            cursor=cursor,
        )
        found += page.orders
        cursor = page.cursor
        if cursor is None:
            return found


def orders_of_mall(
    venues: Venues,
    orders: Orders,
    mall: Mall,
    starts_from: datetime,
    starts_before: datetime,
    progress: Counting,
) -> Sequence[Order]:
    """Of all merchants that the mall lists now; `progress(done, total)` counts merchants."""
    merchants = [MerchantId(mall.ref, one.ref) for one in venues.merchants(mall.ref)]

    def of_one(who: MerchantId) -> Sequence[Order]:
        return every_order(orders, who, starts_from=starts_from, starts_before=starts_before)

    found: list[Order] = []
    with ThreadPoolExecutor(AT_ONCE) as threads:
        for done, some in enumerate(threads.map(of_one, merchants), start=1):
            found += some
            progress(done, len(merchants))
    return found
