"""Check that each order ended as its driver's and merchant's actions require."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from tests.fleet import known
from tests.fleet.merchants import Guest
from tests.fleet.site import Site

from baylock.domain.orders.order import Order
from baylock.domain.orders.state import State

CONFIRMED_S = 90.0
REPORTED_S = 330.0
"""The longest delay of a report, in seconds."""


@dataclass
class Ends:
    """Raises a Violation for the first order that ended wrongly."""

    site: Site

    def check(self) -> None:
        """Check every order, and that every entry in the occupancy belongs to a live order."""
        for guest in self.site.guests.values():
            self._check(guest)
        self._check_dead_letters()
        orders = self.site.cloud.orders
        kept = set(orders.entries())
        live = orders.live.values()
        promised = {entry for order in live for entry in order.claim.entries(order.id)}
        if kept != promised:
            raise self.site.trace.violation(
                f"entries without a live order, or missing ones: {kept ^ promised}"
            )

    def _check_dead_letters(self) -> None:
        """Check that no message became a dead letter, except for known faults."""
        for letter, order in self.site.cloud.dead_letters:
            behind = order in self.site.behind
            if not behind:
                raise self.site.trace.violation(f"dead letter: {letter}", order)

    def _check(self, guest: Guest) -> None:
        order = self.site.cloud.order(guest.id)
        if not guest.placed:
            self._must(guest, order is None, "exists, but was refused")
        elif order is not None and guest.cancelled:
            self._must(guest, order.state is State.CANCELLED, "should be cancelled")
        elif order is not None and guest.admitted:
            self._stayed(guest, order)
        elif order is not None:
            self._did_not_come(guest, order)

    def _did_not_come(self, guest: Guest, order: Order) -> None:
        self._must(
            guest,
            order.state in {State.NO_SHOW, State.FAILED},
            "should be no_show or failed, as nobody came",
        )
        if order.state is State.NO_SHOW:
            missed, ended = order.missed_at.timestamp(), order.changed_at.timestamp()
            in_time = missed <= ended <= self._clock_after(missed + CONFIRMED_S)
            self._must(guest, in_time, "no_show at the wrong time")

    def _stayed(self, guest: Guest, order: Order) -> None:
        stall = self.site.stalls[order.claim.thing]
        if order.state is State.ARRIVED:
            # Nobody reported that the vehicle left: the lock can't, or reports the contrary.
            silent = known.SILENT_LOCKS_HOLD_ORDERS and stall.failed is not None
            silent = silent and not guest.said_done and order.access.overstay_since is not None
            self._must(guest, silent, "should be completed")
            return
        self._must(guest, order.state is State.COMPLETED, "should be completed")
        end, ended = order.claim.window.end.timestamp(), order.changed_at.timestamp()
        if not guest.said_done:
            self._must(
                guest, ended >= end, "completed before its end without a text from the driver"
            )
        if guest.id in self.site.behind or stall.plan.outages or stall.plan.failure:
            return
        most = self._clock_after(max(end, guest.left_at) + REPORTED_S)
        self._must(guest, ended <= most, "completed long after its driver had left")

    def _clock_after(self, moment: float) -> float:
        """Return when the clock runs next after `moment`."""
        ran_at = self.site.cloud.ran_at
        at = bisect_left(ran_at, moment)
        # Rounded up by a second, as stored times have microseconds only.
        return 1 + (ran_at[at] if at < len(ran_at) else self.site.now)

    def _must(self, guest: Guest, is_so: bool, what: str) -> None:
        if not is_so:
            order = self.site.cloud.order(guest.id)
            state = order.state if order else None
            raise self.site.trace.violation(
                f"{guest.id} ({guest.phone}) is {state}, {what}",
                guest.id,
                order.claim.thing if order else None,
            )
