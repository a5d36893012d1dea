"""A sandbox among the fakes, with simulated locks and drivers as in the cloud."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.fakes.mall import NOODLES
from tests.fakes.texts import FakeEffectQueues
from tests.fakes.world import World

from baylock.domain.orders.order import Order
from baylock.domain.sandbox.mall import sandbox_locks, sandbox_mall, sandbox_merchant
from baylock.domain.sandbox.sandbox import OUTCOMES, SandboxOutcome
from baylock.domain.venue.sandbox_ref import sandbox_of
from baylock.usecases.sandbox.simulate_driver import SimulateDriver
from baylock.usecases.sandbox.simulate_lock import SimulateLock

TRIES = sandbox_of(NOODLES)
"""The merchant of most tests, as identified by a test key."""

ANYBODY = "+14255550100"
PHONES = {outcome: phone for phone, outcome in OUTCOMES.items()}


class Sandbox:
    """The sandbox of a merchant, beside the merchant's mall."""

    def __init__(self, world: World) -> None:
        self.world = world
        noodles = world.venues.merchant(NOODLES)
        self.mall = sandbox_mall(TRIES.mall, world.mall, noodles, "1")
        world.venues.save(self.mall, [sandbox_merchant(noodles)])
        for lock in sandbox_locks(self.mall, world.clock.now):
            world.locks.save(None, lock)
        self.looks = FakeEffectQueues()
        self.simulate_lock = SimulateLock(world.orders, world.shadows, self.looks, world.clock)
        self.simulate_driver = SimulateDriver(
            world.orders, world.shadows, world.admit, world.leave, world.clock
        )
        self._played = self._heard = 0

    def book(
        self, outcome: SandboxOutcome | None = None, reference: str = "T-1", **changes: object
    ) -> Order:
        """Make a booking for the next minute, with the phone that forces this outcome."""
        booking = {
            "merchant": TRIES,
            "service_time": self.world.clock.now + timedelta(minutes=1),
            "phone": PHONES[outcome] if outcome else ANYBODY,
        }
        return self.world.book(reference, **{**booking, **changes})

    def plays(self, order: Order) -> Order:
        """Run all that follows by itself: locks answer, the cloud records it, drivers drive."""
        shadows = self.world.shadows
        while True:
            self.world.settle()
            asked, self._played = shadows.asked[self._played :], len(shadows.asked)
            looks, self.looks.locks = self.looks.locks, []
            if not asked and not looks:
                return self.world.order(order)
            for thing, _ in asked:
                self.simulate_lock(thing)
            for thing in looks:
                self.simulate_driver(thing)
            self.hear()

    def hear(self) -> None:
        """Record the locks' reports in the cloud."""
        reports, self._heard = (
            self.world.shadows.said[self._heard :],
            len(self.world.shadows.said),
        )
        for report in reports:
            # The report was written for one version of the shadow, and created the next.
            self.world.record_report(replace(report, version=report.version + 1))

    def clock_runs(self, order: Order, **later: float) -> Order:
        """Run the clock after a delay, and all that follows."""
        self.world.clock.forward(**later)
        self.world.clock_runs()
        return self.plays(order)
