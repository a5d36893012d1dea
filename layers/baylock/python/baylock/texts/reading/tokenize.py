"""From a merchant's text, after its verb, to tokens."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any

# parsy has no type hints; its parsers are Any here.
from parsy import Parser, Result, alt, eof, index, regex, seq  # type: ignore[import-untyped]

from baylock.texts.languages.words import Words
from baylock.texts.reading import symbols
from baylock.texts.reading.match import (
    LETTERS,
    NOT_LETTERS,
    all_words,
    any_of,
    shape,
    vocabulary,
    word,
)
from baylock.texts.reading.names import bare_name, names, without
from baylock.texts.reading.phones import phone_at, run_at
from baylock.texts.reading.plates import bare_plate, chinese_plate, labelled_plate, spaced_plate
from baylock.texts.reading.times import (
    clocks,
    compact_clock,
    compact_date,
    day_parts,
    days,
    lengths,
    unclear_lengths,
    vague_times,
)
from baylock.texts.reading.tokens import (
    MAX_QUOTED,
    Filler,
    Height,
    Phone,
    Reference,
    Token,
    Unknown,
    Wrong,
)
from baylock.texts.writing.kinds import TextKind

MAX_TOKENS = 40

_SHORT_NUMBER = re.compile(r"(?:\d{1,2}|[1-9]\d{2,3})\.?(?= \d)")
_SECOND_NUMBER = re.compile(r" \d{1,4}(?= \d)")


@cache
def _reference(code: str) -> Any:
    labels = any_of(all_words(lambda words: words.reference_labels, code))
    return alt(
        seq(
            regex(rf"(?i:{labels}) ?[:=#]? ?\"") >> index,
            regex(r"[^\"]+") >> index << regex('"'),
        ),
        seq(
            regex(
                rf"(?i:(?:{labels})"
                r"(?: ?[:=#]+ ?|\.? (?=\S)|(?<=[^\x00-\x7f])(?=[0-9A-Za-z])))"
            )
            >> index,
            regex(
                rf"[0-9{LETTERS}_](?:[0-9{LETTERS}_./#@+&:-]*[0-9{LETTERS}_])?"
                r"|[^\s,;*\"'()\x00-\x7f][^\s,;*\"'()]*"
            )
            >> index,
        ),
    ).combine(Reference)


@cache
def _height(code: str) -> Any:
    labels = any_of(all_words(lambda words: words.height_labels, code))
    metres = any_of(all_words(lambda words: words.metres, code), end=NOT_LETTERS)
    return shape(
        rf"(?:{labels})(?: ?[:=]+ ?| |(?=\d))"
        rf"(\d+(?:[.,]\d+)?(?!['\"])|[^\s,;]{{1,20}}) ?(?:{metres})?",
        lambda text, height: Height(height.replace(",", "."), text),
    )


def _phone(country: str) -> Any:
    def read(stream: str, at: int) -> Any:
        if stream[at : at + 1].isdigit() or stream.startswith(("+", "("), at):
            found = phone_at(stream, at, country)
            if found:
                return Result.success(found[0], Phone(found[1]))
        return Result.failure(at, "a phone number")

    return Parser(read)


def _number_before_phone(country: str) -> Any:
    """Parse a number that is no part of the phone number after it: `evening 7 4255550123`.

    Two of them too: `26 1900 4255550123`.
    """

    def read(stream: str, at: int) -> Any:
        found = _SHORT_NUMBER.match(stream, at)
        if found:
            second = _SECOND_NUMBER.match(stream, found.end())
            starts = [found.end() + 1, *([second.end() + 1] if second else [])]
            if any(phone_at(stream, start, country) for start in starts):
                return Result.success(found.end(), Unknown(found[0]))
        return Result.failure(at, "a number before a phone number")

    return Parser(read)


def _no_phone(stream: str, at: int) -> Any:
    end = run_at(stream, at)
    if end is None:
        return Result.failure(at, "a run of digits")
    text = stream[at : min(end, at + MAX_QUOTED)]
    return Result.success(end, Wrong(TextKind.MERCHANT_BAD_PHONE, {"text": text}))


def _passed_over(words: Words) -> Iterable[str]:
    return (*words.fillers, *words.polite)


@lru_cache(maxsize=16)
def _tokens(country: str, code: str, any_plate: bool) -> Any:
    """The parser for a country and a language; of its choices the more exact come first."""
    token = alt(
        _reference(code),
        _height(code),
        labelled_plate(country, code),
        names(code),
        without(code),
        word(symbols.NEEDS),
        days(code),
        vague_times(code),
        unclear_lengths(code),
        lengths(code),
        clocks(code),
        day_parts(code),
        word(vocabulary(lambda words: words.needs, code)),
        chinese_plate(),
        _phone(country),
        spaced_plate(country, code),
        compact_clock(code),
        compact_date(),
        bare_plate(country, any_plate),
        _number_before_phone(country),
        Parser(_no_phone),
        word(dict.fromkeys(all_words(_passed_over, code), Filler()), NOT_LETTERS),
        bare_name(),
        regex(rf"#?[0-9{LETTERS}.]+(?:-[0-9{LETTERS}]+)*|[^\x00-\x7f]+|\S").map(Unknown),
    )
    slash = r"/(?!\d)|(?<!\d)/"  # between digits it is a part of something
    between = regex(rf"(?:[\s,;!?|=~'\"()\[\]<>{{}}:&·*_-]|\.(?!\d)|{slash})*")
    return between >> (token << between).times(0, MAX_TOKENS) << eof


def tokens(text: str, country: str, code: str = "", *, any_plate: bool = False) -> list[Token]:
    """The tokens of a text in the country (ISO 3166) of its mall.

    `code` is the code of the text's language, empty where that is unknown. With `any_plate`,
    what can be a plate is one, whatever its shape. Raises parsy's ParseError where there are more
    than `MAX_TOKENS`.
    """
    found: list[Token | list[Token]] = _tokens(country.upper(), code, any_plate).parse(text)
    # A word that means two things gives a list.
    return [token for each in found for token in (each if isinstance(each, list) else [each])]
