"""The orders stream: what follows from each change of an order, onto its queue."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from batches import set_aside
from baylock import bootstrap
from baylock.adapters.dynamodb_stream import change_of, number_of
from baylock.domain.effects import effects
from baylock.log import log_invocation, logger


def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Queue the effects of every change, or fail as a whole and be called again.

    A record that can't be read is set aside by its number, so that later ones go on.
    """
    outbox = bootstrap.outbox()
    for record in event["Records"]:
        try:
            old, new = change_of(record)
        except Exception:  # noqa: BLE001 (whatever it is, the others go on)
            logger().exception("unreadable change")
            set_aside(number_of(record), "unreadable change", tries=1)
            continue
        follows = effects(old, new)
        outbox.put(follows)
        log_invocation(
            "order changed",
            order=new.id if new else None,
            effects=[type(effect).__name__ for effect in follows],
        )
    return {"batchItemFailures": []}
