"""What is wrong with a plan: collected as it is found, and reported all at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with one feature of a plan, named by its id."""

    feature: str
    message: str


@dataclass(slots=True)
class Findings:
    """Errors keep a plan from being imported; warnings say what was made of what is odd."""

    errors: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)

    def error(self, feature: str, message: str) -> None:
        """Note something that keeps the plan from being imported."""
        self.errors.append(Finding(feature, message))

    def warn(self, feature: str, message: str) -> None:
        """Note something that the importer has dealt with, and how."""
        self.warnings.append(Finding(feature, message))


def listed(ids: Iterable[str]) -> str:
    """Feature ids as part of a sentence: all of them, or the first twenty and how many more."""
    names = list(dict.fromkeys(ids))
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
