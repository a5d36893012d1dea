"""The content of a language's `sentences.py`: what drivers write in place of our commands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from baylock.texts.languages.words import Verb


@dataclass(frozen=True)
class Sentences:
    """Whole sentences in lower case, each of which can mean nothing else.

    The carrier's words stay out of them: `cancel my parking` is asked back.
    """

    commands: Mapping[Verb, Sequence[str]] = field(default_factory=dict)
    lower: Sequence[str] = ()
    """Asks for the barrier to go down, as Verb.HERE does."""
    asking: Sequence[str] = ()
    """May stand before a request for more time, or for the barrier to go down: `can I have`."""
    asking_after: Sequence[str] = ()
    """May stand after it: `if possible`."""
