"""A limit on standing still: what moves, however slowly, is waited for."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

LIMIT_SECONDS: Final = 60.0


class Standstill:
    """How long a value has stayed the same; `now` returns seconds that only grow."""

    def __init__(
        self, limit_s: float = LIMIT_SECONDS, *, now: Callable[[], float] = time.monotonic
    ) -> None:
        self.limit_s = limit_s
        self._now = now
        self._last: object = self
        self._since = now()

    def is_over_limit(self, value: object) -> bool:
        """Note the value as it is now; return whether it has been that for the whole limit."""
        if value != self._last:
            self._last, self._since = value, self._now()
        return self._now() - self._since >= self.limit_s
