"""Errors and warnings of a plan, collected and reported together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Finding:
    """An error or warning about a feature of a plan, by its id."""

    feature: str
    message: str


@dataclass(slots=True)
class Findings:
    """Errors prevent an import; warnings explain how the importer read something unusual."""

    errors: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)

    def error(self, feature: str, message: str) -> None:
        """Add an error, which prevents the import."""
        self.errors.append(Finding(feature, message))

    def warn(self, feature: str, message: str) -> None:
        """Add a warning about something that the importer has handled."""
        self.warnings.append(Finding(feature, message))


def listed(ids: Iterable[str]) -> str:
    """Return feature ids as part of a sentence: all, or the first twenty and a count of others."""
    names = list(dict.fromkeys(ids))
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
