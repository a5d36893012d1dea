"""Building blocks of the parsers: words of all languages, and written forms."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, TypeVar

# parsy has no type hints; its parsers are Any here.
from parsy import Parser, Result, alt, regex  # type: ignore[import-untyped]

from baylock.texts.languages.language import languages
from baylock.texts.languages.words import Form, Forms, Verb, Words

T = TypeVar("T")

_TOKEN_WORDS = (
    *("fillers", "days", "weekdays", "weekday_prefixes", "months", "ordinals", "of", "day_parts"),
    *("days_and_parts", "halves", "half_letters", "hour_marks", "at", "o_clock", "noon"),
    *("vague_times", "after", "lengths", "hours", "minutes", "plus", "needs", "metres"),
    *("without", "titles", "name_labels", "people", "people_before"),
    *("reference_labels", "plate_labels", "numbers", "height_labels"),
)
"""The fields of `Words` that tokens of a merchant's text are made of."""

_LAST_LATIN = "\u024f"
LETTERS = f"A-Za-zÀ-{_LAST_LATIN}"
"""Letters that are written with spaces between words, for a character class."""

BETWEEN = regex(r"[\W_]*")


def not_before(chars: str) -> str:
    """A pattern that holds where no letter follows, and none of these characters.

    `chars` ends a character class. Case counts in it, as the letters are of both: a class that
    ignores case takes long to compile.
    """
    return rf"(?-i:(?![{LETTERS}{chars}]))"


END = not_before("0-9")
NOT_LETTERS = not_before("")


def shape(pattern: str, means: Callable[..., object]) -> Any:
    """Parse what is written like this, in either case: `means` gets the text, then each group."""
    compiled = re.compile(pattern, re.IGNORECASE)
    found = regex(compiled, group=tuple(range(compiled.groups + 1)))
    return found.combine(means) if compiled.groups else found.map(means)


def word(meanings: Mapping[str, object], end: str = END) -> Any:
    """Parse one of these words, the longest that fits; `end` must follow those in Latin letters.

    Looked up: to compile a pattern of all words takes longer than to read a text.
    """
    longest_first = sorted({len(word) for word in meanings}, reverse=True)
    longest = max(longest_first, default=0)
    ends = re.compile(end, re.IGNORECASE).match

    def read(stream: str, at: int) -> Any:
        ahead = stream[at : at + longest].lower()
        for length in longest_first:
            found = ahead[:length]
            if found in meanings and (found[-1] > _LAST_LATIN or ends(stream, at + len(found))):
                return Result.success(at + len(found), meanings[found])
        return Result.failure(at, "a word")

    return Parser(read)


def any_of(words: Iterable[str], end: str = "") -> str:
    """A pattern for any of a few words; `end` must follow those in Latin letters.

    It matches nothing where there are no words.
    """
    longest_first = sorted(set(words), key=len, reverse=True)
    each = (re.escape(word) + (end if word[-1] <= _LAST_LATIN else "") for word in longest_first)
    return "|".join(each) or "(?!)"


def vocabulary(pick: Callable[[Words], Mapping[str, T]], code: str = "") -> dict[str, T]:
    """The words of all languages for some meanings.

    `code` is the code of the language that the text is in, empty where that is unknown. In such a
    text a word of its language has no meaning of another: in German, `am` is no `a.m.`.
    """
    return {
        word: means
        for other, each in languages().items()
        for word, means in pick(each.words).items()
        if other == code or word not in own_words(code)
    }


def all_words(pick: Callable[[Words], Iterable[str]], code: str = "") -> list[str]:
    """The words of all languages that mean the same; `code` as for `vocabulary`."""
    return list(vocabulary(lambda words: dict.fromkeys(pick(words)), code))


@cache
def own_words(code: str) -> frozenset[str]:
    """The words of a language that tokens are made of."""
    if not code:
        return frozenset()
    words = languages()[code].words
    return frozenset(word for name in _TOKEN_WORDS for word in getattr(words, name))


def verbs(*wanted: Verb) -> dict[str, tuple[Verb, str]]:
    """The words for these verbs in all languages: the verb, and the language's code."""
    return {
        word: (verb, code)
        for code, known in languages().items()
        for verb in wanted
        for word in known.words.verbs.get(verb, ())
    }


def forms(pick: Callable[[Forms], Iterable[Form]]) -> Any:
    """Parse what has one of the forms that languages bring beside their words."""
    every = [form for each in languages().values() for form in pick(each.words.forms)]
    return alt(*(shape(form.pattern, form.means) for form in every))


def counters() -> str:
    """A pattern of what makes digits before it a date, a time or a measure."""
    every = (each.words.counters for each in languages().values())
    return "|".join(pattern for pattern in every if pattern) or "(?!)"


def polite() -> Any:
    """Parse what may stand around a verb and means nothing."""
    means_nothing = word(dict.fromkeys(all_words(lambda words: words.polite), ""), NOT_LETTERS)
    return BETWEEN >> (means_nothing << BETWEEN).many()
