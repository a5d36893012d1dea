"""The history of orders and malls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from baylock.domain.history.entry import Entry


class Journal(Protocol):
    """Takes what happened, to be recorded in its chain soon after."""

    def record(self, entries: Sequence[Entry]) -> None:
        """Hand entries over; those that are handed over twice are kept once. May raise Busy."""
