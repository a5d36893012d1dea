"""The orders stream, in batches: keep the hint of large lots up to date."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from baylock.bootstrap import allocation, orders
from baylock.domain.errors import UnreadableChange
from baylock.domain.orders.change import Change
from baylock.log import log_invocation, logger


def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Refresh the hint for all changes of the batch; a failure fails the batch as a whole.

    An unreadable record is skipped: `order_changed` dead-letters it.
    """
    renewed = allocation.refresh_hint().of_changes(_changes(event["Records"]))
    log_invocation("hint kept", records=len(event["Records"]), renewed=renewed)
    return {"batchItemFailures": []}


def _changes(records: list[Mapping[str, Any]]) -> Iterator[Change]:
    stream = orders.order_stream()
    for record in records:
        try:
            yield stream.read(record)
        except UnreadableChange as error:
            logger().warning("unreadable change", extra={"record": error.number})
