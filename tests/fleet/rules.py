"""Rules that hold at every moment, checked whenever a barrier moves, an order changes or a
vehicle enters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.fleet.cloud import Cloud
from tests.fleet.stall import Stall
from tests.fleet.trace import Trace

from baylock.domain.booking.booking import OrderId
from baylock.domain.booking.window import Window, parking_window, slot_floor
from baylock.domain.errors import InvalidBooking
from baylock.domain.orders.order import Order
from baylock.domain.orders.record import Record
from baylock.domain.orders.state import State
from baylock.domain.venue.mall import UNREACHABLE_DM, Barrier, Lot, Merchant, Space, ThingName
from baylock_lock.shadow import Barrier as Position
from baylock_lock.shadow import Rest

LIVE = {State.RESERVED, State.HELD, State.ARRIVED}
DIAGRAM: Mapping[State, set[State]] = {
    State.RESERVED: {*State},
    State.HELD: {*State},
    State.ARRIVED: {State.ARRIVED, State.COMPLETED},
    State.COMPLETED: {State.COMPLETED},
    State.CANCELLED: {State.CANCELLED, State.RESERVED},
    State.NO_SHOW: {State.NO_SHOW},
    State.FAILED: {State.FAILED, State.RESERVED},
}
"""Transitions of docs/order.md; cancelled and failed orders may also be booked again."""

CLOCKS_AGREE_S = 2.0
"""A lock learns the time from messages, to the second."""
SETTLED_S = 300.0
"""After this many seconds, a vehicle on a space must be known."""


@dataclass
class Rules:
    """Each rule raises a Violation with the trace of the locks and orders concerned."""

    cloud: Cloud
    stalls: Mapping[str, Stall]
    trace: Trace
    moves: bool

    @property
    def _now(self) -> float:
        return self.cloud.timeline.now

    # ── locks ────────────────────────────────────────────────────────────────────────────────

    def moving(self, stall: Stall, to: Rest) -> None:
        """Check a barrier that is about to move."""
        memory, sensed = stall.agent.memory, stall.motor.sense()
        self.trace.note(f"moves to {to} by v{memory.version}", stall.thing)
        if to is Position.RAISED and stall.occupant:
            raise self.trace.violation("a barrier rises under a vehicle", stall.thing)
        if to is Position.LOWERED and sensed.heading is Position.RAISED and not memory.order:
            return  # The barrier turns back for a vehicle.
        self._follows(stall, to)

    def reported(self, stall: Stall) -> None:
        """Check a report: a lock that names another order follows a desired state too."""
        order = stall.agent.memory.order
        if order and order != stall.stands_for and stall.agent.memory.desired:
            desired = stall.agent.memory.desired
            if desired.order == order:
                self._follows(stall, desired.barrier)
        stall.stands_for = order

    def _follows(self, stall: Stall, to: Rest) -> None:
        memory = stall.agent.memory
        number = stall.line.client.shadow.asked_by(memory.version)
        if memory.desired is None or number < 0:
            raise self.trace.violation("moves without a desired state", stall.thing)
        asked = stall.line.client.shadow.asked[number].desired
        about = (stall.thing, asked.get("order"))
        if (asked["barrier"], asked.get("order")) != (to, memory.desired.order):
            raise self.trace.violation(f"moves to {to}, but desired is {asked}", *about)
        if asked["valid_until"] + CLOCKS_AGREE_S < self._now:
            raise self.trace.violation("follows an expired desired state", *about)
        if number < stall.obeyed:
            raise self.trace.violation("follows an older desired state than before", *about)
        stall.obeyed = number

    def asked(self, thing: ThingName, desired: Mapping[str, Any]) -> None:
        """Check a desired state that the cloud is about to write."""
        order, barrier = desired["order"], desired["barrier"]
        shadow = self.stalls[thing].line.client.shadow
        before = shadow.desired.get("order")
        if barrier == Barrier.RAISED and shadow.reported.get("vehicle"):
            raise self.trace.violation("raise requested under a vehicle", thing, order)
        orders = self.cloud.orders.at[thing]
        if order and (order not in orders or orders[order].barrier != barrier):
            raise self.trace.violation(
                f"{barrier} requested for {order}, which does not need it", thing, order
            )
        if before and before != order and before in orders and orders[before].barrier:
            raise self.trace.violation(
                f"taken from {before}, which still needs it", thing, order, before
            )
        if order is None and any(known.barrier for known in orders.values() if known.id == before):
            raise self.trace.violation("idle though an order needs it", thing, before)

    def entering(self, stall: Stall, who: str) -> None:
        """Check a vehicle that is about to enter: no barrier may be up for another order."""
        for order in self.cloud.orders.at[stall.thing].values():
            if order.state is State.HELD and not order.access.admitted_at and order.id != who:
                raise self.trace.violation(
                    f"{who} takes the space that is held for {order.id}", stall.thing, order.id, who
                )

    # ── orders ───────────────────────────────────────────────────────────────────────────────

    def changed(self, old: Record | None, new: Record) -> None:
        """Check the change of an order."""
        if not isinstance(new, Order):
            return
        self._note(old, new)
        about = (new.id, new.claim.thing)
        if old is not None and new.version != old.version + 1:
            raise self.trace.violation("a version was skipped", *about)
        if not isinstance(old, Order):
            if new.state is not State.RESERVED:
                raise self.trace.violation(f"begins as {new.state}", *about)
            return
        if new.state not in DIAGRAM[old.state]:
            raise self.trace.violation(f"{old.state} became {new.state}", *about)
        if new.state is not old.state:
            self._became(old, new)
        if new.claim.space != old.claim.space and old.access.admitted_at:
            raise self.trace.violation("moved after its driver was admitted", *about)

    def _note(self, old: Record | None, new: Order) -> None:
        line = f"v{new.version} {new.state} {new.claim.place}"
        if new.access.asked_at:
            line += " asked"
        if new.access.admitted_at:
            line += " admitted"
        if new.reason and new.reason != getattr(old, "reason", None):
            line += f" {new.reason}"
        self.trace.note(f"{new.id} {line}", new.id, new.claim.thing)

    def _became(self, old: Order, new: Order) -> None:
        now, about = self.cloud.timeline.clock(), (new.id, new.claim.thing)
        match new.state:
            case State.HELD if new.id not in self.stalls[new.claim.thing].stood_for:
                raise self.trace.violation("held before its barrier was up", *about)
            case State.ARRIVED if not new.access.admitted_at:
                raise self.trace.violation("arrived before it was admitted", *about)
            case State.NO_SHOW if old.access.admitted_at or now < old.missed_at:
                raise self.trace.violation("no_show too early", *about)
            case State.COMPLETED if not old.access.admitted_at:
                raise self.trace.violation("completed without its driver", *about)
            case State.FAILED if self.moves:
                if free := self._free(old, now):
                    raise self.trace.violation(f"failed though {free} was free", *about)
            case _:
                pass

    def _free(self, order: Order, now: datetime) -> str | None:
        """Find a space to which an order could have moved, by checking each."""
        merchant = self.cloud.venues.merchant(order.booking.merchant)
        for lot in self.cloud.mall.lots:
            settings = merchant.overrides.of(lot.settings)
            lasts = (order.booking.duration or settings.duration) + order.extra
            try:
                window = parking_window(order.booking.service_time, lasts, settings, now)
            except InvalidBooking:
                continue
            for place, space in enumerate(lot.spaces):
                at = f"{lot.ref}/{space.ref}"
                if at in order.notes.tried or at == order.claim.place:
                    continue
                suits = self._reaches(merchant, lot, place) and space.serves(order.booking.needs)
                if suits and self._will_do(space, window, settings.lead, now):
                    return at
        return None

    @staticmethod
    def _reaches(merchant: Merchant, lot: Lot, place: int) -> bool:
        return lot.ref in merchant.walks and merchant.walks[lot.ref][place] != UNREACHABLE_DM

    def _will_do(self, space: Space, window: Window, lead: timedelta, now: datetime) -> bool:
        lock = self.cloud.locks.find(space.thing)
        if lock is None or not lock.is_usable:
            return False
        up_at = window.start - lead
        for other in self.cloud.orders.at[space.thing].values():
            theirs = other.claim.window
            if theirs.start < window.end and window.start < theirs.end:
                return False
            if slot_floor(up_at) < theirs.end <= window.start:
                up_at = max(up_at, theirs.end)
        return up_at > now or not lock.has_vehicle

    def ended_over(self, order: OrderId, stall: Stall, entered_at: float) -> None:
        """Check a stay that the clock ended: its vehicle must not have been known to be there."""
        known = self.cloud.locks.find(stall.thing)
        if self._now - entered_at > SETTLED_S and known and known.is_usable and known.has_vehicle:
            raise self.trace.violation("completed over its vehicle", order, stall.thing)
