"""The locks of sandboxes, and who drives up to them: IoT rule → queue → here."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from batches import Malformed, QueueRecord, body_of, handle_each
from baylock.bootstrap import sandbox
from baylock.domain.venue.mall import ThingName


def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Play each lock that was asked for something, and each driver whose barrier has moved."""
    return handle_each(event, _play)


def _play(record: QueueRecord) -> str:
    match body_of(record):
        case {"lock": str(lock), "asked": int()}:
            report = sandbox.simulate_lock()(ThingName(lock))
            return f"{lock} is {report.barrier}" if report else f"{lock} was asked for nothing"
        case {"lock": str(lock)}:
            return f"{lock}: {sandbox.simulate_driver()(ThingName(lock))}"
        case _:
            raise Malformed("names no lock")
