"""The content of a language's `templates.py`: all texts that Baylock sends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time

from baylock.domain.venue.mall import Feature
from baylock.texts.writing.kinds import TextKind

_YEAR_IS_SHOWN_AFTER_DAYS = 300


@dataclass(frozen=True)
class Templates:
    """The texts of a language. A text has several wordings where a terse one saves a name.

    In a wording `{fact}` is filled in; blocks in `[…]` are left out, the last one first, where the
    text would not fit or a fact of the block is missing. `texts/writing/facts.py` has the facts.
    """

    texts: Mapping[TextKind, str | tuple[str, ...]]
    gsm_7: bool
    """Written in GSM-7; facts are then put into it too where possible."""
    day: Callable[[int, int, int | None], str]
    """A date from month, day, and year where it is shown."""
    moment: Callable[[date, time, date], str]
    """A day and time, given today."""
    today: str
    """Before a time of today, where the day must be said."""
    length: Callable[[int, int], str]
    """Hours and minutes, not both 0."""
    features: Mapping[Feature, str]
    height: Callable[[float], str]
    """From metres."""
    comma: str
    calling_codes: tuple[str, ...] = ()
    """A phone number that begins so (`+86`) is taken for a reader of this language."""


def shown_year(day: date, today: date) -> int | None:
    """The year of a day, where the day alone would leave it in doubt."""
    return day.year if abs((day - today).days) > _YEAR_IS_SHOWN_AFTER_DAYS else None
