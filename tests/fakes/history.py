"""A journal in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from baylock.domain.history.entry import Entry


@dataclass
class FakeJournal:
    """Keeps what is recorded, once for each chain and key."""

    entries: list[Entry] = field(default_factory=list)

    def record(self, entries: Sequence[Entry]) -> None:
        known = {(entry.chain, entry.key) for entry in self.entries}
        self.entries += [entry for entry in entries if (entry.chain, entry.key) not in known]
