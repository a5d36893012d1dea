"""A merchant's endpoint, and the deliveries of events to it.

An event's body is stored once, with the order as it was after the change, and is the same in every
attempt. Endpoints and deliveries are frozen values; each change returns a new value.
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType, Self
from zlib import crc32

from baylock.domain.access.key_ring import KeyRing
from baylock.domain.errors import InvalidWebhook
from baylock.domain.venue.mall import MerchantId
from baylock.domain.webhooks.event import Event, EventId, turn_of

Salt = NewType("Salt", str)

TRIED_FOR = timedelta(days=1)
"""The time for which delivery is attempted."""
FAILS_FOR_A_DAY = timedelta(hours=23)
"""The time after which a failing endpoint is disabled: a little less than `TRIED_FOR`, so that the
last attempt of the first event that failed disables it."""

WAITS = (
    *(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 20, 30)),
    *(timedelta(hours=hours) for hours in (1, 2, 3, 4, 5, 6)),
)
"""The wait after each failed attempt; the last is repeated."""
JITTER = 0.2
"""The random share of a wait, up or down: deliveries that failed together spread out."""

FIRST_REST = timedelta(seconds=30)
MAX_REST = timedelta(minutes=15)
"""The rest of an endpoint after a failure: it doubles with each failure, up to the maximum."""

MAX_DELIVERY = timedelta(seconds=30)
"""Longer than any delivery takes: one that is in flight for longer has crashed."""
MAX_CONCURRENCY = 8
"""The most deliveries that an endpoint has in flight."""
QUICK = timedelta(seconds=2)
"""The time within which an endpoint that keeps up responds."""

OLD_SECRET_SIGNS_FOR = timedelta(days=1)
MAX_SECRETS = 4


# ── the endpoint ─────────────────────────────────────────────────────────────────────────────────


class AttemptOutcome(StrEnum):
    """The outcome of an attempt."""

    TAKEN = "taken"
    REFUSED = "refused"
    REDIRECTED = "redirected"
    GONE = "gone"
    TIMED_OUT = "timed_out"
    NAME_NOT_FOUND = "name_not_found"
    NOT_PUBLIC = "not_a_public_address"
    NOT_CONNECTED = "not_connected"
    NOT_TRUSTED = "certificate_not_trusted"
    NOT_VERIFIED = "signature_not_verified"


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt to deliver an event, its outcome, and the HTTP status, if there was a response.

    Redirects are not followed. `GONE` means that the endpoint wants no more events, and
    `NOT_VERIFIED` that it accepted a request whose signature was wrong.
    """

    at: datetime
    event: EventId
    outcome: AttemptOutcome
    status: int | None = None


class DisabledReason(StrEnum):
    """Why an endpoint was disabled."""

    FAILED_FOR_A_DAY = "failed_for_a_day"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Secret:
    """The salt that a secret is derived from, and when it stops signing; None for the current.

    `made_at` is when it was made, and so with which of our keys; None for an early one.
    """

    salt: Salt
    until: datetime | None = None
    made_at: datetime | None = None

    def signs_at(self, now: datetime) -> bool:
        """Whether deliveries are signed with it."""
        return self.until is None or now < self.until


def secret_of(key: bytes, merchant: MerchantId, salt: Salt) -> str:
    """The secret with which a merchant verifies signatures: `whsec_…` (Standard Webhooks).

    It is derived from our key, so that no secret is stored.
    """
    named = f"webhook\0{merchant.named}\0{salt}".encode()
    return "whsec_" + b64encode(hmac.digest(key, named, "sha256")).decode()


@dataclass(frozen=True, slots=True)
class Permit:
    """A permit for a delivery to be in flight: the event that has it, or had it last, until when.

    The time is that at which a delivery has crashed if it has not ended. `last` is the last attempt
    that was made with it.
    """

    number: int
    event: EventId
    until: datetime
    last: Attempt | None = None

    def is_free(self, now: datetime) -> bool:
        """Whether no delivery is in flight with it."""
        return self.until <= now

    def released(self, attempt: Attempt) -> Self:
        """The permit after its delivery."""
        return replace(self, until=attempt.at, last=attempt)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A merchant's endpoint.

    `concurrency` is how many deliveries may be in flight, each for another order: it grows by one
    with each quick response, halves with a slow one, and is 1 again after a failure. `permits` are
    those that were ever taken, stored by themselves, so that deliveries don't meet at the endpoint.
    `rests_until` is set after `failures` consecutive failures since `failing_since`; nothing is
    sent until then. The newest secret comes first. No event is sent while it is `pending`: until it
    has proven that it knows the secret, by telling our signature from a wrong one.
    """

    merchant: MerchantId
    url: str
    secrets: tuple[Secret, ...]
    version: int
    changed_at: datetime
    concurrency: int = 1
    permits: tuple[Permit, ...] = ()
    rests_until: datetime | None = None
    failing_since: datetime | None = None
    failures: int = 0
    disabled_at: datetime | None = None
    disabled_reason: DisabledReason | None = None
    pending: bool = False

    @property
    def last(self) -> Attempt | None:
        """The last attempt."""
        attempts = [permit.last for permit in self.permits if permit.last]
        return max(attempts, key=lambda attempt: attempt.at, default=None)

    @property
    def is_disabled(self) -> bool:
        """Whether nothing is sent to it until the merchant sets it again."""
        return self.disabled_at is not None

    def rests_at(self, now: datetime) -> bool:
        """Whether nothing is sent to it now, as it has failed."""
        return self.rests_until is not None and now < self.rests_until

    def signing(self, now: datetime) -> tuple[Secret, ...]:
        """The secrets that sign a delivery: the current, and former ones for a while."""
        return tuple(secret for secret in self.secrets if secret.signs_at(now))

    def _next(self) -> Self:
        return replace(self, version=self.version + 1)

    def set(self, url: str, now: datetime, new_salt: Salt | None = None) -> Self:
        """Set the address and enable the endpoint, with a new secret if there is a salt for it.

        Returns the same value where nothing changes. InvalidWebhook where too many secrets sign.
        """
        if url == self.url and not self.is_disabled and new_salt is None:
            return self
        secrets = self.signing(now)
        if new_salt is not None:
            if len(secrets) >= MAX_SECRETS:
                raise InvalidWebhook(
                    "rotate_secret",
                    f"{MAX_SECRETS} secrets sign already; wait until the oldest expires",
                )
            until = now + OLD_SECRET_SIGNS_FOR
            secrets = (
                Secret(new_salt, made_at=now),
                *(replace(old, until=old.until or until) for old in secrets),
            )
        return replace(
            self._next()._recovered(),
            url=url,
            secrets=secrets,
            changed_at=now,
            concurrency=1,
            disabled_at=None,
            disabled_reason=None,
            # Another address may be anybody's, and so may one that has been off for a while.
            pending=self.pending or self.is_disabled or url != self.url,
        )

    def proven(self) -> Self:
        """The endpoint after it has proven that it knows the secret."""
        return replace(self._next()._recovered(), pending=False)

    def free_permits(self, event: EventId, now: datetime) -> list[Permit]:
        """The permits that a delivery may take, as they are once it has.

        Empty while the endpoint rests, has as many deliveries in flight as it may, or has one of
        the same order. Events of different orders begin with different ones, so that they rarely
        try the same.
        """
        order = turn_of(event).order
        in_flight = [permit for permit in self.permits if not permit.is_free(now)]
        busy = {permit.number for permit in in_flight}
        of_order = any(turn_of(permit.event).order == order for permit in in_flight)
        if self.rests_at(now) or of_order or len(busy) >= self.concurrency:
            return []
        last = {permit.number: permit.last for permit in self.permits}
        first = crc32(order.encode())
        numbers = [(first + more) % self.concurrency for more in range(self.concurrency)]
        until = now + MAX_DELIVERY
        return [
            Permit(number, event, until, last.get(number))
            for number in numbers
            if number not in busy
        ]

    def answered(self, attempt: Attempt, now: datetime) -> Self:
        """Count an attempt: the endpoint works, rests (longer each time), or is disabled.

        Failures of deliveries that were in flight together count as one. Returns the same value
        where nothing changes.
        """
        if attempt.outcome is AttemptOutcome.TAKEN:
            return self._works(quickly=now - attempt.at <= QUICK)
        if attempt.outcome is not AttemptOutcome.GONE and self.rests_at(now):
            return self
        since = self.failing_since or attempt.at
        failures = self.failures + 1
        rest = min(MAX_REST, FIRST_REST * 2 ** min(failures - 1, 10))
        failing = replace(
            self._next(),
            concurrency=1,
            rests_until=now + rest,
            failing_since=since,
            failures=failures,
        )
        if attempt.outcome is AttemptOutcome.GONE:
            return replace(failing, disabled_at=now, disabled_reason=DisabledReason.GONE)
        if now - since >= FAILS_FOR_A_DAY:
            return replace(
                failing, disabled_at=now, disabled_reason=DisabledReason.FAILED_FOR_A_DAY
            )
        return failing

    def _works(self, *, quickly: bool) -> Self:
        concurrency = self.concurrency + 1 if quickly else self.concurrency // 2
        concurrency = min(max(concurrency, 1), MAX_CONCURRENCY)
        if concurrency == self.concurrency and not self.failures:
            return self
        return replace(self._next()._recovered(), concurrency=concurrency)

    def _recovered(self) -> Self:
        return replace(self, rests_until=None, failing_since=None, failures=0)


def new_endpoint(merchant: MerchantId, url: str, salt: Salt, now: datetime) -> Endpoint:
    """An endpoint for a merchant that has none."""
    secret = Secret(salt, made_at=now)
    return Endpoint(merchant, url, (secret,), version=1, changed_at=now, pending=True)


def signing_secrets(endpoint: Endpoint, ring: KeyRing, now: datetime) -> list[str]:
    """The secrets that a delivery is signed with now, each from the key of when it was made."""
    return [
        secret_of(ring.at(secret.made_at), endpoint.merchant, secret.salt)
        for secret in endpoint.signing(now)
    ]


# ── a delivery ───────────────────────────────────────────────────────────────────────────────────


class DeliveryState(StrEnum):
    """The state of a delivery."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


HANDED_OUT_FOR = timedelta(minutes=3)
"""The time that a queue may take before the clock queues the delivery again."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """The delivery of an event to a merchant's endpoint.

    It may be attempted from `not_before` until `tried_until`. `due_at` is the time at which the
    clock queues it, None once it is over.
    """

    merchant: MerchantId
    id: EventId
    event: Event
    body: str
    created_at: datetime
    tried_until: datetime
    not_before: datetime
    due_at: datetime | None
    state: DeliveryState = DeliveryState.WAITING
    attempts: int = 0
    last: Attempt | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether it is not over."""
        return self.state is DeliveryState.WAITING

    @property
    def is_new(self) -> bool:
        """Whether it waits for its first attempt: later events of its order wait for that too."""
        return self.is_waiting and self.attempts == 0

    def _over(self, state: DeliveryState) -> Self:
        return replace(self, state=state, due_at=None)

    def handed_out(self, now: datetime) -> Self:
        """Note that it is queued; it is due again in case the queue loses it."""
        return replace(self, due_at=now + HANDED_OUT_FOR)

    def put_off(self, until: datetime, now: datetime, chance: float) -> Self:
        """Postpone it, as its endpoint rests. `chance` is a number from 0 to 1."""
        if now >= self.tried_until:
            return self.given_up()
        at = until + FIRST_REST * chance
        return replace(self, not_before=at, due_at=at)

    def given_up(self) -> Self:
        """Give it up, as there is no endpoint for it."""
        return self._over(DeliveryState.FAILED)

    def answered(self, attempt: Attempt, now: datetime, chance: float) -> Self:
        """Record an attempt. `chance` is a number from 0 to 1."""
        tried = replace(self, attempts=self.attempts + 1, last=attempt)
        if attempt.outcome is AttemptOutcome.TAKEN:
            return tried._over(DeliveryState.DELIVERED)
        if attempt.outcome is AttemptOutcome.GONE or now >= self.tried_until:
            return tried._over(DeliveryState.FAILED)
        wait = WAITS[min(tried.attempts, len(WAITS)) - 1]
        at = min(now + wait * (1 + JITTER * (2 * chance - 1)), self.tried_until)
        return replace(tried, not_before=at, due_at=at)

    def again(self, now: datetime) -> Self:
        """Deliver it once more, with a day for it again."""
        return replace(
            self,
            state=DeliveryState.WAITING,
            tried_until=now + TRIED_FOR,
            not_before=now,
            due_at=now,
        )


def new_delivery(
    merchant: MerchantId, id_: EventId, event: Event, body: str, now: datetime
) -> Delivery:
    """The delivery of an event that is about to be queued."""
    return Delivery(
        merchant=merchant,
        id=id_,
        event=event,
        body=body,
        created_at=now,
        tried_until=now + TRIED_FOR,
        not_before=now,
        due_at=now + HANDED_OUT_FOR,
    )
