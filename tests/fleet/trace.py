"""What happened to each lock and each order, and the end of a run in which a rule was broken."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from zlib import crc32

from tests.fleet.timeline import Timeline, moment

LINES_KEPT = 80
"""Per lock and per order."""


class Violation(AssertionError):
    """What must never be so is so."""

    def __init__(self, what: str, lines: Sequence[str]) -> None:
        super().__init__("\n".join((what, *lines)))
        self.what, self.lines = what, tuple(lines)


@dataclass
class Trace:
    """The last lines about each lock and order; `digest` is of all lines there ever were."""

    timeline: Timeline
    digest: int = 0
    _lines: defaultdict[str, deque[tuple[float, int, str]]] = field(
        default_factory=lambda: defaultdict(lambda: deque(maxlen=LINES_KEPT))
    )
    _count: int = 0

    def note(self, what: str, *about: str | None) -> None:
        """Something happened to these locks and orders."""
        now = self.timeline.now
        self._count += 1
        self.digest = crc32(f"{now:.3f} {about} {what}".encode(), self.digest)
        for one in about:
            if one:
                self._lines[one].append((now, self._count, what))

    def violation(self, what: str, *about: str | None) -> Violation:
        """The error to raise, with what is known of these locks and orders."""
        lines = sorted(
            {
                (at, count, f"{one}: {line}")
                for one in about
                if one
                for at, count, line in self._lines[one]
            }
        )
        now = f"{moment(self.timeline.now):%d %H:%M:%S}"
        return Violation(
            f"{now} {what}", [f"{moment(at):%d %H:%M:%S.%f} {line}" for at, _, line in lines]
        )
