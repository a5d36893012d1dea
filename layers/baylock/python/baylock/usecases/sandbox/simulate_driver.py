"""A simulated driver, who arrives and leaves without a request."""

from __future__ import annotations

from dataclasses import dataclass, replace

from baylock.domain.errors import Busy, LockChanged, TooEarly, TooLate
from baylock.domain.locks.lock import Shadow
from baylock.domain.orders.order import Order
from baylock.domain.orders.state import State
from baylock.domain.sandbox.sandbox import SandboxOutcome, outcome_of
from baylock.domain.venue.mall import ThingName
from baylock.ports.clock import Clock
from baylock.ports.locks import Shadows
from baylock.ports.orders import Orders
from baylock.usecases.driver.admit_driver import AdmitDriver
from baylock.usecases.driver.leave_space import LeaveSpace
from baylock.usecases.sandbox.simulate_lock import unchanged_report


@dataclass(frozen=True)
class SimulateDriver:
    """Arrive where the barrier is up, leave where it is down: a step a call.

    Raises Busy where the order lacks its lock's last report: call again later.
    """

    orders: Orders
    shadows: Shadows
    admit_driver: AdmitDriver
    leave_space: LeaveSpace
    clock: Clock

    def __call__(self, thing: ThingName) -> str:
        """Take the next step of the driver at this lock; return it in words for the log."""
        shadow = self.shadows.read(thing)
        has_it = shadow.desired.order if shadow.desired else None
        order = self.orders.find(has_it) if has_it else None
        if (
            not isinstance(order, Order)
            or outcome_of(order.booking) is not SandboxOutcome.COMPLETED
        ):
            return "nobody drives"
        try:
            return self._step(order, shadow)
        except (TooEarly, TooLate) as error:
            return f"the driver is turned away: {type(error).__name__}"

    def _step(self, order: Order, shadow: Shadow) -> str:
        if not order.is_live:
            return "the driver has gone"
        if order.state is State.ARRIVED:
            return self._leave(order, shadow)
        if order.state is State.HELD and not order.access.admitted_at:
            self.admit_driver(order.id)
            return "the driver is here"
        raise Busy

    def _leave(self, order: Order, shadow: Shadow) -> str:
        gone = unchanged_report(order.claim.thing, shadow, self.clock())
        try:
            self.shadows.write_report(replace(gone, order=order.id, vehicle=False))
        except LockChanged:
            raise Busy from None
        self.leave_space(order.id)
        return "the driver leaves"
