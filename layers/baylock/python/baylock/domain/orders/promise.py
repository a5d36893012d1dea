"""The promise to the merchant and how it was kept: the facts behind the report."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self


@dataclass(frozen=True, slots=True)
class Promise:
    """The life of an order, as the merchant sees it.

    `created_at` starts this life of the order. `revised_at` is the newest change by the merchant;
    `promised_at` the newest change to another space or start, None before any.
    `moves` counts the spaces that the order had to leave, `failures` how often it failed, earlier
    lives included. `early_code`: its driver was told a code before codes belonged to a phone.
    """

    created_at: datetime
    revised_at: datetime | None = None
    promised_at: datetime | None = None
    ended_at: datetime | None = None
    moves: int = 0
    failures: int = 0
    early_code: bool = False

    def revise(self, now: datetime, *, renewed: bool, same_phone: bool) -> Self:
        """The merchant has changed the booking; `renewed`: to another space or start."""
        return replace(
            self,
            revised_at=now,
            promised_at=now if renewed else self.promised_at,
            early_code=self.early_code and same_phone,
        )

    def move(self) -> Self:
        """The order goes to another space."""
        return replace(self, moves=self.moves + 1)

    def end(self, now: datetime) -> Self:
        """The order has ended."""
        return replace(self, ended_at=now)

    def fail(self, now: datetime) -> Self:
        """The order has ended because the promise could not be kept."""
        return replace(self.end(now), failures=self.failures + 1)
