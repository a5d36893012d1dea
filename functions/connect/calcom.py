"""Cal.com's webhooks, version 2021-10-20.

https://cal.com/docs/developing/guides/automation/webhooks. Rescheduling makes a new booking, whose
`rescheduleUid` is the old booking's. Where the host must confirm, that stands in BOOKING_REQUESTED
only, and BOOKING_CREATED or BOOKING_REJECTED follows. `createdAt` is
part of the signed body, so a webhook that is sent again is recognised as old.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Raw, Struct

from baylock.domain.connect.connection import Appointment, question_key
from connect.fields import (
    answer,
    between,
    booking_id,
    decoded,
    line,
    locale,
    moment,
)

_ON = frozenset({"BOOKING_CREATED", "BOOKING_RESCHEDULED"})
_REQUESTED = "BOOKING_REQUESTED"
_OFF = frozenset({"BOOKING_CANCELLED", "BOOKING_REJECTED"})


class _Event(Struct, rename="camel"):
    trigger_event: str
    created_at: str
    payload: Raw = Raw(b"{}")


class _Booking(Struct, rename="camel"):
    uid: str
    start_time: str
    end_time: str | None = None
    status: str | None = None
    reschedule_uid: str | None = None
    event_type_id: int | str | None = None
    seats_per_time_slot: int | None = None
    sms_reminder_number: Any = None
    attendees: list[dict[str, Any] | None] | None = None
    responses: dict[str, Any] | None = None
    user_fields_responses: dict[str, Any] | None = None


def read(body: bytes) -> Appointment | None:
    """The booking; None for other events and for shared bookings.

    A shared booking (with seats) does not tell which of its attendees come by car.
    """
    event = decoded(body, _Event)
    if event.trigger_event not in {*_ON, _REQUESTED, *_OFF}:
        return None
    booking = decoded(event.payload, _Booking)
    if booking.seats_per_time_slot:
        return None
    off = event.trigger_event in _OFF
    start = moment("startTime", booking.start_time)
    end = moment("endTime", booking.end_time) if booking.end_time else start
    attendee = next(filter(None, booking.attendees or ()), {})
    language = attendee.get("language")
    was = booking.reschedule_uid
    return Appointment(
        id=booking_id("uid", booking.uid),
        was=booking_id("rescheduleUid", was) if was else None,
        off=off,
        pending=not off and (event.trigger_event == _REQUESTED or booking.status == "PENDING"),
        place=None if booking.event_type_id is None else str(booking.event_type_id),
        said_at=moment("createdAt", event.created_at),
        service_time=start,
        duration=between(start, end),
        name=line(attendee.get("name")),
        locale=locale(language.get("locale")) if isinstance(language, dict) else None,
        phones=tuple(filter(None, _phones(booking, attendee))),
        answers=_answers(booking),
    )


def _phones(booking: _Booking, attendee: dict[str, Any]) -> Iterator[str]:
    yield answer(attendee.get("phoneNumber"))
    for field in ("attendeePhoneNumber", "smsReminderNumber"):
        yield answer(_value(booking.responses, field))
    yield answer(booking.sms_reminder_number)
    match _value(booking.responses, "location"):
        case {"value": "phone", "optionValue": str(number)}:
            yield number
        case _:
            pass


def _value(responses: dict[str, Any] | None, field: str) -> object:
    response = (responses or {}).get(field)
    return response.get("value") if isinstance(response, dict) else None


def _answers(booking: _Booking) -> dict[str, str]:
    """Answers by the question's label, and by its identifier, which the form's settings show."""
    answers: dict[str, str] = {}
    for responses in (booking.user_fields_responses, booking.responses):
        for identifier, response in (responses or {}).items():
            if not isinstance(response, dict) or response.get("isHidden"):
                continue
            value = answer(response.get("value"))
            for name in (response.get("label"), identifier):
                if isinstance(name, str) and not answers.get(question_key(name)):
                    answers[question_key(name)] = value
    return answers
