"""The queue of events on their way to merchants' endpoints."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from batches import Malformed, QueueRecord, body_of, handle_each
from baylock.bootstrap import webhooks
from baylock.domain.venue.mall import MallRef, MerchantId, MerchantRef
from baylock.domain.webhooks.event import EventId


def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Try to deliver each event."""
    return handle_each(event, _deliver)


def _deliver(record: QueueRecord) -> str:
    match body_of(record):
        case {"event": str(event), "mall": str(mall), "merchant": str(merchant)}:
            who = MerchantId(MallRef(mall), MerchantRef(merchant))
            return f"{event}: {webhooks.deliver_webhook()(who, EventId(event))}"
        case _:
            raise Malformed("not an event on its way")
