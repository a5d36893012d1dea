"""The orders stream: the effects of each change of an order, each onto its queue."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from baylock.bootstrap import orders
from baylock.domain.errors import UnreadableChange
from baylock.log import log_invocation, logger
from sqs.records import dead_letter


def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Publish every change; a failure fails the whole batch, which is then delivered again.

    An unreadable record is dead-lettered by its sequence number, so that later ones go on.
    """
    stream, publish = orders.order_stream(), orders.publish_change()
    for record in event["Records"]:
        try:
            change = stream.read(record)
        except UnreadableChange as error:
            logger().exception("unreadable change")
            dead_letter(error.number, "unreadable change", tries=1)
            continue
        effects = publish(change)
        log_invocation(
            "order changed",
            order=change.new.id if change.new else None,
            effects=[type(effect).__name__ for effect in effects],
        )
    return {"batchItemFailures": []}
