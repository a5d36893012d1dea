"""Claims whose order has not been written yet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from baylock.domain.allocation.occupancy import Entry, ZoneDay
    from baylock.domain.venue.mall import (
        MallRef,
    )


class PendingClaim(NamedTuple):
    """That an entry was written, and when, by somebody who was then to write its order."""

    at: datetime
    position: str
    entry: Entry


class PendingZone(NamedTuple):
    """What was taken in a zone on a day, and how the zone's bookings stood when we looked."""

    mall: MallRef
    key: ZoneDay
    claims: tuple[PendingClaim, ...]
    positions: Mapping[str, bytes]
