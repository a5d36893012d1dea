"""The queues of effects, and of what could not be dealt with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from baylock.domain.orders.effects import Effect
    from baylock.domain.venue.mall import (
        MerchantId,
        ThingName,
    )
    from baylock.domain.webhooks.event import EventId


class EffectQueues(Protocol):
    """The queues on which effects wait for the function that brings them about."""

    def put(self, effects: Sequence[Effect]) -> None:
        """Queue effects; raises if any could not be queued."""

    def put_answer(self, message: str) -> None:
        """Queue the reply recorded for an inbound message."""

    def put_lock(self, thing: ThingName) -> None:
        """Queue a look at a lock whose order did not change."""

    def put_alarm(self, thing: ThingName, version: int) -> None:
        """Queue that somebody is told of a lock's alarm; `version` is the alarm's."""

    def put_event(
        self, merchant: MerchantId, event: EventId, delay: timedelta = timedelta(0)
    ) -> None:
        """Queue the delivery of an event that has been written down, for at most 15 minutes on."""

    def put_webhook_notice(self, merchant: MerchantId) -> None:
        """Queue a text to a merchant whose endpoint was switched off."""


class DeadLetters(Protocol):
    """Where somebody on duty finds what could not be dealt with."""

    def note(self, what: str, reason: str, tries: int) -> None:
        """Leave a note on something that was given up; `what` is its id, never its content."""
