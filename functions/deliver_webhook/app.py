"""The queue of webhooks: deliver each event to its merchant's endpoint."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from baylock.bootstrap import webhooks
from baylock.domain.queues.messages import decode_delivery_message
from baylock.log import guarded
from sqs.records import QueueRecord, handle_each, json_body


@guarded()
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Attempt each delivery."""
    return handle_each(event, _deliver, context)


def _deliver(record: QueueRecord) -> str:
    message = decode_delivery_message(json_body(record))
    outcome = webhooks.deliver_webhook()(message.merchant, message.event)
    return f"{message.event}: {outcome}"
