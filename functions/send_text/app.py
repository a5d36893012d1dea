"""The queue of texts to send: notices that follow from orders, and answers to texts."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from batches import Malformed, QueueRecord, body_of, handle_each
from baylock.bootstrap import texting
from baylock.domain.booking.booking import OrderId
from baylock.domain.orders.effects import Notice
from baylock.domain.venue.mall import MallRef, MerchantId, MerchantRef, ThingName

TRIES = 8
"""As often as the queue brings a text (infra/messaging.yaml)."""


def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Send each text, once."""
    return handle_each(event, _send)


def _send(record: QueueRecord) -> str:
    last_try = record.tries >= TRIES
    match body_of(record):
        case {"answer_to": str(message)}:
            return f"answer: {texting.send_text().answer(message, last_try=last_try)}"
        case {"order": str(order), "version": int(version), "notice": str(notice)} if (
            notice in list(Notice)
        ):
            became = texting.send_text().notice(
                OrderId(order), version, Notice(notice), last_try=last_try
            )
            return f"{notice}: {became}"
        case {"alarm": str(thing), "version": int(version)}:
            return f"alarm: {texting.send_text().alarm(ThingName(thing), version)}"
        case {"webhook_disabled": {"mall": str(mall), "merchant": str(merchant)}}:
            who = MerchantId(MallRef(mall), MerchantRef(merchant))
            return f"webhook disabled: {texting.send_text().webhook_disabled(who)}"
        case _:
            raise Malformed("not a notice, an answer or an alarm")
