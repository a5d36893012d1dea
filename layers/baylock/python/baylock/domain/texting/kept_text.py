"""Texts about a sandbox's orders, which are kept instead of sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class KeptText:
    """A text about a sandbox's order, kept instead of sent; `phone` is in E.164.

    It has what is needed to write it (a `texts.writing.kinds.TextKind`, a language, facts), without
    the code and the link: these are derived when it is read, for the `life` of the order that began
    then. `text` is set only where an earlier version of Baylock kept the text itself.
    """

    at: datetime
    phone: str = field(repr=False)
    kind: str = ""
    language: str = "en"
    facts: Mapping[str, str] = field(default_factory=dict, repr=False)
    life: datetime | None = None
    text: str = field(default="", repr=False)
