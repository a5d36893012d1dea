"""Calendly's webhooks, API v2.

https://developer.calendly.com/api-docs/overview/webhooks/webhook-signatures. Rescheduling sends
`invitee.created` for a new invitee, whose `old_invitee` is the former invitee, and
`invitee.canceled` with `rescheduled` for that, in either order.
"""

from __future__ import annotations

from msgspec import Raw, Struct

from baylock.domain.connect.connection import Appointment, question_key
from connect.fields import (
    answer,
    between,
    booking_id,
    decoded,
    line,
    moment,
)

CREATED, CANCELED = "invitee.created", "invitee.canceled"


class _Event(Struct):
    event: str
    created_at: str
    payload: Raw = Raw(b"{}")


class _Location(Struct):
    type: str | None = None
    location: str | None = None


class _Scheduled(Struct):
    start_time: str
    end_time: str
    location: _Location | None = None


class _Question(Struct):
    question: str
    answer: str | None = None


class _Invitee(Struct):
    uri: str
    scheduled_event: _Scheduled
    name: str | None = None
    old_invitee: str | None = None
    rescheduled: bool = False
    text_reminder_number: str | None = None
    questions_and_answers: list[_Question] = []


def read(body: bytes) -> Appointment | None:
    """The invitee's booking; None for other events, and for a booking that was rescheduled."""
    event = decoded(body, _Event)
    if event.event not in {CREATED, CANCELED}:
        return None
    invitee = decoded(event.payload, _Invitee)
    if event.event == CANCELED and invitee.rescheduled:
        return None
    scheduled, was = invitee.scheduled_event, invitee.old_invitee
    start = moment("start_time", scheduled.start_time)
    numbers = [invitee.text_reminder_number]
    if scheduled.location and scheduled.location.type == "outbound_call":
        numbers.append(scheduled.location.location)
    return Appointment(
        id=_id("uri", invitee.uri),
        was=_id("old_invitee", was) if was else None,
        off=event.event == CANCELED,
        said_at=moment("created_at", event.created_at),
        service_time=start,
        duration=between(start, moment("end_time", scheduled.end_time)),
        name=line(invitee.name),
        phones=tuple(filter(None, numbers)),
        answers={
            question_key(item.question): answer(item.answer)
            for item in invitee.questions_and_answers
        },
    )


def _id(name: str, uri: str) -> str:
    """The last part of `https://api.calendly.com/scheduled_events/…/invitees/…`."""
    return booking_id(name, uri.rstrip("/").rpartition("/")[2])
