"""Calendly's webhooks, API v2.

https://developer.calendly.com/api-docs/overview/webhooks/webhook-signatures. Rescheduling sends
`invitee.created` for a new invitee, whose `old_invitee` is the former invitee, and
`invitee.canceled` with `rescheduled` for that, in either order. Fields that are not needed may be
missing, null or of another type.
"""

from __future__ import annotations

from typing import Any

from msgspec import Raw, Struct

from baylock.domain.connect.connection import Appointment, question_key
from connect.fields import (
    answer,
    booking_id,
    decoded,
    ids,
    length,
    mapping,
    mappings,
    sent,
    start_of,
    text,
)

CREATED, CANCELED = "invitee.created", "invitee.canceled"


class _Event(Struct):
    event: str
    created_at: str
    payload: Raw = Raw(b"{}")


class _Invitee(Struct):
    uri: str
    scheduled_event: Any = None
    old_invitee: Any = None
    rescheduled: Any = None
    text_reminder_number: Any = None
    questions_and_answers: Any = None


def read(body: bytes) -> Appointment | None:
    """The invitee's booking; None for other events, and for a booking that was rescheduled."""
    event = decoded(body, _Event)
    if event.event not in {CREATED, CANCELED}:
        return None
    invitee = decoded(event.payload, _Invitee)
    off = event.event == CANCELED
    if off and invitee.rescheduled is True:
        return None
    scheduled, was = mapping(invitee.scheduled_event), text(invitee.old_invitee)
    said_at = sent("created_at", event.created_at)
    start = start_of("start_time", scheduled.get("start_time"), off=off, said_at=said_at)
    numbers = [answer(invitee.text_reminder_number)]
    place = mapping(scheduled.get("location"))
    if place.get("type") == "outbound_call":
        numbers.append(answer(place.get("location")))
    hosts = mappings(scheduled.get("event_memberships"))
    return Appointment(
        id=_id("uri", invitee.uri),
        was=_id("old_invitee", was) if was else None,
        off=off,
        said_at=said_at,
        service_time=start,
        duration=None if off else length(start, "end_time", scheduled.get("end_time")),
        phones=tuple(filter(None, numbers)),
        answers={
            question_key(question): answer(item.get("answer"))
            for item in mappings(invitee.questions_and_answers)
            if (question := text(item.get("question")))
        },
        locations=_locations(scheduled.get("event_type"), *(host.get("user") for host in hosts)),
    )


def _id(name: str, uri: str) -> str:
    """The last part of `https://api.calendly.com/scheduled_events/…/invitees/…`."""
    return booking_id(name, uri.rstrip("/").rpartition("/")[2])


def _locations(*uris: object) -> frozenset[str]:
    """The event type and its hosts, each by its address and by the last part of that."""
    known = ids(*uris)
    return known | ids(*(uri.rstrip("/").rpartition("/")[2] for uri in known))
