"""Forget the driver of an order, some time after its end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from baylock.domain.booking.booking import OrderId
from baylock.domain.errors import Busy, NoSuchMall, OrderChanged
from baylock.domain.orders.order import Order
from baylock.domain.orders.record import Known
from baylock.domain.venue.mall import MallRef
from baylock.ports.clock import Clock
from baylock.ports.orders import Orders
from baylock.ports.venue import Venues
from baylock.usecases.change import MAX_CHANGES


@dataclass(frozen=True)
class ForgetDriver:
    """Forget what leads to the driver of an order, or the customer of a declined booking.

    It is done once the time is up that the mall has now, or had when the order was made if the mall
    is gone. What reports need is kept. Nothing is sent. Raises Busy.
    """

    orders: Orders
    venues: Venues
    clock: Clock

    def due(self) -> Iterator[OrderId]:
        """The orders whose time is up, the oldest first."""
        return self.orders.to_forget(self.clock())

    def __call__(self, order: OrderId, *, at_once: bool = False, write_anew: bool = False) -> bool:
        """Whether something was forgotten; `at_once` does not wait for the time to be up.

        A live order is left as it is. What was stored before there was such a time is written
        anew, with the time, if that is not up.
        """
        for _ in range(MAX_CHANGES):
            known = self.orders.find(order)
            if known is None or (known.forget_at is None and not write_anew):
                return False
            if isinstance(known, Order) and known.is_live:
                return False
            changed = self._changed(known, at_once=at_once)
            if changed == known and not write_anew:
                return False
            try:
                self.orders.add(changed, replacing=known)
            except OrderChanged:
                continue
            return changed.booking.forgotten
        raise Busy

    def _changed(self, known: Known, *, at_once: bool) -> Known:
        """The record without its driver, or with another time; the same if all is as it is."""
        now, time = self.clock(), self._keep_for(known.booking.merchant.mall)
        kept = known if time is None else known.keeping_for(time)
        if kept.has_personal_data and (at_once or (kept.forget_at or now) <= now):
            return known.forget(now)
        return kept

    def _keep_for(self, mall: MallRef) -> timedelta | None:
        try:
            return self.venues.mall(mall).keep_for
        except NoSuchMall:
            return None
