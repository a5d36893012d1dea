"""The queue of texts: notices that follow from orders, and answers to texts."""

from __future__ import annotations

from typing import Any, assert_never

from aws_lambda_powertools.utilities.typing import LambdaContext

from baylock.bootstrap import texting
from baylock.domain.queues.messages import (
    AccessChangedMessage,
    AlarmMessage,
    NoticeMessage,
    ReplyMessage,
    WebhookDisabledMessage,
    decode_text_message,
)
from baylock.domain.venue.keys import merchant_key
from baylock.log import guarded
from sqs.records import QueueRecord, handle_each, json_body

TRIES = 8
"""The queue's maxReceiveCount (infra/messaging.yaml)."""


@guarded()
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Send each text, once."""
    return handle_each(event, _send, context)


def _send(record: QueueRecord) -> str:
    message = decode_text_message(json_body(record))
    send, last_try = texting.send_text(), record.tries >= TRIES
    match message:
        case ReplyMessage(text):
            return f"answer: {send.answer(text, last_try=last_try)}"
        case NoticeMessage(order, version, notice):
            return f"{notice}: {send.notice(order, version, notice, last_try=last_try)}"
        case AlarmMessage(lock, version):
            return f"alarm: {send.alarm(lock, version)}"
        case WebhookDisabledMessage(merchant):
            return f"webhook disabled: {send.webhook_disabled(merchant)}"
        case AccessChangedMessage(merchant, change):
            # The beginning of this line is what alarms count: docs/operations.md.
            return f"access changed: {change} of {merchant_key(merchant)}: " + send.access_changed(
                merchant, change
            )
        case _:
            assert_never(message)
