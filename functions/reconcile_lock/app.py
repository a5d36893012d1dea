"""The queue of locks to look at: each is asked for what it should be asked for now."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from batches import Malformed, QueueRecord, body_of, handle_each
from baylock.bootstrap import locks
from baylock.domain.booking.booking import OrderId
from baylock.domain.errors import LockHeld
from baylock.domain.venue.mall import ThingName

TRIES = 7
"""One less than the queue's own limit, which is for what somebody must look at."""


def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Adjust each lock."""
    return handle_each(event, _adjust)


def _adjust(record: QueueRecord) -> str:
    body = body_of(record)
    lock, order = body.get("lock"), body.get("order")
    if not isinstance(lock, str) or not isinstance(order, str | None):
        raise Malformed("names no lock")
    try:
        desired = locks.reconcile_lock()(ThingName(lock), OrderId(order) if order else None)
    except LockHeld:
        if record.tries < TRIES:
            raise
        # Somebody overstays. For as long as an order waits the clock asks again, or moves it.
        return f"left {lock} to the order that has it"
    return f"asked {lock}: {desired.barrier}" if desired else f"left {lock} alone"
