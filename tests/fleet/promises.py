"""Which promises were kept, by what the hardware did and not by what anybody said."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import Enum

from baylock.domain.booking.booking import OrderId

UP_WITHIN_S = 90.0
"""From asking, where the barrier could not be asked for in time for the window's start."""
DOWN_WITHIN_S = 30.0
"""From the driver's request."""


class Came(Enum):
    """How far a driver got."""

    NOT = "did not come"
    LATE = "came when nobody waited any more"
    ASKED = "asked to come in"
    IN = "drove in"


@dataclass
class Promise:
    """One order's. `ready` is None until its barrier was to be up; `missing` says why it was not.

    `waited_s` is from the driver's request to the lowered barrier.
    """

    order: OrderId
    ready: bool | None = None
    missing: str = ""
    after_another: bool = False
    asked_at: float | None = None
    waited_s: float | None = None
    not_down: str = ""
    void: bool = False
    came: Came = Came.NOT

    @property
    def is_due(self) -> bool:
        """Whether it can be said to have been kept or not."""
        return not self.void and (self.ready is not None or self.asked_at is not None)

    @property
    def broken(self) -> str:
        """Why it was not kept; nothing where it was."""
        if self.ready is False:
            return self.missing
        if self.asked_at is not None and (self.waited_s is None or self.waited_s > DOWN_WITHIN_S):
            return self.not_down or "not down in time"
        return ""


@dataclass
class Promises:
    """All of them."""

    of: dict[OrderId, Promise] = field(default_factory=dict)

    def promise(self, order: OrderId) -> Promise:
        """That of an order."""
        return self.of.setdefault(order, Promise(order))

    @property
    def due(self) -> int:
        return sum(1 for one in self.of.values() if one.is_due)

    @property
    def kept(self) -> int:
        return sum(1 for one in self.of.values() if one.is_due and not one.broken)

    @property
    def share(self) -> float:
        """Of those that were due."""
        return self.kept / self.due if self.due else 1.0

    @property
    def broken(self) -> Counter[str]:
        """Why the others were not."""
        return Counter(one.broken for one in self.of.values() if one.is_due and one.broken)

    @property
    def waits(self) -> list[float]:
        """Seconds from request to lowered barrier, shortest first."""
        return sorted(one.waited_s for one in self.of.values() if one.waited_s is not None)
