"""Check that each barrier is where its order, or its lot, needs it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.fleet import known
from tests.fleet.cloud import Cloud
from tests.fleet.stall import Stall
from tests.fleet.trace import Trace

from baylock.domain.orders.order import Order
from baylock.domain.orders.record import Record
from baylock.domain.venue.mall import Barrier
from baylock_lock.shadow import Barrier as Position

WITHIN_S = 60.0
LOOKED_AT_EVERY_S = 5.0


@dataclass
class Standing:
    """`stood` counts the state of locks one minute after they connected."""

    cloud: Cloud
    stalls: Mapping[str, Stall]
    trace: Trace
    stood: Counter[str] = field(default_factory=Counter)
    late: list[str] = field(default_factory=list)
    _since: dict[str, float] = field(default_factory=dict)

    @property
    def _now(self) -> float:
        return self.cloud.timeline.now

    def changed(self, old: Record | None, new: Record) -> None:
        """Note a change of the positions that orders need."""
        needs = [_need(record) for record in (old, new)]
        if needs[0] != needs[1]:
            for need in needs:
                if need:
                    self.disturbed(need[0])

    def disturbed(self, thing: str) -> None:
        """Restart the minute that a lock has to move."""
        self._since[thing] = self._now

    def connected(self, stall: Stall) -> None:
        """Give the lock a minute from now, then count its state."""
        connected_at = stall.line.connected_at

        def looks() -> None:
            if stall.line.connected_at != connected_at or not stall.line.is_reachable:
                return
            if self._is_settled(stall):
                right = self._is_right(stall)
                self.stood["right" if right else "wrong"] += 1
                if not right:
                    self.late.append(f"{stall.thing}: {self.describe(stall)}")
            else:
                self.stood["about to move"] += 1

        self.cloud.timeline.later(WITHIN_S, looks)

    def check(self, for_s: float) -> None:
        """Check for `for_s` seconds that no reachable lock is wrong for a minute. Raises
        Violation."""
        ends = self._now + for_s
        while self._now < ends:
            for stall in self.stalls.values():
                if self._is_settled(stall) and not self._is_right(stall):
                    wanted = [order.id for order in self.cloud.orders.at[stall.thing].values()]
                    raise self.trace.violation(
                        f"{stall.thing} is wrong: {self.describe(stall)}",
                        stall.thing,
                        *wanted,
                    )
            self.cloud.timeline.run_until(self._now + LOOKED_AT_EVERY_S)

    def describe(self, stall: Stall) -> str:
        """Describe the position, and the needed one."""
        return f"{stall.barrier} for {stall.agent.memory.order}, needed {self._needs(stall)}"

    def _is_settled(self, stall: Stall) -> bool:
        """Tell whether the lock has had a minute to reach its position, and can."""
        if stall.failed or not stall.line.is_reachable:
            return False
        since = max(self._since.get(stall.thing, 0.0), stall.line.connected_at)
        return self._now - since >= WITHIN_S

    def _is_right(self, stall: Stall) -> bool:
        return any(self._stands(stall, *need) for need in self._needs(stall))

    def _needs(self, stall: Stall) -> list[tuple[Barrier, str | None]]:
        here = self.cloud.orders.at[stall.thing].values()
        needs = [(order.barrier, order.id) for order in here if order.barrier]
        return [*needs] or [(stall.idle, None)]

    def _stands(self, stall: Stall, barrier: Barrier, order: str | None) -> bool:
        if barrier is Barrier.RAISED and stall.occupant:
            return stall.barrier is Position.LOWERED
        if known.MENDED_LOCKS_MAY_STAND_HALF_WAY and stall.was_mended and stall.is_half_way:
            return True
        is_there = stall.barrier == Position(barrier.value)
        return is_there and (order is None or stall.agent.memory.order == order)


def _need(record: Record | None) -> tuple[str, Barrier | None] | None:
    return (record.claim.thing, record.barrier) if isinstance(record, Order) else None
