"""What time it is, for a lock whose own clock may be wrong.

Every document of the shadow service carries `timestamp`, the second in which it was sent: the
Developer Guide offers it to things that have no clock. A message may have been long on its way, so
by itself it only says that it is not earlier than that. An answer to a message of ours was sent
after ours was, and so bounds the time from both sides.
https://docs.aws.amazon.com/iot/latest/developerguide/device-shadow-document.html

From the first such answer on the lock's own clock is not looked at any more: time is counted from
there by the steady clock, which nobody sets.
"""

import time
from collections.abc import Callable

RESOLUTION_S = 1.0
"""A `timestamp` is cut to the second."""
PROMPT_S = 10.0
"""An answer that took longer says less than what is known already, where anything is."""


def steady_s() -> float:
    """Seconds from any moment on, sleep included where the system counts it."""
    boottime: int | None = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boottime is None else time.clock_gettime(boottime)


class Clock:
    """Two readings, in epoch seconds: it is not earlier than one, nor later than the other.

    `own` is the lock's own clock, the only one to go by until the service has said something;
    `steady` never jumps.
    """

    def __init__(self, own: Callable[[], float], steady: Callable[[], float] = steady_s) -> None:
        self._own = own
        self.steady = steady
        self._earliest: float | None = None
        """To be added to the steady clock, as is `_latest`."""
        self._latest: float | None = None

    @property
    def is_set(self) -> bool:
        """Whether an answer has set it."""
        return self._latest is not None

    def earliest(self) -> float:
        """What to report: never a time that is yet to come."""
        heard = None if self._earliest is None else self.steady() + self._earliest
        if heard is None or self._latest is None:
            return self._own() if heard is None else max(self._own(), heard)
        return heard

    def latest(self) -> float:
        """What to judge a wish by: what may have run out is not obeyed."""
        return self.earliest() if self._latest is None else self.steady() + self._latest

    def own_is_ahead_s(self) -> float:
        """By how much the lock's own clock is wrong, as far as is known; negative when slow."""
        return self._own() - self.earliest()

    def heard(self, timestamp: float, asked_at: float | None = None) -> None:
        """A message was sent at `timestamp`, after we had asked for it at `asked_at` (steady)."""
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
