"""The tokens that a merchant's text is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from baylock.domain.venue.mall import Feature
from baylock.texts.languages.words import DateOrder, DayPart, Week
from baylock.texts.writing.kinds import TextKind

MAX_QUOTED = 20
"""Characters of a text that are quoted when it is asked back."""

# Days and times.


class OnDate(NamedTuple):
    """A date; without a year the next such."""

    month: int
    day: int
    year: int | None = None
    text: str = ""


class OnDay(NamedTuple):
    """The next such day of a month."""

    day: int
    text: str = ""


class InDays(NamedTuple):
    """So many days from today."""

    days: int


class OnWeekday(NamedTuple):
    """A weekday, 0 is Monday."""

    weekday: int
    week: Week
    text: str = ""


class Exactly(NamedTuple):
    """A moment with its offset, as ISO 8601 has it."""

    moment: datetime


class Clock(NamedTuple):
    """A time of day as written. `spoken` (`7 o'clock`, 七点) may be in either half of the day."""

    hour: int
    minute: int
    spoken: bool = False
    part: DayPart | None = None
    text: str = ""


class TwoWays(NamedTuple):
    """A different day or time to different people: each reading, with the order it takes."""

    readings: tuple[tuple[DateOrder | None, OnDate | Clock], ...]
    text: str

    def in_orders(self, orders: frozenset[DateOrder]) -> tuple[OnDate | Clock, ...]:
        """The readings that are left to people who write dates in these orders."""
        left = (means for order, means in self.readings if order is None or order in orders)
        return tuple(dict.fromkeys(left))


Day = OnDate | OnDay | InDays | OnWeekday
DAYS = (OnDate, OnDay, InDays, OnWeekday)


class Vague:
    """A time that changes while the text travels: `now`."""


# The rest.


class Phone(NamedTuple):
    """A number in E.164."""

    number: str


@dataclass(frozen=True, slots=True)
class Length:
    """How long."""

    length: timedelta
    text: str = field(compare=False)


class Plate(NamedTuple):
    """Without spaces and dots, in capitals."""

    plate: str


@dataclass(frozen=True, slots=True)
class Height:
    """In metres, as written."""

    metres: str
    text: str = field(compare=False)


class Reference(NamedTuple):
    """Where in the text the reference is."""

    start: int
    end: int


class Wrong(NamedTuple):
    """Something to be asked back, whatever else the text has."""

    kind: TextKind
    facts: Mapping[str, str]


class Without(NamedTuple):
    """A feature that the booking does not need."""

    feature: Feature


class Filler:
    """A word that changes nothing."""


class Unknown(NamedTuple):
    """A word that is none of ours."""

    text: str


Token = (
    Day
    | Exactly
    | Clock
    | DayPart
    | TwoWays
    | Phone
    | Length
    | Plate
    | Feature
    | Without
    | Height
    | Reference
    | Wrong
    | Vague
    | Filler
    | Unknown
)
