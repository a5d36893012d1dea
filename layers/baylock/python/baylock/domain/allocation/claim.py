"""A claim: a space for a window, and where the occupancy records it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self
from zoneinfo import ZoneInfo

from baylock.domain.allocation.occupancy import ATTEMPTS, Entry, Written, ZoneDay
from baylock.domain.booking.booking import OrderId, order_tag
from baylock.domain.booking.window import Span, Window, spans
from baylock.domain.venue.keys import space_key
from baylock.domain.venue.mall import SpaceId, ThingName


@dataclass(frozen=True, slots=True)
class Choice:
    """Why an order got its space: the best of the `suitable` spaces would have had rank 1.

    Of the better spaces, `out` had an unusable lock and the others were taken or, after `lost`
    races, left to others. `kept` were nearer, but serve needs that the booking does not have.
    """

    rank: int
    suitable: int
    out: int = 0
    kept: int = 0
    lost: int = 0

    @property
    def taken(self) -> int:
        """How many of the better spaces were taken."""
        return self.rank - 1 - self.out


@dataclass(frozen=True, slots=True)
class Claim:
    """A space for a window, and where the occupancy records it.

    `attempt` sets the entries of this claim apart from those of earlier claims of the same order.
    `choice` is for people who ask why; it does not count when claims are compared.
    """

    space: SpaceId
    level: str
    thing: ThingName
    zone: str
    position: str
    window: Window
    spans: tuple[Span, ...]
    walk_dm: int
    attempt: int
    choice: Choice | None = field(default=None, compare=False)

    def until(self, end: datetime, zone: ZoneInfo) -> Self:
        """The same space from the same start, for longer or shorter."""
        window = Window(self.window.start, end)
        return replace(
            self, window=window, spans=spans(window, zone), attempt=(self.attempt + 1) % ATTEMPTS
        )

    @property
    def place(self) -> str:
        """`lot/ref`."""
        return space_key(self.space.lot, self.space.space)

    @property
    def walk_m(self) -> float:
        """The walk from the space to the merchant, in metres."""
        return self.walk_dm / 10

    def entries(self, order: OrderId) -> tuple[Written, ...]:
        """The entries of the occupancy for this claim: zone and day, position, entry."""
        tag = order_tag(order)
        return tuple(
            (
                ZoneDay(self.space.lot, span.day, self.zone),
                self.position,
                Entry(span.first, span.end, tag, self.attempt),
            )
            for span in self.spans
        )


def next_attempt(attempt: int) -> int:
    """The attempt after this one; attempts are counted in a byte."""
    return (attempt + 1) % ATTEMPTS
