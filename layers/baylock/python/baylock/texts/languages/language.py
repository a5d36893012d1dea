"""Finding the languages. Each is a folder here, named by its code (ISO 639):

words.py       `WORDS`, what people write (`languages/words.py` says what it holds)
templates.py   `TEMPLATES`, what we say by text (`languages/templates.py`)
page.py        `PAGE`, what the driver's page says (`languages/page.py`)
sentences.py   `SENTENCES`, what drivers write in whole sentences (`languages/sentences.py`); a
               language can do without
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from baylock.texts import languages as folder

if TYPE_CHECKING:
    from baylock.texts.languages.page import PageWords
    from baylock.texts.languages.sentences import Sentences
    from baylock.texts.languages.templates import Templates
    from baylock.texts.languages.words import Words

DEFAULT = "en"


@dataclass(frozen=True)
class Language:
    """A language by its code; each part of it is loaded when it is first needed."""

    code: str

    @cached_property
    def words(self) -> Words:
        """The words that people write."""
        words: Words = import_module(f"{folder.__name__}.{self.code}.words").WORDS
        return words

    @cached_property
    def sentences(self) -> Sentences:
        """The sentences that drivers write; none where the language has no such part."""
        from baylock.texts.languages.sentences import Sentences

        name = f"{folder.__name__}.{self.code}.sentences"
        found: Sentences = import_module(name).SENTENCES if find_spec(name) else Sentences()
        return found

    @cached_property
    def templates(self) -> Templates:
        """The texts that Baylock sends."""
        templates: Templates = import_module(f"{folder.__name__}.{self.code}.templates").TEMPLATES
        return templates

    @cached_property
    def page(self) -> PageWords:
        """The driver's page."""
        page: PageWords = import_module(f"{folder.__name__}.{self.code}.page").PAGE
        return page


@cache
def languages() -> Mapping[str, Language]:
    """Every language by its code: each folder here that is named by one."""
    names = sorted(found.name for found in iter_modules(folder.__path__) if found.ispkg)
    return {name: Language(name) for name in names if re.fullmatch("[a-z]{2,3}", name)}


def language(code: str) -> Language:
    """The language, or the default one where we do not speak it."""
    known = languages()
    return known.get(code, known[DEFAULT])
