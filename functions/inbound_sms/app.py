"""Texts from merchants and drivers: two-way SMS → topic → queue → here."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from batches import Malformed, QueueRecord, body_of, handle_each
from baylock.bootstrap import texting
from baylock.domain.texting.inbound_text import InboundText

TRIES = 4
"""One less than the queue's own limit, which is for what we do not live to see."""


def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Answer each text; one that keeps failing is set aside without naming its sender."""
    return handle_each(event, _answer, tries=TRIES, give_up=_give_up)


def _answer(record: QueueRecord) -> str:
    return texting.answer_text()(_text(record))


def _give_up(record: QueueRecord) -> None:
    texting.answer_text().give_up(_text(record))


def _text(record: QueueRecord) -> InboundText:
    """https://docs.aws.amazon.com/sms-voice/latest/userguide/two-way-sms-payload.html."""
    envelope = body_of(record)
    try:
        message = json.loads(envelope["Message"])
        id_, sender = message["inboundMessageId"], message["originationNumber"]
        body = message.get("messageBody") or ""
        at = datetime.fromisoformat(envelope["Timestamp"])
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError):
        raise Malformed("not an inbound text") from None
    if not all(isinstance(part, str) for part in (id_, sender, body)) or not id_ or not at.tzinfo:
        raise Malformed("not an inbound text")
    return InboundText(id_, sender, body, at.replace(microsecond=0))
