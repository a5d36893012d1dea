"""Cal.com's webhooks, version 2021-10-20.

https://cal.com/docs/developing/guides/automation/webhooks. Rescheduling makes a new booking, whose
`rescheduleUid` is the old booking's; confirming a request sends BOOKING_CREATED. `createdAt` is
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
_OFF = frozenset({"BOOKING_CANCELLED", "BOOKING_REJECTED"})


class _Event(Struct, rename="camel"):
    trigger_event: str
    created_at: str
    payload: Raw = Raw(b"{}")


class _Booking(Struct, rename="camel"):
    uid: str
    start_time: str
    end_time: str
    status: str | None = None
    reschedule_uid: str | None = None
    seats_per_time_slot: int | None = None
    sms_reminder_number: Any = None
    attendees: list[dict[str, Any]] = []
    responses: dict[str, Any] | None = None
    user_fields_responses: dict[str, Any] | None = None


def read(body: bytes) -> Appointment | None:
    """The booking; None for other events, for requests, and for shared bookings.

    A shared booking (with seats) does not tell which of its attendees come by car.
    """
    event = decoded(body, _Event)
    if event.trigger_event not in _ON | _OFF:
        return None
    booking = decoded(event.payload, _Booking)
    if booking.seats_per_time_slot or booking.status == "PENDING":
        return None
    start, end = moment("startTime", booking.start_time), moment("endTime", booking.end_time)
    attendee = booking.attendees[0] if booking.attendees else {}
    language = attendee.get("language")
    was = booking.reschedule_uid
    return Appointment(
        id=booking_id("uid", booking.uid),
        was=booking_id("rescheduleUid", was) if was else None,
        off=event.trigger_event in _OFF,
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
