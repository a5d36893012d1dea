"""The forms in which people write lengths, days and times.

`code` is the code of the language that a text is in, empty where that is unknown: see
`match.vocabulary`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any

# parsy has no type hints; its parsers are Any here.
from parsy import alt, regex  # type: ignore[import-untyped]

from baylock.texts.languages.words import DateOrder, DayPart, Week
from baylock.texts.reading.match import (
    END,
    NOT_LETTERS,
    all_words,
    any_of,
    counters,
    forms,
    not_before,
    shape,
    vocabulary,
    word,
)
from baylock.texts.reading.tokens import (
    MAX_QUOTED,
    Clock,
    Exactly,
    InDays,
    Length,
    OnDate,
    OnDay,
    OnWeekday,
    Token,
    TwoWays,
    Vague,
    Wrong,
)
from baylock.texts.writing.kinds import TextKind

_PLAIN_PARTS = "(?:00|25|50|75)"
"""Hundredths of an hour that nobody takes for minutes."""
_DATE_END = rf"(?!\.?\d){not_before('-')}"
_APART = r" [-/.]? ?"
"""Between the numbers of a date that has its year."""
_TIME_FOLLOWS = r"(?=[ ,]+\d{1,2}(?:[:.]\d\d(?!\d)| ?[ap]\.?m))"
"""Numbers that stand apart are a date only before a time: they may be anything."""

# How long.


@cache
def _hours(code: str) -> str:
    return any_of(all_words(lambda words: words.hours, code))


@cache
def _minutes(code: str) -> str:
    return any_of(all_words(lambda words: words.minutes, code))


def _length(text: str, hours: str | None, minutes: str | None = None) -> Length:
    whole_minutes = int(minutes or 0)
    return Length(
        timedelta(hours=float((hours or "0").replace(",", ".")), minutes=whole_minutes), text
    )


@cache
def lengths(code: str) -> Any:
    """Parse how long something takes."""
    named = vocabulary(lambda words: words.lengths, code)
    plus = any_of(all_words(lambda words: words.plus, code))
    return alt(
        forms(lambda of: of.lengths),
        word({text: Length(timedelta(minutes=length), text) for text, length in named.items()}),
        shape(rf"(\d{{1,3}}) ?h(?:rs?)?(\d{{1,2}})(?: ?(?:{_minutes(code)}))?{END}", _length),
        shape(
            rf"(\d{{1,3}}|\d{{0,3}}[.,](?:\d|{_PLAIN_PARTS}))[ -]?(?:{_hours(code)})"
            rf"(?:[ ,]*(?:(?:{plus}) )?(\d{{1,2}}) ?(?:{_minutes(code)}))?{END}",
            _length,
        ),
        shape(
            rf"(\d{{1,4}})[ -]?(?:{_minutes(code)}){END}",
            lambda text, minutes: _length(text, None, minutes),
        ),
    )


@cache
def unclear_lengths(code: str) -> Any:
    """Parse `1.30h`: an hour and a half to some, and 78 minutes to others. `18.30h` is a time."""
    hours = rf"[.,](?!{_PLAIN_PARTS})([0-5]\d)[ -]?(?:{_hours(code)}){END}"
    return alt(
        shape(rf"(1\d|2[0-3]){hours}", partial(_clock, {})),
        shape(
            rf"(\d){hours}",
            lambda text, *_: Wrong(TextKind.MERCHANT_BAD_LENGTH, {"text": text}),
        ),
    )


# Which day.


def _reading(text: str, readings: Sequence[tuple[DateOrder | None, OnDate | Clock]]) -> Token:
    """The only reading that can be; of several, all, to be asked back."""
    possible = tuple((order, means) for order, means in readings if _can_be(means))
    different = dict.fromkeys(means for _, means in possible)
    if not different:
        return Wrong(TextKind.MERCHANT_NO_SUCH_TIME, {"time": text})
    return next(iter(different)) if len(different) == 1 else TwoWays(possible, text)


def _can_be(reading: OnDate | Clock) -> bool:
    if isinstance(reading, Clock):
        return reading.hour < 24 and reading.minute < 60  # noqa: PLR2004 - of a day, of an hour
    return 1 <= reading.month <= 12 and 1 <= reading.day <= 31  # noqa: PLR2004 - of a year, a month


def _year_first(text: str, year: str, _: str, month: str, day: str) -> Token:
    return OnDate(int(month), int(day), int(year), text)


def _year_last(text: str, first: str, _: str, second: str, year: str) -> Token:
    return _either_order(text, first, second, int(year))


def _either_order(text: str, first: str, second: str, year: int | None = None) -> Token:
    """`3/4`: 3 April to some and 4 March to others."""
    return _reading(
        text,
        [
            (DateOrder.DAY_FIRST, OnDate(int(second), int(first), year, text)),
            (DateOrder.MONTH_FIRST, OnDate(int(first), int(second), year, text)),
        ],
    )


def _short_year(text: str, first: str, _: str, second: str, third: str) -> Token:
    """`1/12/26`: the year may be first or last."""
    a, b, c = int(first), int(second), int(third)
    century = 2000
    return _reading(
        text,
        [
            (DateOrder.DAY_FIRST, OnDate(b, a, century + c, text)),
            (DateOrder.MONTH_FIRST, OnDate(a, b, century + c, text)),
            (DateOrder.YEAR_FIRST, OnDate(b, c, century + a, text)),
        ],
    )


def _month_first(text: str, month: str, day: str) -> Token:
    """`12-01` is in the order of ISO 8601; `25-12` can only be in the other."""
    straight = OnDate(int(month), int(day), None, text)
    return straight if _can_be(straight) else _either_order(text, month, day)


def _short_year_first(text: str, year: str, _: str, month: str, day: str) -> Token:
    """`26/12/1`: a year is not written in one digit."""
    return _reading(text, [(None, OnDate(int(month), int(day), 2000 + int(year), text))])


def _dotted(text: str, first: str, second: str) -> Token:
    """`18.30` is a time, `25.12` a date, `12.01` either; with a space between them too."""
    a, b = int(first), int(second)
    readings: list[tuple[DateOrder | None, OnDate | Clock]] = [
        (DateOrder.DAY_FIRST, OnDate(b, a, None, text)),
        (DateOrder.MONTH_FIRST, OnDate(a, b, None, text)),
    ]
    if len(second) == len("30"):
        readings.insert(0, (None, Clock(a, b, text=text)))
    return _reading(text, readings)


def _exactly(text: str) -> Token:
    try:
        return Exactly(datetime.fromisoformat(text.upper()))
    except ValueError:
        return Wrong(TextKind.MERCHANT_NO_SUCH_TIME, {"time": text[:MAX_QUOTED]})


@cache
def months(code: str) -> Mapping[str, int]:
    """The names of months in all languages."""
    return vocabulary(lambda words: words.months, code)


def _full_year(year: str | None) -> int | None:
    """`26` is 2026."""
    return int(year) + (0 if len(year) > len("26") else 2000) if year else None


def _with_month_name(
    names: Mapping[str, int], text: str, day: str, name: str, year: str | None
) -> Token:
    return OnDate(names[name.lower()], int(day), _full_year(year), text)


@cache
def weekdays(code: str) -> Mapping[str, int]:
    """The names of weekdays in all languages."""
    return vocabulary(lambda words: words.weekdays, code)


def _weekday(
    names: Mapping[str, int], weeks: Mapping[str, Week], text: str, prefix: str | None, name: str
) -> Token:
    week = weeks[prefix.lower()] if prefix else Week.NEXT_SUCH
    return OnWeekday(names[name.lower()], week, text)


@cache
def days(code: str) -> Any:
    """Parse which day; a moment with its offset too."""
    names = months(code)
    month = f"({any_of(names)})"
    prefixes = vocabulary(lambda words: words.weekday_prefixes, code)
    ordinal = any_of(all_words(lambda words: words.ordinals, code))
    of = any_of(all_words(lambda words: words.of, code))
    half = any_of(vocabulary(lambda words: words.halves, code))
    year = rf"(?:[ ,.-]{{1,2}}(?:(?:{of}) )?(20\d\d)(?![\d:.]| ?(?:{half})))?"
    in_days = vocabulary(lambda words: words.days, code)
    return alt(
        forms(lambda of: of.days),
        shape(rf"\d{{4}}-\d\d-\d\dT\d\d:\d\d(?::00(?:\.0+)?)?(?:Z|[+-]\d\d:?\d\d){END}", _exactly),
        shape(rf"(\d{{4}})([-/.])(\d{{1,2}})\2(\d{{1,2}})(?:(?=T\d)|{_DATE_END})", _year_first),
        shape(rf"(20\d\d)({_APART})(\d{{1,2}})\2(\d{{1,2}}){_DATE_END}", _year_first),
        shape(rf"(\d{{1,2}})([-/.]|{_APART})(\d{{1,2}})\2(20\d\d){_DATE_END}", _year_last),
        shape(rf"(\d{{1,2}})([-/.])(\d{{1,2}})\2(\d{{4}}){_DATE_END}", _year_last),
        shape(rf"(\d{{1,2}})([-/.])(\d{{1,2}})\2(\d{{2}}){_DATE_END}", _short_year),
        shape(rf"([1-9]\d)([-/.])(\d{{1,2}})\2(\d){_DATE_END}", _short_year_first),
        shape(rf"(\d\d)-(\d\d)(?!-\d){not_before('0-9:')}", _month_first),
        shape(rf"(\d{{1,2}})-(\d{{1,2}})(?!-\d){not_before('0-9:')}", _either_order),
        shape(rf"(\d{{1,2}})/(\d{{1,2}}){not_before('0-9/')}", _either_order),
        shape(rf"(\d{{1,2}}) ?[-/] ?(\d{{1,2}}){_TIME_FOLLOWS}", _either_order),
        shape(rf"(\d{{1,2}}) (\d{{1,2}}){_TIME_FOLLOWS}", _dotted),
        shape(
            rf"(\d{{1,2}})(?:{ordinal})?(?: (?:{of}))?[ .-]{{0,2}}{month}{END}\.?{year}",
            partial(_with_month_name, names),
        ),
        shape(
            rf"(\d{{1,2}})(?:{ordinal})?[.-]?{month}[.-]?(20\d\d|2\d){END}",
            partial(_with_month_name, names),
        ),
        shape(
            rf"{month}\.?[ -]?(\d{{1,2}})(?:{ordinal})?{not_before('0-9:.')}{year}",
            lambda text, name, day, year: _with_month_name(names, text, day, name, year),
        ),
        shape(rf"(\d{{1,2}})(?:{ordinal}){END}", lambda text, day: OnDay(int(day), text)),
        shape(
            rf"(?:({any_of(prefixes)}) )?({any_of(weekdays(code))}){END}",
            partial(_weekday, weekdays(code), prefixes),
        ),
        word({text: InDays(ahead) for text, ahead in in_days.items()}),
    )


# What time.


@cache
def _halves(code: str) -> Mapping[str, DayPart]:
    letters = vocabulary(lambda words: words.half_letters, code)
    return vocabulary(lambda words: words.halves, code) | letters


def _clock(
    halves: Mapping[str, DayPart],
    text: str,
    hour: str,
    minute: str | None,
    half: str | None = None,
) -> Clock:
    part = halves[half.lower()] if half else None
    return Clock(int(hour), int(minute or 0), part=part, text=text)


def _colon(
    halves: Mapping[str, DayPart],
    text: str,
    hour: str,
    minute: str,
    half: str | None = None,
) -> Token:
    """`7:30`. A digit is missing in `7:3`: 7:03 or 7:30; no time ends in `7:8`, but for 7:08."""
    if len(minute) > 1 or minute == "0":
        return _clock(halves, text, hour, minute, half)
    before, _, after = text.partition(":")
    first, last = (
        f"{before}:{after.replace(minute, both, 1)}" for both in (f"0{minute}", f"{minute}0")
    )
    return Wrong(TextKind.MERCHANT_WHICH_TIME, {"text": text, "one": first, "two": last})


def _o_clock(text: str, hour: str) -> Clock:
    return Clock(int(hour), 0, spoken=True, text=text)


@cache
def _half(code: str) -> str:
    """A pattern, with a group, of what makes a time before it one of a half of the day."""
    half = any_of(vocabulary(lambda words: words.halves, code))
    letter = any_of(vocabulary(lambda words: words.half_letters, code))
    return rf"(?: ?({half}|(?<! )(?:{letter})))"


@cache
def clocks(code: str) -> Any:
    """Parse what time of day."""
    mark = any_of(all_words(lambda words: words.hour_marks, code))
    at = any_of(all_words(lambda words: words.at, code))
    of = any_of(all_words(lambda words: words.of, code))
    o_clock = any_of(all_words(lambda words: words.o_clock, code))
    numeral = any_of(vocabulary(lambda words: words.digits))
    half, clock = _half(code), partial(_clock, _halves(code))
    return alt(
        forms(lambda of: of.clocks),
        shape(
            r"T?(\d{1,3}) ?: ?(\d{1,3})(?::00)?"
            rf"(?:{half}| ?(?:{mark}))?{not_before('0-9:')}",
            partial(_colon, _halves(code)),
        ),
        shape(rf"(\d{{1,2}})\.?(\d\d){half}{END}", clock),
        shape(rf"(\d{{1,2}}){half}{END}", lambda text, hour, half: clock(text, hour, None, half)),
        shape(
            rf"(\d{{1,2}})\.(\d{{1,2}})(?!\.?\d| ?(?:{counters()})){NOT_LETTERS}\.?",
            _dotted,
        ),
        shape(rf"(\d{{1,2}}) ?(?:{o_clock}){END}", _o_clock),
        shape(
            rf"(?:{at}) (\d{{1,2}})(?: ?(?:{o_clock}){END})?{not_before('0-9:./-')}"
            rf"(?! ?(?:{counters()}|{numeral})"
            rf"| (?:(?:{of}) )?(?:{any_of(months(code))}){END})",
            _o_clock,
        ),
        word(dict.fromkeys(all_words(lambda words: words.noon, code), Clock(12, 0))),
    )


@cache
def compact_clock(code: str) -> Any:
    """Parse `1830`, which may be many things else."""
    mark = any_of(all_words(lambda words: words.hour_marks, code))
    return shape(rf"([01]\d|2[0-3])([0-5]\d)(?: ?(?:{mark}))?{END}", partial(_clock, _halves(code)))


def compact_date() -> Any:
    """Parse `20261201`, unless it is a phone number."""
    return shape(
        rf"(20\d\d)(0\d|1[0-2])([0-3]\d){END}",
        lambda text, year, month, day: OnDate(int(month), int(day), int(year), text),
    )


@cache
def day_parts(code: str) -> Any:
    """Parse a part of the day, or a day with a part of it: `tonight`."""
    both = vocabulary(lambda words: words.days_and_parts, code)
    return alt(
        word({text: [InDays(ahead), part] for text, (ahead, part) in both.items()}),
        word(vocabulary(lambda words: words.day_parts, code)),
    )


@cache
def vague_times(code: str) -> Any:
    """Parse a time that changes while the text travels."""
    after = any_of(all_words(lambda words: words.after, code))
    named = vocabulary(lambda words: words.lengths, code)
    return alt(
        word(dict.fromkeys(all_words(lambda words: words.vague_times, code), Vague())),
        regex(rf"(?i:{after}) ")
        >> alt(
            word(dict.fromkeys(named, Vague())),
            shape(rf"\d{{1,3}} ?(?:{_minutes(code)}|{_hours(code)}){END}", lambda _: Vague()),
        ),
        forms(lambda of: of.vague_times),
    )
