"""The meanings of a text. Phone numbers are E.164 and stay out of `repr`, and so out of logs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from baylock.domain.venue.mall import Feature, Needs
from baylock.texts.writing.kinds import TextKind


@dataclass(frozen=True, slots=True)
class Park:
    """A booking needs parking, or (with a reference) a booking changes.

    Without a reference, it has time and phone. With a reference, None leaves a value as it is.
    `service_time` is UTC and not in the past; the domain judges whether it is too far ahead.
    `has_day` is False for a time of day alone, of which `service_time` is the next: to a booking
    on another day it may mean that day.
    `without` are features that are no longer needed.
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
    pin: str | None = field(default=None, repr=False)
    has_day: bool = True
    without: frozenset[Feature] = frozenset()


@dataclass(frozen=True, slots=True)
class NoPark:
    """A booking needs no parking (any more): that of this reference, else of time and phone."""

    reference: str | None
    phone: str | None = field(repr=False)
    service_time: datetime | None
    language: str
    signature: str | None = None
    signed_part: str = field(default="", repr=False)
    pin: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class KeepBooking:
    """The cancellation of the booking of this reference was a mistake."""

    reference: str
    language: str
    signature: str | None = None
    signed_part: str = field(default="", repr=False)
    pin: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Here:
    """The driver is at the space. `code` is None if it was not sent, or has not four digits."""

    code: str | None = field(repr=False)
    language: str | None


@dataclass(frozen=True, slots=True)
class More:
    """The driver stays longer, by `extra` if the text has it.

    `digits` are the four of a bare number, which may be the driver's code.
    """

    extra: timedelta | None
    language: str | None
    digits: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class _Word:
    """A text that is a word and no more, in a language."""

    language: str | None


@dataclass(frozen=True)
class _WithCode(_Word):
    """A word that may take the space away: the driver's code shows that it is from them.

    `code` is None if the text has none.
    """

    code: str | None = field(default=None, repr=False)


class Drop(_WithCode):
    """The driver does not need the space."""


class Keep(_Word):
    """The driver needs the space after all."""


class Where(_Word):
    """The driver asks for place and time."""


class Done(_WithCode):
    """The driver has left."""


class Taken(_WithCode):
    """Another vehicle is in the driver's space."""


class Blocked(_WithCode):
    """The driver can't get into the space: its barrier stays up, or something is in the way."""


class Help(_Word):
    """The sender asks how to write a text."""


class OptOut(_Word):
    """The carrier's word to end all texts to this number."""


class OptIn(_Word):
    """The carrier's word to start texts again."""


@dataclass(frozen=True, slots=True)
class Unclear:
    """A merchant's text that must be asked back: the question, and the facts to render it with.

    The facts may quote the text, a phone number in it too.
    """

    kind: TextKind
    facts: Mapping[str, str] = field(repr=False)
    language: str


class Unreadable(_Word):
    """Not one of our texts. `language` is None where it shows none."""


MerchantCommand = Park | NoPark | KeepBooking | Help | OptOut | OptIn | Unclear | Unreadable
DriverCommand = (
    Here | More | Drop | Keep | Where | Done | Taken | Blocked | Help | OptOut | OptIn | Unreadable
)
