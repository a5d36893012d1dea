"""Every minute: handle all that is due."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from baylock.bootstrap import orders
from baylock.log import log_invocation, logger
from baylock.usecases.orders.due_work import Work

AT_ONCE = 8
"""Items that are handled at the same time: most of the time goes into waiting for the store."""

TIME_TO_END_MILLISECONDS = 10_000
"""Time at the end of an invocation in which nothing is begun; the rest waits for the next one."""


def handler(_event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Handle each kind of work in turn; an item that fails does not stop the others."""
    counts, failed = {}, 0
    for work in orders.due_work()():
        counts[work.name], failures = _handle_each(context, work)
        failed += failures
    result = {"done": counts["watched"], "failed": failed, "swept": counts["swept"]}
    log_invocation("clock ran", **result, webhooks=counts["requeued"])
    return result


def _handle_each(context: LambdaContext, work: Work) -> tuple[int, int]:
    """Handle what is due until the time is up; returns the counts of done and of failures.

    Items begin in their order. Races between them are settled by the store's conditional writes.
    """
    due, alone = iter(work.due()), Lock()

    def begin_next() -> Any:
        with alone:
            if context.get_remaining_time_in_millis() < TIME_TO_END_MILLISECONDS:
                return None
            return next(due, None)

    def handle_until_done(_: int) -> tuple[int, int]:
        done = failed = 0
        while (item := begin_next()) is not None:
            try:
                result = work.do(item)
            except Exception:  # noqa: BLE001 (the other items go on)
                failed += 1
                logger().exception("failed", extra={"due": str(item)[:200]})
                continue
            done += result.count
            if result.facts:
                log_invocation(work.name, **result.facts)
        return done, failed

    with ThreadPoolExecutor(AT_ONCE) as threads:
        counts = list(threads.map(handle_until_done, range(AT_ONCE)))
    return sum(done for done, _ in counts), sum(failed for _, failed in counts)
