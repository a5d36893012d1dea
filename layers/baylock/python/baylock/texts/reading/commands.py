"""What a text means. Phone numbers are E.164 and stay out of `repr`, and so out of logs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from baylock.domain.venue.mall import Needs
from baylock.texts.writing.kinds import Kind


@dataclass(frozen=True, slots=True)
class Park:
    """A booking needs parking, or (with a reference) a booking changes.

    Without a reference, time and phone are there. With one, what is None stays as it is.
    `service_time` is UTC and not in the past; whether it is too far ahead is for the domain.
    `day_said` is False for a time of day alone, of which `service_time` is the next: to a booking
    on another day it may mean that day.
    `signed_part` is the text before `*<signature>` as it was sent, less white space at its ends.
    """

    service_time: datetime | None
    phone: str | None = field(repr=False)
    duration: timedelta | None
    plate: str | None = field(repr=False)
    needs: Needs
    reference: str | None
    language: str
    signature: str | None = None
    signed_part: str = field(default="", repr=False)
    day_said: bool = True


@dataclass(frozen=True, slots=True)
class NoPark:
    """A booking needs no parking (any more): the one of this reference, else of time and phone."""

    reference: str | None
    phone: str | None = field(repr=False)
    service_time: datetime | None
    language: str
    signature: str | None = None
    signed_part: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Here:
    """The driver is at the space. No code: it was not sent, or has not four digits."""

    code: str | None = field(repr=False)
    language: str | None


@dataclass(frozen=True, slots=True)
class More:
    """The driver stays longer, by `extra` if it was said."""

    extra: timedelta | None
    language: str | None


@dataclass(frozen=True)
class _Word:
    """A text that is a word and no more; of these the language is all there is to know."""

    language: str | None


class Drop(_Word):
    """The driver does not need the space."""


class Where(_Word):
    """The driver asks again for place and time."""


class Done(_Word):
    """The driver has left."""


class Taken(_Word):
    """Another vehicle stands on the driver's space."""


class Blocked(_Word):
    """There is no way onto the driver's space: its barrier stays up, or something is before it."""


class Help(_Word):
    """What can I send?"""


class OptOut(_Word):
    """The carrier's word for no more texts to this number."""


class OptIn(_Word):
    """The carrier's word for texts again."""


@dataclass(frozen=True, slots=True)
class Unclear:
    """A merchant's text that must be asked back: the question, with the facts it is rendered with.

    The facts may quote the text, a phone number in it too.
    """

    kind: Kind
    facts: Mapping[str, str] = field(repr=False)
    language: str


class Unreadable(_Word):
    """Not one of our texts. `language` is None where it shows none."""


MerchantCommand = Park | NoPark | Help | OptOut | OptIn | Unclear | Unreadable
DriverCommand = (
    Here | More | Drop | Where | Done | Taken | Blocked | Help | OptOut | OptIn | Unreadable
)
