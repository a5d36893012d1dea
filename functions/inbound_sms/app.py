"""Texts from merchants and drivers: two-way SMS → topic → queue."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from baylock.bootstrap import texting
from baylock.domain.errors import UnreadableMessage
from baylock.domain.texting.inbound_text import InboundText
from sqs.records import QueueRecord, handle_each, json_body

TRIES = 4
"""One below maxReceiveCount: we dead-letter the record ourselves, SQS only after a crash."""


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer each text; a text that keeps failing is dead-lettered without its sender."""
    return handle_each(event, _answer, context, tries=TRIES, give_up=_give_up)


def _answer(record: QueueRecord) -> str:
    return texting.answer_text()(_text(record))


def _give_up(record: QueueRecord) -> None:
    texting.answer_text().give_up(_text(record))


def _text(record: QueueRecord) -> InboundText:
    """https://docs.aws.amazon.com/sms-voice/latest/userguide/two-way-sms-payload.html."""
    envelope = json_body(record)
    try:
        message = json.loads(envelope["Message"])
        id_, sender = message["inboundMessageId"], message["originationNumber"]
        id_.encode()
        to = message["destinationNumber"]
        body = message.get("messageBody") or ""
        at = datetime.fromisoformat(envelope["Timestamp"])
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError):
        raise UnreadableMessage("not an inbound text") from None
    parts = (id_, sender, to, body)
    if not all(isinstance(part, str) for part in parts) or not id_ or not at.tzinfo:
        raise UnreadableMessage("not an inbound text")
    return InboundText(id_, sender, body, at.replace(microsecond=0), to)
