"""What the launcher of the local cloud adds: turns for busy workers, an API's own responses."""

from __future__ import annotations

import threading
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


def test_calls_that_find_all_workers_busy_are_served_in_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    queued = threading.Semaphore(0)

    class Turn(threading.Event):
        """Tells when somebody has begun to wait for it."""

        def wait(self, timeout: float | None = None) -> bool:
            queued.release()
            return super().wait(timeout)

    known = SimpleNamespace(Event=Turn, Lock=threading.Lock)
    monkeypatch.setattr(launcher, "threading", known)
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
        assert queued.acquire(timeout=60)
    assert not served
    workers.svc._release_execution_slot(slot)
    for thread in threads:
        thread.join(timeout=60)
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
        thread.join(timeout=60)
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


def test_gateway_responses_of_an_api_are_imported_with_it() -> None:
    put: list[tuple[str, str, dict[str, str]]] = []
    apigateway = SimpleNamespace(
        _import_rest_api=lambda definition, base: f"{definition['info']} {base}",
        _put_gateway_response=lambda *given: put.append(given),
    )
    launcher.import_gateway_responses(apigateway)
    responses = {"THROTTLED": {"statusCode": "429"}, "DEFAULT_5XX": {"statusCode": "503"}}
    definition = {"info": "api", "x-amazon-apigateway-gateway-responses": responses}
    assert apigateway._import_rest_api(definition, "1") == "api 1"
    assert put == [("api 1", kind, response) for kind, response in responses.items()]
    assert apigateway._import_rest_api({"info": "none"}, "2") == "none 2"
    assert len(put) == 2
