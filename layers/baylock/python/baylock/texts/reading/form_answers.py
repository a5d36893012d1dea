"""What a customer answered to a question of a booking form."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

# parsy has no type hints; its parsers are Any here.
from parsy import ParseError, regex  # type: ignore[import-untyped]

from baylock.texts.reading.normalize import (
    MAX_LENGTH,
    MAX_RAW_LENGTH,
    simplified,
    tidy,
    well_formed,
)
from baylock.texts.reading.phones import e164
from baylock.texts.reading.tokens import Part, Phone, Plate, all_words, parts, word

MAX_PLATE_LENGTH = 16

_WORD_ENDS = r"(?![0-9A-Za-z-])"
"""Not before a dash: `N-1234` is a plate."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Yes or no where it was said, and what else was named. A phone is in E.164."""

    yes: bool | None = None
    plate: str | None = None
    phone: str | None = None


def read_answer(said: str, country: str) -> Answer:
    """Yes, no, a plate, a phone number, or several of them; a plate alone means yes."""
    text = _tidied(said)
    yes, more = _said_yes(text)
    if yes is False:
        return Answer(yes=False)
    found = _parts(more, country)
    plate = next((part.plate for part in found if isinstance(part, Plate)), None)
    phone = next((part.number for part in found if isinstance(part, Phone)), None)
    return Answer(yes or (True if plate else None), plate, phone)


def read_plate(said: str, country: str) -> str | None:
    """The plate in the answer to a question that asks for one; it has a digit, like all plates."""
    answer = read_answer(said, country)
    if answer.yes is False or answer.plate:
        return answer.plate
    bare = re.sub(r"[\s·.-]", "", _tidied(said)).upper()
    fits = 2 <= len(bare) <= MAX_PLATE_LENGTH and bare.isalnum()  # noqa: PLR2004
    return bare if fits and any(map(str.isdigit, bare)) else None


def read_phone(said: str, country: str) -> str | None:
    """The number in the answer to a question that asks for one, in E.164."""
    text = _tidied(said)
    return e164(text, country) or read_answer(text, country).phone


def _tidied(said: str) -> str:
    return simplified(tidy(well_formed(said[:MAX_RAW_LENGTH])))[:MAX_LENGTH]


def _said_yes(text: str) -> tuple[bool | None, str]:
    """And what is said after it: `Yes 425` would be a plate too."""
    try:
        said: tuple[bool, str] = _yes_or_no().parse_partial(text)
    except ParseError:
        return None, text
    return said


@cache
def _yes_or_no() -> Any:
    """The word that an answer begins with."""
    words = dict.fromkeys(all_words(lambda words: words.yes), True)
    words |= dict.fromkeys(all_words(lambda words: words.no), False)
    return regex(r"[\W_]*") >> word(words, _WORD_ENDS)


def _parts(text: str, country: str) -> list[Part]:
    try:
        found: list[Part | list[Part]] = parts(country).parse(text)
    except ParseError:
        return []
    return [part for one in found for part in (one if isinstance(one, list) else [one])]
