"""All orders of a merchant, or of all merchants of a mall."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from baylock.domain.orders.order import Order
from baylock.domain.venue.mall import Mall, MallRef, MerchantId
from baylock.ports.orders import Orders
from baylock.ports.venue import Venues
from baylock.usecases.progress import Progress

AT_ONCE = 4
_PAGE = 100
"""Orders a read: DynamoDB's limit for items by key."""


@dataclass(frozen=True)
class ReadOrders:
    """Read orders page after page, by the start of their windows, newest first."""

    venues: Venues
    orders: Orders

    def of_merchant(
        self,
        merchant: MerchantId,
        *,
        starts_from: datetime | None = None,
        starts_before: datetime | None = None,
        states: Collection[str] = (),
    ) -> Sequence[Order]:
        """Return a merchant's orders; of all states where `states` is empty."""
        found: list[Order] = []
        cursor = None
        while True:
            page = self.orders.of_merchant(
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

    def merchants(self, mall: MallRef) -> Sequence[MerchantId]:
        """Return the merchants that the mall has, and then those that have left it."""
        present = [known.id_in(mall) for known in self.venues.merchants(mall)]
        return list(dict.fromkeys([*present, *self.venues.former(mall)]))

    def of_mall(
        self, mall: Mall, starts_from: datetime, starts_before: datetime, progress: Progress
    ) -> Sequence[Order]:
        """Return the orders of all merchants of the mall, also of those that have moved out.

        Merchant by merchant; `progress` counts them.
        """
        merchants = self.merchants(mall.ref)

        def read(merchant: MerchantId) -> Sequence[Order]:
            return self.of_merchant(merchant, starts_from=starts_from, starts_before=starts_before)

        found: list[Order] = []
        with ThreadPoolExecutor(AT_ONCE) as threads:
            for done, some in enumerate(threads.map(read, merchants), start=1):
                found += some
                progress(done, len(merchants))
        return found
