"""Number plates in a text, as countries write them.

`code` is the code of the language that the text is in, empty where that is unknown.
"""

from __future__ import annotations

import re
from functools import cache, partial
from typing import Any

# parsy has no type hints; its parsers are Any here.
from parsy import Parser, Result, alt, fail, regex, success  # type: ignore[import-untyped]

from baylock.texts.reading.match import END, all_words, any_of, shape, vocabulary, word
from baylock.texts.reading.near import is_like_ours
from baylock.texts.reading.plate_shapes import has_shape_of_plate
from baylock.texts.reading.times import months, weekdays
from baylock.texts.reading.tokens import Plate


def _plate(text: str) -> Plate:
    return Plate(re.sub(r"[ ·.-]", "", text).upper())


@cache
def chinese_plate() -> Any:
    """Parse a plate that begins with the sign of a province."""
    return shape(
        "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z]"
        rf"[ ·.-]{{0,3}}[A-Z0-9]{{4,5}}[A-Z0-9挂学警港澳领]{END}",
        _plate,
    )


@cache
def spaced_plate(country: str, code: str) -> Any:
    """Parse a plate in groups, unless a group is a word of ours: `FOR 1830`, `1830 MON`."""
    ours = {
        *months(code),
        *weekdays(code),
        *vocabulary(lambda words: words.day_parts, code),
        *vocabulary(lambda words: words.needs, code),
        *all_words(lambda words: words.fillers, code),
        *all_words(lambda words: words.plate_labels, code),
        *all_words(lambda words: words.reference_labels, code),
    }
    our_word = word(dict.fromkeys(ours))
    no_plate = our_word | regex("(?i:[A-Z0-9]* )") >> our_word
    groups = regex(
        re.compile(
            r"(?:[A-Z]{2}\d\d [A-Z]{3}"  # GB
            r"|[A-ZÄÖÜ]{1,3}-[A-Z]{1,2} ?\d{1,4}[EH]?"  # DE
            r"|[A-Z]{2} \d{3} [A-Z]{2}"  # FR, IT
            r"|\d{4} [B-DF-HJ-NP-TV-Z]{3}"  # ES
            r"|[A-Z]{3} \d{3,4}|\d[A-Z]{3} \d{3}"  # US
            rf"){END}(?![ .-]\d{{3,4}}(?!\d))",
            re.IGNORECASE,
        )
    )
    return no_plate.should_fail("a plate") >> groups.bind(partial(_unless_like_ours, country))


_HYPHENED = re.compile(r"([A-ZÄÖÜ]{1,3})-([A-Z]{1,2}) ?\d", re.IGNORECASE)
_SHORT_DAYS = frozenset(
    {*("mo", "tu", "we", "th", "fr", "sa", "su"), *("di", "mi", "do", "so"), *("ma", "me", "je")}
    | {*("ve", "lu", "ju", "vi")}
)
_WITH_HYPHENS = frozenset({"DE", "AT"})
"""Countries whose people write the hyphen of a plate, in small letters too."""


def _unless_like_ours(country: str, groups: str) -> Any:
    """Fail where a group of letters is a word of ours, a thing or a name, or two are days.

    With a hyphen, which is in many words (`wi-fi 5`), a plate of another country is in capitals.
    """
    words = groups.split(" ")
    is_name = words[0].istitle() and len(words[0]) > 1 and "-" not in words[0]
    if is_name or any(word.isalpha() and is_like_ours(word) for word in words):
        return fail("a plate")
    if hyphened := _HYPHENED.match(groups):
        are_days = {part.lower() for part in hyphened.groups()} <= _SHORT_DAYS
        if are_days or not (groups.isupper() or country.upper() in _WITH_HYPHENS):
            return fail("a plate")
    return success(_plate(groups))


_NO_PLATE = "none|no|nil|null|n/?a|tb[acd]|unknown|unsure|pending|later|ask|idk|missing|without"
"""What people write behind a label for want of a plate."""


@cache
def labelled_plate(country: str, code: str) -> Any:
    """Parse any plate that has a label before it."""
    labels = any_of(all_words(lambda words: words.plate_labels, code))
    numbers = any_of(all_words(lambda words: words.numbers, code))
    unknown = regex(rf"(?i:{_NO_PLATE}){END}")
    return (
        regex(rf"(?i:(?:{labels})(?: (?:{numbers}))?[ :=#]+)")
        >> unknown.should_fail("none")
        >> alt(
            chinese_plate(),
            spaced_plate(country, code),
            shape(rf"[A-Z0-9]{{1,8}}(?:[·-][A-Z0-9]{{1,6}}){{0,2}}{END}", _plate),
        )
    )


@cache
def bare_plate(country: str, any_shape: bool) -> Any:
    """Parse a plate of a shape that we know, unless it has a word of ours in it.

    With `any_shape`, letters and digits that can be a plate.
    """

    def read(stream: str, at: int) -> Any:
        found = _bare().match(stream, at)
        if found is None:
            return Result.failure(at, "a plate")
        plate = _plate(found[0])
        # The shape first: likeness takes longer to tell, and few words have the shape.
        if any_shape or (has_shape_of_plate(plate.plate, country) and not is_like_ours(found[0])):
            return Result.success(found.end(), plate)
        return Result.failure(at, "a plate")

    return Parser(read)


@cache
def _bare() -> re.Pattern[str]:
    chunk = "[A-Z0-9]{1,4}"
    return re.compile(
        r"(?=[0-9·-]*[A-Z])(?=[A-Z·-]*[0-9])"
        rf"(?:[A-Z0-9]{{5,8}}|{chunk}[·-]{chunk}(?:[·-]{chunk})?)(?![·-]?[0-9A-Za-z])",
        re.IGNORECASE,
    )
