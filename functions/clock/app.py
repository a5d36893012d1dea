"""Every minute: what is due happens to its order, what was left behind is swept, and events that
merchants have not taken are queued again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Any, TypeVar

from aws_lambda_powertools.utilities.typing import LambdaContext

from baylock.bootstrap import allocation, aws, orders, stores, webhooks
from baylock.domain.allocation.pending import PendingZone
from baylock.domain.booking.booking import OrderId
from baylock.log import log_invocation, logger

AT_ONCE = 8
"""Orders that are seen to at the same time: mostly it is the store that is waited for."""

TIME_TO_END_MILLISECONDS = 10_000
"""Left over at the end of an invocation; what is still due then waits for the next."""

_T = TypeVar("_T")


def handler(_event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Look at every due order first; what fails does not keep the rest waiting."""
    watched, failed = _each(context, stores.orders().due(aws.now()), _watch)
    swept, not_swept = _each(context, allocation.sweep_spaces().due(), _sweep)
    deliveries = webhooks.requeue_deliveries()
    queued, not_queued = _each(context, deliveries.due(), deliveries.requeue)
    counts = {"done": watched, "failed": failed + not_swept + not_queued, "swept": swept}
    log_invocation("clock ran", **counts, webhooks=queued)
    return counts


def _watch(order: OrderId) -> int:
    state = orders.watch_order()(order).state
    log_invocation("watched", order=order, state=state.value)
    return 1


def _sweep(zone: PendingZone) -> int:
    removed = allocation.sweep_spaces().sweep(zone)
    if removed:
        where = f"{zone.mall}/{zone.key.lot}/{zone.key.zone}"
        log_invocation("swept", zone=where, removed=removed)
    return removed


def _each(
    context: LambdaContext, due: Iterable[_T], handle: Callable[[_T], int]
) -> tuple[int, int]:
    """What `handle` counted, and how many failed, in the time that there is.

    Begun in the order in which they come; what races for it is settled where it is written.
    """
    waiting, alone = iter(due), Lock()

    def begin_next() -> _T | None:
        with alone:
            if context.get_remaining_time_in_millis() < TIME_TO_END_MILLISECONDS:
                return None
            return next(waiting, None)

    def work(_: int) -> tuple[int, int]:
        done = failed = 0
        while (one := begin_next()) is not None:
            try:
                done += handle(one)
            except Exception:  # noqa: BLE001 (whatever it is, the others go on)
                failed += 1
                logger().exception("failed", extra={"due": str(one)[:200]})
        return done, failed

    with ThreadPoolExecutor(AT_ONCE) as threads:
        counted = list(threads.map(work, range(AT_ONCE)))
    return sum(done for done, _ in counted), sum(failed for _, failed in counted)
