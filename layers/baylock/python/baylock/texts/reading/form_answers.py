"""Read customers' answers to the questions of a booking form."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Any

# parsy has no type hints; its parsers are Any here.
from parsy import ParseError, regex  # type: ignore[import-untyped]

from baylock.texts.reading.form_words import NO, NO_SIGNS, YES, YES_SIGNS
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


_BEFORE = re.compile(r"[\W_]*")
_UNSPACED = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")
"""Thai, Japanese and Chinese are written without spaces between words."""


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
    if yes is None:
        yes = _sign(answer)
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


def _sign(answer: str) -> bool | None:
    """What a tick or a cross says at the beginning."""
    first = answer.strip()[:1]
    return first in YES_SIGNS if first and first in YES_SIGNS + NO_SIGNS else None


def _yes_or_no(text: str) -> tuple[bool | None, str]:
    """The first word, and the rest: `Yes 425` would be a plate too."""
    if found_in_forms := _in_form_words(text):
        return found_in_forms
    try:
        found: tuple[bool, str] = _first_word().parse_partial(text)
    except ParseError:
        return None, text
    return found


def _in_form_words(text: str) -> tuple[bool, str] | None:
    bare = _BEFORE.sub("", text, count=1)
    words = _form_words()
    for length in range(min(len(bare), max(map(len, words))), 0, -1):
        said = words.get(bare[:length].lower())
        if said is not None and _ends_word(bare, length):
            return said, bare[length:]
    return None


def _ends_word(text: str, at: int) -> bool:
    """Whether a word ends here: before no letter or digit, where its script has spaces."""
    if _UNSPACED.match(text[at - 1]) or at == len(text):
        return True
    return text[at] != "-" and unicodedata.category(text[at])[0] not in "LNM"


@cache
def _form_words() -> dict[str, bool]:
    words = dict.fromkeys(YES, True) | dict.fromkeys(NO, False)
    return {_normalized(each).lower(): said for each, said in words.items()}


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
