"""How a text travels (3GPP TS 23.038): GSM-7 with its extension table, or UCS-2."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from enum import Enum, StrEnum, auto
from functools import cache
from typing import NamedTuple

GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENSION = frozenset("\f^{}\\[~]|€")
"""Each of these takes two places."""

_BEYOND_BMP = 0x10000

QUOTES_AND_DASHES = {
    "‘": "'",
    "’": "'",
    "‛": "'",
    "′": "'",
    "`": "'",
    "“": '"',
    "”": '"',
    "„": '"',
    "″": '"',
    "«": '"',
    "»": '"',
    "‐": "-",
    "‒": "-",
    "–": "-",
    "—": "-",
    "―": "-",
    "−": "-",
}
"""As typographers write them, and on a keyboard."""

_PLAIN = {
    **QUOTES_AND_DASHES,
    "‚": "'",
    "´": "'",
    "‑": "-",
    "•": "-",
    "·": ".",
    "・": ".",
    "…": "..",
    "×": "x",
    "✕": "x",
    "✖": "x",
    "∶": ":",
    "‹": "'",
    "›": "'",
    "〈": "<",
    "〉": ">",
    "⇒": "=>",
    "⇐": "<=",
    "➜": "->",
    "➔": "->",
    "œ": "oe",
    "Œ": "OE",
    "ł": "l",
    "Ł": "L",
    "đ": "d",
    "Đ": "D",
    "ð": "d",
    "þ": "th",
    "ı": "i",
    "ç": "c",
    "、": ",",
    "。": ".",
    "《": '"',
    "》": '"',
    "「": '"',
    "」": '"',
    "ʻ": "'",
    "ʼ": "'",
    "⁄": "/",
    "∕": "/",
    "÷": "/",
    "±": "+/-",
    "≠": "!=",
    "≤": "<=",
    "≥": ">=",
    "≈": "~",
    "→": "->",
    "←": "<-",
    "℃": "C",
    "℉": "F",
    "ẞ": "SS",
    "Þ": "Th",
    "Ħ": "H",
    "ħ": "h",
    "Ŧ": "T",
    "ŧ": "t",
    "¢": "c",
    "₹": "INR",
    "₽": "RUB",
    "₩": "KRW",
    "₪": "ILS",
    "₺": "TRY",
    "₴": "UAH",
    "₫": "VND",
    "₱": "PHP",
    "₦": "NGN",
}
"""What has no compatibility form in Unicode, or a better one."""

_IN_UNITS = {"μ": "u"}
"""Letters of units that are one character, as `㎛`; by themselves they are Greek and stay."""
_NEGATION = "\u0338"
"""The stroke through a sign that makes it mean the contrary: `≮`."""
_INDEX_SIGNS = frozenset("+-=()")
_DIGITS = frozenset("0123456789")
_FRAMED_LETTER = re.compile(
    r"(?:CROSSED )?(?:NEGATIVE )?(?:CIRCLED|SQUARED) LATIN CAPITAL LETTER ([A-Z])"
)


class Encoding(StrEnum):
    """The two alphabets of a text message."""

    GSM_7 = "GSM-7"
    UCS_2 = "UCS-2"


_ONE_SEGMENT = {Encoding.GSM_7: 160, Encoding.UCS_2: 70}
_EACH_OF_SEVERAL = {Encoding.GSM_7: 153, Encoding.UCS_2: 67}


def encoding(text: str) -> Encoding:
    """GSM-7 if every character has its place there."""
    if all(char in GSM_BASIC or char in GSM_EXTENSION for char in text):
        return Encoding.GSM_7
    return Encoding.UCS_2


def segments(text: str) -> int:
    """How many segments the text is sent, and paid, as."""
    alphabet = encoding(text)
    sizes = _sizes(text, alphabet)
    if sum(sizes) <= _ONE_SEGMENT[alphabet]:
        return 1
    left, count = 0, 0
    for size in sizes:
        # A pair (an escaped or a surrogate one) is never split between two segments.
        if size > left:
            count += 1
            left = _EACH_OF_SEVERAL[alphabet]
        left -= size
    return count


def _sizes(text: str, alphabet: Encoding) -> Sequence[int]:
    if alphabet is Encoding.GSM_7:
        return [2 if char in GSM_EXTENSION else 1 for char in text]
    return [2 if ord(char) >= _BEYOND_BMP else 1 for char in text]


def in_gsm(text: str) -> str:
    """The text with typographic characters in their plain form and without pictures.

    Letters and signs that have no plain form stay: a name in another script is worth the extra
    segments. What is written as one number stays one: `8½` is `8 1/2`, `10²` is `10^2`.
    """
    written = ""
    before: _Piece | None = None
    for char in unicodedata.normalize("NFC", text):
        piece = _piece(char)
        if piece.kind is _Kind.MARK:
            # The vowel signs of a script that stays, and no accents on letters that are plain.
            written += char if written and not _is_gsm(written[-1]) else ""
            continue
        written += _between(written, before, piece) + piece.plain
        if piece.plain or piece.kind is _Kind.DROPPED:
            before = piece
    return written


class _Kind(Enum):
    TEXT = auto()
    NUMBER = auto()
    """A number in one character, or a sign with a number in it: not a digit of a longer one."""
    RAISED = auto()
    LOWERED = auto()
    DROPPED = auto()
    MARK = auto()


class _Piece(NamedTuple):
    """A character on its way out: how it is written, and how it stands beside others."""

    plain: str
    kind: _Kind


_JOINED_NUMBERS = re.compile(r"[0-9][.,:/^-]?\Z")
_GOES_ON = re.compile(r"[.,:/^-]?[0-9]")
_INDEXES = frozenset({_Kind.RAISED, _Kind.LOWERED})
_APART = frozenset({_Kind.NUMBER, *_INDEXES})


def _between(written: str, before: _Piece | None, piece: _Piece) -> str:
    """What must stand between, so that neither numbers nor words run together."""
    if before is None or not written or not piece.plain:
        return ""
    if before.kind is _Kind.DROPPED:
        return " " if written[-1].isalnum() and piece.plain[0].isalnum() else ""
    if piece.kind is before.kind and piece.kind in _INDEXES:
        return ""
    if piece.kind in _APART or before.kind in _APART:
        if piece.kind is _Kind.RAISED and written[-1] in _DIGITS:
            return "^"
        if _JOINED_NUMBERS.search(written) and _GOES_ON.match(piece.plain):
            return " "
        is_roman = _Kind.NUMBER in {piece.kind, before.kind}
        ends_in_letter = written[-1].isalpha() and before.kind is _Kind.NUMBER
        starts_with_letter = piece.plain[0].isalpha() and piece.kind is _Kind.NUMBER
        if is_roman and (
            (ends_in_letter and piece.plain[0].isalnum())
            or (starts_with_letter and written[-1].isalnum())
        ):
            return " "
    return ""


@cache
def _piece(char: str) -> _Piece:
    category = unicodedata.category(char)
    if _is_gsm(char):
        return _Piece(char, _Kind.TEXT)
    if (plain := _PLAIN.get(char)) is not None:
        return _Piece(plain, _Kind.TEXT)
    if category == "Nd":
        return _Piece(str(unicodedata.decimal(char)), _Kind.TEXT)
    if category.startswith("M"):
        return _Piece("", _Kind.MARK)
    if category == "Cf":
        return _Piece("", _Kind.TEXT)
    if category in {"Zs", "Zl", "Zp"}:
        return _Piece(" ", _Kind.TEXT)
    return _folded(char, category)


def _folded(char: str, category: str) -> _Piece:
    """By the compatibility form of Unicode, where all of that can be written."""
    parts = unicodedata.normalize("NFKD", char)
    plain = "".join(map(_part, parts))
    if parts == char:
        plain = _by_name(char, category)
    elif _NEGATION in parts or not all(map(_is_gsm, plain)):
        composed = unicodedata.normalize("NFKC", char)
        # A vowel sign of its own stays one with its letter: Thai `ำ`, which is in most names.
        if any(unicodedata.category(part).startswith("M") for part in composed):
            composed = char
        plain = composed if _has_meaning(composed) else ""
    if plain:
        return _Piece(plain, _kind(char, category, plain))
    if _has_meaning(char):
        return _Piece(char, _Kind.TEXT)
    return _Piece("", _Kind.DROPPED)


def _part(part: str) -> str:
    if part in _IN_UNITS:
        return _IN_UNITS[part]
    is_mark = unicodedata.category(part) in {"Mn", "Me", "Cf"} and part != _NEGATION
    return "" if is_mark else _PLAIN.get(part, part)


def _by_name(char: str, category: str) -> str:
    """Numbers and letters in black circles and squares, which Unicode has no form of: `❶`, `🅿`."""
    name = unicodedata.name(char, "")
    if category == "No" and "CIRCLED" in name:
        return f"{unicodedata.numeric(char):g}"
    if found := _FRAMED_LETTER.fullmatch(name):
        return found[1]
    return ""


def _kind(char: str, category: str, plain: str) -> _Kind:
    tag = unicodedata.decomposition(char)
    is_index = any(sign in _DIGITS for sign in plain) or plain in _INDEX_SIGNS
    if tag.startswith("<super>") and is_index:
        return _Kind.RAISED
    if tag.startswith("<sub>") and is_index:
        return _Kind.LOWERED
    if category in {"Nl", "No"} or any(sign in _DIGITS for sign in plain):
        return _Kind.NUMBER
    return _Kind.TEXT


def _has_meaning(text: str) -> bool:
    """Whether a text is more than pictures: letters, numbers, currencies, signs of mathematics."""
    return any(
        unicodedata.category(char)[0] in "LNP" or unicodedata.category(char) in {"Sc", "Sm"}
        for char in text
    )


def _is_gsm(char: str) -> bool:
    return char in GSM_BASIC or char in GSM_EXTENSION
