"""Time that nobody waits for: what is to happen next happens now."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(slots=True)
class Alarm:
    """Something that is going to happen, unless it is cancelled."""

    callback: Callable[[], None] | None

    def cancel(self) -> None:
        self.callback = None


class Timeline:
    """The clock of a run, in epoch seconds; what was set for the same moment happens in order."""

    def __init__(self, begins: float) -> None:
        self.now = begins
        self.happened = 0
        self._alarms: list[tuple[float, int, Alarm]] = []
        self._set = 0

    def clock(self) -> datetime:
        """Now, in UTC: a Clock."""
        return moment(self.now)

    def later(self, delay: float, callback: Callable[[], None], /) -> Alarm:
        """After so many seconds; as the event loop's `call_later`."""
        return self.at(self.now + delay, callback)

    def at(self, when: float, callback: Callable[[], None]) -> Alarm:
        """At that moment, or now where it has passed."""
        self._set += 1
        alarm = Alarm(callback)
        heapq.heappush(self._alarms, (max(when, self.now), self._set, alarm))
        return alarm

    def run_until(self, when: float) -> None:
        """Let everything happen that is to happen until then."""
        while self._alarms and self._alarms[0][0] <= when:
            self.now, _, alarm = heapq.heappop(self._alarms)
            if alarm.callback:
                self.happened += 1
                alarm.callback()
        self.now = max(self.now, when)


def moment(seconds: float) -> datetime:
    """A time, in UTC, from epoch seconds."""
    return datetime.fromtimestamp(seconds, UTC)
