"""The queue of locks: bring each lock's desired state in line with its orders."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from baylock.bootstrap import locks
from baylock.domain.errors import LockHeld
from baylock.domain.queues.messages import decode_lock_message
from baylock.log import guarded
from sqs.records import QueueRecord, handle_each, json_body

TRIES = 7
"""One below maxReceiveCount: the dead-letter queue is for locks that need a person."""


@guarded()
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Reconcile each lock."""
    return handle_each(event, _reconcile, context)


def _reconcile(record: QueueRecord) -> str:
    message = decode_lock_message(json_body(record))
    lock = message.lock
    try:
        desired = locks.reconcile_lock()(lock, message.order)
    except LockHeld:
        if record.tries < TRIES:
            raise
        # A driver overstays. As long as an order waits, the clock asks again or moves the order.
        return f"left {lock} to the order that has it"
    return f"asked {lock}: {desired.barrier}" if desired else f"left {lock} alone"
