"""Drivers, who arrive, wait at a barrier, stay and leave; some do not come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from tests.fleet.merchants import Guest
from tests.fleet.plan import MINUTE_S
from tests.fleet.promises import Came
from tests.fleet.stall import Stall
from tests.fleet.timeline import Alarm

from baylock.domain.errors import Busy, NotThatLong, TooEarly, TooLate
from baylock.domain.orders.order import Order
from baylock_lock.shadow import Barrier as Position

if TYPE_CHECKING:
    from tests.fleet.site import Site

TEXT_TAKES_S = (0.3, 2.5)
PATIENCE_S = 10 * MINUTE_S
DRIVES_OVER_S = (40.0, 120.0)
"""Seconds to drive to another space than the one in the last text."""
DRIVES_IN_S = (4.0, 15.0)


@dataclass
class Driver:
    """A driver on the way to a booking."""

    site: Site
    guest: Guest
    random: Random
    stall: Stall | None = None
    entered_at: float = 0.0
    _patience: Alarm | None = None
    _is_waiting: bool = False

    def arrives(self) -> None:
        """Arrive at the space in the last text, or stay away if the text ended the order."""
        known = self.site.last_text(self.guest.phone)
        if known is None or not known.is_live:
            self.site.trace.note(f"stays away, last text: {known and known.state}", self.guest.id)
            return
        self._says_here(known)

    def _says_here(self, known: Order) -> None:
        asked_at = self.site.now
        self._later(TEXT_TAKES_S, lambda: self._is_heard(known, asked_at))

    def _is_heard(self, known: Order, asked_at: float) -> None:
        site, promise = self.site, self.guest.promise
        try:
            order = site.cloud.admit(self.guest.id)
        except TooEarly as early:
            site.count("came too early")
            wait_s = early.opens_at.timestamp() - site.now + self.random.uniform(1, 40)
            site.timeline.later(wait_s, lambda: self._says_here(known))
        except TooLate:
            promise.came = Came.LATE
            site.count("came too late")
        except Busy:
            self._later((5, 15), lambda: self._says_here(known))
        else:
            self.guest.admitted = True
            promise.came, promise.asked_at = Came.ASKED, asked_at
            self._waits(order, known)

    def _waits(self, order: Order, known: Order) -> None:
        """Wait for the barrier of the space that the response names."""
        self.stall = stall = self.site.stalls[order.claim.thing]
        self._is_waiting = True
        stall.waiting.append(self._looks)
        self._patience = self.site.timeline.later(PATIENCE_S, self._gives_up)
        if stall.space != self.site.stalls[known.claim.thing].space:
            self.site.count("drove to another space")
            self._is_waiting = False
            self._later(DRIVES_OVER_S, self._is_there)
        self._looks()

    def _is_there(self) -> None:
        self._is_waiting = True
        self._looks()

    def _looks(self) -> None:
        """Drive in if the barrier is down."""
        stall, promise = self.stall, self.guest.promise
        if stall is None or not stall.is_down or stall.occupant:
            return
        if promise.waited_s is None and promise.asked_at is not None:
            promise.waited_s = self.site.now - promise.asked_at
            promise.not_down = f"not down: {self.site.why_not(stall)}"
        if self._is_waiting and self._patience:
            self._is_waiting = False
            self._later(DRIVES_IN_S, self._drives_in)

    def _drives_in(self) -> None:
        stall = self.stall
        if stall is None or self._patience is None:
            return
        if not stall.is_down or stall.occupant:
            self._is_waiting = True
            return
        self._stops_waiting()
        self.site.rules.entering(stall, self.guest.id)
        stall.enter(self.guest.id)
        self.entered_at = self.site.now
        self.guest.promise.came = Came.IN
        self._plans_to_leave()

    def _gives_up(self) -> None:
        """Stop waiting for the barrier."""
        self._stops_waiting()
        promise, stall = self.guest.promise, self.stall
        if stall is not None and promise.waited_s is None:
            promise.not_down = f"not down: {self.site.why_not(stall)}"
        self.site.trace.note("gives up", self.guest.id, stall.thing if stall else None)
        self.site.count("gave up")
        if self.random.random() < 0.5:
            self._later(TEXT_TAKES_S, self._says_done)

    def _stops_waiting(self) -> None:
        if self._patience:
            self._patience.cancel()
            self._patience = None
        if self.stall and self._looks in self.stall.waiting:
            self.stall.waiting.remove(self._looks)

    # ── the stay ─────────────────────────────────────────────────────────────────────────────

    def _plans_to_leave(self) -> None:
        order = self.site.cloud.order(self.guest.id)
        assert order is not None
        stay, end = self.guest.stay, order.claim.window.end.timestamp()
        if stay.overstays_s is not None:
            leaves = end + stay.overstays_s
            self.site.count("overstayed")
        else:
            over = order.booking.service_time + (
                order.booking.duration or self.guest.usual_duration(order)
            )
            # They leave within the window, whatever the plan.
            leaves = min(over.timestamp() + stay.leaves_s, end - 90)
        if stay.asks_for_more:
            self.site.timeline.at(end - 10 * MINUTE_S, self._asks_for_more)
        leaves = max(leaves, self.site.now + 5 * MINUTE_S)
        self.site.timeline.at(leaves, self._leaves)
        after_s = stay.says_done_after_s
        if after_s is not None:
            self.site.timeline.at(leaves + after_s, self._says_done)

    def _asks_for_more(self) -> None:
        try:
            self.site.cloud.extend(self.guest.id, self.guest.more, f"more-{self.guest.id}")
            self.site.count("extended")
        except (NotThatLong, TooLate):
            self.site.count("not extended")

    def _leaves(self) -> None:
        stall = self.stall
        assert stall is not None
        assert stall.occupant == self.guest.id
        if stall.barrier in {Position.RAISED, Position.MOVING}:
            raise self.site.trace.violation("locked in", self.guest.id, stall.thing)
        stall.leave()
        self.guest.left_at = self.site.now

    def _says_done(self) -> None:
        try:
            self.site.cloud.leave(self.guest.id)
            self.guest.said_done = True
        except TooLate:
            self.site.count("texted DONE too late")

    def _later(self, bounds: tuple[float, float], then: Callable[[], None]) -> None:
        self.site.timeline.later(self.random.uniform(*bounds), then)
