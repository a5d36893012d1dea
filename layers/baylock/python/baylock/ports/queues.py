"""The queues of effects, and the dead letters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from baylock.domain.access.access_change import AccessChange
    from baylock.domain.orders.effects import Effect
    from baylock.domain.venue.mall import (
        MerchantId,
        ThingName,
    )
    from baylock.domain.webhooks.event import EventId


class EffectQueues(Protocol):
    """The queues from which functions bring effects about."""

    def put(self, effects: Sequence[Effect]) -> None:
        """Queue effects; raises if any could not be queued."""

    def put_reply(self, message: str) -> None:
        """Queue the reply recorded for an inbound message."""

    def put_lock(self, thing: ThingName) -> None:
        """Queue the reconciliation of a lock whose order did not change."""

    def put_alarm(self, thing: ThingName, version: int) -> None:
        """Queue a text about a lock's alarm; `version` is the alarm's."""

    def put_event(
        self, merchant: MerchantId, event: EventId, delay: timedelta = timedelta(0)
    ) -> None:
        """Queue the delivery of a stored event, with a delay of at most 15 minutes."""

    def put_webhook_notice(self, merchant: MerchantId) -> None:
        """Queue a text to a merchant whose endpoint was disabled."""

    def put_access_change(self, merchant: MerchantId, change: AccessChange) -> None:
        """Queue a text to a merchant for which something else may act from now on."""


class DeadLetters(Protocol):
    """Notes on records that could not be handled, for an operator."""

    def note(self, what: str, reason: str, tries: int) -> None:
        """Leave a note on a record that was given up; `what` is its id, never its content."""
