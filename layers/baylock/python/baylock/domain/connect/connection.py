"""A merchant's booking system that tells us of its bookings by itself, and what it says of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from baylock.domain.venue.mall import MerchantId

ConnectionId = NewType("ConnectionId", str)


class System(StrEnum):
    """The booking systems that can be connected."""

    CALCOM = "calcom"
    CALENDLY = "calendly"
    SQUARE = "square"


class Outcome(StrEnum):
    """What became of something that a booking system said."""

    PLACED = "placed"
    NOT_NEEDED = "not-needed"
    UNCLEAR = "unclear"
    NOT_ASKED = "not-asked"
    NO_PHONE = "no-phone"
    NO_SPACE = "no-space"
    REFUSED = "refused"
    TOO_LATE = "too-late"
    CANCELLED = "cancelled"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Questions:
    """The questions of the booking form that we listen to, as the form words them."""

    parking: str
    plate: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class LastHeard:
    """When a system last said something, and what became of it."""

    at: datetime
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Connection:
    """One merchant's booking system. `secret` is what it signs with; empty: not known yet.

    `url` is the address that the system was given, letter by letter: some sign it too.
    """

    id: ConnectionId
    system: System
    merchant: MerchantId
    url: str
    questions: Questions
    created_at: datetime
    secret: str = field(default="", repr=False)
    last_heard: LastHeard | None = None


@dataclass(frozen=True, slots=True)
class Appointment:
    """A booking as its system has it now.

    `id` is the system's; `was` is the id that it had before it was rescheduled, in systems where
    that gives it a new one. `off`: it will not take place. `answers` are by `question_key`.
    `phones` are as they were written, the best one first.
    """

    id: str
    said_at: datetime
    service_time: datetime
    was: str | None = None
    off: bool = False
    duration: timedelta | None = None
    name: str | None = None
    locale: str | None = None
    phones: tuple[str, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)

    def answer(self, question: str | None) -> str | None:
        """What was answered to a question; None where it was not asked."""
        return self.answers.get(question_key(question)) if question else None


def question_key(question: str) -> str:
    """How questions are compared: case, spaces and the mark at the end don't matter."""
    return " ".join(question.casefold().split()).rstrip(" ?？:：.*")
