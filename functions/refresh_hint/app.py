"""The orders stream, in batches: keep the hint of large lots up to date."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from baylock.bootstrap import allocation, orders
from baylock.domain.errors import UnreadableChange
from baylock.domain.orders.change import Change
from baylock.domain.orders.order import Order
from baylock.domain.venue.mall import MallRef
from baylock.log import guarded, log_invocation, logger
from streams.records import StreamRecord, handle_each, number_of


@guarded()
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Refresh the hint for all changes of the batch, mall by mall; one that fails comes again.

    An unreadable record is skipped: `order_changed` dead-letters it.
    """
    renewed = 0

    def refresh(changes: Sequence[Change]) -> None:
        nonlocal renewed
        renewed += allocation.refresh_hint().of_changes(changes)

    answer = handle_each(_by_mall(event["Records"]), refresh, context)
    log_invocation("hint kept", records=len(event["Records"]), renewed=renewed)
    return answer


def _by_mall(records: Sequence[StreamRecord]) -> list[tuple[str, list[Change]]]:
    """The changes of orders of each mall, with the number of the first of them."""
    stream = orders.order_stream()
    malls: dict[MallRef, tuple[str, list[Change]]] = {}
    for record in records:
        try:
            change = stream.read(record)
        except UnreadableChange as error:
            logger().warning("unreadable change", extra={"record": error.number})
            continue
        for one in change:
            if isinstance(one, Order):
                part = malls.setdefault(one.booking.merchant.mall, (number_of(record), []))
                part[1].append(change)
                break
    return list(malls.values())
