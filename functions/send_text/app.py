"""The queue of texts to send: notices that follow from orders, and answers to texts."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from batches import Malformed, QueueRecord, body_of, handle_each
from baylock import bootstrap
from baylock.domain.booking import MerchantId, OrderId
from baylock.domain.effects import Notice
from baylock.domain.venue import MallRef, MerchantRef, ThingName

TRIES = 8
"""As often as the queue brings a text (infra/messaging.yaml)."""


def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Send each text, once."""
    return handle_each(event, _send)


def _send(record: QueueRecord) -> str:
    last_try = record.tries >= TRIES
    match body_of(record):
        case {"answer_to": str(message)}:
            return f"answer: {bootstrap.send_text().answer(message, last_try=last_try)}"
        case {"order": str(order), "version": int(version), "notice": str(notice)} if (
            notice in list(Notice)
        ):
            became = bootstrap.send_text().notice(
                OrderId(order), version, Notice(notice), last_try=last_try
            )
            return f"{notice}: {became}"
        case {"alarm": str(thing), "version": int(version)}:
            return f"alarm: {bootstrap.send_text().alarm(ThingName(thing), version)}"
        case {"webhook_disabled": {"mall": str(mall), "merchant": str(merchant)}}:
            who = MerchantId(MallRef(mall), MerchantRef(merchant))
            return f"webhook disabled: {bootstrap.send_text().webhook_disabled(who)}"
        case _:
            raise Malformed("not a notice, an answer or an alarm")
