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
    """An entry that was written at `at`, and whose order was to be written next."""

    at: datetime
    position: str
    entry: Entry


class PendingZone(NamedTuple):
    """The pending claims of a zone and day, and the zone's bookings at the time of reading."""

    mall: MallRef
    key: ZoneDay
    claims: tuple[PendingClaim, ...]
    positions: Mapping[str, bytes]
