"""What merchants hear of their orders: events, the endpoint that takes them, and each delivery.

An event's body is written down once, as the order was after the change that the event is about,
and stays what it is however often it is sent. Endpoint and delivery are frozen values; each thing
that happens to them returns the next one.
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType, Self

from baylock.domain.errors import InvalidWebhook
from baylock.domain.venue.mall import MerchantId
from baylock.domain.webhooks.event import Event, EventId

Salt = NewType("Salt", str)

TRIED_FOR = timedelta(days=1)
"""How long an event is tried."""
FAILS_FOR_A_DAY = timedelta(hours=23)
"""How long an endpoint may fail before it is switched off: a little less than an event is tried,
so that the last try of the event that failed first sees to it."""

WAITS = (
    *(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 20, 30)),
    *(timedelta(hours=hours) for hours in (1, 2, 3, 4, 5, 6)),
)
"""After each try that failed; the last one again and again."""
JITTER = 0.2
"""How much of a wait is left to chance, either way, so that what failed together comes apart."""

FIRST_REST = timedelta(seconds=30)
MAX_REST = timedelta(minutes=15)
"""How long nothing is sent to an endpoint after it has failed: doubled with each failure."""

A_TURN = timedelta(seconds=30)
"""Longer than any delivery takes: whoever has had the turn for so long has fallen."""

OLD_SECRET_SIGNS_FOR = timedelta(days=1)
MAX_SECRETS = 4


# ── the endpoint ─────────────────────────────────────────────────────────────────────────────────


class AttemptOutcome(StrEnum):
    """What came of a try."""

    TAKEN = "taken"
    REFUSED = "refused"
    REDIRECTED = "redirected"
    GONE = "gone"
    TIMED_OUT = "timed_out"
    NAME_NOT_FOUND = "name_not_found"
    NOT_PUBLIC = "not_a_public_address"
    NOT_CONNECTED = "not_connected"
    NOT_TRUSTED = "certificate_not_trusted"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to deliver an event, what came of it, and the status that was answered, if any.

    A redirect is followed by nobody, and `GONE` means that nothing more is wanted.
    """

    at: datetime
    event: EventId
    outcome: AttemptOutcome
    status: int | None = None


class DisabledReason(StrEnum):
    """Why we send nothing to an endpoint any more."""

    FAILED_FOR_A_DAY = "failed_for_a_day"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Secret:
    """What a secret is derived from, and until when it signs; None for the present one."""

    salt: Salt
    until: datetime | None = None

    def signs_at(self, now: datetime) -> bool:
        """Whether deliveries are signed with it (too)."""
        return self.until is None or now < self.until


def secret_of(key: bytes, merchant: MerchantId, salt: Salt) -> str:
    """The secret that a merchant verifies signatures with: `whsec_…` (Standard Webhooks).

    Derived from a key of ours, so that none is stored anywhere.
    """
    named = f"webhook\0{merchant.mall}\0{merchant.merchant}\0{salt}".encode()
    return "whsec_" + b64encode(hmac.digest(key, named, "sha256")).decode()


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a merchant takes events.

    `busy_until` says that one is being delivered; `rests_until` that nothing is sent after it has
    failed, `failures` times in a row since `failing_since`. The newest secret comes first.
    """

    merchant: MerchantId
    url: str
    secrets: tuple[Secret, ...]
    version: int
    changed_at: datetime
    busy_until: datetime | None = None
    rests_until: datetime | None = None
    failing_since: datetime | None = None
    failures: int = 0
    disabled_at: datetime | None = None
    disabled_reason: DisabledReason | None = None
    last: Attempt | None = None

    @property
    def is_disabled(self) -> bool:
        """Whether we have given up on it, until the merchant says where it is now."""
        return self.disabled_at is not None

    def free_at(self, now: datetime) -> datetime | None:
        """When the next delivery may begin, if not now."""
        times = [at for at in (self.busy_until, self.rests_until) if at and at > now]
        return max(times, default=None)

    def signing(self, now: datetime) -> tuple[Secret, ...]:
        """The secrets that a delivery is signed with: the present one, and old ones for a while."""
        return tuple(secret for secret in self.secrets if secret.signs_at(now))

    def _next(self) -> Self:
        return replace(self, version=self.version + 1)

    def set(self, url: str, now: datetime, new_salt: Salt | None = None) -> Self:
        """The merchant says where it is, with a new secret if there is a salt for it.

        Whatever it was, it is on again. The same said again changes nothing. InvalidWebhook where
        too many secrets still sign.
        """
        if url == self.url and not self.is_disabled and new_salt is None:
            return self
        secrets = self.signing(now)
        if new_salt is not None:
            if len(secrets) >= MAX_SECRETS:
                raise InvalidWebhook(
                    "rotate_secret", f"{MAX_SECRETS} secrets sign already; wait until one ends"
                )
            until = now + OLD_SECRET_SIGNS_FOR
            secrets = (
                Secret(new_salt),
                *(replace(one, until=one.until or until) for one in secrets),
            )
        return replace(
            self._next(),
            url=url,
            secrets=secrets,
            changed_at=now,
            rests_until=None,
            failing_since=None,
            failures=0,
            disabled_at=None,
            disabled_reason=None,
        )

    def begin(self, now: datetime) -> Self:
        """A delivery begins: until it ends, no other does."""
        return replace(self._next(), busy_until=now + A_TURN)

    def end(self) -> Self:
        """A delivery has ended that says nothing of where the endpoint is now."""
        return replace(self._next(), busy_until=None)

    def answered(self, attempt: Attempt, now: datetime) -> Self:
        """A delivery has ended: it works, or it rests for longer each time, or it is given up."""
        done = replace(self.end(), last=attempt)
        if attempt.outcome is AttemptOutcome.TAKEN:
            return replace(done, rests_until=None, failing_since=None, failures=0)
        since = self.failing_since or attempt.at
        failures = self.failures + 1
        rest = min(MAX_REST, FIRST_REST * 2 ** min(failures - 1, 10))
        failing = replace(done, rests_until=now + rest, failing_since=since, failures=failures)
        if attempt.outcome is AttemptOutcome.GONE:
            return replace(failing, disabled_at=now, disabled_reason=DisabledReason.GONE)
        if now - since >= FAILS_FOR_A_DAY:
            return replace(
                failing, disabled_at=now, disabled_reason=DisabledReason.FAILED_FOR_A_DAY
            )
        return failing


def new_endpoint(merchant: MerchantId, url: str, salt: Salt, now: datetime) -> Endpoint:
    """A merchant's first endpoint, or its first after there was none."""
    return Endpoint(merchant, url, (Secret(salt),), version=1, changed_at=now)


# ── a delivery ───────────────────────────────────────────────────────────────────────────────────


class DeliveryState(StrEnum):
    """What has become of an event on its way."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


HANDED_OUT_FOR = timedelta(minutes=3)
"""How long a queue may take to bring a delivery before the clock hands it out once more."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event on its way to a merchant's endpoint.

    It may be tried from `not_before`, until `tried_until`; `due_at` is when the clock hands it out,
    None once it is over.
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
        """Whether it is still to be delivered."""
        return self.state is DeliveryState.WAITING

    def _over(self, state: DeliveryState) -> Self:
        return replace(self, state=state, due_at=None)

    def handed_out(self, now: datetime) -> Self:
        """It is in the queue, and comes up again here if it gets lost there."""
        return replace(self, due_at=now + HANDED_OUT_FOR)

    def put_off(self, until: datetime, now: datetime, chance: float) -> Self:
        """Its endpoint rests, and no try is made. `chance` is a number from 0 to 1."""
        if now >= self.tried_until:
            return self.given_up()
        at = until + FIRST_REST * chance
        return replace(self, not_before=at, due_at=at)

    def given_up(self) -> Self:
        """There is nobody to bring it to."""
        return self._over(DeliveryState.FAILED)

    def answered(self, attempt: Attempt, now: datetime, chance: float) -> Self:
        """A try has been made. `chance` is a number from 0 to 1."""
        tried = replace(self, attempts=self.attempts + 1, last=attempt)
        if attempt.outcome is AttemptOutcome.TAKEN:
            return tried._over(DeliveryState.DELIVERED)
        if attempt.outcome is AttemptOutcome.GONE or now >= self.tried_until:
            return tried._over(DeliveryState.FAILED)
        wait = WAITS[min(tried.attempts, len(WAITS)) - 1]
        at = min(now + wait * (1 + JITTER * (2 * chance - 1)), self.tried_until)
        return replace(tried, not_before=at, due_at=at)

    def again(self, now: datetime) -> Self:
        """Somebody asks for it once more; it has a day again."""
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
    """An event that is about to be queued."""
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
