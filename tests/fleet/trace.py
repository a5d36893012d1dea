"""The trace of each lock and order, and the error that ends a run when a rule is broken."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from zlib import crc32

from tests.fleet.timeline import Timeline, moment

LINES_KEPT = 80
"""Per lock and per order."""


class Violation(AssertionError):
    """A rule was broken."""

    def __init__(self, what: str, lines: Sequence[str]) -> None:
        super().__init__("\n".join((what, *lines)))
        self.what, self.lines = what, tuple(lines)


@dataclass
class Trace:
    """The last lines about each lock and order; `digest` covers all lines of the run."""

    timeline: Timeline
    digest: int = 0
    _lines: defaultdict[str, deque[tuple[float, int, str]]] = field(
        default_factory=lambda: defaultdict(lambda: deque(maxlen=LINES_KEPT))
    )
    _count: int = 0

    def note(self, what: str, *about: str | None) -> None:
        """Record an event of these locks and orders."""
        now = self.timeline.now
        self._count += 1
        self.digest = crc32(f"{now:.3f} {about} {what}".encode(), self.digest)
        for subject in about:
            if subject:
                self._lines[subject].append((now, self._count, what))

    def violation(self, what: str, *about: str | None) -> Violation:
        """Build the error, with the trace of these locks and orders."""
        lines = sorted(
            {
                (at, count, f"{subject}: {line}")
                for subject in about
                if subject
                for at, count, line in self._lines[subject]
            }
        )
        now = f"{moment(self.timeline.now):%d %H:%M:%S}"
        return Violation(
            f"{now} {what}", [f"{moment(at):%d %H:%M:%S.%f} {line}" for at, _, line in lines]
        )
