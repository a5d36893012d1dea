"""Every minute: whatever is due happens to its order."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from baylock import bootstrap
from baylock.log import log_invocation, logger

TIME_TO_END_MILLISECONDS = 10_000
"""Left over at the end of an invocation; what is still due then waits for the next."""


def handler(_event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Look at every due order; one that fails does not keep the others waiting."""
    done = failed = 0
    watch_order = bootstrap.watch_order()
    for order in bootstrap.orders().due(bootstrap.now()):
        if context.get_remaining_time_in_millis() < TIME_TO_END_MILLISECONDS:
            break
        try:
            state = watch_order(order).state
        except Exception:  # noqa: BLE001 (whatever it is, the others go on)
            failed += 1
            logger().exception("failed", extra={"order": order})
        else:
            done += 1
            log_invocation("watched", order=order, state=state.value)
    log_invocation("clock ran", done=done, failed=failed)
    return {"done": done, "failed": failed}
