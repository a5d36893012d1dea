"""Calls of keys, kept in memory and reported at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from baylock.domain.access.limits import Limits, Usage


@dataclass
class FakeUsageCounters:
    """The UsageCounters port; `adds`: the calls of each report, `fails`: the error to raise."""

    adds: list[int] = field(default_factory=list)
    fails: Exception | None = None
    _spent: dict[tuple[str, date], Usage] = field(default_factory=dict)

    def add(
        self,
        key: str,
        calls: int,
        limits: Limits,
        expected: datetime,  # noqa: ARG002 (a guess that costs nothing here)
        now: datetime,
    ) -> Usage:
        if self.fails is not None:
            raise self.fails
        self.adds.append(calls)
        day = now.date()
        spent = self._spent.get((key, day), Usage(day)).after(calls, limits, now)
        self._spent[key, day] = spent
        return spent

    def calls_on(self, day: date, keys: Collection[str]) -> Mapping[str, int]:
        return {
            key: spent.calls
            for (key, on), spent in self._spent.items()
            if on == day and key in keys
        }


class AtOnce(Executor):
    """An executor that runs each call before it returns."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 (a future keeps it)
            future.set_exception(error)
        return future
