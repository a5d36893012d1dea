"""Cal.com's webhooks, version 2021-10-20.

https://cal.com/docs/developing/guides/automation/webhooks. Rescheduling makes a new booking, whose
`rescheduleUid` is the old booking's. Where the host must confirm, only BOOKING_REQUESTED has that,
and the old booking is gone from then on, even if the new one is rejected; confirming it sends
BOOKING_CREATED. `createdAt` is part of the signed body, so a webhook that is sent again is
recognised as old. A cancellation has a `recurringEvent` only where all of a series is cancelled.
Fields that are not needed may be missing, null or of another type.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Raw, Struct

from baylock.domain.connect.connection import Appointment, question_key
from connect.fields import (
    answer,
    booking_id,
    decoded,
    ids,
    length,
    locale,
    mapping,
    mappings,
    sent,
    start_of,
    text,
)

_REQUESTED = "BOOKING_REQUESTED"
_ON = frozenset({"BOOKING_CREATED", "BOOKING_RESCHEDULED", _REQUESTED})
_OFF = frozenset({"BOOKING_CANCELLED", "BOOKING_REJECTED"})
_GONE = frozenset({"CANCELLED", "REJECTED"})
_WAITING = frozenset({"PENDING", "AWAITING_HOST"})
_WEEKLY = 2


class _Event(Struct, rename="camel"):
    trigger_event: str
    created_at: str
    payload: Raw = Raw(b"{}")


class _Booking(Struct, rename="camel"):
    uid: str
    start_time: Any = None
    end_time: Any = None
    status: Any = None
    reschedule_uid: Any = None
    seats_per_time_slot: Any = None
    sms_reminder_number: Any = None
    attendees: Any = None
    responses: Any = None
    user_fields_responses: Any = None
    recurring_event: Any = None
    event_type_id: Any = None
    type: Any = None
    organizer: Any = None
    team: Any = None
    destination_calendar: Any = None


def read(body: bytes) -> Appointment | None:
    """The booking; None for other events, for new requests, and for shared bookings.

    A shared booking (with seats) does not tell which of its attendees come by car.
    """
    event = decoded(body, _Event)
    if event.trigger_event not in _ON | _OFF:
        return None
    booking = decoded(event.payload, _Booking)
    status = (text(booking.status) or "").upper()
    cancels = event.trigger_event in _OFF
    off = cancels or status in _GONE
    pending = not off and (event.trigger_event == _REQUESTED or status in _WAITING)
    was = text(booking.reschedule_uid)
    if booking.seats_per_time_slot or (pending and not was):
        return None
    said_at = sent("createdAt", event.created_at)
    start = start_of("startTime", booking.start_time, off=off, said_at=said_at)
    attendee = next(iter(mappings(booking.attendees)), {})
    language = attendee.get("language")
    series = _series(booking, attendee, start)
    return Appointment(
        id=booking_id("uid", booking.uid),
        was=booking_id("rescheduleUid", was) if was else None,
        off=off,
        pending=pending,
        said_at=said_at,
        service_time=start,
        duration=None if off else length(start, "endTime", booking.end_time),
        locale=locale(language.get("locale") if isinstance(language, dict) else language),
        phones=tuple(filter(None, _phones(booking, attendee))),
        answers=_answers(booking),
        locations=_locations(booking),
        series=series,
        ends_series=cancels and series is not None,
    )


def _series(booking: _Booking, attendee: dict[str, Any], start: datetime) -> str | None:
    """What the bookings of a series have in common, as Cal.com names no series.

    The customer, the event type, the recurrence, and the time of day where the customer is.
    """
    who = text(attendee.get("email")) or text(attendee.get("phoneNumber"))
    if not mapping(booking.recurring_event) or not who:
        return None
    recurring = booking.recurring_event
    local = _local(start, attendee.get("timeZone"))
    weekday = local.weekday() if recurring.get("freq") == _WEEKLY else None
    event_type = sorted(ids(booking.event_type_id, booking.type))
    rule = [recurring.get("freq"), recurring.get("interval")]
    common = [who.casefold(), event_type, rule, weekday, f"{local:%H:%M}"]
    return hashlib.sha256(json.dumps(common).encode()).hexdigest()[:32]


def _local(at: datetime, zone: object) -> datetime:
    """The time in a zone; as it is where there is no such zone."""
    try:
        return at.astimezone(ZoneInfo(text(zone) or "UTC"))
    except (ValueError, KeyError, OSError, OverflowError):
        return at


def _locations(booking: _Booking) -> frozenset[str]:
    """The event type, team, organizer and calendars: a connection may name any of them."""
    organizer, team = mapping(booking.organizer), mapping(booking.team)
    calendars = mappings(booking.destination_calendar) or [mapping(booking.destination_calendar)]
    return ids(
        booking.event_type_id,
        booking.type,
        *(organizer.get(name) for name in ("id", "username", "email")),
        *(team.get(name) for name in ("id", "name")),
        *(calendar.get("externalId") for calendar in calendars),
    )


def _phones(booking: _Booking, attendee: dict[str, Any]) -> Iterator[str]:
    yield answer(attendee.get("phoneNumber"))
    for field in ("attendeePhoneNumber", "smsReminderNumber"):
        yield answer(_value(mapping(booking.responses).get(field)))
    yield answer(booking.sms_reminder_number)
    match _value(mapping(booking.responses).get("location")):
        case {"value": "phone", "optionValue": str(number)}:
            yield number
        case _:
            pass


def _value(response: object) -> object:
    return response.get("value") if isinstance(response, dict) else response


def _answers(booking: _Booking) -> dict[str, str]:
    """Answers by the question's label, and by its identifier, which the form's settings show."""
    answers: dict[str, str] = {}
    for responses in (booking.user_fields_responses, booking.responses):
        for identifier, response in mapping(responses).items():
            shown = mapping(response)
            if shown.get("isHidden") is True:
                continue
            value = answer(_value(response))
            for name in (shown.get("label"), identifier):
                if isinstance(name, str) and not answers.get(question_key(name)):
                    answers[question_key(name)] = value
    return answers
