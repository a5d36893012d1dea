"""A text as people, phones and carriers leave it, brought into one form for the readers."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from baylock.texts.languages.language import languages
from baylock.texts.reading.symbols import SKIN_TONES
from baylock.texts.writing.encoding import QUOTES_AND_DASHES

MAX_LENGTH = 480
"""Characters of a text that is read; no booking needs more, and longer texts are not read."""
MAX_RAW_LENGTH = 1600
"""Characters that a carrier joins at most."""

_BEFORE = str.maketrans(
    {
        "½": ".5",
        "¼": ".25",
        "¾": ".75",
        "⅕": ".2",
        "⅖": ".4",
        "⅗": ".6",
        "⅘": ".8",
        "⅛": ".125",
        "⅜": ".375",
        "⅝": ".625",
        "⅞": ".875",
        "⁄": "/",
        "´": "'",
        "\u202f": " ",
    }
)
_AFTER = str.maketrans(
    {
        **QUOTES_AND_DASHES,
        "➕": "+",
        "、": ",",
        "。": ".",
        "∶": ":",
        "•": "·",
        "∙": "·",
        "・": "·",
        "‧": "·",
        "【": "(",
        "】": ")",
        "「": '"',
        "」": '"',
        "《": '"',
        "》": '"',
    }
)
_SPACE = re.compile(r"\s+")


def well_formed(text: str) -> str:
    """The text without lone surrogates, so that it can be encoded."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def normalize(text: str, keep: frozenset[str] = frozenset()) -> str:
    """Half width, plain quotes and dashes, single spaces, ASCII digits; nothing invisible.

    Of pictures only those of `keep` are left.
    """
    plain = text.translate(_BEFORE)
    if not plain.isascii():
        plain = "".join(map(_compatible, plain))
        plain = unicodedata.normalize("NFC", plain).translate(_AFTER)
    if not plain.isascii() or not plain.isprintable():
        plain = "".join(char if char in keep else _visible(char) for char in plain)
    return _SPACE.sub(" ", plain).strip()


def respell(text: str) -> str:
    """The characters that our words are written in; every character keeps its place."""
    return text.translate(_spellings())


@cache
def _spellings() -> dict[int, str]:
    spellings = {"İ": "I", "ı": "i"}  # of a Turkish keyboard
    for language in languages().values():
        spellings |= language.words.spellings
    return str.maketrans(spellings)


@cache
def _compatible(char: str) -> str:
    """The compatibility form of a character, where its digits can't join those beside it.

    `①` stands apart; `²` and `⅓` stay as they are, as they are no digits of a phone or a time.
    """
    form = unicodedata.normalize("NFKC", char)
    if unicodedata.category(char) == "Nd" or not any(part.isdecimal() for part in form):
        return form
    is_index = unicodedata.decomposition(char).startswith(("<super>", "<sub>", "<fraction>"))
    return char if is_index else f" {form} "


def _visible(char: str) -> str:
    if char.isascii():
        return char if char.isprintable() else " "
    match unicodedata.category(char):
        case "Sk" if char in SKIN_TONES:
            return ""
        case "Nd":
            return str(unicodedata.decimal(char))
        case "Cf" | "Mn" | "Me":
            return ""
        case "Cc" | "Cs" | "Co" | "Cn" | "So":
            return " "
        case _:
            return char
