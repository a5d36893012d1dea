"""Read customers' answers to the questions of a booking form."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

# parsy has no type hints; its parsers are Any here.
from parsy import ParseError, regex  # type: ignore[import-untyped]

from baylock.texts.reading.match import all_words, not_before, word
from baylock.texts.reading.normalize import (
    MAX_LENGTH,
    MAX_RAW_LENGTH,
    normalize,
    respell,
    well_formed,
)
from baylock.texts.reading.phones import e164
from baylock.texts.reading.tokenize import tokens
from baylock.texts.reading.tokens import Phone, Plate, Token

MAX_PLATE_LENGTH = 16

_WORD_ENDS = not_before("0-9-")
"""Not before a dash: `N-1234` is a plate."""


@dataclass(frozen=True, slots=True)
class FormAnswer:
    """Yes or no where the answer has that, and what else it has. A phone is in E.164."""

    yes: bool | None = None
    plate: str | None = None
    phone: str | None = None


def read_answer(answer: str, country: str) -> FormAnswer:
    """Read yes, no, a plate, a phone number, or several of them; a plate alone means yes."""
    text = _normalized(answer)
    yes, rest = _yes_or_no(text)
    if yes is False:
        return FormAnswer(yes=False)
    found = _tokens(rest, country)
    plate = next((token.plate for token in found if isinstance(token, Plate)), None)
    phone = next((token.number for token in found if isinstance(token, Phone)), None)
    return FormAnswer(yes or (True if plate else None), plate, phone)


def read_plate(answer: str, country: str) -> str | None:
    """Read the answer to a question for a plate; a plate has a digit."""
    read = read_answer(answer, country)
    if read.yes is False or read.plate:
        return read.plate
    bare = re.sub(r"[\s·.-]", "", _normalized(answer)).upper()
    fits = 2 <= len(bare) <= MAX_PLATE_LENGTH and bare.isalnum()  # noqa: PLR2004
    return bare if fits and any(map(str.isdigit, bare)) else None


def read_phone(answer: str, country: str) -> str | None:
    """Read the answer to a question for a phone number, in E.164."""
    text = _normalized(answer)
    return e164(text, country) or read_answer(text, country).phone


def _normalized(answer: str) -> str:
    return respell(normalize(well_formed(answer[:MAX_RAW_LENGTH])))[:MAX_LENGTH]


def _yes_or_no(text: str) -> tuple[bool | None, str]:
    """The first word, and the rest: `Yes 425` would be a plate too."""
    try:
        found: tuple[bool, str] = _first_word().parse_partial(text)
    except ParseError:
        return None, text
    return found


@cache
def _first_word() -> Any:
    words = dict.fromkeys(all_words(lambda words: words.yes), True)
    words |= dict.fromkeys(all_words(lambda words: words.no), False)
    return regex(r"[\W_]*") >> word(words, _WORD_ENDS)


def _tokens(text: str, country: str) -> list[Token]:
    try:
        return tokens(text, country, any_plate=True)
    except ParseError:
        return []
