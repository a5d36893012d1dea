"""The content of a language's `words.py`, for the readers in `texts/reading`.

The readers know all languages at once: a text may mix them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, StrEnum, auto
from typing import NamedTuple

from baylock.domain.venue.mall import Feature


class DayPart(StrEnum):
    """A part of the day, which says in which half a 12-hour time lies."""

    AM = auto()
    PM = auto()
    DAWN = auto()
    MORNING = auto()
    NOON = auto()
    AFTERNOON = auto()
    EVENING = auto()


class Verb(StrEnum):
    """The request of a text."""

    PARK = auto()
    NOPARK = auto()
    HELP = auto()
    HERE = auto()
    MORE = auto()
    DROP = auto()
    KEEP = auto()
    WHERE = auto()
    DONE = auto()
    TAKEN = auto()
    BLOCKED = auto()


class Week(Enum):
    """The week that a weekday lies in."""

    NEXT_SUCH = auto()
    """The next such day, today included."""
    THIS = auto()
    FOLLOWING = auto()
    EITHER = auto()
    """English `next Friday`: to some the next one, to others that of next week."""


class DateOrder(Enum):
    """The order of the numbers of a date."""

    DAY_FIRST = auto()
    MONTH_FIRST = auto()
    YEAR_FIRST = auto()


class Form(NamedTuple):
    """A way to write something that a list of words can't catch.

    `pattern` is a regular expression, matched in either case. `means` gets the text and each group
    (None for one that took no part) and returns a token of `texts.reading.tokens`.
    """

    pattern: str
    means: Callable[..., object]


@dataclass(frozen=True)
class Forms:
    """The forms that a language has beside those in Latin letters, which `Words` can describe."""

    lengths: Sequence[Form] = ()
    days: Sequence[Form] = ()
    clocks: Sequence[Form] = ()
    vague_times: Sequence[Form] = ()
    people: Sequence[Form] = ()


@dataclass(frozen=True)
class Words:
    """The words that people write, in lower case, with single spaces."""

    verbs: Mapping[Verb, Sequence[str]]
    cancel: Sequence[str] = ()
    """Means NOPARK where more follows: `CANCEL ref:A1`. Alone, it may be the carrier's word."""
    question_ends: Sequence[str] = ()
    """At the end of a statement it makes a question of it, as `?` does: 吗."""
    opt_out: Sequence[str] = ()
    opt_out_requests: Sequence[str] = ()
    """Patterns of a whole text in lower case, without accents and punctuation, that asks for no
    more texts."""
    opt_in: Sequence[str] = ()
    asking_to_park: Sequence[str] = ()
    """Before a merchant's request: `can you`, `we need`."""
    asked_for: Sequence[str] = ()
    """After that, as PARK: `a space`."""
    polite: Sequence[str] = ()
    """May stand around a verb and mean nothing."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """Numbers in words, before or after a word for more: `two more hours`."""
    fillers: Sequence[str] = ()
    """May stand between the tokens of a merchant's text and mean nothing."""

    # Which day.
    days: Mapping[str, int] = field(default_factory=dict)
    """Days from today."""
    weekdays: Mapping[str, int] = field(default_factory=dict)
    """0 is Monday."""
    weekday_prefixes: Mapping[str, Week] = field(default_factory=dict)
    months: Mapping[str, int] = field(default_factory=dict)
    date_orders: frozenset[DateOrder] = frozenset(DateOrder)
    """The orders that people write dates in. Of several, `3/4` has as many meanings."""
    ordinals: Sequence[str] = ()
    """Endings of a day's number: `1st`."""
    of: Sequence[str] = ()
    """Between day and month, or month and year: `1st of December`."""

    # What time.
    day_parts: Mapping[str, DayPart] = field(default_factory=dict)
    days_and_parts: Mapping[str, tuple[int, DayPart]] = field(default_factory=dict)
    halves: Mapping[str, DayPart] = field(default_factory=dict)
    """Right after a time: `6:30 pm`."""
    half_letters: Mapping[str, DayPart] = field(default_factory=dict)
    """The same, without a space: `6:30p`."""
    hour_marks: Sequence[str] = ()
    """After a time with minutes, without a meaning: `18:30h`."""
    at: Sequence[str] = ()
    """Before an hour alone: `at 7`."""
    o_clock: Sequence[str] = ()
    """After an hour alone: `7 o'clock`."""
    noon: Sequence[str] = ()
    vague_times: Sequence[str] = ()
    """Times that change while the text travels: sent twice, they would be two bookings."""
    after: Sequence[str] = ()
    """Before a length that makes a vague time: `in 30 min`."""

    # How long.
    lengths: Mapping[str, int] = field(default_factory=dict)
    """Minutes."""
    hours: Sequence[str] = ()
    minutes: Sequence[str] = ()
    plus: Sequence[str] = ()
    """Between hours and minutes: `2 hours and 15 minutes`."""
    longer_by: Sequence[str] = ()
    """Between a driver's `MORE` and a length: `more by 30 min`."""
    more_after: Sequence[str] = ()
    """Mean `MORE` after a length, or before its unit: `30 more minutes`, `1 h longer`."""
    longer_with: Sequence[str] = ()
    """Mean `MORE` only before a length: `another 30 min`."""

    # What else a booking has.
    needs: Mapping[str, Feature] = field(default_factory=dict)
    without: Sequence[str] = ()
    """Before a need that is not wanted: `no EV`."""
    titles: Sequence[str] = ()
    """Before a name: `Mr Lee`. Names mean nothing."""
    name_labels: Sequence[str] = ()
    people: Sequence[str] = ()
    """After the size of a party: `4 guests`, which means nothing."""
    people_before: Sequence[str] = ()
    """Before it: `party of 4`."""
    metres: Sequence[str] = ()
    reference_labels: Sequence[str] = ()
    plate_labels: Sequence[str] = ()
    numbers: Sequence[str] = ()
    """After a label: `plate number`."""
    height_labels: Sequence[str] = ()
    code_labels: Sequence[str] = ()
    pin_labels: Sequence[str] = ()
    """Before a merchant's PIN, at the beginning or the end of a text."""
    yes: Sequence[str] = ()
    """Beginnings of an answer that mean yes to "Do you come by car?"."""
    no: Sequence[str] = ()

    # Its script, for a language that is not written in Latin letters.
    script: str = ""
    """A pattern of a character that only this language has."""
    spellings: Mapping[str, str] = field(default_factory=dict)
    """Characters that people write for those of these words, one for one."""
    digits: Mapping[str, int] = field(default_factory=dict)
    counters: str = ""
    """A pattern of what makes digits before it a date, a time or a measure: no phone number."""
    forms: Forms = Forms()
