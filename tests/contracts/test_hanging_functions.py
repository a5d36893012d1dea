"""Every function ends by itself, and in time, while the services behind it hang: fault 36.

The whole function runs, with its real clients. All limits are shortened alike.
"""

from __future__ import annotations

import base64
import gzip
import importlib
import json
import pkgutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from bench.cold_start import EVENTS
from tests.fakes.world import CLOCK_WORK
from tests.functions.conftest import Context as LambdaContext

import baylock.bootstrap
from baylock import deadline, log
from baylock.adapters.dynamodb import client as store
from baylock.bootstrap import aws
from baylock.domain.errors import Busy
from baylock.settings import Settings, settings
from sqs import records

ROOT = Path(__file__).parents[2]
FOLDERS = sorted(path.parent.name for path in ROOT.glob("functions/*/app.py"))
FACTOR = 20
"""By which all limits are shorter than those of AWS."""
LATE_SECONDS = 0.1
LIMIT_SECONDS = {"clock": 55 / FACTOR, "refresh_hint": 30 / FACTOR, "authorizer": 10 / FACTOR}
LIMIT_SECONDS |= dict.fromkeys(
    ("merchant_api", "connect", "driver_page", "claim_lock"), 10 / FACTOR
)


@dataclass
class Context(LambdaContext):
    """The context of an invocation that Lambda ends after so many seconds."""

    seconds: float = 20 / FACTOR

    def __post_init__(self) -> None:
        self.began = time.monotonic()

    def get_remaining_time_in_millis(self) -> int:
        return int((self.began + self.seconds - time.monotonic()) * 1000)


class _Late(BaseHTTPRequestHandler):
    """Takes most of the time that a client waits, for an answer that is another delay."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        time.sleep(LATE_SECONDS)
        body = json.dumps({"__type": "InternalServerError", "message": "later"}).encode()
        self.send_response(500)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST  # noqa: N815 (the library's)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(params=["silent", "late", "refuses", "trickles"])
def endpoint(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a server that never answers, or answers late, or of none."""
    if request.param == "late":
        server = ThreadingHTTPServer(("127.0.0.1", 0), _Late)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
        server.server_close()
        return
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        if request.param == "refuses":
            listening.close()
        if request.param == "trickles":
            threading.Thread(target=_trickle, args=(listening,), daemon=True).start()
        yield address


def _trickle(listening: socket.socket) -> None:
    """Begin each answer at once and never end it."""
    held = []
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        held.append(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")


def forget() -> None:
    """Forget every client, adapter and use case that was built."""
    for room in pkgutil.iter_modules(baylock.bootstrap.__path__):
        module = importlib.import_module(f"baylock.bootstrap.{room.name}")
        for built in vars(module).values():
            if clear := getattr(built, "cache_clear", None):
                clear()
    settings.cache_clear()
    log.build_logger.cache_clear()


@pytest.fixture
def hanging(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for one in fields(Settings):
        monkeypatch.setenv(one.name.upper(), one.name)
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", f"test-{uuid4()}")
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    for module, name in (
        (aws, "CONNECT_SECONDS"),
        (aws, "READ_SECONDS"),
        (store, "TRIED_FOR_SECONDS"),
        (deadline, "TIME_TO_END_SECONDS"),
        (records, "GIVE_UP_SECONDS"),
    ):
        monkeypatch.setattr(module, name, getattr(module, name) / FACTOR)
    for folder in ("sqs.records", "streams.records", "clock.app", "delivery_reported.app"):
        monkeypatch.setattr(f"{folder}.ITEM_SECONDS", deadline.ITEM_SECONDS / FACTOR)
    monkeypatch.setattr("clock.app.TIME_TO_END_MILLISECONDS", 10_000 / FACTOR)
    forget()
    yield
    forget()


def event_of(folder: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads(
        (ROOT / f"tests/events/{EVENTS[folder]}.json").read_text(encoding="utf-8")
    )
    return event


def invoke(folder: str, event: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Any:
    """Invoke a function, and see that it begins no call that could outlast its time.

    How long the whole takes depends on the machine, and is seen through the deployed stack.
    """
    handler: Callable[..., Any] = importlib.import_module(f"{folder}.app").handler
    context = Context(seconds=LIMIT_SECONDS.get(folder, 20 / FACTOR))
    check, begun = deadline.check, []

    def seen(request: Any, **_: Any) -> None:
        remaining = context.get_remaining_time_in_millis() / 1000
        check()
        # Calls of a key are counted in a thread for which nobody waits.
        if b"budgets_table" not in (request.body or b""):
            begun.append(remaining)

    with monkeypatch.context() as patched:
        patched.setattr(deadline, "check", seen)
        try:
            return handler(event, context)
        finally:
            assert all(remaining >= deadline.TIME_TO_END_SECONDS for remaining in begun)


@pytest.mark.parametrize("folder", FOLDERS)
def test_fault_36_function_ends_before_its_time_is_up(
    hanging: None, folder: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    event = event_of(folder)
    if folder in {"authorizer", "delivery_reported"}:
        with pytest.raises(Busy):
            invoke(folder, event, monkeypatch)
        return
    answer = invoke(folder, event, monkeypatch)
    if folder == "clock":
        assert (answer["done"], answer["swept"]) == (0, 0)
        last = json.loads(capsys.readouterr().out.splitlines()[-1])
        assert last["unfinished"] == CLOCK_WORK
    elif folder == "driver_page":
        assert (answer["statusCode"], answer["headers"]["Retry-After"]) == (503, "2")
        assert "<h1>" in answer["body"]
    elif folder in {"merchant_api", "connect"}:
        assert answer["statusCode"] == 503
        headers = answer["multiValueHeaders"]
        assert headers["Content-Type"] == ["application/problem+json"]
        assert headers["Retry-After"] == ["2"]
        assert json.loads(answer["body"])["type"] == "/v1/problems/busy"
    elif folder == "claim_lock":
        assert answer == {"allowProvisioning": False}
    else:
        assert answer["batchItemFailures"]
        assert answer["batchItemFailures"][0]["itemIdentifier"] == first_of(event)


def first_of(event: dict[str, Any]) -> str:
    record = event["Records"][0]
    number: str = record.get("messageId") or record["dynamodb"]["SequenceNumber"]
    return number


@pytest.mark.parametrize("folder", ["send_text", "lock_reported", "inbound_sms", "reconcile_lock"])
def test_fault_36_full_batch_ends_in_time_and_comes_again(
    hanging: None, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = event_of(folder)
    (record,) = event["Records"][:1]
    event["Records"] = [record | {"messageId": str(number)} for number in range(10)]
    failed = {
        one["itemIdentifier"] for one in invoke(folder, event, monkeypatch)["batchItemFailures"]
    }
    assert failed == {str(number) for number in range(10)}


def test_fault_36_every_failure_of_a_delivery_log_is_begun(
    hanging: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []

    def failed(phone: str, _: object) -> int:
        begun.append(phone)
        if phone.endswith("1"):
            raise Busy
        return 1

    monkeypatch.setattr(
        "baylock.bootstrap.driver.reach_driver", lambda: SimpleNamespace(failed=failed)
    )
    lines = [
        {
            "message": json.dumps(
                {"status": "FAILURE", "delivery": {"destination": f"+1206555010{n}"}}
            )
        }
        for n in (1, 2, 3)
    ]
    batch = gzip.compress(json.dumps({"logEvents": lines}).encode())
    event = {"awslogs": {"data": base64.b64encode(batch).decode()}}
    with pytest.raises(Busy):
        invoke("delivery_reported", event, monkeypatch)
    assert len(begun) == 3
