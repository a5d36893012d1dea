"""The PIN in a merchant's text: `PIN 482163` before the rest of it, or after it."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from baylock.texts.reading.match import all_words, any_of


def without_pin(body: str) -> tuple[str, str | None]:
    """The text without its PIN, and the PIN's digits, in any script; None where it has none.

    Only the first or the last words of a text are taken for one.
    """
    for pattern in _patterns():
        if found := pattern.search(body):
            digits = "".join(str(unicodedata.digit(char)) for char in found[1])
            return f"{body[: found.start()]} {body[found.end() :]}".strip(), digits
    return body, None


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    pin = rf"(?:{any_of(all_words(lambda words: words.pin_labels))})[\s:：=#]{{0,3}}(\d{{4,8}})"
    return (
        re.compile(rf"\A\s{{0,8}}{pin}(?!\d)[\s,，;；.。:：]{{0,3}}", re.IGNORECASE),
        re.compile(rf"(?<![^\W\d_]){pin}[\s.。!！]{{0,8}}\Z", re.IGNORECASE),
    )
