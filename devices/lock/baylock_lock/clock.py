"""The time, for a lock whose own clock may be wrong.

Every document of the shadow service carries `timestamp`, the second in which it was sent: the
Developer Guide offers it to things without a clock. A message may have been delayed, so by itself
it only gives the earliest possible time. The answer to our own message was sent after it, and so
bounds the time from both sides.
https://docs.aws.amazon.com/iot/latest/developerguide/device-shadow-document.html

From the first such answer on the lock's own clock is ignored: time is counted from there by the
steady clock, which nobody sets.
"""

import time
from collections.abc import Callable

RESOLUTION_S = 1.0
"""A `timestamp` is truncated to seconds."""
PROMPT_S = 10.0
"""A slower answer is ignored once the clock is set: its bounds are too wide."""


def steady_s() -> float:
    """Return seconds since an arbitrary time, sleep included where the system counts it."""
    boottime: int | None = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boottime is None else time.clock_gettime(boottime)


class Clock:
    """The bounds of the current time, in epoch seconds.

    `own` is the lock's own clock, which counts until the service has sent a time; `steady` never
    jumps.
    """

    def __init__(self, own: Callable[[], float], steady: Callable[[], float] = steady_s) -> None:
        self._own = own
        self.steady = steady
        self._earliest: float | None = None
        """An offset to the steady clock, like `_latest`."""
        self._latest: float | None = None

    @property
    def is_set(self) -> bool:
        """Whether an answer has set the clock."""
        return self._latest is not None

    def earliest(self) -> float:
        """The earliest possible time, for reports: never in the future."""
        heard = None if self._earliest is None else self.steady() + self._earliest
        if heard is None or self._latest is None:
            return self._own() if heard is None else max(self._own(), heard)
        return heard

    def latest(self) -> float:
        """The latest possible time, to compare with `valid_until`: what may have expired has."""
        return self.earliest() if self._latest is None else self.steady() + self._latest

    def own_is_ahead_s(self) -> float:
        """The known error of the lock's own clock; negative when it is slow."""
        return self._own() - self.earliest()

    def heard(self, timestamp: float, asked_at: float | None = None) -> None:
        """Take the time from a message sent at `timestamp`, which we requested at `asked_at`.

        `asked_at` is a reading of the steady clock; None for a message that we did not request.
        """
        now = self.steady()
        arrived = timestamp - now
        prompt = asked_at is not None and now - asked_at <= PROMPT_S
        if asked_at is not None and (prompt or self._latest is None):
            self._earliest = arrived
            self._latest = timestamp + RESOLUTION_S - asked_at
        elif self._earliest is None or arrived > self._earliest:
            self._earliest = arrived
            if self._latest is not None:
                self._latest = max(self._latest, arrived)
