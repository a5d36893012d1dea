"""Texts that are made to stall their reader."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from tests.fakes.hostile import PAIRS, SINGLE, every_stall

from baylock.texts.languages.language import languages
from baylock.texts.reading.driver_text import read_driver_text
from baylock.texts.reading.form_answers import read_answer, read_phone, read_plate
from baylock.texts.reading.merchant_text import read_merchant_text
from baylock.texts.reading.normalize import MAX_LENGTH, MAX_RAW_LENGTH
from baylock.texts.reading.registered_phone import registered_phone
from baylock.texts.reading.whole_text import is_carriers_word

pytestmark = pytest.mark.threat(6)

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def merchant(body: str) -> object:
    return read_merchant_text(body, now=NOW, zone=ZONE, country="CN")


READERS: Mapping[str, Callable[[str], object]] = {
    "driver": read_driver_text,
    "merchant": merchant,
    "merchant, after the verb": lambda body: merchant(f"PARK {body}"),
    "merchant, misspelled": lambda body: merchant(f"PARK tomorow 18:30 13800138000 {body}"),
    "carrier's word": is_carriers_word,
    "answer of a form": lambda body: read_answer(body, "CN"),
    "plate of a form": lambda body: read_plate(body, "CN"),
    "phone of a form": lambda body: read_phone(body, "CN"),
    "registered phone": lambda body: registered_phone(body, "CN", ["CN"]),
}

each_reader = pytest.mark.parametrize("reader", READERS)


def words_of(value: object) -> Iterable[str]:
    """All words of a language, at any depth."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, means in value.items():
            yield from words_of(key)
            yield from words_of(means)
    elif isinstance(value, tuple | list | set | frozenset):
        for one in value:
            yield from words_of(one)


def vocabulary() -> tuple[str, ...]:
    """A share of the words of all languages, each with what may separate it from the next."""
    words = {
        word
        for language in languages().values()
        for field in fields(language.words)
        for word in words_of(getattr(language.words, field.name))
        if 0 < len(word) <= 20
    }
    spaced = (f"{word} " if word[-1].isascii() else word for word in sorted(words))
    return tuple(islice(spaced, 0, None, 9))


@each_reader
def test_no_reader_stalls_on_256_kb(reader: str) -> None:
    assert every_stall(READERS[reader], tails=("!",)) == []


@each_reader
@pytest.mark.parametrize("size", [MAX_LENGTH - 60, MAX_RAW_LENGTH])
def test_no_reader_stalls_on_the_longest_that_is_read(reader: str, size: int) -> None:
    """Beyond these lengths a text is not read at all."""
    assert every_stall(READERS[reader], size, (*SINGLE, *PAIRS), tails=("!",)) == []


@pytest.mark.parametrize("reader", ["driver", "merchant, after the verb", "answer of a form"])
def test_no_reader_stalls_on_words_that_it_knows(reader: str) -> None:
    assert every_stall(READERS[reader], MAX_LENGTH - 60, vocabulary(), tails=("x",)) == []
