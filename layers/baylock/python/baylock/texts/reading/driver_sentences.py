"""Read what drivers write in whole sentences: `can I have 30 more minutes`, `I'm leaving now`.

Loaded where a text is none of the commands that we tell drivers.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

# parsy has no type hints; its parsers are Any here.
from parsy import ParseError, alt, eof, fail, seq, success  # type: ignore[import-untyped]

from baylock.texts.languages.language import languages
from baylock.texts.languages.sentences import Sentences
from baylock.texts.languages.words import Verb
from baylock.texts.reading.arrival_code import arrival_code
from baylock.texts.reading.commands import (
    Blocked,
    Done,
    DriverCommand,
    Drop,
    Help,
    Here,
    Taken,
    Where,
)
from baylock.texts.reading.longer import longer, more_by
from baylock.texts.reading.match import NOT_LETTERS, polite, word

_PLAIN: Mapping[Verb, Callable[[str], DriverCommand]] = {
    Verb.WHERE: Where,
    Verb.HELP: Help,
}
_ENDING: Mapping[Verb, Callable[[str, str | None], DriverCommand]] = {
    Verb.DROP: Drop,
    Verb.DONE: Done,
    Verb.TAKEN: Taken,
    Verb.BLOCKED: Blocked,
}


def read_sentence(text: str) -> DriverCommand | None:
    """The command of a normalized text; None where no sentence is all of it."""
    _, rest = polite().parse_partial(text)
    for start in _starts(rest):
        try:
            command: DriverCommand = (_request() if start else _sentence()).parse(rest[start:])
        except ParseError:
            continue
        return command
    return None


def _starts(text: str) -> Iterator[int]:
    """Where the command may start: at once, or after one of the ways to ask, the longest first."""
    yield 0
    asking, longest = _asking()
    for end in range(min(len(text), longest), 0, -1):
        is_word = text[end - 1] > "z" or not text[end : end + 1].isalpha()
        if is_word and text[:end].lower() in asking:
            yield end


@cache
def _asking() -> tuple[Collection[str], int]:
    """The ways to ask, and the length of the longest."""
    ways = _of_all(lambda sentences: sentences.asking)
    return ways, max(map(len, ways))


def _of_all(pick: Callable[[Sentences], Iterable[str]]) -> dict[str, str]:
    """Sentences of all languages, with the code; also as written without apostrophes."""
    found = {text: code for code, known in languages().items() for text in pick(known.sentences)}
    return {text.replace("'", ""): code for text, code in found.items()} | found


@cache
def _sentence() -> Any:
    """Parse a sentence, or a request without a way to ask before it, to the end of the text."""
    gap = polite()

    def said(verb: Verb) -> Any:
        return word(_of_all(lambda sentences: sentences.commands.get(verb, ())), NOT_LETTERS)

    plain = [said(verb).map(command) << gap << eof for verb, command in _PLAIN.items()]
    ending = [_code_beside(said(verb), command) << eof for verb, command in _ENDING.items()]
    return alt(*plain, *ending, _with_code(said(Verb.HERE)) << eof, _request())


@cache
def _request() -> Any:
    """Parse what people ask for, to the end of the text."""
    gap = polite()
    after = word(_of_all(lambda sentences: sentences.asking_after), NOT_LETTERS)
    more = word(_of_all(lambda sentences: sentences.commands.get(Verb.MORE, ())), NOT_LETTERS)
    lower = word(_of_all(lambda sentences: sentences.lower), NOT_LETTERS)
    stay = alt(longer(), more.bind(more_by)) << gap << (after << gap).many() << eof
    return gap >> alt(_with_code(lower) << eof, stay, more.bind(more_by) << gap << eof)


def _code_beside(words: Any, command: Callable[[str, str | None], DriverCommand]) -> Any:
    """Parse a sentence that may take the space away, and a code before or after it if it has one.

    Digits that are no code make another sentence of it.
    """
    gap = polite()
    code = arrival_code().bind(lambda digits: success(digits) if digits else fail("a code"))
    return alt(
        seq(code << gap, words << gap).combine(lambda digits, language: command(language, digits)),
        seq(words << gap, (code << gap).optional()).combine(command),
    )


def _with_code(here: Any) -> Any:
    """Parse a sentence that means `HERE`, and a code before or after it if the text has one."""
    gap, code = polite(), arrival_code()
    return alt(
        seq(code << gap, here << gap).combine(Here),
        here.bind(
            lambda language: (
                gap >> alt(code << gap, success(None)).map(lambda digits: Here(digits, language))
            )
        ),
    )
