"""The time by which the work at hand must have made its last call to AWS.

An invocation ends at its time limit, whatever it is doing, and takes its whole batch with it. So
every function has its calls end before that: its clients ask here before every attempt. How long a
single call takes is limited by its client (`bootstrap/aws.py`). docs/decisions/0033 has the sums.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from math import inf
from typing import Any, Protocol

from baylock.domain.errors import Busy

TIME_TO_END_SECONDS = 6.0
"""Time at the end of an invocation in which no call is begun: a call takes 4 s."""

ITEM_SECONDS = 6.0
"""Time in which one of several items may begin its calls, so that one that hangs leaves time for
the others."""

_last_call: ContextVar[float | None] = ContextVar("last_call", default=None)


class Invocation(Protocol):
    """The part of Lambda's context that is needed here."""

    def get_remaining_time_in_millis(self) -> int:
        """The time until Lambda ends the invocation."""


def time_for_calls(invocation: Invocation) -> float:
    """The seconds in which the invocation may still begin calls; negative once they are over."""
    return invocation.get_remaining_time_in_millis() / 1000 - TIME_TO_END_SECONDS


@contextmanager
def calls_before_end(invocation: Invocation, at_most: float = inf) -> Iterator[None]:
    """Let calls begin until shortly before the invocation ends, and for `at_most` seconds.

    After that each raises Busy. Threads have their own deadline: begin them in a copy of the
    context, or call this in the thread.
    """
    with last_call_within(min(time_for_calls(invocation), at_most)):
        yield


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
