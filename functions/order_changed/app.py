"""The orders stream: what follows from each change of an order, onto its queue."""

from __future__ import annotations

import json
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from baylock import bootstrap
from baylock.adapters.dynamodb_order_item import OrderItem
from baylock.domain.effects import Effect, effects
from baylock.log import log_invocation, logger
from baylock.settings import settings


def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Queue the effects of every change, or fail as a whole and be called again.

    A record that can't be read is set aside by its number, so that later ones go on.
    """
    outbox = bootstrap.outbox()
    for record in event["Records"]:
        try:
            follows = _effects(record["dynamodb"])
        except Exception:  # noqa: BLE001 (whatever it is, the others go on)
            _set_aside(record)
            continue
        outbox.put(follows)
        log_invocation(
            "order changed",
            order=record["dynamodb"]["Keys"]["id"]["S"],
            effects=[type(effect).__name__ for effect in follows],
        )
    return {"batchItemFailures": []}


def _effects(change: dict[str, Any]) -> tuple[Effect, ...]:
    old, new = change.get("OldImage"), change.get("NewImage")
    return effects(OrderItem.read(old) if old else None, OrderItem.read(new) if new else None)


def _set_aside(record: dict[str, Any]) -> None:
    number = record.get("dynamodb", {}).get("SequenceNumber")
    logger().exception("set aside", extra={"sequence_number": number})
    bootstrap.sqs().send_message(
        QueueUrl=settings().dead_letters,
        MessageBody=json.dumps({"sequence_number": number, "why": "unreadable change"}),
    )
