"""The hints of large lots."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from baylock.domain.allocation.occupancy import ZoneDay
    from baylock.domain.venue.mall import (
        LotRef,
        MallRef,
    )


class Hints(Protocol):
    """What is kept beside the occupancy of large lots, for finding free spaces in them."""

    def refresh(self, mall: MallRef, changes: Collection[tuple[ZoneDay, int]]) -> None:
        """Bring zones up to date for a part of their day each, by how they stand now."""

    def rebuild(self, mall: MallRef, lot: LotRef, day: date) -> int:
        """All of a lot's day, by how it stands now; returns how many zones have bookings."""
