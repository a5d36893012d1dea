"""The code and facts of docs/webhooks.md, tested with real deliveries."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec import convert, to_builtins
from standardwebhooks.webhooks import Webhook

from baylock.adapters.http import HttpWebhookClient
from baylock.domain.booking.booking import OrderId
from baylock.domain.webhooks.event import Event, EventId, event_id
from baylock.domain.webhooks.webhook import WAITS, AttemptOutcome
from baylock.usecases.webhooks.announce_events import event_body
from web.order_resource import OrderResource

PAGE = (Path(__file__).parents[2] / "docs/webhooks.md").read_text()
SECRET, OLD, OTHER = (f"whsec_{letter * 43}=" for letter in "AEI")
BODY = '{"type":"order.held","data":{"id":"ord_exampleorder","version":3,"reference":"桌 7"}}'
NODE = shutil.which("node")

Receiver = Callable[[], "subprocess.Popen[str]"]


def block(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return str(found)


@contextmanager
def running(command: list[str]) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run a receiver of the page with `SECRET`; yields its address and process."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    environment = {
        "PATH": os.environ["PATH"],
        "PORT": str(port),
        "BAYLOCK_WEBHOOK_SECRET": SECRET,
    }
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        deadline = time.monotonic() + 60
        while True:
            assert process.poll() is None, "the receiver ended"
            assert time.monotonic() < deadline, "the receiver does not listen"
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
            except OSError:
                time.sleep(0.05)
            else:
                break
        yield f"http://127.0.0.1:{port}/baylock", process
    finally:
        process.kill()
        process.communicate()


RECEIVERS = {
    "python": [sys.executable, "-c", block("python")],
    "javascript": [NODE or "node", "-e", block("javascript")],
}


@pytest.mark.parametrize("language", RECEIVERS)
def test_receiver_of_the_page_accepts_only_signed_events(language: str) -> None:
    if language == "javascript" and NODE is None:
        pytest.skip("Node.js is not installed")
    receivers, now = HttpWebhookClient(loopback=True), datetime.now(UTC)
    with running(RECEIVERS[language]) as (url, process):

        def outcome(*secrets: str, at: datetime = now) -> AttemptOutcome:
            return receivers.post(url, EventId("evt_1"), BODY, secrets, at).outcome

        assert outcome(SECRET) is AttemptOutcome.TAKEN
        assert outcome(OLD, SECRET) is AttemptOutcome.TAKEN, "while a secret is rotated"
        assert outcome(OTHER) is AttemptOutcome.REFUSED
        assert outcome(SECRET, at=now - timedelta(minutes=6)) is AttemptOutcome.REFUSED, "a replay"
        assert process.stdout
        assert process.stdout.readline() == "order.held ord_exampleorder 3\n"


def test_example_of_the_page_is_valid() -> None:
    head, _, body = block("http").rstrip("\n").partition("\n\n")
    headers = dict(line.split(": ", 1) for line in head.splitlines()[1:])
    secret = re.findall(r"signed with `(whsec_\S+)`", PAGE)[0]
    at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    assert Webhook(secret).sign(headers["webhook-id"], at, body) == headers["webhook-signature"]
    event = json.loads(body)
    order = to_builtins(convert(event["data"], OrderResource))
    assert order == event["data"]
    name = event_id(OrderId(order["id"]), order["version"], Event(event["type"]))
    assert headers["webhook-id"] == name
    assert event_body(Event.HELD, event["timestamp"], event["data"]) == body


def test_every_event_is_on_the_page() -> None:
    assert {event for event in Event if f"`{event}`" in PAGE} == set(Event)


def test_waits_match_the_page() -> None:
    minutes = [int(wait / timedelta(minutes=1)) for wait in WAITS]
    assert minutes == [1, 2, 5, 10, 20, 30, *(60 * hours for hours in range(1, 7))]
    assert "1, 2, 5, 10, 20 and 30 minutes, 1, 2, 3, 4, 5 and 6 hours" in PAGE
