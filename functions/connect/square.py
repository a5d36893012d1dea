"""Square's booking webhooks.

https://developer.squareup.com/docs/bookings-api/use-webhooks and /docs/webhooks/step3validate. They
hold no phone and no answers, only the notes of the customer and the seller, in which lines such as
`Parking: yes` are read. Fields that are not needed may be missing, null or of another type.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from msgspec import Struct

from baylock.domain.connect.connection import Appointment, question_key
from connect.fields import answer, booking_id, decoded, ids, mappings, sent, start_of, text
from web.problems import BadRequest

_EVENTS = frozenset({"booking.created", "booking.updated"})
_ON = "ACCEPTED"
_OFF = frozenset({"CANCELLED_BY_CUSTOMER", "CANCELLED_BY_SELLER", "DECLINED", "NO_SHOW"})
_AT_THE_SHOP = "BUSINESS_LOCATION"
_BULLETS = "*•·>-"
_SIGNS = ":?=：？"
_DASHES = "-–—"
MAX_QUESTION_LENGTH = 80


class _Booking(Struct):
    id: str
    status: str
    start_at: Any = None
    updated_at: Any = None
    customer_note: Any = None
    seller_note: Any = None
    location_id: Any = None
    location_type: Any = None
    appointment_segments: Any = None


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
    if (text(booking.location_type) or _AT_THE_SHOP) != _AT_THE_SHOP:
        return None
    off = booking.status in _OFF
    said_at = sent("updated_at", text(booking.updated_at) or event.created_at)
    return Appointment(
        id=booking_id("id", booking.id),
        off=off,
        said_at=said_at,
        service_time=start_of("start_at", booking.start_at, off=off, said_at=said_at),
        duration=None if off else _duration(mappings(booking.appointment_segments)),
        answers=dict(_answers(booking)),
        locations=ids(booking.location_id),
    )


def _duration(segments: list[dict[str, Any]]) -> timedelta | None:
    """From the first service to the end of the last one, with the pauses between them.

    None, for the lot's own length, where a service has no length: a sum would be too short.
    """
    lengths = [_minutes(segment.get("duration_minutes")) for segment in segments]
    pauses = [_minutes(segment.get("intermission_minutes")) for segment in segments[:-1]]
    if not all(lengths):
        return None
    try:
        return timedelta(minutes=sum(lengths) + sum(pauses)) if lengths else None
    except OverflowError:
        raise BadRequest("duration_minutes: too long") from None


def _minutes(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def _answers(booking: _Booking) -> Iterator[tuple[str, str]]:
    """Answers in the notes; the seller's take precedence."""
    for note in (booking.customer_note, booking.seller_note):
        for written in (text(note) or "").splitlines():
            if found := _question_and_answer(written):
                yield found


def _question_and_answer(written: str) -> tuple[str, str] | None:
    """`Parking: yes`, also as an item of a list, and with another sign or a dash between.

    Each character is looked at once: a stranger writes the note.
    """
    begin = next((at for at, char in enumerate(written) if not _is_before(char)), len(written))
    for at in range(begin, len(written)):
        if written[at] in _SIGNS or _is_dash(written, at):
            question = written[begin:at].rstrip()
            if not 1 <= len(question) <= MAX_QUESTION_LENGTH:
                return None
            return question_key(question), answer(written[at + 1 :])
    return None


def _is_before(char: str) -> bool:
    return char.isspace() or char in _BULLETS


def _is_dash(written: str, at: int) -> bool:
    """Whether a dash is here, with a space on both sides."""
    if written[at] not in _DASHES:
        return False
    return written[at - 1 : at].isspace() and written[at + 1 : at + 2].isspace()
