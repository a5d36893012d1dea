"""Events whose time has come again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from baylock.domain.webhook import Delivery
from baylock.ports import Clock, Outbox, Webhooks


@dataclass(frozen=True)
class HandOutDeliveries:
    """Queue each delivery that is due. One that gets lost in the queue is due again later."""

    webhooks: Webhooks
    outbox: Outbox
    clock: Clock

    def due(self) -> Iterator[Delivery]:
        """What is due now, most overdue first."""
        return self.webhooks.due_deliveries(self.clock())

    def hand_out(self, delivery: Delivery) -> int:
        """Queue one; 0 where another clock has done so."""
        if not self.webhooks.hand_out(delivery, self.clock()):
            return 0
        self.outbox.put_event(delivery.merchant, delivery.id)
        return 1
