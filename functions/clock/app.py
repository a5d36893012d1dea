"""Every minute: handle all that is due."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from baylock.bootstrap import orders
from baylock.deadline import ITEM_SECONDS, calls_before_end
from baylock.log import guarded, log_invocation, logger
from baylock.usecases.orders.due_work import Work

AT_ONCE = 8
"""Items that are handled at the same time: most of the time goes into waiting for the store."""

TIME_TO_END_MILLISECONDS = 10_000
"""Time at the end of an invocation in which nothing is begun; the rest waits for the next one."""


@guarded()
def handler(_event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Handle each kind of work in turn; an item that fails or hangs does not stop the others.

    What was not begun, or could not be listed, is due in the next minute too; the log names it.
    """
    runs = {work.name: _Run(work, context) for work in orders.due_work()()}
    for run in runs.values():
        run()
    result = {
        "done": runs["watched"].done,
        "failed": sum(run.failed for run in runs.values()),
        "swept": runs["swept"].done,
    }
    unfinished = [name for name, run in runs.items() if not run.is_complete]
    log_invocation(
        "clock ran",
        **result,
        webhooks=runs["requeued"].done,
        forgotten=runs["forgotten"].done,
        **({"unfinished": unfinished} if unfinished else {}),
    )
    return result


@dataclass
class _Run:
    """A kind of work in an invocation, with the counts of what was done and of failures.

    Items begin in their order. Races between them are settled by the store's conditional writes.
    """

    work: Work
    context: LambdaContext
    done: int = 0
    failed: int = 0
    is_complete: bool = False
    _is_over: bool = False
    _alone: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self._due = self._listed()

    def _listed(self) -> Iterator[Any]:
        """The items; nothing is looked for before the first of them is asked for."""
        yield from self.work.due()

    def __call__(self) -> None:
        """Handle what is due until the time is up."""
        with ThreadPoolExecutor(AT_ONCE) as threads:
            list(threads.map(self._handle_until_done, range(AT_ONCE)))

    def _handle_until_done(self, _: int) -> None:
        while (item := self._next()) is not None:
            try:
                with calls_before_end(self.context, ITEM_SECONDS):
                    result = self.work.do(item)
            except Exception:  # noqa: BLE001 (the other items go on)
                logger().exception("failed", extra={"due": str(item)[:200]})
                self._count(failed=1)
                continue
            self._count(result.count)
            if result.facts:
                log_invocation(self.work.name, **result.facts)

    def _next(self) -> Any:
        """The next item; None where all are begun, the time is up or they can't be listed."""
        with self._alone:
            if not self._is_over:
                remaining = self.context.get_remaining_time_in_millis()
                self._is_over = remaining < TIME_TO_END_MILLISECONDS
            if self._is_over:
                return None
            try:
                with calls_before_end(self.context, ITEM_SECONDS):
                    item = next(self._due, None)
            except Exception:  # noqa: BLE001 (the other kinds of work go on)
                logger().exception("not listed", extra={"work": self.work.name})
                self.failed += 1
                self._is_over = True
                return None
            self.is_complete = self._is_over = item is None
            return item

    def _count(self, done: int = 0, failed: int = 0) -> None:
        with self._alone:
            self.done += done
            self.failed += failed
