"""Read customers' answers to the questions of a booking form."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache

# parsy has no type hints.
from parsy import ParseError  # type: ignore[import-untyped]

from baylock.texts.reading.form_words import (
    ALONE_YES,
    NEITHER,
    NO,
    NO_SIGNS,
    VEHICLE,
    YES,
    YES_SIGNS,
)
from baylock.texts.reading.match import all_words
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

_CLAUSE_ENDS = re.compile(r"[ \W_]*(?:[,;.!…。，；！\n()]|\Z)")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_NO_INSIDE = re.compile("ません|ない|なし|[不没無别]|无(?!障)|없|않|안 |ไม่")
"""Of scripts without spaces between words, and endings of words."""
_BUT_NO = re.compile(
    r"\b(?:but|aber|mais|pero|mas|ma|maar|men|но|但是?|でも)[ ,]*(?:[^\W_]+ ){0,3}?"
    r"(?:no|not|don't|doesn't|kein|keine|keinen|nicht|pas|sin|não|non|niet|geen|не|нет|不|没|无)\b",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"[\W_]*")
_UNSPACED = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")
"""Thai, Japanese and Chinese are written without spaces between words."""


class _Said(Enum):
    """What a word at the beginning of an answer says."""

    YES = auto()
    VEHICLE = auto()
    ALONE = auto()
    """A yes, if nothing follows."""
    NO = auto()
    NEITHER = auto()


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
    """What the answer begins with, and the rest: `Yes 425` would be a plate too.

    None where a no follows in the same clause, or anywhere behind a vehicle: `Auto: nein`.
    """
    bare = _BEFORE.sub("", text, count=1)
    found = _longest(bare)
    if found is None:
        return None, text
    word, said = found
    rest = bare[len(word) :]
    if said is _Said.ALONE and _CLAUSE_ENDS.match(rest) is None:
        return None, text
    if said in {_Said.NO, _Said.NEITHER}:
        return (False if said is _Said.NO else None), rest
    behind = rest if said is _Said.VEHICLE else _CLAUSE_ENDS.split(rest, maxsplit=1)[0]
    return (None if _has_no(behind) or _BUT_NO.search(rest) else True), rest


def _longest(text: str) -> tuple[str, _Said] | None:
    """The longest word or words that a text begins with, as they are written there."""
    words = _form_words()
    for length in range(min(len(text), max(map(len, words))), 0, -1):
        said = words.get(text[:length].lower())
        if said is not None and _ends_word(text, length):
            return text[:length], said
    return None


def _has_no(text: str) -> bool:
    """Whether there is a no in it, in any language that we know."""
    if _NO_INSIDE.search(text):
        return True
    starts = (found.start() for found in _WORD.finditer(text))
    return any((_longest(text[at:]) or ("", None))[1] is _Said.NO for at in starts)


def _ends_word(text: str, at: int) -> bool:
    """Whether a word ends here: before no letter or digit, where its script has spaces."""
    if _UNSPACED.match(text[at - 1]) or at == len(text):
        return True
    return text[at] != "-" and unicodedata.category(text[at])[0] not in "LNM"


@cache
def _form_words() -> Mapping[str, _Said]:
    groups = (
        (_Said.YES, all_words(lambda words: words.yes)),
        (_Said.NO, all_words(lambda words: words.no)),
        (_Said.YES, YES),
        (_Said.VEHICLE, VEHICLE),
        (_Said.ALONE, ALONE_YES),
        (_Said.NO, NO),
        (_Said.NEITHER, NEITHER),
    )
    return {_normalized(word).lower(): said for said, words in groups for word in words}


def _tokens(text: str, country: str) -> list[Token]:
    try:
        return tokens(text, country, any_plate=True)
    except ParseError:
        return []
