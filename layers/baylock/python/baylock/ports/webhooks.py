"""Merchants' endpoints and the deliveries to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from baylock.domain.venue.mall import (
        MerchantId,
    )
    from baylock.domain.webhooks.event import EventId
    from baylock.domain.webhooks.tries import Counted, Tries
    from baylock.domain.webhooks.webhook import Attempt, Delivery, Endpoint, Permit


class Webhooks(Protocol):
    """Merchants' endpoints, and the deliveries of events to them.

    Every method may raise Busy after bounded retries.
    """

    def endpoint(self, merchant: MerchantId) -> Endpoint | None:
        """A merchant's endpoint, if it has one."""

    def endpoints(self) -> Iterator[Endpoint]:
        """All endpoints, for operators' commands."""

    def save_endpoint(self, old: Endpoint | None, new: Endpoint) -> None:
        """Replace an endpoint; WebhookChanged if `old` is no longer what is stored.

        Its permits stay as they are.
        """

    def remove_endpoint(self, old: Endpoint) -> None:
        """Remove an endpoint with its permits; WebhookChanged as in `save_endpoint`."""

    def take_permit(self, merchant: MerchantId, permit: Permit, now: datetime) -> bool:
        """Take a permit; False if a delivery is in flight with it."""

    def release_permit(self, merchant: MerchantId, permit: Permit) -> None:
        """Store a permit after its delivery, unless another event has it or it was removed."""

    def tries(self, what: Counted) -> Tries | None:
        """The tries that were counted last; None where there were none lately."""

    def count_tries(self, what: Counted, old: Tries | None, new: Tries) -> bool:
        """Replace the tries; False if `old` is no longer what is stored."""

    def add_delivery(self, delivery: Delivery) -> None:
        """Store a delivery unless there is one with its id, which then stays as it is."""

    def delivery(self, merchant: MerchantId, event: EventId) -> Delivery | None:
        """A delivery of the last month."""

    def earlier(self, delivery: Delivery) -> Sequence[Delivery]:
        """Earlier events of the same order: all, unless there are more than fifty of the order."""

    def deliveries(self, merchant: MerchantId) -> Sequence[Delivery]:
        """A merchant's deliveries of the last month, newest first; for operators' commands."""

    def save_delivery(self, delivery: Delivery) -> None:
        """Replace a delivery."""

    def due_deliveries(self, now: datetime) -> Iterator[Delivery]:
        """The deliveries whose `due_at` has come, most overdue first."""

    def requeue(self, delivery: Delivery, now: datetime) -> bool:
        """Postpone its `due_at`; False if another process has changed that."""


class WebhookClient(Protocol):
    """A client of merchants' endpoints."""

    def post(
        self, url: str, event: EventId, body: str, secrets: Sequence[str], now: datetime
    ) -> Attempt:
        """Post a body, signed with each of these secrets; returns within seconds in any case."""
