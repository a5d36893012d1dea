"""Live orders that a new version of a mall would leave without a lot, space or merchant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from baylock.domain.orders.state import LIVE
from baylock.domain.venue.mall import Mall, MerchantId, MerchantRef
from baylock.usecases.reports.read_orders import ReadOrders


@dataclass(frozen=True)
class LeftBehind:
    """Count the live orders of what a mall has and its new version has not."""

    read_orders: ReadOrders

    def __call__(
        self,
        before: Mall,
        merchants_before: Collection[MerchantRef],
        after: Mall,
        merchants_after: Collection[MerchantRef],
    ) -> Mapping[str, int]:
        """Return live orders by `lot P1`, `space S1 of lot P1` and `merchant M1`, most first.

        Orders are read only if something is gone. One that loses both counts for both.
        """
        gone = set(merchants_before) - set(merchants_after)
        lots = {lot.ref for lot in after.lots}
        spaces = {(lot.ref, space.ref) for lot in after.lots for space in lot.spaces}
        had = {(lot.ref, space.ref) for lot in before.lots for space in lot.spaces}
        lost = had - spaces
        if not gone and not lost:
            return {}
        found: Counter[str] = Counter()
        for merchant in sorted(merchants_before if lost else gone):
            for order in self.read_orders.of_merchant(
                MerchantId(before.ref, merchant), states=LIVE
            ):
                if merchant in gone:
                    found[f"merchant {merchant}"] += 1
                at = order.claim.space.lot, order.claim.space.space
                if at[0] not in lots:
                    found[f"lot {at[0]}"] += 1
                elif at not in spaces:
                    found[f"space {at[1]} of lot {at[0]}"] += 1
        return dict(found.most_common())
