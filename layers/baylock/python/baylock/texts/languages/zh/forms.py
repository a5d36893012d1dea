"""How lengths, days and times are written in Chinese; numbers in digits or in characters."""

from __future__ import annotations

from datetime import timedelta
from types import MappingProxyType

from baylock.texts.languages.words import Form, Forms, Week
from baylock.texts.reading.tokens import Clock, Length, OnDate, OnDay, OnWeekday, Vague

DIGITS = MappingProxyType(
    {
        "零": 0,
        "一": 1,
        "二": 2,
        "两": 2,
        "三": 3,
        "四": 4,
        "五": 5,
        "六": 6,
        "七": 7,
        "八": 8,
        "九": 9,
    }
)
COUNTERS = "[年月日号点分小个米人位名]|时(?![长间])"

_TENS = MappingProxyType({"百": 100, "十": 10})
_CN = "".join(DIGITS) + "十"
_NUMBER = rf"\d{{1,3}}(?:\.\d{{1,2}})?|[{_CN}百]{{1,5}}"
_HOURS = "(?:个?小时|个?钟头|个钟)"
_DAY = rf"(\d{{1,2}}|[{_CN}]{{1,3}})"
_MINUTES = (
    rf"(?:(半)(?! ?个?(?:小时|钟头))|([一三])刻(?!钟)|(?: ?(\d{{1,2}}|[{_CN}]{{1,4}})分(?!钟))"
    rf"|(?=\d\d|[{_CN}]{{2}}|十)(\d\d|[{_CN}]{{1,4}})(?![\d{_CN}:]| ?[分个小点刻月日号]))"
)
"""After the hour: half past, quarters, and minutes with 分 or without."""
_WEEKS = MappingProxyType({"下": Week.FOLLOWING, "这": Week.THIS, "本": Week.THIS})


def _number(text: str | None) -> float:
    """The value of digits, with a decimal point or without, or of characters up to 999."""
    if not text:
        return 0
    if text[0] not in DIGITS and text[0] not in _TENS:
        return float(text)
    total, digit = 0, 0
    for char in text:
        if tens := _TENS.get(char):
            total, digit = total + (digit or 1) * tens, 0
        else:
            digit = DIGITS[char]
    return total + digit


def _whole(text: str | None) -> int:
    return int(_number(text))


def _length(text: str, hours: str | None, minutes: str | None = None, plus: float = 0) -> Length:
    return Length(timedelta(hours=_number(hours) + plus, minutes=_whole(minutes)), text)


def _date(text: str, year: str | None, month: str, day: str) -> OnDate:
    return OnDate(_whole(month), _whole(day), int(year) if year else None, text)


def _weekday(text: str, week: str | None, name: str) -> OnWeekday:
    weekday = "一二三四五六日1234567一二三四五六天".index(name) % 7
    return OnWeekday(weekday, _WEEKS.get(week or "", Week.NEXT_SUCH), text)


def _clock(
    text: str,
    hour: str,
    half: str | None,
    quarters: str | None,
    minutes: str | None,
    bare_minutes: str | None,
) -> Clock:
    minute = 30 if half else _whole(quarters) * 15 or _whole(minutes or bare_minutes)
    return Clock(_whole(hour), minute, spoken=True, text=text)


FORMS = Forms(
    lengths=(
        Form(
            rf"(\d|[{_CN}])点(\d|[{_CN}])个?(?:小时|钟头)",
            lambda text, whole, tenths: _length(text, whole, plus=_number(tenths) / 10),
        ),
        Form(rf"半{_HOURS}", lambda text: _length(text, None, plus=0.5)),
        Form(
            rf"({_NUMBER}) ?(?:个?半{_HOURS}|{_HOURS}半)",
            lambda text, hours: _length(text, hours, plus=0.5),
        ),
        Form(
            rf"({_NUMBER}) ?{_HOURS}"
            rf"(?: ?[零又]?(\d{{1,2}}|[{_CN}]{{1,3}})(?:分钟?|(?![\d:点年月日号小个-])))?",
            _length,
        ),
        Form(
            rf"(\d{{1,4}}|[{_CN}百]{{1,5}}) ?分钟?",
            lambda text, minutes: _length(text, None, minutes),
        ),
        Form(
            "([一三])刻钟", lambda text, quarters: _length(text, None, plus=_number(quarters) / 4)
        ),
    ),
    days=(
        Form(
            rf"(?:(\d{{4}})年)? ?(\d{{1,2}}|[{_CN}]{{1,2}})月{_DAY}(?:[日号]|(?![\d:]))",
            _date,
        ),
        Form(rf"{_DAY}[号日](?!楼)", lambda text, day: OnDay(_whole(day), text)),
        Form(r"([下这本])?个?(?:周|星期|礼拜)([一二三四五六日天]|[1-7](?!\d))", _weekday),
    ),
    clocks=(Form(rf"(\d{{1,2}}|[{_CN}]{{1,3}}) ?[点时](?!间)[钟整]?{_MINUTES}?", _clock),),
    people=(Form(rf"[{_CN}]{{1,3}}个?[人位名](?:客人)?", lambda _: None),),
    vague_times=(
        Form(
            rf"(?:\d{{1,3}}|[{_CN}百]{{1,5}})?个?半?(?:分钟?|小时|钟头)半?(?:之后|以后|后)(?!天)",
            lambda _: Vague(),
        ),
    ),
)
