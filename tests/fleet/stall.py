"""A space and its lock as they really are: the real agent on simulated hardware."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.fleet.line import Line
from tests.fleet.plan import HOUR_S, Failure, LockPlan
from tests.fleet.timeline import Timeline
from tests.fleet.trace import Trace

from baylock.domain.venue.mall import Barrier, Lot, Space
from baylock_lock.agent import LockAgent, Timing
from baylock_lock.hardware import Change
from baylock_lock.shadow import Barrier as Position
from baylock_lock.shadow import Fault, Rest
from baylock_lock.simulated import SimulatedHardware

FLAT, EMPTY = 8.0, 0.0
"""Percent: below FLAT a lock takes no new orders, at EMPTY it stops."""


class Motor(SimulatedHardware):
    """Simulated hardware with callbacks for commands and changes."""

    moving: Callable[[Rest], None]
    changed: Callable[[Change], None]

    def move(self, to: Rest) -> None:
        self.moving(to)
        super().move(to)

    def listen(self, changed: Callable[[Change], None]) -> None:
        def forward(change: Change) -> None:
            changed(change)
            self.changed(change)

        super().listen(forward)


@dataclass(eq=False)
class Stall:
    """A space; `occupant` is whose vehicle is there, whatever the sensor reports.

    `waiting` are called on each change of the hardware, `disturbed` when something makes the
    barrier move by itself. `obeyed` is the number of the desired state acted on last, `stands_for`
    the order that it named. `stood_for` are the orders for which the barrier has been up.
    """

    lot: Lot
    space: Space
    plan: LockPlan
    timeline: Timeline
    line: Line
    trace: Trace
    moving: Callable[[Stall, Rest], None]
    report_every_s: float
    disturbed: Callable[[], None] = lambda: None
    occupant: str | None = None
    waiting: list[Callable[[], None]] = field(default_factory=list)
    obeyed: int = -1
    stands_for: str | None = None
    stood_for: set[str] = field(default_factory=set)
    failed: Failure | None = None
    was_mended: bool = False
    was_put_down: bool = False
    """Lowered by hand, and not up again since."""
    boots: int = 0

    def __post_init__(self) -> None:
        self.thing = self.space.thing
        self.motor = Motor(self.timeline.later, monotonic=lambda: self.timeline.now)
        self.motor.moving = lambda to: self.moving(self, to)
        self.motor.changed = self._changed
        self.motor.charge(self.plan.charge)
        self.agent = self._agent()

    def _agent(self) -> LockAgent:
        now = self.timeline
        return LockAgent(
            self.thing,
            hardware=self.motor,
            link=self.line,
            clock=lambda: now.now + self.plan.clock_wrong_s,
            steady=lambda: now.now,
            later=now.later,
            timing=Timing(report_every_s=self.report_every_s),
        )

    def start(self) -> None:
        """Switch the lock on, and schedule its plan."""
        self.agent.start()
        for down, up, restarts in self.plan.outages:
            self.timeline.at(down, self.line.cut)
            if restarts:
                self.timeline.at((down + up) / 2, self.reboot)
            self.timeline.at(up, self.restore)
        if self.plan.failure:
            self.timeline.at(self.plan.fails_at, lambda: self._fail(self.plan.failure))

    @property
    def barrier(self) -> Position:
        """The real position of the barrier."""
        return self.motor.sense().barrier

    @property
    def is_up(self) -> bool:
        return self.barrier is Position.RAISED

    @property
    def is_down(self) -> bool:
        return self.barrier is Position.LOWERED

    @property
    def is_half_way(self) -> bool:
        return self.barrier is Position.BLOCKED

    @property
    def is_lost(self) -> bool:
        """Whether the lock is out of contact for good."""
        return self.failed is not None and self.plan.never_returns

    @property
    def idle(self) -> Barrier:
        """The position of the barrier when no order needs it."""
        return self.lot.settings.idle_barrier

    def enter(self, who: str) -> None:
        """Let a vehicle drive onto the space."""
        self.occupant = who
        self.trace.note(f"{who} drives in", self.thing, who)
        self.motor.vehicle(True)

    def leave(self) -> None:
        """Let the vehicle drive off."""
        self.trace.note(f"{self.occupant} drives off", self.thing, self.occupant)
        self.occupant = None
        self.disturbed()
        self.motor.vehicle(False)

    def put_down(self) -> None:
        """Lower the barrier with the key."""
        self.trace.note("is lowered by hand", self.thing)
        self.was_put_down = True
        self.disturbed()
        self.motor.by_hand(Position.LOWERED)

    def reboot(self) -> None:
        """Restart after a moment without power: the agent forgets, the hardware does not."""
        if self.is_lost:
            return
        self.boots += 1
        self.trace.note("restarts", self.thing)
        self._power_off()
        self.agent = self._agent()
        self.agent.start()

    def _power_off(self) -> None:
        self.agent.lose_power()
        self.motor.lose_power()

    def restore(self) -> None:
        """Restore the network."""
        if not self.is_lost:
            self.line.restore()

    def _changed(self, change: Change) -> None:
        self.trace.note(f"{change.value}: {self.barrier}", self.thing)
        self.was_put_down = self.was_put_down and not self.is_up
        for callback in tuple(self.waiting):
            callback()

    # ── failures ─────────────────────────────────────────────────────────────────────────────

    def _fail(self, failure: Failure | None) -> None:
        self.failed = failure
        self.trace.note(f"fails: {failure}", self.thing)
        match failure:
            case Failure.JAM:
                self.motor.block(Fault.JAMMED)
            case Failure.OBSTRUCTION:
                self.motor.block(Fault.OBSTRUCTED)
            case Failure.SENSOR:
                self.motor.sensor_dead(True)
            case Failure.STUCK_SENSOR:
                self.motor.sensor_stuck(True)
            case Failure.BATTERY:
                self.motor.charge(FLAT)
                self.timeline.later(HOUR_S, self._run_empty)
            case Failure.GONE | None:
                self._power_off()
        if self.plan.mended_at and not self.plan.never_returns:
            self.timeline.at(self.plan.mended_at, self._mend)

    def _run_empty(self) -> None:
        self.motor.charge(EMPTY)
        self._power_off()

    def _mend(self) -> None:
        self.trace.note("mended", self.thing)
        match self.failed:
            case Failure.JAM | Failure.OBSTRUCTION:
                self.motor.free()
            case Failure.SENSOR:
                self.motor.sensor_dead(False)
            case Failure.STUCK_SENSOR:
                self.motor.sensor_stuck(None)
            case _:
                pass
        self.failed, self.was_mended = None, True
        self.disturbed()
