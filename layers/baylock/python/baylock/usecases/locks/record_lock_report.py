"""Record the report of a lock."""

from __future__ import annotations

from dataclasses import dataclass

from baylock.domain.errors import Busy, NoSuchOrder
from baylock.domain.locks.lock import ALARM_TOLD_WITHIN, Alarm, BarrierReport, Lock, LockReport
from baylock.domain.orders.order import Order
from baylock.domain.venue.mall import Barrier
from baylock.ports.clock import Clock
from baylock.ports.locks import Locks
from baylock.ports.orders import Orders
from baylock.ports.queues import EffectQueues
from baylock.ports.venue import Venues
from baylock.usecases.change import MAX_CHANGES, change_lock, change_order


@dataclass(frozen=True)
class RecordLockReport:
    """Keep the newest report of a lock, and apply it to the order that it names.

    Late and repeated reports change nothing, but the newest is applied each time that it arrives:
    the time before, we may have crashed before the order. Where a newer report arrived meanwhile,
    the order gets that one after ours. Reports of unknown locks are dropped, and those of devices
    whose identity was revoked or replaced. Raises Busy.
    """

    venues: Venues
    locks: Locks
    orders: Orders
    effect_queues: EffectQueues
    clock: Clock

    def __call__(self, report: LockReport) -> Order | None:
        """The order that the report names, if it is one of this lock's."""
        now = self.clock()
        lock = change_lock(self.locks, report.thing, lambda lock: lock.reporting(report, now))
        if lock is None or lock.report != report or not lock.identity.is_heard:
            return None
        if not report.vehicle and self._should_be_raised(lock):
            self.effect_queues.put_lock(lock.thing)
        if lock.alarm and lock.alarms and self._may_be_untold(lock.alarm):
            # With each such report: the text is sent once, and the first may not have got this far.
            self.effect_queues.put_alarm(lock.thing, lock.alarm.version)
        return self._apply(report)

    def _apply(self, report: LockReport) -> Order | None:
        order: Order | None = None
        for _ in range(MAX_CHANGES):
            order, changed = self._applied(report)
            newest = self.locks.find(report.thing) if changed else None
            if newest is None or newest.report is None or newest.report == report:
                return order
            report = newest.report
        raise Busy

    def _applied(self, report: LockReport) -> tuple[Order | None, bool]:
        """The order, and whether it changed."""
        changed = False

        def applied(order: Order) -> Order:
            nonlocal changed
            if order.claim.thing != report.thing:
                return order
            after = order.apply_report(report, self.clock())
            changed = after is not order
            return after

        if report.order is None:
            return None, False
        try:
            order = change_order(self.orders, report.order, applied)
        except NoSuchOrder:
            return None, False
        return order, changed

    def _may_be_untold(self, alarm: Alarm) -> bool:
        """Whether the report that raised it may come again. The lock can't prolong that."""
        return abs(self.clock() - alarm.at) < ALARM_TOLD_WITHIN

    def _should_be_raised(self, lock: Lock) -> bool:
        """Whether its barrier is down though the lot keeps idle barriers up."""
        report = lock.report
        if report is None or report.barrier is not BarrierReport.LOWERED:
            return False
        lot = self.venues.mall(lock.space.mall).lot(lock.space.lot)
        return lot is not None and lot.settings.idle_barrier is Barrier.RAISED
