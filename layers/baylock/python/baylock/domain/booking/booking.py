"""A merchant's service booking, and the names of the order that it needs."""

from __future__ import annotations

from base64 import b32decode
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from baylock.domain.booking.window import SECOND
from baylock.domain.errors import InvalidBooking, OtherVersion
from baylock.domain.venue.mall import NO_NEEDS, MerchantId, Needs

OrderTag = bytes
"""The 7 bytes that an order's id is made of."""
TAG_BYTES = 7

OrderId = NewType("OrderId", str)
Reference = NewType("Reference", str)

MAX_REFERENCE_LENGTH = 128


class Channel(StrEnum):
    """The channel by which a merchant sends a booking, and is informed about it."""

    TEXT = "text"
    API = "api"
    FORM = "form"
    """A public form of a booking system: its phone is whatever a stranger entered."""

    @property
    def informs_by_text(self) -> bool:
        """Whether the merchant is informed by text: merchants with a form have no webhook."""
        return self is not Channel.API


@dataclass(frozen=True, slots=True)
class OnlyIf:
    """A precondition: what a caller wants to find, or else change nothing.

    One of these `versions` (any version where they are None); or, with `absent`, no booking.
    """

    versions: frozenset[int] | None = None
    absent: bool = False

    def check(self, version: int | None) -> None:
        """Raise OtherVersion unless this present version fits; None where no booking exists."""
        exists = version is not None
        is_wanted = self.versions is None or version in self.versions
        if exists == self.absent or not (self.absent or is_wanted):
            raise OtherVersion(version)


@dataclass(frozen=True, slots=True)
class Booking:
    """A booking as the merchant last sent it.

    `service_time`, `duration` and `within_second` are in whole seconds, as in `ServiceTime`;
    `duration` is None where the merchant left it to the lot's setting. `phone` (E.164) is the
    driver's, and is set whenever parking is needed. `said_at`, to the second or finer, is when the
    merchant sent it: an older message that arrives later is ignored. `unsigned` bookings came in a
    text without proof of its sender. Of a `forgotten` one nothing is known any more that leads to a
    person; see `forget`.
    """

    merchant: MerchantId
    reference: Reference
    service_time: datetime
    duration: timedelta | None = None
    parking_needed: bool = True
    phone: str | None = field(default=None, repr=False)
    locale: str | None = None
    plate: str | None = field(default=None, repr=False)
    needs: Needs = NO_NEEDS
    channel: Channel = Channel.API
    said_at: datetime | None = None
    within_second: bool = False
    unsigned: bool = False
    forgotten: bool = False

    def __post_init__(self) -> None:
        fits = 1 <= len(self.reference) <= MAX_REFERENCE_LENGTH and self.reference.isprintable()
        if not fits or "%" in self.reference:
            raise InvalidBooking(
                "reference", f"1 to {MAX_REFERENCE_LENGTH} printable characters without %, please"
            )
        if self.parking_needed and not self.phone and not self.forgotten:
            raise InvalidBooking("customer.phone", "needed to tell the driver where the space is")

    @property
    def has_personal_data(self) -> bool:
        """Whether something in it leads to a person, apart from the merchant's own reference."""
        return any((self.phone, self.plate, self.locale))

    def forget(self) -> Booking:
        """The booking without what leads to a person, as it is kept for reports."""
        return replace(self, phone=None, plate=None, locale=None, forgotten=True)

    def forgotten_as(self, known: Booking) -> Booking:
        """The booking, without what leads to a person where that is forgotten of a known one."""
        return self.forget() if known.forgotten else self

    def is_newer_than(self, said_at: datetime | None) -> bool:
        """Whether this was sent after a message of that time."""
        return said_at is not None and self.said_at is not None and said_at < self.said_at

    def lasts(self, usual: timedelta) -> timedelta:
        """From `service_time` to the end of the service; `usual` is the lot's duration."""
        duration = usual if self.duration is None else self.duration
        return duration + SECOND if self.within_second else duration

    def is_for_time_of(self, other: Booking) -> bool:
        """Whether both are for the same time."""
        return self._time == other._time

    @property
    def _time(self) -> tuple[datetime, timedelta | None, bool]:
        return self.service_time, self.duration, self.within_second


def order_tag(order: OrderId) -> OrderTag:
    """The 7 bytes in an order's id."""
    return b32decode(order.removeprefix("ord_").upper() + "====")
