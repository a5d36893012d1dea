"""Findings of the tools, and those of them that are no faults."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

TOOLS = {"code": "bandit", "templates": "checkov", "dependencies": "pip-audit"}
"""The tool of each check."""


class Finding(NamedTuple):
    """What a tool has found: by which of its checks, and in which file, resource or package."""

    tool: str
    check: str
    where: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Explained:
    """A kind of finding that is no fault; `where` may have `*` for any characters."""

    tool: str
    check: str
    where: str
    reason: str

    def covers(self, finding: Finding) -> bool:
        """Whether this explains a finding."""
        same = (self.tool, self.check) == (finding.tool, finding.check)
        return same and fnmatchcase(finding.where, self.where)


@dataclass(frozen=True, slots=True)
class Exceptions:
    """Every exception there is."""

    every: tuple[Explained, ...]

    def of(self, name: str) -> tuple[Explained, ...]:
        """The exceptions of a check."""
        return tuple(one for one in self.every if one.tool == TOOLS[name])


class Verdict(NamedTuple):
    """The findings that nothing explains, and the exceptions that explain nothing any more."""

    faults: Sequence[Finding]
    stale: Sequence[Explained]


def judge(found: Sequence[Finding], exceptions: Iterable[Explained]) -> Verdict:
    """Tell faults from what is explained. A vulnerability may come and go: it is never stale."""
    exceptions = tuple(exceptions)
    faults = [one for one in found if not any(known.covers(one) for known in exceptions)]
    unused = [
        known
        for known in exceptions
        if known.tool != "pip-audit" and not any(known.covers(one) for one in found)
    ]
    return Verdict(faults, unused)


def read_exceptions(path: Path) -> Exceptions:
    """Read the file; ValueError where an exception has no reason, or an unknown tool."""
    read = tomllib.loads(path.read_text())
    every = []
    for check, entries in read.items():
        for entry in entries:
            one = Explained(entry["tool"], check, entry["where"], entry["reason"].strip())
            if not one.reason or one.tool not in TOOLS.values():
                raise ValueError(f"{path.name}: {check} needs a tool and a reason")
            every.append(one)
    return Exceptions(tuple(every))
