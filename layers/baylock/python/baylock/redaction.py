"""What must not stand in logs, notes and errors, struck out of a text: numbers, secrets, plates.

A text is looked through once. Shapes that look like a number but are none (times, decimals, UUIDs,
ARNs, addresses of machines) are recognized first, and stay.
"""

from __future__ import annotations

import re
from typing import Final

NUMBER: Final = "[number]"
SECRET: Final = "[secret]"  # noqa: S105 (what stands in place of one)
PERSONAL: Final = "[personal]"

GAP: Final = r"(?:[\s()\[\].\-/_·•\u00ad\u200b-\u200f\u2010-\u2015\u2060\ufeff]|%2[089dD]|&nbsp;)"
"""What people write between the digits of a phone number, and what nobody can see."""

_FIELDS = (
    "phone|phones|sender|originationNumber|destination|plate|customer_?[Nn]ame|locale|messageBody"
    "|former|previous_drivers"
)
"""The names under which personal data stands in our values, items and events."""

_STAYS = (
    # A date, a time, or both; in UTC or with an offset.
    (
        r"(?<![\w.+])\d{4}-\d\d-\d\d"
        r"(?:[T ]\d\d:\d\d(?::\d\d)?(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?)?(?![\w-])"
    ),
    r"(?<!\d)\d{1,2}:\d\d(?::\d\d)?(?!\d)",
    r"(?<![\w-])[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![\w-])",
    r"(?<![\w-])1-[0-9a-f]{8}-[0-9a-f]{24}(?![\w-])",
    r"arn:aws[\w-]*:[\w-]*:[\w-]*:\d{12}",
    r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])",
    r"(?<![\w.+])-?\d+\.\d+(?:e[+-]?\d{1,3})?(?![\w.])",
    # Seconds and milliseconds since 1970, of the years 2017 to 2033; and days such as 20261201.
    r"(?<![\w+.])1[5-9]\d{8}(?:\d{3})?(?![\w.])",
    r"(?<![\w+.])20\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\w)",
    r"amazonaws\.com(?:\.cn)?/\d{12}(?!\d)",
    # Longer than any phone number.
    r"\d{16,}",
)

_PATTERN = re.compile(
    "|".join(
        (
            (
                r"(?P<secret>blk_(?:live|test)_[\w-]+|whsec_[A-Za-z0-9+/=_-]+|(?<=/d/)[^/\s\"'?#&]+"
                r"|(?i:(?<=Bearer )\S+))"
            ),
            (
                rf"(?P<field>\b(?:{_FIELDS})\\?[\"']?\s*[:=]\s*(?:\{{\s*\\?[\"']S\\?[\"']\s*:\s*)?)"
                r"(?:\\?\"(?:[^\"\\]|\\(?!\"))*\\?\"|'[^']*')"
            ),
            (
                r"(?P<code>(?:\b(?i:here|code|taken|blocked|drop|done)\b|到了|验证码|被占|挡住)"
                r"\W{0,4}(?=\d{4}(?!\d))|(?:\b(?i:pin)(?:\b|(?=码))|密码|口令)码?\W{0,4}"
                r"(?=\d{4,8}(?!\d)))\d+"
            ),
            rf"(?P<stays>{'|'.join(_STAYS)})",
            (
                rf"(?P<number>(?:\+|%2[Bb]){GAP}{{0,3}}\d(?:{GAP}{{0,3}}\d){{5,17}}"
                # Not within a word, such as the name of a lock; but as in `tel:4255550123`.
                rf"|(?<![A-Za-z0-9])\d(?:{GAP}{{0,3}}\d){{7,14}}(?![A-Za-z0-9_])"
                # Nor in hexadecimal; but after a word that runs into it, as in `tel4255550123`.
                r"|(?<=[g-zG-Z])\d{10,15}(?![A-Za-z0-9_]))"
            ),
            r"(?P<letters>(?<![A-Za-z0-9_])[A-Za-z]{20,40}(?![A-Za-z0-9_]))",
        )
    )
)

_WORDS = re.compile(r"[A-Z]?[a-z]+(?:[A-Z][a-z]{2,})*|[A-Z]+")
"""Names as programs have them (`EndpointConnectionError`), unlike the letters of a link."""


def redacted(text: str) -> str:
    """The text without phone numbers, secrets, codes, links' tokens and named personal fields."""
    return _PATTERN.sub(_in_place_of, text)


def _in_place_of(found: re.Match[str]) -> str:
    match found.lastgroup:
        case "secret":
            return SECRET
        case "field":
            return f"{found['field']}{PERSONAL}"
        case "code":
            return f"{found['code']}{SECRET}"
        case "number":
            return NUMBER
        case "letters" if not _WORDS.fullmatch(found[0]):
            return SECRET
        case _:
            return found[0]
