"""Simulated hardware: a barrier that takes time to move, a vehicle that comes and goes."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from baylock_lock.agent import Later, Timer
from baylock_lock.hardware import Change, Sensed
from baylock_lock.shadow import Barrier, Fault, Rest
from baylock_lock.spread import spread

MOVEMENT_S = 1.5
BATTERY_PER_MOVEMENT = 0.01
"""Percent: some ten thousand movements to a charge."""
FULL = 100.0
"""Percent."""
STOPS_AT = 0.4
"""The share of a movement after which an obstacle stops it."""
ALARMS = (20, 10, 5)
"""Percent: falling below any of these is a change."""
DRAINS_EVERY_S = 1.0

_ENDS: dict[Rest, float] = {Barrier.LOWERED: 0.0, Barrier.RAISED: 1.0}


class SimulatedHardware:
    """A simulated lock, whose state outlives the process in `state_file`, where that is given.

    `rose_under_vehicle` counts what must never happen. `clock_ahead_s` is the error of the lock's
    own clock; `emptied` is called when the battery is empty.
    """

    def __init__(
        self,
        later: Later,
        *,
        movement_s: float = MOVEMENT_S,
        state_file: Path | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.rose_under_vehicle = 0
        self.movements = 0
        self.clock_ahead_s = 0.0
        self.emptied: Callable[[], None] | None = None
        self._half_way: Callable[[], None] | None = None
        self._later = later
        self._movement_s = movement_s
        self._state_file = state_file
        self._monotonic = monotonic
        self._changed: Callable[[Change], None] | None = None
        self._position = 0.0
        self._vehicle = False
        self._charge = FULL
        self._tampered = False
        self._sensor_dead = False
        self._sensor_stuck: bool | None = None
        self._in_the_way: Fault | None = None
        self._stopped_by: Fault | None = None
        self._heading: Rest | None = None
        self._timer: Timer | None = None
        self._half_way_timer: Timer | None = None
        self._drain_timer: Timer | None = None
        self._started_at = 0.0
        self._started_from = 0.0
        self._takes_s = 0.0
        self._recall()

    # For the agent

    def sense(self) -> Sensed:
        return Sensed(
            barrier=self._barrier(),
            vehicle=self._seen(),
            battery=round(self._charge),
            heading=self._heading,
            stopped_by=self._stopped_by,
            tampered=self._tampered,
        )

    def listen(self, changed: Callable[[Change], None]) -> None:
        self._changed = changed

    def move(self, to: Rest) -> None:
        self._halt()
        self._started_from = self._position
        way = _ENDS[to] - self._position
        if self._in_the_way:
            way *= STOPS_AT
        self._heading = to
        self._started_at = self._monotonic()
        self._takes_s = spread(abs(way) * self._movement_s)
        self._charge = max(0.0, self._charge - BATTERY_PER_MOVEMENT)
        self.movements += 1
        self._timer = self._later(self._takes_s, lambda: self._arrived(self._started_from + way))
        if self._half_way:
            self._half_way_timer = self._later(self._takes_s / 2, self._is_half_way)

    # For the simulation

    def vehicle(self, present: bool) -> None:
        """Let a vehicle arrive, or leave."""
        if present == self._vehicle:
            return
        self._vehicle = present
        self._keep()
        if self._seen() is present:
            self._tell(Change.VEHICLE)

    def by_hand(self, to: Rest) -> None:
        """Turn the barrier with the key."""
        self._halt()
        self._heading = None
        self._position = _ENDS[to]
        self._stopped_by = None
        self._keep()
        self._tell(Change.BY_HAND)

    def block(self, fault: Fault) -> None:
        """Jam or obstruct the barrier until `free`: this movement stops, or the next one will.

        Raises ValueError for a fault that does not stop a barrier.
        """
        if fault not in (Fault.JAMMED, Fault.OBSTRUCTED):
            raise ValueError(f"{fault} does not stop a barrier")
        self._in_the_way = fault
        if self._heading:
            self._halt()
            self._arrived(self._position)

    def free(self) -> None:
        """Remove the obstacle; the barrier stays where it stopped."""
        self._in_the_way = None
        if self._stopped_by:
            self._stopped_by = None
            self._keep()
            self._tell(Change.RESET)

    def tamper(self, tampered: bool) -> None:
        if tampered != self._tampered:
            self._tampered = tampered
            self._tell(Change.TAMPER)

    def sensor_dead(self, dead: bool) -> None:
        if dead != self._sensor_dead:
            self._sensor_dead = dead
            self._tell(Change.SENSOR)

    def sensor_stuck(self, at: bool | None) -> None:
        """Make the sensor always report this; None: it reports the truth again."""
        seen = self._seen()
        self._sensor_stuck = at
        if self._seen() is not seen:
            self._tell(Change.VEHICLE)

    def charge(self, percent: float) -> None:
        """Set the charge in percent; raise ValueError outside 0 to 100."""
        if not 0 <= percent <= FULL:
            raise ValueError("a charge is 0 to 100 percent")
        self._charge = percent
        self._keep()
        self._tell(Change.BATTERY)

    def drain(self, percent_per_s: float) -> None:
        """Lose charge at this rate from now on; 0 ends it."""
        if self._drain_timer:
            self._drain_timer.cancel()
        self._drain_timer = None
        if percent_per_s > 0:
            self._drain_timer = self._later(DRAINS_EVERY_S, lambda: self._drained(percent_per_s))

    def set_clock(self, ahead_s: float) -> None:
        self.clock_ahead_s = ahead_s

    def when_half_way(self, call: Callable[[], None] | None) -> None:
        """Call once, half-way through the next movement; None cancels that."""
        self._half_way = call

    def lose_power(self) -> None:
        """Stop at once, without a change; the next agent finds the barrier there."""
        self._halt()
        self._heading = None
        self._keep()

    @property
    def position(self) -> float:
        """From 0 (lowered) to 1 (raised); during a movement, its start."""
        return self._position

    def _seen(self) -> bool | None:
        if self._sensor_dead:
            return None
        return self._vehicle if self._sensor_stuck is None else self._sensor_stuck

    def _drained(self, percent_per_s: float) -> None:
        before = round(self._charge)
        self._charge = max(0.0, self._charge - percent_per_s * DRAINS_EVERY_S)
        self._keep()
        if self._charge == 0:
            self._drain_timer = None
            if self.emptied:
                self.emptied()
            return
        if any(round(self._charge) < alarm <= before for alarm in ALARMS):
            self._tell(Change.BATTERY)
        self.drain(percent_per_s)

    def _is_half_way(self) -> None:
        self._half_way_timer = None
        half_way, self._half_way = self._half_way, None
        if half_way:
            half_way()

    def _tell(self, change: Change) -> None:
        if self._changed:
            self._changed(change)

    def _barrier(self) -> Barrier:
        if self._heading:
            return Barrier.MOVING
        if self._stopped_by is None:
            for end, position in _ENDS.items():
                if self._position == position:
                    return end
        return Barrier.BLOCKED

    def _halt(self) -> None:
        if self._timer is None:
            return
        self._timer.cancel()
        self._timer = None
        if self._half_way_timer:
            self._half_way_timer.cancel()
            self._half_way_timer = None
        if self._heading and self._takes_s > 0:
            done = min(1.0, (self._monotonic() - self._started_at) / self._takes_s)
            way = _ENDS[self._heading] - self._started_from
            self._position = self._started_from + way * done

    def _arrived(self, position: float) -> None:
        self._timer = None
        self._position = position
        self._stopped_by = self._in_the_way
        if self._heading is Barrier.RAISED and self._vehicle and not self._stopped_by:
            self.rose_under_vehicle += 1
            self._stopped_by = Fault.OBSTRUCTED  # the motor detects what the sensor missed
        self._heading = None
        self._keep()
        self._tell(Change.MOVED)

    def _keep(self) -> None:
        if self._state_file is None:
            return
        state = {
            "position": self._position,
            "vehicle": self._vehicle,
            "charge": self._charge,
            "stopped_by": self._stopped_by.value if self._stopped_by else None,
        }
        written = self._state_file.with_suffix(".new")
        written.write_text(json.dumps(state))
        written.replace(self._state_file)

    def _recall(self) -> None:
        """Restore the state from its file; an unreadable file counts as a new lock."""
        if self._state_file is None:
            return
        try:
            state: dict[str, Any] = json.loads(self._state_file.read_text())
            position = min(1.0, max(0.0, float(state["position"])))
            charge = min(FULL, max(0.0, float(state["charge"])))
            vehicle = bool(state["vehicle"])
            stopped_by = Fault(state["stopped_by"]) if state["stopped_by"] else None
        except (OSError, ValueError, KeyError, TypeError):
            return
        self._position, self._charge = position, charge
        self._vehicle, self._stopped_by = vehicle, stopped_by
