"""An order's record and the occupancy around it, read at the same time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from baylock.domain.allocation.hint import Hint
    from baylock.domain.allocation.occupancy import Occupancy
    from baylock.domain.booking.booking import OrderId
    from baylock.domain.orders.record import Record


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An order's record and the occupancy around it, read at the same time.

    The record may be a moment old, the occupancy is not. Of the lots whose hint was read, no zone
    has been read yet (`Occupancy.partial`). `of_phone` are the live orders of the phone that was
    asked for, as they were a moment ago.
    """

    record: Record | None
    occupancy: Occupancy
    hint: Hint
    of_phone: frozenset[OrderId] = frozenset()
