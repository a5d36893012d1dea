"""Concurrent workers that run one at a time: threads with a baton, and a simulated clock.

A worker that waits hands the baton to the worker whose wait ends first, and the clock jumps to that
moment. So the lengths of the waits alone decide who runs next, and equal waits give equal runs.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock, Thread


class _Task:
    """A worker. `turn` is locked while another worker runs."""

    def __init__(self, name: str, work: Callable[[], object]) -> None:
        self.name, self.work = name, work
        self.turn = Lock()
        self.turn.acquire()


class Scheduler:
    """The clock and the baton."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._waiting: list[tuple[datetime, int, _Task]] = []
        self._waits = 0
        self._current: _Task | None = None
        self._main = Lock()
        self._error: BaseException | None = None

    def clock(self) -> datetime:
        """Return the current time in UTC; a Clock."""
        return self.now

    @property
    def current(self) -> str:
        """The name of the running worker."""
        return self._current.name if self._current else ""

    def spawn(
        self, name: str, work: Callable[[], object], *, after: timedelta = timedelta()
    ) -> None:
        """Start a worker after a delay."""
        task = _Task(name, work)
        Thread(target=self._work, args=(task,), name=name, daemon=True).start()
        self._enqueue(task, after)

    def wait(self, duration: timedelta) -> None:
        """Let others run until this much time has passed."""
        me = self._current
        if me is None:
            self.now += duration
            return
        self._enqueue(me, duration)
        if (after := self._next()) is not me:
            assert after is not None
            after.turn.release()
            me.turn.acquire()

    def run(self) -> None:
        """Run until every worker has finished. Raises the first error that a worker did not
        catch."""
        self._main.acquire()
        if (first := self._next()) is not None:
            first.turn.release()
            self._main.acquire()
        self._main.release()
        if self._error is not None:
            raise self._error

    def _work(self, task: _Task) -> None:
        task.turn.acquire()
        try:
            task.work()
        except BaseException as error:  # noqa: BLE001 (raised where the run was started)
            self._error = self._error or error
        after = self._next()
        (after.turn if after else self._main).release()

    def _enqueue(self, task: _Task, after: timedelta) -> None:
        self._waits += 1
        heapq.heappush(self._waiting, (self.now + after, self._waits, task))

    def _next(self) -> _Task | None:
        if not self._waiting:
            self._current = None
            return None
        self.now, _, self._current = heapq.heappop(self._waiting)
        return self._current
