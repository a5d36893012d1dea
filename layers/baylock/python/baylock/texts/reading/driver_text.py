"""Read a driver's text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

# parsy has no type hints; its parsers are Any here.
from parsy import ParseError, alt, eof, seq  # type: ignore[import-untyped]

from baylock.texts.languages.words import Verb
from baylock.texts.reading.arrival_code import arrival_code, code_in
from baylock.texts.reading.commands import (
    Blocked,
    Done,
    DriverCommand,
    Drop,
    Help,
    Here,
    Keep,
    More,
    Taken,
    Unreadable,
    Where,
)
from baylock.texts.reading.driver_sentences import read_sentence
from baylock.texts.reading.longer import longer
from baylock.texts.reading.match import (
    NOT_LETTERS,
    all_words,
    any_of,
    polite,
    verbs,
    word,
)
from baylock.texts.reading.normalize import MAX_LENGTH, respell, well_formed
from baylock.texts.reading.whole_text import language_shown, readable, squash, whole_command

_FOUR_DIGITS = re.compile(r"(?<!\d)(\d{4})(?!\d)")

_PLAIN_VERBS: dict[Verb, Callable[[str], DriverCommand]] = {
    Verb.KEEP: Keep,
    Verb.WHERE: Where,
    Verb.HELP: Help,
}
_PROBLEMS: dict[Verb, Callable[[str, str | None], DriverCommand]] = {
    Verb.TAKEN: Taken,
    Verb.BLOCKED: Blocked,
}
_WITH_CODE: dict[Verb, Callable[[str, str | None], DriverCommand]] = {
    Verb.DROP: Drop,
    Verb.DONE: Done,
    **_PROBLEMS,
}


def read_driver_text(body: str) -> DriverCommand:
    """Read a driver's text. Never raises, whatever the text."""
    body = well_formed(body)
    text = readable(body)
    if text is None:
        return Unreadable(language_shown(body[:MAX_LENGTH]))
    if whole := whole_command(text):
        return whole
    text = respell(text)
    command = _command(text)
    if isinstance(command, Done | Drop | Taken | Blocked) and _question().search(text):
        return Unreadable(command.language)
    return command


def _command(text: str) -> DriverCommand:
    """The command of a normalized text, whether it is stated or asked."""
    try:
        command: DriverCommand = _driver_text().parse(text)
    except ParseError:
        spaced = read_sentence(text) or _spaced_out(text)
        if isinstance(spaced, More) and (number := _FOUR_DIGITS.search(text)):
            return replace(spaced, digits=number[1])
        return spaced or Unreadable(language_shown(text))
    if isinstance(command, More):
        number = _FOUR_DIGITS.search(text)
        command = replace(command, digits=number[1] if number else None)
    if isinstance(command, More) and command.extra == timedelta(0) and not command.digits:
        return Unreadable(command.language)
    return command


@cache
def _question() -> re.Pattern[str]:
    """Match the end of a question: `my space is taken?` need not be so."""
    ends = any_of(all_words(lambda words: words.question_ends, ""))
    courtesies = any_of(all_words(lambda words: words.polite, ""))
    return re.compile(rf"(?:\?|{ends})(?:[\W_]|{courtesies})*$", re.IGNORECASE)


@cache
def _driver_text() -> Any:
    gap = polite()
    code = arrival_code()
    here = word(verbs(Verb.HERE), NOT_LETTERS).map(lambda found: found[1])
    plain = word(verbs(*_PLAIN_VERBS), NOT_LETTERS)
    asks = word(verbs(Verb.HELP), NOT_LETTERS) << gap
    problem = asks.optional() >> word(verbs(*_PROBLEMS), NOT_LETTERS)
    ending = alt(problem, word(verbs(Verb.DROP, Verb.DONE), NOT_LETTERS))
    text = alt(
        seq(here << gap, code << gap << eof).combine(lambda language, code: Here(code, language)),
        seq(code << gap, here << gap << eof).combine(Here),
        (here << gap << eof).map(lambda language: Here(None, language)),
        (code << gap << eof).map(lambda code: Here(code, None) if code else Unreadable(None)),
        longer() << gap << eof,
        (plain << gap << eof).map(lambda found: _PLAIN_VERBS[found[0]](found[1])),
        (ending << gap << eof).map(lambda found: _WITH_CODE[found[0]](found[1], None)),
        seq(ending << gap, code << gap << eof).combine(_with_code),
        seq(code << gap, ending << gap << eof).combine(lambda code, found: _with_code(found, code)),
    )
    return gap >> text << eof


def _with_code(found: tuple[Verb, str], code: str | None) -> DriverCommand:
    """The command with its code; digits that are no code may mean something else."""
    verb, language = found
    return _WITH_CODE[verb](language, code) if code else Unreadable(language)


@cache
def _squashed_verbs() -> Mapping[str, tuple[Verb, str]]:
    wanted = (Verb.HERE, Verb.MORE, *_PLAIN_VERBS, *_WITH_CODE)
    reported_problems = {
        f"{ask}{word}": found
        for ask in verbs(Verb.HELP)
        for word, found in verbs(*_PROBLEMS).items()
    }
    return {squash(word): found for word, found in (verbs(*wanted) | reported_problems).items()}


def _spaced_out(text: str) -> DriverCommand | None:
    """A verb with spaces or dots within, as `d r o p`, and the number that must follow it.

    Of a length only whole minutes are read: `1 . 5 h` must not become 15 hours.
    """
    parts = re.fullmatch(r"([^\d]*[^\W\d_])([\W_]*)(\d[\d\W_]*)?", text)
    found = _squashed_verbs().get(squash(parts[1])) if parts else None
    if not parts or not found:
        return None
    (verb, language), number = found, (parts[3] or "").rstrip(" .,!;")
    if verb is Verb.HERE:
        return Here(code_in(number), language)
    if verb is Verb.MORE and re.fullmatch(r"\d{0,4}", number):
        return More(timedelta(minutes=int(number)) if number else None, language)
    if verb in _WITH_CODE:
        code = code_in(number) if number else None
        return None if number and not code else _WITH_CODE[verb](language, code)
    return None if number or verb is Verb.MORE else _PLAIN_VERBS[verb](language)
