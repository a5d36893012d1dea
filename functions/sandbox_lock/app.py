"""The queue of sandboxes: simulate their locks, and the drivers that come to them."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from baylock.bootstrap import sandbox
from baylock.domain.queues.messages import decode_sandbox_message
from baylock.log import guarded
from sqs.records import QueueRecord, handle_each, json_body


@guarded()
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Simulate each lock with a new desired state, and each driver whose barrier has moved."""
    return handle_each(event, _simulate, context)


def _simulate(record: QueueRecord) -> str:
    message = decode_sandbox_message(json_body(record))
    lock = message.lock
    if message.asked is None:
        return f"{lock}: {sandbox.simulate_driver()(lock)}"
    report = sandbox.simulate_lock()(lock)
    return f"{lock} is {report.barrier}" if report else f"{lock} was asked for nothing"
