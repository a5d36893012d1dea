"""Queue the deliveries that are due."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from baylock.domain.webhooks.webhook import Delivery
from baylock.ports.clock import Clock
from baylock.ports.queues import EffectQueues
from baylock.ports.webhooks import Webhooks


@dataclass(frozen=True)
class RequeueDeliveries:
    """Queue each delivery that is due. If the queue loses a delivery, it is due again later."""

    webhooks: Webhooks
    effect_queues: EffectQueues
    clock: Clock

    def due(self) -> Iterator[Delivery]:
        """The due deliveries, most overdue first."""
        return self.webhooks.due_deliveries(self.clock())

    def requeue(self, delivery: Delivery) -> int:
        """Queue a delivery and return 1; 0 where another clock has queued it."""
        if not self.webhooks.requeue(delivery, self.clock()):
            return 0
        self.effect_queues.put_event(delivery.merchant, delivery.id)
        return 1
