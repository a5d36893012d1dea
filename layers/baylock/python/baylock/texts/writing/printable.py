"""What strangers wrote, where people and programs see it: on a terminal, in a spreadsheet."""

from __future__ import annotations

import re

_UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff"
    r"\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
"""Controls of terminals, of the direction of writing, and what has no width; not line breaks."""

_SIGNS = r"=+\-@\uff1d\uff0b\uff0d\uff20|%"
_FORMULA = re.compile(rf"[{_SIGNS}\t\r\n]")
_WITHIN = re.compile(rf"(?<=[;\t])([ \"\u00a0\u3000]*)(?=[{_SIGNS}])")
"""A formula in a cell of its own, for a spreadsheet that splits lines at semicolons or tabs too."""
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")


def visible(text: str) -> str:
    r"""The text with what a terminal would obey, or nobody would see, written as `\x1b`."""
    return _UNSEEN.sub(lambda found: _escaped(found[0]), text)


def _escaped(char: str) -> str:
    code = ord(char)
    if code <= 0xFF:  # noqa: PLR2004 (two digits)
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004


def visible_in_json(document: str) -> str:
    r"""A JSON document with the same characters as JSON writes them, `\u001b`: the same data."""
    return _UNSEEN.sub(lambda found: _in_json(found[0]), document)


def _in_json(char: str) -> str:
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


def spreadsheet_cell(text: str) -> str:
    """The text for a cell of a CSV file, which no spreadsheet takes for a formula.

    As OWASP recommends, an apostrophe comes before such a text. Numbers, as of phones, are none.
    https://owasp.org/www-community/attacks/CSV_Injection
    """
    shown = _WITHIN.sub(r"\1'", visible(text))
    starts = text.lstrip(" \u00a0\u3000")
    if _FORMULA.match(starts) and not _NUMBER.fullmatch(text):
        return f"'{shown}"
    return shown
