"""Simulated time: the next event happens at once."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(slots=True)
class Alarm:
    """A scheduled event, which can be cancelled."""

    callback: Callable[[], None] | None

    def cancel(self) -> None:
        self.callback = None


class Timeline:
    """The clock of a run, in epoch seconds; events at the same moment keep their order."""

    def __init__(self, begins: float) -> None:
        self.now = begins
        self.happened = 0
        self._alarms: list[tuple[float, int, Alarm]] = []
        self._set = 0

    def clock(self) -> datetime:
        """Return the current time in UTC; a Clock."""
        return moment(self.now)

    def later(self, delay: float, callback: Callable[[], None], /) -> Alarm:
        """Schedule after a delay, like the event loop's `call_later`."""
        return self.at(self.now + delay, callback)

    def at(self, when: float, callback: Callable[[], None]) -> Alarm:
        """Schedule at a moment, or now if it has passed."""
        self._set += 1
        alarm = Alarm(callback)
        heapq.heappush(self._alarms, (max(when, self.now), self._set, alarm))
        return alarm

    def run_until(self, when: float) -> None:
        """Run all events up to a moment."""
        while self._alarms and self._alarms[0][0] <= when:
            self.now, _, alarm = heapq.heappop(self._alarms)
            if alarm.callback:
                self.happened += 1
                alarm.callback()
        self.now = max(self.now, when)


def moment(seconds: float) -> datetime:
    """Convert epoch seconds to UTC."""
    return datetime.fromtimestamp(seconds, UTC)
