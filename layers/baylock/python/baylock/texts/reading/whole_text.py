"""A text as a whole: whether it can be read, in which language it is, and words that are all of it.

`STOP`, `START` and `HELP` count only where a text has nothing else, as with the carriers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache

from baylock.texts.languages.language import DEFAULT, languages
from baylock.texts.languages.words import Verb
from baylock.texts.reading.commands import Help, OptIn, OptOut
from baylock.texts.reading.normalize import MAX_LENGTH, MAX_RAW_LENGTH, normalize, well_formed


def readable(body: str) -> str | None:
    """The text, normalized; None if it is empty, or too long to be one of ours."""
    if len(body) > MAX_RAW_LENGTH:
        return None
    text = normalize(body)
    return text if 0 < len(text) <= MAX_LENGTH else None


def language_shown(text: str) -> str | None:
    """The language that an unreadable text seems to be in; None where it has no letters."""
    for code, known in languages().items():
        if known.words.script and re.search(known.words.script, text):
            return code
    return DEFAULT if re.search("[^\\W\\d_]", text) else None


def squash(text: str) -> str:
    """Letters and digits only, so that case, punctuation and spaces don't matter."""
    return re.sub(r"[\W_]+", "", text).lower()


def whole_command(text: str) -> Help | OptOut | OptIn | None:
    """The command of a word that is the whole of a normalized text."""
    if text in {"?", "??"}:
        return Help(DEFAULT)
    found = _whole_commands().get(squash(text))
    return found[0](found[1]) if found else None


@cache
def _whole_commands() -> Mapping[str, tuple[Callable[[str], Help | OptOut | OptIn], str]]:
    return {
        squash(word): (command, code)
        for code, known in languages().items()
        for command, words in (
            (OptOut, known.words.opt_out),
            (OptIn, known.words.opt_in),
            (Help, known.words.verbs[Verb.HELP]),
        )
        for word in words
    }


def is_carriers_word(body: str) -> bool:
    """Whether a text ends all texts, or starts them again: STOP, START and their like."""
    text = readable(well_formed(body))
    return text is not None and isinstance(whole_command(text), OptOut | OptIn)
