"""The record under an order's id: its order, that it needs none, or a fence.

A space is taken before its order is written, in two steps. A fence between the two makes sure that
an order is never written whose space was given back meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from baylock.domain.allocation.claim import Claim, next_attempt
from baylock.domain.allocation.occupancy import ATTEMPTS
from baylock.domain.booking.booking import Booking, OrderId
from baylock.domain.orders.access import Access, Schedule
from baylock.domain.orders.notes import Notes
from baylock.domain.orders.order import Order
from baylock.domain.orders.promise import Promise
from baylock.domain.orders.state import State
from baylock.domain.venue.mall import KEEP_FOR, LotSettings, MerchantId


@dataclass(frozen=True, slots=True)
class Declined:
    """A booking whose customer needs no parking: remembered under the id of an order.

    `keep_for` is how long after its last change the customer's data is kept.
    """

    id: OrderId
    booking: Booking
    version: int
    changed_at: datetime
    attempt: int = 0
    keep_for: timedelta = KEEP_FOR

    @property
    def has_personal_data(self) -> bool:
        """Whether something in it leads to a person."""
        return self.booking.has_personal_data

    @property
    def forget_at(self) -> datetime | None:
        """When the customer's data is to go; None where there is none."""
        return self.changed_at + self.keep_for if self.has_personal_data else None

    def describe(self, booking: Booking, now: datetime) -> Self:
        """Keep the booking as it is now; it still needs no parking."""
        booking = booking.forgotten_as(self.booking)
        return replace(self, booking=booking, version=self.version + 1, changed_at=now)

    def keeping_for(self, time: timedelta) -> Self:
        """Keep the customer's data for so long after the last change."""
        return replace(self, keep_for=time)

    def forget(self, now: datetime) -> Self:
        """Keep the booking without the customer's data."""
        return self.describe(self.booking.forget(), now)

    def fence(self, now: datetime) -> Self:
        """Shut out a writer that is making its order now: it must begin anew."""
        return replace(
            self, version=self.version + 1, changed_at=now, attempt=next_attempt(self.attempt)
        )


@dataclass(frozen=True, slots=True)
class Fenced:
    """A fence in the place of a record that was never written, and can't be written any more.

    Its space had been taken and was given back, as no order followed in time; a late writer finds
    the fence and begins anew. Or the booking's cancellation arrived before the booking: then
    `called_off_at` is when the merchant sent it, and any older booking is cancelled; `merchant` and
    `reference` are that booking's.
    """

    id: OrderId
    version: int
    attempt: int
    changed_at: datetime
    called_off_at: datetime | None = None
    merchant: MerchantId | None = None
    reference: str | None = None

    def calls_off(self, booking: Booking) -> bool:
        """Whether this booking was cancelled before it arrived."""
        off, said_at = self.called_off_at, booking.said_at
        return off is not None and said_at is not None and said_at < off


Known = Order | Declined
"""The state of a booking: its order, or that it needs none."""

Record = Known | Fenced
"""The stored value under an order's id."""


def fenced(order: OrderId, record: Record | None, now: datetime) -> Record:
    """The fence for a record that is not a live order.

    It shuts out the writer whose attempt is `attempt_after(record)`.
    """
    if isinstance(record, Order | Declined):
        return record.fence(now)
    if record is None:
        return Fenced(order, 1, attempt_after(record), now)
    return replace(
        record, version=record.version + 1, attempt=attempt_after(record), changed_at=now
    )


def called_off(
    order: OrderId,
    merchant: MerchantId,
    reference: str,
    record: Fenced | None,
    said_at: datetime,
    now: datetime,
) -> Fenced:
    """The fence for a booking that has not arrived yet, but was cancelled at `said_at`."""
    version = record.version + 1 if record else 1
    attempt = record.attempt if record else ATTEMPTS - 1
    return Fenced(order, version, attempt, now, said_at, merchant, reference)


def belongs_to(record: Record, merchant: MerchantId, reference: str) -> bool:
    """Whether a record is of this booking: a fence that names none could be of any."""
    if isinstance(record, Fenced):
        return record.merchant is None or (record.merchant, record.reference) == (
            merchant,
            reference,
        )
    return (record.booking.merchant, record.booking.reference) == (merchant, reference)


def attempt_after(record: Record | None) -> int:
    """The attempt of a claim for an order that is not live, made when this record was read."""
    return next_attempt(record.attempt) if record else 0


def reserve(
    order: OrderId,
    booking: Booking,
    claim: Claim,
    settings: LotSettings,
    now: datetime,
    previous: Record | None = None,
    secure_at: datetime | None = None,
    keep_for: timedelta = KEEP_FOR,
) -> Order:
    """A new order, or a new life of an order that had ended.

    The barrier goes up `lead` before the start, or at `secure_at` where another order has the space
    until then; at once if that time has come. Of an earlier life only the counts are kept.
    """
    secure_at = secure_at or claim.window.start - settings.lead
    earlier = previous if isinstance(previous, Order) else None
    return Order(
        id=order,
        booking=booking,
        claim=claim,
        state=State.RESERVED,
        version=previous.version + 1 if previous else 1,
        changed_at=now,
        schedule=Schedule(secure_at, booking.service_time + settings.grace),
        access=Access(asked_at=now if now >= secure_at else None),
        promise=Promise(now, failures=earlier.promise.failures if earlier else 0),
        notes=Notes(put_down=earlier.notes.put_down if earlier else 0),
        keep_for=keep_for,
    )
