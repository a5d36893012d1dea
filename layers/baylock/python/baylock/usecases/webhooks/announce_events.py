"""Store events for merchants' endpoints, and queue their deliveries."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from baylock.domain.orders.effects import WebhookEffect
from baylock.domain.webhooks.event import event_id
from baylock.domain.webhooks.webhook import new_delivery
from baylock.ports.clock import Clock
from baylock.ports.queues import EffectQueues
from baylock.ports.webhooks import Webhooks


@dataclass(frozen=True)
class AnnounceEvents:
    """Store each event with its body, and queue its delivery; returns how many were queued.

    `order` has the fields of the order after the change, and `changed_at` is the time of the change
    (RFC 3339). Events of a merchant without an endpoint are dropped. Those for a disabled endpoint
    are stored, so that they can be redelivered.
    """

    webhooks: Webhooks
    effect_queues: EffectQueues
    clock: Clock

    def __call__(
        self, events: Sequence[WebhookEffect], order: Mapping[str, Any], changed_at: str
    ) -> int:
        announced: list[WebhookEffect] = []
        for event in events:
            endpoint = self.webhooks.endpoint(event.merchant)
            if endpoint is None:
                continue
            delivery = new_delivery(
                event.merchant,
                event_id(event.order, event.version, event.event),
                event.event,
                event_body(event.event, changed_at, order),
                self.clock(),
            )
            self.webhooks.add_delivery(delivery.given_up() if endpoint.is_disabled else delivery)
            if not endpoint.is_disabled:
                announced.append(event)
        self.effect_queues.put(announced)
        return len(announced)


def event_body(event: str, timestamp: str, data: Mapping[str, Any]) -> str:
    """The body of an event: `{"type", "timestamp", "data"}` (Standard Webhooks)."""
    return json.dumps(
        {"type": event, "timestamp": timestamp, "data": data},
        ensure_ascii=False,
        separators=(",", ":"),
    )
