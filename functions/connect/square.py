"""Square's booking webhooks.

https://developer.squareup.com/docs/bookings-api/use-webhooks and /docs/webhooks/step3validate. They
hold no phone and no answers, only the notes of the customer and the seller, in which lines such as
`Parking: yes` are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from msgspec import Struct

from baylock.domain.connect.connection import Appointment, question_key
from connect.fields import answer, booking_id, decoded, moment
from web.problems import BadRequest

_EVENTS = frozenset({"booking.created", "booking.updated"})
_ON = "ACCEPTED"
_OFF = frozenset({"CANCELLED_BY_CUSTOMER", "CANCELLED_BY_SELLER", "DECLINED", "NO_SHOW"})
_AT_THE_SHOP = "BUSINESS_LOCATION"
_LINE = re.compile(r"\s*([^:?：？\n]{1,80}?)\s*[:?：？]\s*([^\n]*)")


class _Segment(Struct):
    duration_minutes: int = 0


class _Booking(Struct):
    id: str
    status: str
    start_at: str
    updated_at: str | None = None
    customer_note: str | None = None
    seller_note: str | None = None
    location_type: str | None = None
    appointment_segments: list[_Segment] | None = None


class _Object(Struct):
    booking: _Booking


class _Data(Struct):
    object: _Object


class _Kind(Struct):
    type: str


class _Event(Struct):
    created_at: str
    data: _Data


def read(body: bytes) -> Appointment | None:
    """The booking; None for other events, for requests, and for services elsewhere."""
    if decoded(body, _Kind).type not in _EVENTS:
        return None
    event = decoded(body, _Event)
    booking = event.data.object.booking
    if booking.status not in {_ON, *_OFF}:
        return None
    if (booking.location_type or _AT_THE_SHOP) != _AT_THE_SHOP:
        return None
    minutes = sum(segment.duration_minutes for segment in booking.appointment_segments or ())
    return Appointment(
        id=booking_id("id", booking.id),
        off=booking.status in _OFF,
        said_at=moment("updated_at", booking.updated_at or event.created_at),
        service_time=moment("start_at", booking.start_at),
        duration=_minutes(minutes),
        answers=dict(_answers(booking)),
    )


def _minutes(minutes: int) -> timedelta | None:
    try:
        return timedelta(minutes=minutes) if minutes > 0 else None
    except OverflowError:
        raise BadRequest("duration_minutes: too long") from None


def _answers(booking: _Booking) -> Iterator[tuple[str, str]]:
    """Answers in the notes; the seller's take precedence."""
    for note in (booking.customer_note, booking.seller_note):
        for text in (note or "").splitlines():
            if found := _LINE.match(text):
                yield question_key(found[1]), answer(found[2])
