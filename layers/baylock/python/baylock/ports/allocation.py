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
    """The hints of large lots, kept beside their occupancy."""

    def refresh(self, mall: MallRef, changes: Collection[tuple[ZoneDay, int]]) -> None:
        """Write the hints of these zones, for a part of their day each, as the zones are now."""

    def rebuild(self, mall: MallRef, lot: LotRef, day: date) -> int:
        """Write the hints of a lot's day anew; returns how many zones have bookings."""
