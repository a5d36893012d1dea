"""Whether each order has ended as it should, by what its people did."""

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
"""The longest that a report may be on its way."""


@dataclass
class Ends:
    """Raises a Violation for the first that has not."""

    site: Site

    def check(self) -> None:
        """All of them, and that nothing is kept for nobody."""
        for guest in self.site.guests.values():
            self._check(guest)
        self._check_dead_letters()
        orders = self.site.cloud.orders
        kept = set(orders.entries())
        live = orders.live.values()
        promised = {entry for one in live for entry in one.claim.entries(one.id)}
        if kept != promised:
            raise self.site.trace.violation(f"kept but not promised: {kept ^ promised}")

    def _check_dead_letters(self) -> None:
        """Nothing was given up."""
        for letter, order in self.site.cloud.dead_letters:
            behind = order in self.site.behind
            if not behind:
                raise self.site.trace.violation(f"given up: {letter}", order)

    def _check(self, guest: Guest) -> None:
        order = self.site.cloud.order(guest.id)
        if not guest.placed:
            self._must(guest, order is None, "is there though it was refused")
        elif order is not None and guest.cancelled:
            self._must(guest, order.state is State.CANCELLED, "should be cancelled")
        elif order is not None and guest.admitted:
            self._stayed(guest, order)
        elif order is not None:
            self._did_not_come(guest, order)

    def _did_not_come(self, guest: Guest, order: Order) -> None:
        self._must(
            guest, order.state in {State.NO_SHOW, State.FAILED}, "nobody came: no_show or failed"
        )
        if order.state is State.NO_SHOW:
            missed, ended = order.missed_at.timestamp(), order.changed_at.timestamp()
            in_time = missed <= ended <= self._clock_after(missed + CONFIRMED_S)
            self._must(guest, in_time, "no_show at the wrong time")

    def _stayed(self, guest: Guest, order: Order) -> None:
        stall = self.site.stalls[order.claim.thing]
        if order.state is State.ARRIVED:
            # Nobody has said that it left: its lock can't, or says the contrary.
            silent = known.SILENT_LOCKS_HOLD_ORDERS and stall.failed is not None
            silent = silent and not guest.said_done and order.access.overstay_since is not None
            self._must(guest, silent, "should be completed")
            return
        self._must(guest, order.state is State.COMPLETED, "should be completed")
        end, ended = order.claim.window.end.timestamp(), order.changed_at.timestamp()
        if not guest.said_done:
            self._must(guest, ended >= end, "completed before its end, and nobody said so")
        if guest.id in self.site.behind or stall.plan.outages or stall.plan.failure:
            return
        most = self._clock_after(max(end, guest.left_at) + REPORTED_S)
        self._must(guest, ended <= most, "completed long after its driver had left")

    def _clock_after(self, moment: float) -> float:
        """The clock's first run from then on."""
        ran_at = self.site.cloud.ran_at
        at = bisect_left(ran_at, moment)
        # To the second, as moments are kept to the microsecond only.
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
