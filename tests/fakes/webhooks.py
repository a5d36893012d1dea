"""Merchants' endpoints, and the servers behind them, in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from baylock.domain.errors import WebhookChanged
from baylock.domain.venue.mall import MerchantId
from baylock.domain.webhooks.event import EventId, turn_of
from baylock.domain.webhooks.tries import Counted, Tries
from baylock.domain.webhooks.webhook import Attempt, AttemptOutcome, Delivery, Endpoint, Permit


@dataclass
class FakeWebhooks:
    """The Webhooks port."""

    _endpoints: dict[MerchantId, Endpoint] = field(default_factory=dict)
    _permits: dict[MerchantId, dict[int, Permit]] = field(default_factory=dict)
    _deliveries: dict[tuple[MerchantId, EventId], Delivery] = field(default_factory=dict)
    _tries: dict[Counted, Tries] = field(default_factory=dict)

    def endpoint(self, merchant: MerchantId) -> Endpoint | None:
        known = self._endpoints.get(merchant)
        permits = self._permits.get(merchant, {})
        return known and replace(
            known, permits=tuple(permits[number] for number in sorted(permits))
        )

    def endpoints(self) -> Iterator[Endpoint]:
        return (known for merchant in self._endpoints if (known := self.endpoint(merchant)))

    def save_endpoint(self, old: Endpoint | None, new: Endpoint) -> None:
        self._must_be(old, new.merchant)
        self._endpoints[new.merchant] = new

    def remove_endpoint(self, old: Endpoint) -> None:
        if old.merchant in self._endpoints:
            self._must_be(old, old.merchant)
            del self._endpoints[old.merchant]
            self._permits.pop(old.merchant, None)

    def take_permit(self, merchant: MerchantId, permit: Permit, now: datetime) -> bool:
        permits = self._permits.setdefault(merchant, {})
        known = permits.get(permit.number)
        if known and not known.is_free(now):
            return False
        permits[permit.number] = permit
        return True

    def release_permit(self, merchant: MerchantId, permit: Permit) -> None:
        permits = self._permits.get(merchant, {})
        known = permits.get(permit.number)
        if known and known.event == permit.event:
            permits[permit.number] = permit

    def add_delivery(self, delivery: Delivery) -> None:
        self._deliveries.setdefault((delivery.merchant, delivery.id), delivery)

    def delivery(self, merchant: MerchantId, event: EventId) -> Delivery | None:
        return self._deliveries.get((merchant, event))

    def earlier(self, delivery: Delivery) -> Sequence[Delivery]:
        mine = self.deliveries(delivery.merchant)
        return [one for one in mine if turn_of(one.id).comes_before(turn_of(delivery.id))]

    def deliveries(self, merchant: MerchantId) -> Sequence[Delivery]:
        mine = [one for one in self._deliveries.values() if one.merchant == merchant]
        return sorted(mine, key=lambda one: (one.created_at, one.id), reverse=True)

    def save_delivery(self, delivery: Delivery) -> None:
        self._deliveries[delivery.merchant, delivery.id] = delivery

    def tries(self, what: Counted) -> Tries | None:
        return self._tries.get(what)

    def count_tries(self, what: Counted, old: Tries | None, new: Tries) -> bool:
        if self._tries.get(what) != old:
            return False
        self._tries[what] = new
        return True

    def due_deliveries(self, now: datetime) -> Iterator[Delivery]:
        due = [one for one in self._deliveries.values() if one.due_at and one.due_at <= now]
        return iter(sorted(due, key=lambda one: (one.due_at, one.id)))

    def requeue(self, delivery: Delivery, now: datetime) -> bool:
        known = self._deliveries[delivery.merchant, delivery.id]
        if known.due_at is None or known.due_at != delivery.due_at:
            return False
        later = known.handed_out(now)
        self._deliveries[delivery.merchant, delivery.id] = replace(known, due_at=later.due_at)
        return True

    def _must_be(self, old: Endpoint | None, merchant: MerchantId) -> None:
        known = self._endpoints.get(merchant)
        if (known and (known.version, known.changed_at)) != (old and (old.version, old.changed_at)):
            raise WebhookChanged


class Posted(NamedTuple):
    """A request that a receiver got."""

    url: str
    event: EventId
    body: str
    secrets: Sequence[str]
    at: datetime


@dataclass
class FakeWebhookClient:
    """The WebhookClient port; `answers` by address, otherwise the event is accepted.

    What is signed with one of `forged` is answered by `refuses` where the address has no answer of
    its own. `proofs` are the requests by which an endpoint proves itself, apart from `posted`.
    """

    posted: list[Posted] = field(default_factory=list)
    proofs: list[Posted] = field(default_factory=list)
    forged: frozenset[str] = frozenset()
    refuses: tuple[AttemptOutcome, int | None] = (AttemptOutcome.REFUSED, 401)
    answers: dict[str, tuple[AttemptOutcome, int | None]] = field(default_factory=dict)

    def post(
        self, url: str, event: EventId, body: str, secrets: Sequence[str], now: datetime
    ) -> Attempt:
        is_proof = event.endswith("webhook-proof")
        (self.proofs if is_proof else self.posted).append(Posted(url, event, body, secrets, now))
        usual = self.refuses if self.forged.intersection(secrets) else (AttemptOutcome.TAKEN, 200)
        outcome, status = self.answers.get(url, usual)
        return Attempt(now, event, outcome, status)
