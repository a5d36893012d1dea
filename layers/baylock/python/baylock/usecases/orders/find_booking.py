"""Find a merchant's booking: the only way from its reference, or its order's id, to a record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from baylock.domain.access.key_ring import KeyRing
from baylock.domain.booking.booking import OrderId
from baylock.domain.booking.order_ids import keys_of_ids, order_ids
from baylock.domain.errors import Busy
from baylock.domain.orders.order import Order
from baylock.domain.orders.record import Fenced, Known, Record, belongs_to
from baylock.domain.venue.mall import MerchantId
from baylock.ports.clock import Clock
from baylock.ports.orders import Orders


@dataclass(frozen=True, slots=True)
class Found:
    """The id of a booking's order, whether or not it exists, and what is stored under it."""

    id: OrderId
    record: Record | None


@dataclass(frozen=True)
class FindBooking:
    """Find the record whose merchant and reference are these; no other is ever returned.

    A record of another booking under an id that could be this one's is passed over, as if nothing
    was there: the answer is that of a booking that does not exist, and a new booking takes the next
    id. Raises Busy.
    """

    orders: Orders
    ring: Callable[[], KeyRing]
    clock: Clock

    def __call__(self, merchant: MerchantId, reference: str) -> Known | None:
        """The booking with its order, or that it needs none; None for one that is not known."""
        record = self.place(merchant, reference).record
        return None if isinstance(record, Fenced) else record

    def place(self, merchant: MerchantId, reference: str) -> Found:
        """The booking's record, a fence too, and its id; without one the id that it is to have.

        One strongly consistent read; one more for each older version of the key of ids.
        """
        newest, *older = keys_of_ids(self.ring(), self.clock())
        found = self._with_key(newest, merchant, reference)
        for key in older:
            if found and isinstance(found.record, Known):
                break
            before = self._with_key(key, merchant, reference)
            if before and before.record:
                found = before
        if found is None:
            # Every id that it could have is another booking's: beyond all chance.
            raise Busy
        return found

    def _with_key(self, key: bytes, merchant: MerchantId, reference: str) -> Found | None:
        """The first id that is no other booking's; None where all are."""
        for id_ in order_ids(key, merchant, reference):
            record = self.orders.record(id_)
            if record is None or belongs_to(record, merchant, reference):
                return Found(id_, record)
        return None

    def first_id(self, merchant: MerchantId, reference: str) -> OrderId | None:
        """The id to read together with the occupancy; None where a look there is not enough."""
        keys = keys_of_ids(self.ring(), self.clock())
        return next(order_ids(keys[0], merchant, reference)) if len(keys) == 1 else None

    def of_id(self, merchant: MerchantId, id_: OrderId) -> Order | None:
        """The merchant's order with this id; None for others' as for none."""
        record = self.orders.find(id_)
        if isinstance(record, Order) and record.booking.merchant == merchant:
            return record
        return None
