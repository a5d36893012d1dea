"""Merchants' endpoints, and the events on their way to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from baylock.domain.venue.mall import (
        MerchantId,
    )
    from baylock.domain.webhooks.event import EventId
    from baylock.domain.webhooks.webhook import Attempt, Delivery, Endpoint


class Webhooks(Protocol):
    """Merchants' endpoints, and the events on their way to them.

    Every method may raise Busy after bounded retries.
    """

    def endpoint(self, merchant: MerchantId) -> Endpoint | None:
        """Where a merchant takes events now, if anywhere."""

    def endpoints(self) -> Iterator[Endpoint]:
        """Every merchant's, for operators' commands."""

    def save_endpoint(self, old: Endpoint | None, new: Endpoint) -> None:
        """Replace an endpoint; WebhookChanged if `old` is no longer what is stored."""

    def remove_endpoint(self, old: Endpoint) -> None:
        """The merchant wants no events; WebhookChanged as in `save_endpoint`."""

    def add_delivery(self, delivery: Delivery) -> None:
        """Write an event down, unless it has been before: then it stays as it is."""

    def delivery(self, merchant: MerchantId, event: EventId) -> Delivery | None:
        """An event on its way, or delivered within the last month."""

    def deliveries(self, merchant: MerchantId) -> Sequence[Delivery]:
        """A merchant's events of the last month, newest first; for operators' commands."""

    def save_delivery(self, delivery: Delivery) -> None:
        """What has become of an event."""

    def due_deliveries(self, now: datetime) -> Iterator[Delivery]:
        """Those whose `due_at` has come, most overdue first."""

    def requeue(self, delivery: Delivery, now: datetime) -> bool:
        """Put its `due_at` off; False if it is no longer what it was."""


class WebhookClient(Protocol):
    """The servers behind merchants' endpoints."""

    def post(
        self, url: str, event: EventId, body: str, secrets: Sequence[str], now: datetime
    ) -> Attempt:
        """Send a body, signed with each of these secrets; within seconds, whatever happens."""
