"""Errors and warnings of a plan, collected and reported together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

SHOWN = 20
WHOLE = "the file"
"""The feature of a finding that is about the plan as a whole."""


@dataclass(frozen=True, slots=True)
class Finding:
    """An error or warning about a feature of a plan, by its id.

    Findings with one `cause` are told once, with a count; `ref` is the feature's own, if any.
    """

    feature: str
    message: str
    cause: str = ""
    ref: str = ""

    @property
    def subject(self) -> str:
        """The feature's name in a message: its ref, which is on a sign, before its id."""
        return f"{self.ref} ({self.feature})" if self.ref else self.feature


@dataclass(frozen=True, slots=True)
class Cause:
    """Findings with one cause, in the order in which they were found."""

    name: str
    findings: tuple[Finding, ...]


@dataclass(slots=True)
class Findings:
    """Errors prevent an import; warnings explain how the importer read something unusual."""

    errors: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)
    refs: dict[str, str] = field(default_factory=dict)
    """The refs of features by id."""

    def error(self, feature: str, message: str, cause: str = "") -> None:
        """Add an error, which prevents the import; `cause` is the message without its values."""
        self.errors.append(self._finding(feature, message, cause))

    def warn(self, feature: str, message: str, cause: str = "") -> None:
        """Add a warning about something that the importer has handled."""
        self.warnings.append(self._finding(feature, message, cause))

    def _finding(self, feature: str, message: str, cause: str) -> Finding:
        return Finding(feature, message, cause, self.refs.get(feature, ""))


def by_cause(findings: Iterable[Finding]) -> Sequence[Cause]:
    """Group findings by cause: those of the whole plan first, then as the plan is read.

    What is read first causes what is read later: geometry, tags, levels, lots, walks.
    """
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        found.setdefault(finding.cause or finding.message, []).append(finding)
    causes = [Cause(name, tuple(own)) for name, own in found.items()]
    return sorted(causes, key=lambda cause: cause.findings[0].feature != WHOLE)


def listed(ids: Iterable[str]) -> str:
    """Return feature ids as part of a sentence: all, or the first twenty and a count of others."""
    names = list(dict.fromkeys(ids))
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
