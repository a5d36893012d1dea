"""Calls to a local cloud whose workers are all busy."""

from __future__ import annotations

import threading
import time
from types import SimpleNamespace

import pytest

from local_cloud import launcher


class Workers:
    """MiniStack's counting of workers, as far as the launcher knows it."""

    def __init__(self, most: int) -> None:
        self.most, self.busy, self.lock = most, 0, threading.Lock()
        self.svc = SimpleNamespace(
            _acquire_execution_slot=self.acquire, _release_execution_slot=self.release
        )
        launcher.wait_for_a_worker(self.svc)

    def acquire(self, function: str) -> tuple[str | None, str | None]:
        with self.lock:
            if function == "reserved":
                return None, "function"
            if self.busy == self.most:
                return None, "account"
            self.busy += 1
            return function, None

    def release(self, _slot: str) -> None:
        with self.lock:
            self.busy -= 1


def test_calls_that_find_all_workers_busy_are_served_in_turn() -> None:
    workers, served = Workers(1), []
    slot, _ = workers.svc._acquire_execution_slot("first")

    def call(name: str) -> None:
        mine, _ = workers.svc._acquire_execution_slot(name)
        served.append(name)
        workers.svc._release_execution_slot(mine)

    threads = []
    for number in range(8):
        threads.append(threading.Thread(target=call, args=(f"{number}",)))
        threads[-1].start()
        time.sleep(0.01)
    assert not served
    workers.svc._release_execution_slot(slot)
    for thread in threads:
        thread.join(timeout=10)
    assert served == [f"{number}" for number in range(8)]
    assert workers.busy == 0


def test_many_at_once_are_all_served() -> None:
    workers, served = Workers(3), []

    def call(number: int) -> None:
        for _ in range(20):
            mine, limit = workers.svc._acquire_execution_slot(f"{number}")
            served.append(limit)
            workers.svc._release_execution_slot(mine)

    threads = [threading.Thread(target=call, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert served == [None] * 320
    assert workers.busy == 0


def test_a_wait_that_is_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    workers = Workers(1)
    slot, _ = workers.svc._acquire_execution_slot("first")
    monkeypatch.setattr(launcher, "_WORKER_WAIT_SECONDS", 0.05)
    assert workers.svc._acquire_execution_slot("second") == (None, "account")
    workers.svc._release_execution_slot(slot)
    assert workers.svc._acquire_execution_slot("third") == ("third", None)


def test_a_limit_of_the_function_itself_is_not_waited_for() -> None:
    assert Workers(1).svc._acquire_execution_slot("reserved") == (None, "function")
