"""Whether the lock itself shows the problem that a driver reports."""

from __future__ import annotations

from dataclasses import dataclass

from baylock.domain.locks.lock import BarrierReport
from baylock.domain.orders.order import Order
from baylock.domain.orders.state import Reason
from baylock.ports.locks import Locks


@dataclass(frozen=True)
class ConfirmProblem:
    """Look at the lock of an order's space: what it shows needs no proof of who reports it.

    Costs a read. Raises Busy.
    """

    locks: Locks

    def __call__(self, order: Order, reason: Reason) -> bool:
        """`reason` is SPACE_TAKEN or SPACE_BLOCKED.

        A vehicle confirms that the space is taken only until the driver has asked to come in: after
        that it may be theirs.
        """
        lock, admitted = self.locks.find(order.claim.thing), order.access.admitted_at is not None
        if reason is Reason.SPACE_TAKEN:
            return lock is not None and lock.has_vehicle and not admitted
        if lock is None or lock.report is None or not lock.is_usable:
            return True
        return admitted and lock.report.barrier is not BarrierReport.LOWERED
