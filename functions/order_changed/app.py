"""The orders stream: the effects of each change of an order, each onto its queue."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from baylock.bootstrap import orders
from baylock.domain.errors import UnreadableChange
from baylock.log import guarded, log_invocation, logger
from sqs.records import dead_letter
from streams.records import StreamRecord, handle_each, number_of


@guarded()
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Publish every change, also after one that fails: that one is delivered again.

    An unreadable record is dead-lettered by its sequence number, so that later ones go on.
    """
    parts = [(number_of(record), record) for record in event["Records"]]
    return handle_each(parts, _publish, context)


def _publish(record: StreamRecord) -> None:
    try:
        change = orders.order_stream().read(record)
    except UnreadableChange as error:
        logger().exception("unreadable change")
        dead_letter(error.number, "unreadable change", tries=1)
        return
    effects = orders.publish_change()(change)
    log_invocation(
        "order changed",
        order=change.new.id if change.new else None,
        effects=[type(effect).__name__ for effect in effects],
    )
