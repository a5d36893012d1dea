"""Which promises were kept, judged by the hardware and not by reports."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import Enum

from baylock.domain.booking.booking import OrderId

UP_WITHIN_S = 90.0
"""From the request, if the barrier could not be requested in time for the window's start."""
DOWN_WITHIN_S = 30.0
"""From the driver's request."""


class Came(Enum):
    """How far a driver got."""

    NOT = "did not come"
    LATE = "came after the no-show deadline"
    ASKED = "asked for admission"
    IN = "drove in"


@dataclass
class Promise:
    """The promise of one order. `ready` is None until its barrier is due; `missing` says why it was
    not up.

    `waited_s` runs from the driver's request to the lowered barrier.
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
        """Whether the outcome of the promise is known."""
        return not self.void and (self.ready is not None or self.asked_at is not None)

    @property
    def broken(self) -> str:
        """Why the promise was not kept; empty if it was."""
        if self.ready is False:
            return self.missing
        if self.asked_at is not None and (self.waited_s is None or self.waited_s > DOWN_WITHIN_S):
            return self.not_down or "not down in time"
        return ""


@dataclass
class Promises:
    """The promises of all orders."""

    of: dict[OrderId, Promise] = field(default_factory=dict)

    def promise(self, order: OrderId) -> Promise:
        """Return the promise of an order."""
        return self.of.setdefault(order, Promise(order))

    @property
    def due(self) -> int:
        return sum(1 for promise in self.of.values() if promise.is_due)

    @property
    def kept(self) -> int:
        return sum(1 for promise in self.of.values() if promise.is_due and not promise.broken)

    @property
    def share(self) -> float:
        """The share of kept promises among those due."""
        return self.kept / self.due if self.due else 1.0

    @property
    def broken(self) -> Counter[str]:
        """Count the reasons of the broken promises."""
        return Counter(
            promise.broken for promise in self.of.values() if promise.is_due and promise.broken
        )

    @property
    def waits(self) -> list[float]:
        """Seconds from request to lowered barrier, shortest first."""
        return sorted(
            promise.waited_s for promise in self.of.values() if promise.waited_s is not None
        )
