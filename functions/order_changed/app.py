"""The orders stream: what follows from each change of an order, onto its queue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from msgspec import to_builtins

from batches import set_aside
from baylock.adapters.dynamodb.stream import change_of, number_of
from baylock.bootstrap import queues, webhooks
from baylock.domain.orders.effects import Effect, WebhookEffect, effects
from baylock.domain.orders.order import Order
from baylock.domain.orders.record import Record
from baylock.log import log_invocation, logger
from wire import order_out, wire


def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Queue the effects of every change, or fail as a whole and be called again.

    A record that can't be read is set aside by its number, so that later ones go on.
    """
    effect_queues = queues.effect_queues()
    for record in event["Records"]:
        try:
            old, new = change_of(record)
        except Exception:  # noqa: BLE001 (whatever it is, the others go on)
            logger().exception("unreadable change")
            set_aside(number_of(record), "unreadable change", tries=1)
            continue
        follows = effects(old, new)
        effect_queues.put([effect for effect in follows if not isinstance(effect, WebhookEffect)])
        _announce(new, follows)
        log_invocation(
            "order changed",
            order=new.id if new else None,
            effects=[type(effect).__name__ for effect in follows],
        )
    return {"batchItemFailures": []}


def _announce(order: Record | None, follows: Sequence[Effect]) -> None:
    """After all else: an event has to be written down, and locks and drivers don't wait for it."""
    events = [effect for effect in follows if isinstance(effect, WebhookEffect)]
    if events and isinstance(order, Order):
        body = to_builtins(order_out(order))
        webhooks.announce_events()(events, body, wire(order.changed_at))
