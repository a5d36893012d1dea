"""A simulated lock, which reports what it is asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from baylock.domain.booking.booking import OrderId
from baylock.domain.errors import Busy, LockChanged
from baylock.domain.locks.lock import BarrierReport, Desired, Fault, LockReport, Shadow
from baylock.domain.orders.order import Order
from baylock.domain.sandbox.mall import FULL_BATTERY
from baylock.domain.sandbox.sandbox import SandboxOutcome, jams_for, outcome_of
from baylock.domain.venue.mall import Barrier, ThingName
from baylock.ports.clock import Clock
from baylock.ports.locks import Shadows
from baylock.ports.orders import Orders
from baylock.ports.queues import EffectQueues
from baylock.usecases.change import MAX_CHANGES


@dataclass(frozen=True)
class SimulateLock:
    """Report what a real lock would do (docs/lock.md), or the fault that this driver forces.

    Level-triggered: the shadow is read as it is now, so a late or repeated message does no harm.
    A message is queued where its driver has a next step. Raises Busy.
    """

    orders: Orders
    shadows: Shadows
    effect_queues: EffectQueues
    clock: Clock

    def __call__(self, thing: ThingName) -> LockReport | None:
        """Return the report; None where the shadow has no desired state."""
        for _ in range(MAX_CHANGES):
            shadow = self.shadows.read(thing)
            if shadow.desired is None:
                return None
            order = self._order(shadow.desired.order)
            report = _answer(thing, shadow, shadow.desired, order, self.clock())
            try:
                self.shadows.write_report(report)
            except LockChanged:
                continue
            if order and report.order and outcome_of(order.booking) is SandboxOutcome.COMPLETED:
                self.effect_queues.put_lock(thing)
            return report
        raise Busy

    def _order(self, id_: OrderId | None) -> Order | None:
        known = self.orders.find(id_) if id_ else None
        return known if isinstance(known, Order) else None


def _answer(
    thing: ThingName, shadow: Shadow, desired: Desired, order: Order | None, now: datetime
) -> LockReport:
    as_before = unchanged_report(thing, shadow, now)
    rises = desired.barrier is Barrier.RAISED
    if now >= desired.valid_until or (rises and shadow.vehicle):
        return as_before
    if rises and order and jams_for(order.booking, order.promise.moves):
        return replace(as_before, barrier=BarrierReport.BLOCKED, fault=Fault.JAMMED)
    # A driver who was admitted parks as soon as the barrier is down.
    comes_in = order is not None and outcome_of(order.booking) is SandboxOutcome.COMPLETED
    return replace(
        as_before,
        barrier=BarrierReport(desired.barrier.value),
        order=desired.order,
        vehicle=comes_in and not rises,
    )


def unchanged_report(thing: ThingName, shadow: Shadow, now: datetime) -> LockReport:
    """Return the report of an unmoved lock that has seen its shadow, without an order."""
    return LockReport(
        thing=thing,
        version=shadow.version,
        barrier=shadow.barrier or BarrierReport.LOWERED,
        order=None,
        vehicle=shadow.vehicle,
        battery=FULL_BATTERY,
        fault=None,
        seen_version=shadow.version,
        at=now,
    )
