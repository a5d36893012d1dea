"""The time by which the work at hand must have made its last call to AWS.

A function works on one message at a time; its clients ask here before every attempt.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from baylock.domain.errors import Busy

_last_call: ContextVar[float | None] = ContextVar("last_call", default=None)


@contextmanager
def last_call_within(seconds: float, clock: Callable[[], float] = time.monotonic) -> Iterator[None]:
    """Let calls begin for so many seconds; after that each raises Busy."""
    token = _last_call.set(clock() + seconds)
    try:
        yield
    finally:
        _last_call.reset(token)


def check(**_event: Any) -> None:
    """Raise Busy where no call may begin any more: a handler of botocore's `before-send`."""
    last_call = _last_call.get()
    if last_call is not None and time.monotonic() >= last_call:
        raise Busy
