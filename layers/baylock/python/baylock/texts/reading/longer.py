"""A driver's request to stay longer: `MORE 30`, `another hour`, `30 more minutes`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import cache
from typing import Any

# parsy has no type hints; its parsers are Any here.
from parsy import alt, fail, regex, success  # type: ignore[import-untyped]

from baylock.texts.languages.language import DEFAULT, languages
from baylock.texts.languages.words import Verb
from baylock.texts.reading.commands import More
from baylock.texts.reading.match import (
    END,
    NOT_LETTERS,
    all_words,
    any_of,
    shape,
    verbs,
    vocabulary,
    word,
)
from baylock.texts.reading.times import lengths


@cache
def longer() -> Any:
    """Parse the whole request."""
    more = word(verbs(Verb.MORE), NOT_LETTERS).map(lambda found: found[1])
    more_with = word(
        {word: code for code, known in languages().items() for word in known.words.longer_with},
        NOT_LETTERS,
    )
    return alt(
        more.bind(more_by),
        more_with.bind(
            lambda language: alt(_counted(language), _extra(language)).bind(
                lambda extra: success(More(extra, language)) if extra else fail("a length")
            )
        ),
        _length_and_more(),
    )


def more_by(language: str) -> Any:
    """Parse how much longer, if the text has that, after a verb of that language."""
    return _extra(language).map(lambda extra: More(extra, language))


@cache
def _extra(code: str) -> Any:
    """Parse how much longer, if the text has that."""
    length = alt(
        lengths(code).map(lambda token: token.length),
        shape(rf"\d{{1,4}}{END}", lambda minutes: timedelta(minutes=int(minutes))),
    )
    longer_by = any_of(all_words(lambda words: words.longer_by, code))
    return regex(rf"[\s,;:!+~-]*(?i:(?:{longer_by}) )?") >> length.optional()


def _units(code: str) -> Mapping[str, timedelta]:
    """The patterns of hours and of minutes."""
    return {
        any_of(all_words(lambda words: words.hours, code)): timedelta(hours=1),
        any_of(all_words(lambda words: words.minutes, code)): timedelta(minutes=1),
    }


def _times(unit: timedelta, counts: Mapping[str, int]) -> Callable[..., timedelta]:
    """The length of a number, or a word for one, of a unit."""

    def length(_: str, count: str) -> timedelta:
        number = count.lower()
        return unit * (counts[number] if number in counts else int(number))

    return length


@cache
def _counted(code: str) -> Any:
    """Parse `hour` and `two hours`, after a word such as `another`."""
    counts = vocabulary(lambda words: words.counts)
    hour, _ = _units(code)
    return regex(r"[\s,]*") >> alt(
        shape(rf"(?:{hour}){END}", lambda _: timedelta(hours=1)),
        *(
            shape(rf"({any_of(counts)}) (?:{unit}){END}", _times(length, counts))
            for unit, length in _units(code).items()
        ),
    )


@cache
def _length_and_more() -> Any:
    """Parse a length before or around the word for more: `30 more minutes`, `1 h longer`."""
    counts = vocabulary(lambda words: words.counts)
    after = any_of(all_words(lambda words: words.more_after, ""))

    def around() -> Iterator[Any]:
        for unit, length in _units("").items():
            number = rf"\d{{1,3}}(?= ?(?:{after}))|(?:{any_of(counts)})(?= )"
            yield shape(rf"({number}) ?(?:{after}) (?:{unit}){END}", _times(length, counts))

    before = lengths("").map(lambda token: token.length) << regex(rf" ?(?i:{after}){END}")
    bare = shape(rf"(\d{{1,3}}) ?(?:{after}){END}", _times(timedelta(minutes=1), counts))
    return alt(*around(), before, bare).bind(
        lambda length: success(More(length, DEFAULT)) if length else fail("a length")
    )
