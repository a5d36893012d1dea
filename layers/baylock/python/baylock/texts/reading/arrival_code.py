"""The code in a driver's text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from baylock.texts.reading.match import (
    BETWEEN,
    END,
    NOT_LETTERS,
    all_words,
    any_of,
    shape,
    vocabulary,
    word,
)

_CODE_DIGITS = 4


@cache
def _digits() -> Mapping[str, int]:
    return vocabulary(lambda words: words.digits)


def code_in(text: str) -> str | None:
    """The four digits in a text, in any script; None where they are not four."""
    digits = "".join(str(_digits().get(char, char)) for char in re.sub(r"[\W_]", "", text))
    return digits if len(digits) == _CODE_DIGITS else None


@cache
def arrival_code() -> Any:
    """Parse a code, with its label if it has one; None where it has not four digits."""
    label = word(dict.fromkeys(all_words(lambda words: words.code_labels), ""), NOT_LETTERS)
    return (
        (label << BETWEEN)
        .optional()
        .then(shape(rf"\d(?:[\W_]*\d)*{END}|(?:{any_of(_digits())}){{{_CODE_DIGITS}}}", code_in))
    )
