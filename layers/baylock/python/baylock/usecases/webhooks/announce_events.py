"""What a merchant's endpoint should hear of, written down and queued."""

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
    """Keep each event's body as it is now, and queue its delivery; returns how many there were.

    `order` is the order as merchants read it, after the change that the events are about, and
    `changed_at` the moment of that, as merchants read it too. Where a merchant has no endpoint
    nothing is kept; for one that is switched off events are kept, to be asked for later.
    """

    webhooks: Webhooks
    effect_queues: EffectQueues
    clock: Clock

    def __call__(
        self, events: Sequence[WebhookEffect], order: Mapping[str, Any], changed_at: str
    ) -> int:
        announced: list[WebhookEffect] = []
        for one in events:
            endpoint = self.webhooks.endpoint(one.merchant)
            if endpoint is None:
                continue
            delivery = new_delivery(
                one.merchant,
                event_id(one.order, one.version, one.event),
                one.event,
                event_body(one.event, changed_at, order),
                self.clock(),
            )
            self.webhooks.add_delivery(delivery.given_up() if endpoint.is_disabled else delivery)
            if not endpoint.is_disabled:
                announced.append(one)
        self.effect_queues.put(announced)
        return len(announced)


def event_body(event: str, timestamp: str, data: Mapping[str, Any]) -> str:
    """The body of an event: `{"type", "timestamp", "data"}` (Standard Webhooks)."""
    return json.dumps(
        {"type": event, "timestamp": timestamp, "data": data},
        ensure_ascii=False,
        separators=(",", ":"),
    )
