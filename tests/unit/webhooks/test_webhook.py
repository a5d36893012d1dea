"""Endpoints, deliveries and their changes."""

from __future__ import annotations

import itertools
from base64 import b64decode
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.fakes.mall import NOODLES, NOON

from baylock.domain.errors import InvalidWebhook
from baylock.domain.venue.mall import MallRef, MerchantId, MerchantRef
from baylock.domain.webhooks.event import Event, EventId
from baylock.domain.webhooks.webhook import (
    FIRST_REST,
    HANDED_OUT_FOR,
    MAX_DELIVERY,
    MAX_REST,
    MAX_SECRETS,
    OLD_SECRET_SIGNS_FOR,
    TRIED_FOR,
    WAITS,
    Attempt,
    AttemptOutcome,
    Delivery,
    DeliveryState,
    DisabledReason,
    Endpoint,
    Salt,
    new_delivery,
    new_endpoint,
    secret_of,
)

URL = "https://noodles.example.com/hook"
KEY = b"a key that is only for tests"
EVENT = EventId("evt_1")


def endpoint() -> Endpoint:
    return new_endpoint(NOODLES, URL, Salt("one"), NOON)


def delivery() -> Delivery:
    return new_delivery(NOODLES, EVENT, Event.HELD, "{}", NOON)


def attempt(outcome: AttemptOutcome, at: datetime = NOON) -> Attempt:
    return Attempt(at, EVENT, outcome)


# ── secrets ──────────────────────────────────────────────────────────────────────────────────────


def test_secret_is_as_standard_webhooks_has_it() -> None:
    secret = secret_of(KEY, NOODLES, Salt("one"))
    assert secret.startswith("whsec_")
    assert len(b64decode(secret.removeprefix("whsec_"), validate=True)) == 32


def test_secrets_differ_by_key_merchant_and_salt() -> None:
    other = MerchantId(MallRef("elsewhere"), NOODLES.merchant)
    shifted = MerchantId(MallRef(f"{NOODLES.mall}\0"), MerchantRef(""))
    secrets = {
        secret_of(KEY, NOODLES, Salt("one")),
        secret_of(KEY, NOODLES, Salt("two")),
        secret_of(b"other", NOODLES, Salt("one")),
        secret_of(KEY, other, Salt("one")),
        secret_of(KEY, shifted, Salt("one")),
    }
    assert len(secrets) == 5


def test_old_secret_signs_for_a_day_beside_the_new_one() -> None:
    rotated = endpoint().set(URL, NOON, Salt("two"))
    assert [one.salt for one in rotated.signing(NOON)] == ["two", "one"]
    just_before = NOON + OLD_SECRET_SIGNS_FOR - timedelta(seconds=1)
    assert [one.salt for one in rotated.signing(just_before)] == ["two", "one"]
    assert [one.salt for one in rotated.signing(NOON + OLD_SECRET_SIGNS_FOR)] == ["two"]


def test_old_secret_ends_when_it_was_to_end_however_often_it_is_replaced() -> None:
    later = NOON + timedelta(hours=5)
    twice = endpoint().set(URL, NOON, Salt("two")).set(URL, later, Salt("three"))
    ends = {one.salt: one.until for one in twice.secrets}
    assert ends == {
        "three": None,
        "two": later + OLD_SECRET_SIGNS_FOR,
        "one": NOON + OLD_SECRET_SIGNS_FOR,
    }


def test_no_more_than_a_few_secrets_sign_at_once() -> None:
    many = endpoint()
    for number in range(MAX_SECRETS - 1):
        many = many.set(URL, NOON, Salt(f"more-{number}"))
    with pytest.raises(InvalidWebhook):
        many.set(URL, NOON, Salt("too many"))
    assert len(many.set(URL, NOON + OLD_SECRET_SIGNS_FOR, Salt("then")).secrets) == 2


# ── the endpoint ─────────────────────────────────────────────────────────────────────────────────


def test_same_said_again_changes_nothing() -> None:
    assert endpoint().set(URL, NOON + timedelta(hours=1)) == endpoint()


def test_one_delivery_at_a_time() -> None:
    begun = endpoint().begin(NOON)
    assert begun.free_at(NOON) == NOON + MAX_DELIVERY
    assert begun.answered(attempt(AttemptOutcome.TAKEN), NOON).free_at(NOON) is None


def test_turn_of_whoever_fell_ends() -> None:
    assert endpoint().begin(NOON).free_at(NOON + MAX_DELIVERY) is None


def test_endpoint_that_fails_rests_longer_each_time() -> None:
    rests = []
    failing = endpoint()
    for _ in range(8):
        failing = failing.begin(NOON).answered(attempt(AttemptOutcome.REFUSED), NOON)
        assert failing.rests_until
        rests.append(failing.rests_until - NOON)
    assert rests[:3] == [FIRST_REST, FIRST_REST * 2, FIRST_REST * 4]
    assert rests[-1] == MAX_REST
    assert rests == sorted(rests)


def test_one_success_makes_all_well() -> None:
    failing = endpoint().answered(attempt(AttemptOutcome.TIMED_OUT), NOON)
    assert failing.failing_since == NOON
    well = failing.answered(attempt(AttemptOutcome.TAKEN), NOON)
    assert (well.failing_since, well.failures, well.rests_until) == (None, 0, None)


def test_endpoint_that_failed_all_day_is_switched_off() -> None:
    failing = endpoint().answered(attempt(AttemptOutcome.NOT_CONNECTED), NOON)
    still = failing.answered(attempt(AttemptOutcome.NOT_CONNECTED), NOON + timedelta(hours=12))
    assert not still.is_disabled
    off = still.answered(attempt(AttemptOutcome.NOT_CONNECTED), NOON + TRIED_FOR)
    assert off.disabled_reason is DisabledReason.FAILED_FOR_A_DAY
    assert off.disabled_at == NOON + TRIED_FOR


def test_endpoint_that_is_gone_is_switched_off_at_once() -> None:
    off = endpoint().answered(attempt(AttemptOutcome.GONE), NOON)
    assert off.disabled_reason is DisabledReason.GONE


def test_said_again_it_is_on_again() -> None:
    off = endpoint().answered(attempt(AttemptOutcome.GONE), NOON)
    on = off.set(URL, NOON)
    assert not on.is_disabled
    assert (on.disabled_reason, on.failing_since, on.failures, on.free_at(NOON)) == (
        None,
        None,
        0,
        None,
    )
    assert on.secrets == off.secrets


# ── a delivery ───────────────────────────────────────────────────────────────────────────────────


def test_delivery_that_was_taken_is_over() -> None:
    done = delivery().answered(attempt(AttemptOutcome.TAKEN), NOON, 0.5)
    assert (done.state, done.due_at, done.attempts) == (DeliveryState.DELIVERED, None, 1)


def test_waits_grow_and_fill_a_day() -> None:
    now, waiting, tries = NOON, delivery(), []
    while waiting.is_waiting:
        tries.append(now)
        waiting = waiting.answered(attempt(AttemptOutcome.REFUSED, now), now, 0.5)
        now = waiting.due_at or now
    waits = [after - before for before, after in itertools.pairwise(tries)]
    assert waits[:-1] == list(WAITS[: len(waits) - 1])
    assert tries[-1] == NOON + TRIED_FOR
    assert waiting.state is DeliveryState.FAILED
    assert waiting.attempts == len(tries) == 14


@pytest.mark.parametrize("chance", [0.0, 1.0])
def test_what_failed_together_comes_apart(chance: float) -> None:
    failed = delivery().answered(attempt(AttemptOutcome.REFUSED), NOON, chance)
    assert failed.due_at
    assert (failed.due_at - NOON) / WAITS[0] == pytest.approx(0.8 if chance == 0 else 1.2)


def test_endpoint_that_failed_from_the_first_try_is_off_after_the_last() -> None:
    """However late the first attempt was; the last attempt is at the end of the day."""
    first = NOON + timedelta(minutes=40)
    failing = endpoint().answered(attempt(AttemptOutcome.REFUSED, first), first)
    last = delivery().tried_until
    assert failing.answered(attempt(AttemptOutcome.REFUSED, last), last).is_disabled


def test_gone_is_not_tried_again() -> None:
    assert (
        delivery().answered(attempt(AttemptOutcome.GONE), NOON, 0.5).state is DeliveryState.FAILED
    )


def test_rest_of_the_endpoint_is_no_try() -> None:
    off = delivery().put_off(NOON + timedelta(minutes=5), NOON, 0.5)
    assert (off.attempts, off.due_at) == (0, NOON + timedelta(minutes=5, seconds=15))
    late = delivery().put_off(NOON + timedelta(days=2), NOON + TRIED_FOR, 0.5)
    assert late.state is DeliveryState.FAILED


def test_delivery_that_gets_lost_in_the_queue_comes_up_again() -> None:
    assert delivery().due_at == NOON + HANDED_OUT_FOR
    assert delivery().not_before == NOON


def test_asked_for_again_it_has_a_day_again() -> None:
    failed = replace(delivery(), state=DeliveryState.FAILED, due_at=None, attempts=14)
    later = NOON + timedelta(days=3)
    again = failed.again(later)
    assert (again.due_at, again.not_before, again.tried_until) == (later, later, later + TRIED_FOR)
    assert again.answered(attempt(AttemptOutcome.REFUSED, later), later, 0.5).is_waiting
