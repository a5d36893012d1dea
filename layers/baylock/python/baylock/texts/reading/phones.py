"""Phone numbers in a text: where they end, and whether they can be one."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from baylock.texts.reading.match import counters, not_before

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

MIN_DIGITS: Final = 6
"""A run of so many digits is taken for a phone number, if for a wrong one."""
_MAX_DIGITS: Final = 24
_ALONE: Final = 7
"""So many digits without a break are a whole number, if that is a valid one."""

_FIRST = re.compile(r"(\+ ?)?\(?\d+")
_NEXT = re.compile(r"[ ().·-]{1,3}\d+")
_APART = re.compile(r"[2-9] \d{6}")
_DATE = re.compile(r" \d{1,2}-\d{1,2}(?![\d-])| \d{1,2}\.\d{1,2}(?![\d.])")


@cache
def _can_end() -> re.Pattern[str]:
    return re.compile(rf"{not_before('0-9:/')}(?! ?(?:{counters()}))")


def phone_at(text: str, at: int, country: str) -> tuple[int, str] | None:
    """The phone number that starts at an index: where it ends, and in E.164.

    A number may be written in groups, and digits of something else may follow: the longest run of
    groups that is a number is taken, or the first group if that alone is a number. A digit that
    stands before a long group is something else: `7 425555012` lacks a digit, and is nobody's.
    """
    if _APART.match(text, at):
        return None
    ends = _ends(text, at)
    for end in [*ends[:1], *reversed(ends[1:])]:
        written = text[at:end]
        if end == ends[0] and len(ends) > 1 and _digits(written) < _ALONE:
            continue
        if number := e164(written, country):
            return end, number
    return None


def run_at(text: str, at: int) -> int | None:
    """The end of a run of digits that is as long as a phone number, if it is one."""
    ends = _ends(text, at)
    return ends[-1] if ends and _digits(text[at : ends[-1]]) >= MIN_DIGITS else None


def e164(written: str, country: str) -> str | None:
    """The number in E.164, or None if it can't be one.

    It must be valid, so that its country has such numbers: one that is only possible may be a
    stranger's when it is mistyped, and another country's without its code somebody else's.
    """
    from phonenumbers import PhoneNumberFormat, format_number, is_valid_number

    number = _parsed(written, country)
    if number is None or not is_valid_number(number):
        international = "+" if written.startswith("+") else written.removeprefix("00")
        return None if international in {written, "+"} else e164(f"+{international}", country)
    return format_number(number, PhoneNumberFormat.E164)


def exists(number: str) -> bool:
    """Whether a number in E.164 is one that its country has."""
    return e164(number, "ZZ") == number


def _parsed(written: str, country: str) -> PhoneNumber | None:
    from phonenumbers import (
        NumberParseException,
        ValidationResult,
        is_possible_number_with_reason,
        parse,
    )

    try:
        number = parse(written, country.upper())
    except NumberParseException:
        return None
    possible = is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE
    return number if possible else None


def _digits(text: str) -> int:
    return sum(map(str.isdigit, text))


def _ends(text: str, at: int) -> list[int]:
    """The ends of groups of digits at which a number that starts here could end."""
    can_end = _can_end()
    ends: list[int] = []
    group = _FIRST.match(text, at)
    while group and group.end() - at <= _MAX_DIGITS:
        end = group.end()
        if can_end.match(text, end):
            ends.append(end)
        group = None if _DATE.match(text, end) else _NEXT.match(text, end)
    return ends
