"""The orders stream: what follows from each change of an order, onto its queue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from msgspec import to_builtins

from batches import set_aside
from baylock import bootstrap
from baylock.adapters.dynamodb_stream import change_of, number_of
from baylock.domain.effects import Effect, SendWebhook, effects
from baylock.domain.order import Order, Record
from baylock.log import log_invocation, logger
from wire import order_out, wire


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
        outbox.put([effect for effect in follows if not isinstance(effect, SendWebhook)])
        _announce(new, follows)
        log_invocation(
            "order changed",
            order=new.id if new else None,
            effects=[type(effect).__name__ for effect in follows],
        )
    return {"batchItemFailures": []}


def _announce(order: Record | None, follows: Sequence[Effect]) -> None:
    """After all else: an event has to be written down, and locks and drivers don't wait for it."""
    events = [effect for effect in follows if isinstance(effect, SendWebhook)]
    if events and isinstance(order, Order):
        body = to_builtins(order_out(order))
        bootstrap.announce_events()(events, body, wire(order.changed_at))
