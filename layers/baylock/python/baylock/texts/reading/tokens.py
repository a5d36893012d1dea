"""The parts that a merchant's text is made of, and the forms in which people write each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, lru_cache
from typing import Any, NamedTuple, TypeVar

# parsy has no type hints; its parsers are Any here.
from parsy import Parser, Result, alt, eof, index, regex, seq  # type: ignore[import-untyped]

from baylock.domain.venue.mall import Feature
from baylock.texts.languages.language import DayPart, Words, languages
from baylock.texts.reading.phones import phone_at, run_at
from baylock.texts.reading.resolve_time import (
    Clock,
    Day,
    Exactly,
    InDays,
    OnDate,
    OnDay,
    OnWeekday,
    TwoWays,
    Week,
)
from baylock.texts.writing.kinds import Kind

MAX_PARTS = 40
QUOTED = 20
"""Characters of a text that we say again when we ask back."""

T = TypeVar("T")


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
    """Where in the text the reference stands."""

    start: int
    end: int


class Wrong(NamedTuple):
    """Something that is asked back whatever else there is."""

    kind: Kind
    facts: Mapping[str, str]


class Vague:
    """A time that is no time, as `now`."""


class Filler:
    """A word that changes nothing."""


class Unknown(NamedTuple):
    """A word that is none of ours."""

    text: str


Part = (
    Day
    | Exactly
    | Clock
    | DayPart
    | TwoWays
    | Phone
    | Length
    | Plate
    | Feature
    | Height
    | Reference
    | Wrong
    | Vague
    | Filler
    | Unknown
)


# Building blocks.

END = r"(?![0-9A-Za-z])"
NOT_LETTERS = r"(?![A-Za-z])"
CHINESE = {"零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8}
CHINESE |= {"九": 9}
_CN = "".join(CHINESE) + "十"


def shape(pattern: str, means: Callable[..., object]) -> Any:
    """What is written like this, in either case: `means` gets the text, then each group."""
    compiled = re.compile(pattern, re.IGNORECASE)
    found = regex(compiled, group=tuple(range(compiled.groups + 1)))
    return found.combine(means) if compiled.groups else found.map(means)


def word(meanings: Mapping[str, object], end: str = END) -> Any:
    """One of these words, the longest that fits; `end` must follow those in Latin letters.

    Looked up: to compile a pattern of all words takes longer than to read a text.
    """
    longest_first = sorted({len(word) for word in meanings}, reverse=True)
    longest = max(longest_first, default=0)
    ends = re.compile(end, re.IGNORECASE).match

    def read(stream: str, at: int) -> Any:
        ahead = stream[at : at + longest].lower()
        for length in longest_first:
            found = ahead[:length]
            if found in meanings and (not found[-1].isascii() or ends(stream, at + len(found))):
                return Result.success(at + len(found), meanings[found])
        return Result.failure(at, "a word")

    return Parser(read)


def any_of(words: Iterable[str]) -> str:
    """A pattern for any of a few words."""
    longest_first = sorted(set(words), key=len, reverse=True)
    return "|".join(map(re.escape, longest_first))


def vocabulary(pick: Callable[[Words], Mapping[str, T]]) -> dict[str, T]:
    """One vocabulary of all languages together."""
    every = languages().values()
    return {word: means for each in every for word, means in pick(each.words).items()}


def all_words(pick: Callable[[Words], Iterable[str]]) -> list[str]:
    """The words of all languages for one thing."""
    return [word for each in languages().values() for word in pick(each.words)]


def _number(text: str | None) -> float:
    """Digits, with a decimal point or comma, or a Chinese number up to 999."""
    if not text:
        return 0
    if text[0] not in _CN and text[0] != "百":
        return float(text.replace(",", "."))
    total, digit = 0, 0
    for char in text:
        if tens := {"百": 100, "十": 10}.get(char):
            total, digit = total + (digit or 1) * tens, 0
        else:
            digit = CHINESE[char]
    return total + digit


def _whole(text: str | None) -> int:
    return int(_number(text))


# How long.


def _length(text: str, hours: str | None, minutes: str | None = None, plus: float = 0) -> Length:
    return Length(timedelta(hours=_number(hours) + plus, minutes=_whole(minutes)), text)


_HOURS_CN = "(?:个?小时|个?钟头|个钟)"
_NUMBER_CN = rf"\d{{1,3}}(?:\.\d{{1,2}})?|[{_CN}百]{{1,5}}"


@cache
def lengths() -> Any:
    """How long something takes."""
    return alt(
        word(
            {
                text: Length(timedelta(minutes=minutes), text)
                for text, minutes in vocabulary(lambda words: words.lengths).items()
            }
        ),
        shape(rf"(\d{{1,3}})h(\d{{1,2}})(?: ?m(?:ins?)?)?{END}", _length),
        shape(
            r"(\d{1,3}|\d{0,3}[.,]\d{1,2}) ?(?:hours?|hrs?|h)"
            rf"(?:[ ,]*(?:and )?(\d{{1,2}}) ?(?:minutes?|mins?|m))?{END}",
            _length,
        ),
        shape(
            rf"(\d{{1,4}}) ?(?:minutes?|mins?|mn|m){END}",
            lambda text, minutes: _length(text, None, minutes),
        ),
        shape(
            rf"(\d|[{_CN}])点(\d|[{_CN}])个?(?:小时|钟头)",
            lambda text, whole, tenths: _length(text, whole, plus=_number(tenths) / 10),
        ),
        shape(rf"半{_HOURS_CN}", lambda text: _length(text, None, plus=0.5)),
        shape(
            rf"({_NUMBER_CN}) ?(?:个?半{_HOURS_CN}|{_HOURS_CN}半)",
            lambda text, hours: _length(text, hours, plus=0.5),
        ),
        shape(
            rf"({_NUMBER_CN}) ?{_HOURS_CN}"
            rf"(?: ?[零又]?(\d{{1,2}}|[{_CN}]{{1,3}})(?:分钟?|(?![\d:点年月日号小个-])))?",
            _length,
        ),
        shape(
            rf"(\d{{1,4}}|[{_CN}百]{{1,5}}) ?分钟?",
            lambda text, minutes: _length(text, None, minutes),
        ),
        shape(
            "([一三])刻钟", lambda text, quarters: _length(text, None, plus=_number(quarters) / 4)
        ),
    )


# Which day.


def _reading(text: str, readings: Sequence[OnDate | Clock]) -> Part:
    """The only reading that can be, else the question which one."""
    possible = tuple(dict.fromkeys(reading for reading in readings if _can_be(reading)))
    match possible:
        case ():
            return Wrong(Kind.MERCHANT_NO_SUCH_TIME, {"time": text})
        case (only,):
            return only
        case _:
            return TwoWays(possible, text)


def _can_be(reading: OnDate | Clock) -> bool:
    if isinstance(reading, Clock):
        return reading.hour < 24 and reading.minute < 60  # noqa: PLR2004 - of a day, of an hour
    return 1 <= reading.month <= 12 and 1 <= reading.day <= 31  # noqa: PLR2004 - of a year, a month


def _year_first(text: str, year: str, _: str, month: str, day: str) -> Part:
    return OnDate(int(month), int(day), int(year), text)


def _year_last(text: str, one: str, _: str, other: str, year: str) -> Part:
    return _either_order(text, one, other, int(year))


def _either_order(text: str, one: str, other: str, year: int | None = None) -> Part:
    """`3/4`: 3 April to some and 4 March to others."""
    first, second = int(one), int(other)
    return _reading(text, [OnDate(second, first, year, text), OnDate(first, second, year, text)])


def _short_year(text: str, one: str, _: str, two: str, three: str) -> Part:
    """`1/12/26`: the year may stand first or last."""
    a, b, c = int(one), int(two), int(three)
    century = 2000
    orders = ((b, a, c), (a, b, c), (b, c, a))
    return _reading(text, [OnDate(month, day, century + year, text) for month, day, year in orders])


def _month_first(text: str, month: str, day: str) -> Part:
    """`12-01` is in the order of ISO 8601; `25-12` can only be in the other."""
    straight = OnDate(int(month), int(day), None, text)
    if _can_be(straight):
        return straight
    return _reading(text, [OnDate(int(day), int(month), None, text)])


def _dotted(text: str, one: str, other: str) -> Part:
    """`18.30` is a time, `25.12` a date, `12.01` either."""
    a, b = int(one), int(other)
    readings: list[OnDate | Clock] = [OnDate(b, a, None, text), OnDate(a, b, None, text)]
    if len(other) == len("30"):
        readings.insert(0, Clock(a, b, text=text))
    return _reading(text, readings)


def _exactly(text: str) -> Part:
    try:
        return Exactly(datetime.fromisoformat(text.upper()))
    except ValueError:
        return Wrong(Kind.MERCHANT_NO_SUCH_TIME, {"time": text[:QUOTED]})


@cache
def _months() -> Mapping[str, int]:
    return vocabulary(lambda words: words.months)


def _with_month_name(text: str, day: str, name: str, year: str | None) -> Part:
    return OnDate(_months()[name.lower()], int(day), int(year) if year else None, text)


@cache
def _weekdays() -> Mapping[str, int]:
    return vocabulary(lambda words: words.weekdays)


def _weekday(text: str, week: str | None, name: str) -> Part:
    said = Week.EITHER if week and week.lower() == "next" else Week.NEXT_SUCH
    return OnWeekday(_weekdays()[name.lower()], said, text)


def _weekday_cn(text: str, week: str | None, name: str) -> Part:
    said = {"下": Week.FOLLOWING, "这": Week.THIS, "本": Week.THIS}.get(week or "", Week.NEXT_SUCH)
    return OnWeekday("一二三四五六日1234567一二三四五六天".index(name) % 7, said, text)


_YEAR = r"(?:[ ,.-]{1,2}(20\d\d)(?![\d:.]| ?[ap]\.?m))?"
_DATE_END = r"(?!\.?\d|[A-Za-z-])"
_DAY_CN = rf"(\d{{1,2}}|[{_CN}]{{1,3}})"


@cache
def _days() -> Any:
    month = f"({any_of(_months())})"
    return alt(
        shape(rf"\d{{4}}-\d\d-\d\dT\d\d:\d\d(?::00(?:\.0+)?)?(?:Z|[+-]\d\d:?\d\d){END}", _exactly),
        shape(rf"(\d{{4}})([-/.])(\d{{1,2}})\2(\d{{1,2}})(?:(?=T\d)|{_DATE_END})", _year_first),
        shape(rf"(\d{{1,2}})([-/.])(\d{{1,2}})\2(\d{{4}}){_DATE_END}", _year_last),
        shape(rf"(\d{{1,2}})([-/.])(\d{{1,2}})\2(\d{{2}}){_DATE_END}", _short_year),
        shape(r"(\d{1,2})/(\d{1,2})(?![\d/A-Za-z])", _either_order),
        shape(r"(\d{1,2})-(\d{1,2})(?![\d:A-Za-z]|-\d)", _month_first),
        shape(
            rf"(\d{{1,2}})(?:st|nd|rd|th)?(?: of)?[ .-]{{0,2}}{month}{END}\.?{_YEAR}",
            _with_month_name,
        ),
        shape(
            rf"{month}\.?[ -]?(\d{{1,2}})(?:st|nd|rd|th)?(?![0-9A-Za-z:.]){_YEAR}",
            lambda text, name, day, year: _with_month_name(text, day, name, year),
        ),
        shape(
            rf"(?:(\d{{4}})年)? ?(\d{{1,2}}|[{_CN}]{{1,2}})月{_DAY_CN}(?:[日号]|(?![\d:]))",
            lambda text, year, month, day: OnDate(
                _whole(month), _whole(day), int(year) if year else None, text
            ),
        ),
        shape(rf"{_DAY_CN}[号日](?!楼)", lambda text, day: OnDay(_whole(day), text)),
        shape(rf"(\d{{1,2}})(?:st|nd|rd|th){END}", lambda text, day: OnDay(int(day), text)),
        shape(rf"(?:(next|this|coming) )?({any_of(_weekdays())}){END}", _weekday),
        shape(r"([下这本])?个?(?:周|星期|礼拜)([一二三四五六日天]|[1-7](?!\d))", _weekday_cn),
        word({text: InDays(days) for text, days in vocabulary(lambda words: words.days).items()}),
    )


# What time.


def _clock(text: str, hour: str, minute: str | None, half: str | None = None) -> Clock:
    part = {"a": DayPart.AM, "p": DayPart.PM}.get((half or "-")[0].lower())
    return Clock(int(hour), int(minute or 0), part=part, text=text)


def _o_clock(text: str, hour: str) -> Clock:
    return Clock(int(hour), 0, spoken=True, text=text)


def _spoken_cn(
    text: str, hour: str, half: str | None, quarters: str | None, *minutes: str | None
) -> Clock:
    minute = 30 if half else _whole(quarters) * 15 or _whole(minutes[0] or minutes[1])
    return Clock(_whole(hour), minute, spoken=True, text=text)


_AM_PM = r"(?: ?(am|pm|a\.m\.?|p\.m\.?|(?<! )[ap]))"
_AFTER_CN = (
    rf"(?:(半)(?! ?个?(?:小时|钟头))|([一三])刻(?!钟)|(?: ?(\d{{1,2}}|[{_CN}]{{1,4}})分(?!钟))"
    rf"|(?=\d\d|[{_CN}]{{2}}|十)(\d\d|[{_CN}]{{1,4}})(?![\d{_CN}:]| ?[分个小点刻月日号]))"
)


@cache
def _clocks() -> Any:
    return alt(
        shape(rf"T?(\d{{1,3}}) ?: ?(\d{{1,3}})(?::00)?(?:{_AM_PM}|h|hrs)?(?![0-9A-Za-z:])", _clock),
        shape(rf"(\d{{1,2}})\.?(\d\d){_AM_PM}{END}", _clock),
        shape(
            rf"(\d{{1,2}}){_AM_PM}{END}", lambda text, hour, half: _clock(text, hour, None, half)
        ),
        shape(r"(\d{1,2})\.(\d{1,2})(?!\.?\d|[A-Za-z]| ?[米个小点])\.?", _dotted),
        shape(rf"(\d{{1,2}}) ?o'?clock{END}", _o_clock),
        shape(
            rf"at (\d{{1,2}})(?![0-9A-Za-z:./-]| ?[{_CN}点月日号年]| (?:{any_of(_months())}){END})",
            _o_clock,
        ),
        shape(rf"(\d{{1,2}}|[{_CN}]{{1,3}}) ?[点时](?!间)[钟整]?{_AFTER_CN}?", _spoken_cn),
        word(dict.fromkeys(all_words(lambda words: words.noon), Clock(12, 0))),
    )


@cache
def _compact_clock() -> Any:
    return shape(rf"([01]\d|2[0-3])([0-5]\d)(?:h|hrs)?{END}", _clock)


@cache
def _day_parts() -> Any:
    return alt(
        word(
            {
                text: [InDays(days), part]
                for text, (days, part) in vocabulary(lambda words: words.days_and_parts).items()
            }
        ),
        word(vocabulary(lambda words: words.day_parts)),
    )


@cache
def _vague() -> Any:
    return alt(
        word(dict.fromkeys(all_words(lambda words: words.vague_times), Vague())),
        shape(
            rf"in (?:\d{{1,3}} ?(?:minutes?|mins?|m|hours?|hrs?|h)|(?:half )?an hour){END}",
            lambda _: Vague(),
        ),
        shape(
            rf"(?:\d{{1,3}}|[{_CN}百]{{1,5}})?个?半?(?:分钟?|小时|钟头)半?(?:之后|以后|后)(?!天)",
            lambda _: Vague(),
        ),
    )


# Which booking, which car.


@cache
def _reference() -> Any:
    return alt(
        seq(
            regex(r"(?i:ref(?:erence)?) ?[:=#]? ?\"") >> index,
            regex(r"[^\"]+") >> index << regex('"'),
        ),
        seq(
            regex(
                rf"(?i:(?:{any_of(all_words(lambda words: words.reference_labels))})"
                r"(?: ?[:=#]+ ?|\.? (?=\S)|(?<=[^\x00-\x7f])(?=[0-9A-Za-z])))"
            )
            >> index,
            regex(
                r"[0-9A-Za-z_](?:[0-9A-Za-z_./#@+&:-]*[0-9A-Za-z_])?"
                r"|[^\s,;*\"'()\x00-\x7f][^\s,;*\"'()]*"
            )
            >> index,
        ),
    ).combine(Reference)


@cache
def _height() -> Any:
    return shape(
        rf"(?:{any_of(all_words(lambda words: words.height_labels))})(?: ?[:=]+ ?| |(?=\d))"
        r"(\d+(?:[.,]\d+)?(?!['\"])|[^\s,;]{1,20}) ?(?:(?:metres?|meters?|m)(?![A-Za-z])|米)?",
        lambda text, metres: Height(metres.replace(",", "."), text),
    )


def _plate(text: str) -> Plate:
    return Plate(re.sub(r"[ ·.-]", "", text).upper())


@cache
def _chinese_plate() -> Any:
    return shape(
        "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z]"
        rf"[ ·.-]{{0,3}}[A-Z0-9]{{4,5}}[A-Z0-9挂学警港澳领]{END}",
        _plate,
    )


@cache
def _spaced_plate() -> Any:
    ours = {
        *_months(),
        *_weekdays(),
        *vocabulary(lambda words: words.day_parts),
        *vocabulary(lambda words: words.needs),
        *all_words(lambda words: words.fillers),
        *all_words(lambda words: words.plate_labels),
        *all_words(lambda words: words.reference_labels),
    }
    our_word = word(dict.fromkeys(ours))
    no_plate = our_word | regex("(?i:[A-Z0-9]* )") >> our_word  # FOR 1830, 1830 MON
    return no_plate.should_fail("a plate") >> shape(
        r"(?:[A-Z]{2}\d\d [A-Z]{3}"  # GB
        r"|[A-ZÄÖÜ]{1,3}-[A-Z]{1,2} ?\d{1,4}[EH]?"  # DE
        r"|[A-Z]{2} \d{3} [A-Z]{2}"  # FR, IT
        r"|\d{4} [B-DF-HJ-NP-TV-Z]{3}"  # ES
        r"|[A-Z]{3} \d{3,4}|\d[A-Z]{3} \d{3}"  # US
        rf"){END}",
        _plate,
    )


@cache
def _labelled_plate() -> Any:
    labels = any_of(all_words(lambda words: words.plate_labels))
    return regex(rf"(?i:(?:{labels})(?: number| no\.?)?[ :=#]+)") >> alt(
        _chinese_plate(),
        _spaced_plate(),
        shape(rf"[A-Z0-9]{{1,8}}(?:[·-][A-Z0-9]{{1,6}}){{0,2}}{END}", _plate),
    )


@cache
def _bare_plate() -> Any:
    chunk = "[A-Z0-9]{1,4}"
    return shape(
        r"(?=[0-9·-]*[A-Z])(?=[A-Z·-]*[0-9])"
        rf"(?:[A-Z0-9]{{5,8}}|{chunk}[·-]{chunk}(?:[·-]{chunk})?)(?![·-]?[0-9A-Za-z])",
        _plate,
    )


# Whose phone.


def _phone(country: str) -> Any:
    def read(stream: str, at: int) -> Any:
        if stream[at : at + 1].isdigit() or stream.startswith(("+", "("), at):
            found = phone_at(stream, at, country)
            if found:
                return Result.success(found[0], Phone(found[1]))
        return Result.failure(at, "a phone number")

    return Parser(read)


def _no_phone(stream: str, at: int) -> Any:
    end = run_at(stream, at)
    if end is None:
        return Result.failure(at, "a run of digits")
    text = stream[at : min(end, at + QUOTED)]
    return Result.success(end, Wrong(Kind.MERCHANT_BAD_PHONE, {"text": text}))


@lru_cache(maxsize=16)
def parts(country: str) -> Any:
    """The parts of a merchant's text in the country of its mall; what is more exact comes first.

    A part is a `Part`, or a list of them where one word says two things.
    """
    part = alt(
        _reference(),
        _height(),
        _labelled_plate(),
        _days(),
        _vague(),
        lengths(),
        _clocks(),
        _day_parts(),
        word(vocabulary(lambda words: words.needs)),
        _chinese_plate(),
        _phone(country),
        _spaced_plate(),
        _compact_clock(),
        _bare_plate(),
        Parser(_no_phone),
        word(dict.fromkeys(all_words(lambda words: words.fillers), Filler()), NOT_LETTERS),
        regex(r"[0-9A-Za-z.]+|[^\x00-\x7f]+|\S").map(Unknown),
    )
    slash = r"/(?!\d)|(?<!\d)/"  # between digits it is a part of something
    between = regex(rf"(?:[\s,;!?|=~'\"()\[\]<>{{}}:&·*_-]|\.(?!\d)|{slash})*")
    return between >> (part << between).times(0, MAX_PARTS) << eof
