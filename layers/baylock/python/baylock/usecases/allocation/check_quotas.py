"""Whether a mall's quotas let a booking have another space."""

from __future__ import annotations

from dataclasses import dataclass

from baylock.domain.allocation.claim import Claim
from baylock.domain.allocation.share import tags_in, taken_by_hint
from baylock.domain.booking.booking import OrderId, OrderTag, order_tag
from baylock.domain.booking.window import MAX_WINDOW
from baylock.domain.errors import Quota, QuotaUsed
from baylock.domain.orders.order import Order
from baylock.domain.venue.mall import Lot
from baylock.domain.venue.quotas import spaces_of_share
from baylock.ports.orders import Orders
from baylock.usecases.allocation.find_space import View


@dataclass(frozen=True)
class CheckQuotas:
    """Check a booking against the quotas of its mall, reading more only where one may be used up.

    Counts may be a moment old, so bookings at the very same time may exceed a quota by a few.
    Raises Busy.
    """

    orders: Orders

    def phone(self, view: View) -> None:
        """Raise QuotaUsed where the booking's phone has as many live orders as it may have.

        Costs a read only where it seems so: then each of those orders is read as it is now.
        """
        booking, most = view.search.booking, view.search.mall.quotas.orders_per_phone
        others = view.of_phone - {view.order}
        if most is None or len(others) < most:
            return
        if sum(self._is_live_for(order, booking.phone) for order in others) >= most:
            raise QuotaUsed(Quota.ORDERS_PER_PHONE, most)

    def _is_live_for(self, order: OrderId, phone: str | None) -> bool:
        known = self.orders.find(order)
        return isinstance(known, Order) and known.is_live and known.booking.phone == phone

    def lot(self, view: View, claim: Claim) -> QuotaUsed | None:
        """The quota that keeps the booking's merchant from this claim; None where none does.

        Costs nothing until the lot as a whole is as full as the merchant alone may make it.
        """
        search = view.search
        lot = search.mall.lot(claim.space.lot)
        if lot is None:
            return None
        quotas, spaces = search.mall.quotas, len(lot.spaces)
        limits = [(Quota.LOT_SHARE, spaces_of_share(quotas.lot_share, spaces))]
        if search.booking.unsigned:
            share = spaces_of_share(quotas.text_lot_share, spaces)
            limits.append((Quota.TEXT_LOT_SHARE, share))
        limits = [(quota, most) for quota, most in limits if most < spaces]
        if not limits:
            return None
        fewest = min(most for _, most in limits)
        tags = self._tags(view, lot, fewest)
        if len(tags) < fewest:
            return None
        own = self._own(view, claim, tags)
        for quota, most in limits:
            if len(own) >= most and (
                quota is Quota.LOT_SHARE or sum(map(self._is_unsigned, own)) >= most
            ):
                return QuotaUsed(quota, most)
        return None

    def _tags(self, view: View, lot: Lot, fewest: int) -> frozenset[OrderTag]:
        """The orders in the lot at that time; of a large lot none where it has too few anyway."""
        spans = view.search.spans[lot.ref]
        if lot.ref not in view.occupancy.partial:
            return tags_in(view.occupancy, lot.ref, spans)
        if taken_by_hint(view.hint, lot.ref, spans) < fewest:
            return frozenset()
        whole = self.orders.snapshot(None, view.search.mall.ref, {lot.ref: spans})
        return tags_in(whole.occupancy, lot.ref, spans)

    def _own(self, view: View, claim: Claim, tags: frozenset[OrderTag]) -> list[OrderId]:
        """Those of these orders that are the merchant's, without the booking's own."""
        booking, window = view.search.booking, claim.window
        ids = self.orders.ids_of_merchant(booking.merchant, window.start - MAX_WINDOW, window.end)
        return [one for one in ids if one != view.order and order_tag(one) in tags]

    def _is_unsigned(self, order: OrderId) -> bool:
        known = self.orders.find(order)
        return isinstance(known, Order) and known.booking.unsigned
