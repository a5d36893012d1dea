"""Live orders that a new version of a mall would leave without a lot, space or merchant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from baylock.domain.orders.order import Order
from baylock.domain.orders.state import LIVE
from baylock.domain.venue.mall import Mall, MerchantRef
from baylock.usecases.reports.read_orders import ReadOrders


@dataclass(frozen=True)
class LeftBehind:
    """Count the live orders of what a mall has and its new version has not.

    Orders keep their space by the slots of the mall's days, so another time zone leaves all of
    them behind: their slots would stand for other times.
    """

    read_orders: ReadOrders

    def __call__(
        self,
        before: Mall,
        merchants_before: Collection[MerchantRef],
        after: Mall,
        merchants_after: Collection[MerchantRef],
    ) -> Mapping[str, int]:
        """Return live orders by what is gone, most first: `lot P1`, `merchant M1`, …

        Orders are read only if something is gone. One that loses several things counts for each.
        """
        gone = set(merchants_before) - set(merchants_after)
        moved = before.timezone != after.timezone
        changed = _changed(before, after)
        if not (gone or moved or changed):
            return {}
        found: Counter[str] = Counter()
        for merchant in self.read_orders.merchants(before.ref):
            is_gone = merchant.merchant in gone
            if not (is_gone or moved or changed):
                continue
            for order in self.read_orders.of_merchant(merchant, states=LIVE):
                if is_gone:
                    found[f"merchant {merchant.merchant}"] += 1
                if moved:
                    found[f"time zone {before.timezone}"] += 1
                if lost := _lost(order, after):
                    found[lost] += 1
        return dict(found.most_common())


def _changed(before: Mall, after: Mall) -> bool:
    """Whether a space is gone, or offers something else."""
    offers = [
        {
            (lot.ref, space.ref): (space.features, space.max_height_m)
            for lot in mall.lots
            for space in lot.spaces
        }
        for mall in (before, after)
    ]
    return any(offers[1].get(at) != offer for at, offer in offers[0].items())


def _lost(order: Order, after: Mall) -> str | None:
    """Return what an order has no more of its space; None where it has all that it needs."""
    lot = after.lot(order.claim.space.lot)
    if lot is None:
        return f"lot {order.claim.space.lot}"
    space = lot.space(order.claim.space.space)
    name = f"space {order.claim.space.space} of lot {lot.ref}"
    if space is None:
        return name
    needs = order.booking.needs
    return None if space.serves(needs) else f"{name} for {' '.join(needs.words())}"
