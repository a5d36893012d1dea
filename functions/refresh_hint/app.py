"""The orders stream, in batches: the hint of large lots follows what was taken and given back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from baylock.adapters.dynamodb.stream import change_of, number_of
from baylock.bootstrap import allocation
from baylock.domain.orders.record import Record
from baylock.log import log_invocation, logger


def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """All changes of the batch at once, or fail as a whole and be called again.

    A record that can't be read is passed over: `order_changed` has set it aside.
    """
    renewed = allocation.refresh_hint().of_changes(_changes(event["Records"]))
    log_invocation("hint kept", records=len(event["Records"]), renewed=renewed)
    return {"batchItemFailures": []}


def _changes(
    records: list[Mapping[str, Any]],
) -> Iterator[tuple[Record | None, Record | None]]:
    for record in records:
        try:
            yield change_of(record)
        except Exception:  # noqa: BLE001 (whatever it is, the others go on)
            logger().warning("unreadable change", extra={"record": number_of(record)})
