"""Records of a DynamoDB stream: each part of a batch handled by itself.

A stream delivers the first record that failed again, with all that come after it. So those may be
handled twice, which does no harm: what is published again is the same (docs/architecture.md).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import inf
from typing import Any, TypeVar

from aws_lambda_powertools.utilities.typing import LambdaContext

from baylock.deadline import ITEM_SECONDS, calls_before_end, time_for_calls
from baylock.log import logger

StreamRecord = Mapping[str, Any]

_T = TypeVar("_T")


def number_of(record: StreamRecord) -> str:
    """The sequence number of a record; empty where it has none, which stands for the batch."""
    return str(record.get("dynamodb", {}).get("SequenceNumber", ""))


def handle_each(
    parts: Sequence[tuple[str, _T]], handle: Callable[[_T], None], context: LambdaContext
) -> dict[str, Any]:
    """Handle each part of a batch, which comes with the sequence number of its first record.

    Returns a partial batch response: the records that must be delivered again
    (https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html). A part
    whose calls hang is Busy after a while; those for which no time is left are not begun.
    """
    failed: list[str] = []
    seconds = inf if len(parts) == 1 else ITEM_SECONDS
    for number, part in parts:
        if time_for_calls(context) <= 0:
            logger().warning("no time left", extra={"record": number})
            failed.append(number)
            continue
        try:
            with calls_before_end(context, seconds):
                handle(part)
        except Exception:  # noqa: BLE001 (the other parts go on)
            logger().exception("failed", extra={"record": number})
            failed.append(number)
    return {"batchItemFailures": [{"itemIdentifier": number} for number in failed]}
