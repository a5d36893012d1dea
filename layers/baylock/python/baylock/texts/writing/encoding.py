"""How a text travels (3GPP TS 23.038): GSM-7 with its extension table, or UCS-2."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from enum import StrEnum

GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENSION = frozenset("\f^{}\\[~]|€")
"""Each of these takes two places."""

_BEYOND_BMP = 0x10000

_TYPOGRAPHIC = str.maketrans(
    {
        "‘": "'",
        "’": "'",
        "‚": "'",
        "‛": "'",
        "′": "'",
        "`": "'",
        "´": "'",
        "“": '"',
        "”": '"',
        "„": '"',
        "″": '"',
        "«": '"',
        "»": '"',
        "‐": "-",
        "‑": "-",
        "‒": "-",
        "–": "-",
        "—": "-",
        "―": "-",
        "−": "-",
        "•": "-",
        "·": ".",
        "・": ".",
        "…": "..",
        "×": "x",
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
    }
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

    Letters that have no plain form stay: a name in another script is worth the extra segments.
    """
    return "".join(_plain(char) for char in text.translate(_TYPOGRAPHIC))


def _plain(char: str) -> str:
    if char in GSM_BASIC or char in GSM_EXTENSION:
        return char
    parts = unicodedata.normalize("NFKD", char).translate(_TYPOGRAPHIC)
    kept = "".join(part for part in parts if part in GSM_BASIC or part in GSM_EXTENSION)
    if kept:
        return kept
    return char if unicodedata.category(char).startswith(("L", "N")) else ""
