"""What a language file holds, and finding the files."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum, auto
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from baylock.domain.venue.mall import Feature
from baylock.texts import languages as folder
from baylock.texts.writing.kinds import Kind

DEFAULT = "en"


class DayPart(StrEnum):
    """The words that tell which half of the day a 12-hour time lies in."""

    AM = auto()
    PM = auto()
    DAWN = auto()
    MORNING = auto()
    NOON = auto()
    AFTERNOON = auto()
    EVENING = auto()


class Verb(StrEnum):
    """What a text wants."""

    PARK = auto()
    NOPARK = auto()
    HELP = auto()
    HERE = auto()
    MORE = auto()
    DROP = auto()
    WHERE = auto()
    DONE = auto()
    TAKEN = auto()
    BLOCKED = auto()


@dataclass(frozen=True)
class Words:
    """What people write, in lower case, with single spaces."""

    verbs: Mapping[Verb, Sequence[str]]
    opt_out: Sequence[str] = ()
    opt_in: Sequence[str] = ()
    polite: Sequence[str] = ()
    """What may stand around a verb and means nothing."""
    fillers: Sequence[str] = ()
    """What may stand between the parts of a merchant's text and means nothing."""
    days: Mapping[str, int] = field(default_factory=dict)
    """Days from today."""
    day_parts: Mapping[str, DayPart] = field(default_factory=dict)
    days_and_parts: Mapping[str, tuple[int, DayPart]] = field(default_factory=dict)
    weekdays: Mapping[str, int] = field(default_factory=dict)
    """0 is Monday."""
    months: Mapping[str, int] = field(default_factory=dict)
    noon: Sequence[str] = ()
    vague_times: Sequence[str] = ()
    """Times that change while the text travels: sent twice, they would be two bookings."""
    lengths: Mapping[str, int] = field(default_factory=dict)
    """Minutes."""
    needs: Mapping[str, Feature] = field(default_factory=dict)
    reference_labels: Sequence[str] = ()
    plate_labels: Sequence[str] = ()
    height_labels: Sequence[str] = ()
    code_labels: Sequence[str] = ()
    yes: Sequence[str] = ()
    """What an answer begins with that means yes to "Do you come by car?"."""
    no: Sequence[str] = ()


@dataclass(frozen=True)
class Language:
    """One language. A template is several where a terser one saves a merchant's name.

    In a template `{fact}` is filled in; what stands in `[…]` is left out, the last one first, where
    it would not fit or a fact of it is missing.
    """

    code: str
    templates: Mapping[Kind, str | tuple[str, ...]]
    plain: bool
    """Written in GSM-7, so that facts are put into it too where possible."""
    day: Callable[[int, int, int | None], str]
    """A date from month, day, and year where it matters."""
    moment: Callable[[date, time, date], str]
    """A day and time, given today."""
    length: Callable[[int, int], str]
    """Hours and minutes, not both 0."""
    features: Mapping[Feature, str]
    height: Callable[[float], str]
    comma: str
    words: Words


@cache
def languages() -> Mapping[str, Language]:
    """Every language by its code (ISO 639): each module here that is named by one."""
    names = sorted(module.name for module in iter_modules(folder.__path__))
    codes = [name for name in names if re.fullmatch("[a-z]{2,3}", name)]
    return {code: import_module(f"{folder.__name__}.{code}").LANGUAGE for code in codes}


def language(code: str) -> Language:
    """The language, or the default one where we do not speak it."""
    known = languages()
    return known.get(code, known[DEFAULT])
