"""Merchants' booking systems, and bookings as these systems report them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NewType

from baylock.domain.access.limits import Limits
from baylock.domain.venue.mall import MerchantId

ConnectionId = NewType("ConnectionId", str)

LIMITS = Limits()
"""Of each connection: those of a key, so that one merchant's flood affects no other merchant."""


class System(StrEnum):
    """The booking systems that can be connected."""

    CALCOM = "calcom"
    CALENDLY = "calendly"
    SQUARE = "square"


class AppointmentOutcome(StrEnum):
    """The outcome of a webhook of a booking system."""

    PLACED = "placed"
    NOT_NEEDED = "not-needed"
    UNCLEAR = "unclear"
    NOT_ASKED = "not-asked"
    NO_PHONE = "no-phone"
    PHONE_REFUSED = "phone-refused"
    NO_SPACE = "no-space"
    NO_LOCK_HEARD = "no-lock-heard"
    REFUSED = "refused"
    TOO_LATE = "too-late"
    CANCELLED = "cancelled"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Questions:
    """The questions of the booking form that matter, in the form's words."""

    parking: str
    plate: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class LastWebhook:
    """The time and the outcome of a system's last webhook."""

    at: datetime
    outcome: AppointmentOutcome


@dataclass(frozen=True, slots=True)
class Trouble:
    """Bookings of one hour that got no space for one reason: how many, and the last of them.

    `hour` is the start of the hour in UTC, `booking` the system's id.
    """

    hour: datetime
    outcome: AppointmentOutcome
    count: int
    last_at: datetime
    booking: str


TROUBLES = frozenset(
    {
        AppointmentOutcome.UNCLEAR,
        AppointmentOutcome.NOT_ASKED,
        AppointmentOutcome.NO_PHONE,
        AppointmentOutcome.PHONE_REFUSED,
        AppointmentOutcome.NO_SPACE,
        AppointmentOutcome.NO_LOCK_HEARD,
        AppointmentOutcome.REFUSED,
        AppointmentOutcome.TOO_LATE,
    }
)
"""The outcomes that a connection's history keeps."""

TROUBLES_KEPT = timedelta(days=30)


def hour_of(at: datetime) -> datetime:
    """The start of the hour in UTC."""
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


@dataclass(frozen=True, slots=True)
class Connection:
    """A merchant's booking system.

    `secret` is the secret that it signs with, empty until it is known. `url` is exactly the address
    that the system was given, because some systems sign it. `locations` are the system's ids of
    what the connection is limited to; it is not limited where there are none.
    """

    id: ConnectionId
    system: System
    merchant: MerchantId
    url: str
    questions: Questions
    created_at: datetime
    secret: str = field(default="", repr=False)
    last_webhook: LastWebhook | None = None
    locations: frozenset[str] = frozenset()

    def covers(self, appointment: Appointment) -> bool:
        """Whether a booking is at one of the connection's locations; without any, all are."""
        return not self.locations or bool(self.locations & appointment.locations)


@dataclass(frozen=True, slots=True)
class Appointment:
    """A booking as its system has it now.

    `id` is the system's; `was` is the id before the booking was rescheduled, in systems that then
    give it a new id. `off` is set where it will not take place. `answers` are by `question_key`.
    `phones` are as they were entered, the best first. `pending` is set where it waits for the
    merchant's consent: only its link to `was` counts then. `locations` are the ids of where it is,
    of every kind that the system has. `series` is the same for all bookings of a series, and
    `ends_series` is set where all of them that are still to come are off.
    """

    id: str
    said_at: datetime
    service_time: datetime
    was: str | None = None
    off: bool = False
    duration: timedelta | None = None
    locale: str | None = None
    phones: tuple[str, ...] = field(default=(), repr=False)
    answers: Mapping[str, str] = field(default_factory=dict, repr=False)
    pending: bool = False
    locations: frozenset[str] = frozenset()
    series: str | None = None
    ends_series: bool = False

    def answer(self, question: str | None) -> str | None:
        """The answer to a question; None where it was not asked."""
        return self.answers.get(question_key(question)) if question else None


def question_key(question: str) -> str:
    """Normalize a question: case, spaces and the mark at its end are ignored."""
    return " ".join(question.casefold().split()).rstrip(" ?？:：.*")
