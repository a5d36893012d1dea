"""Endpoints, deliveries and their changes."""

from __future__ import annotations

import itertools
from base64 import b64decode
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes.mall import NOODLES, NOON

from baylock.domain.booking.booking import OrderId
from baylock.domain.errors import InvalidWebhook
from baylock.domain.venue.mall import MallRef, MerchantId, MerchantRef
from baylock.domain.webhooks.event import Event, EventId, event_id, turn_of
from baylock.domain.webhooks.webhook import (
    FIRST_REST,
    HANDED_OUT_FOR,
    MAX_CONCURRENCY,
    MAX_DELIVERY,
    MAX_REST,
    MAX_SECRETS,
    OLD_SECRET_SIGNS_FOR,
    QUICK,
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


def taken(event: EventId, at: datetime = NOON) -> Attempt:
    return Attempt(at, event, AttemptOutcome.TAKEN, 204)


# ── ids ──────────────────────────────────────────────────────────────────────────────────────────


@given(st.from_regex(r"[a-z2-7]{12}", fullmatch=True), st.integers(1), st.sampled_from(Event))
def test_place_of_an_event_is_in_its_id(order: str, version: int, event: Event) -> None:
    assert turn_of(event_id(OrderId(f"ord_{order}"), version, event)) == (order, version)


def test_test_event_is_alone() -> None:
    assert turn_of(EventId("evt_5kabcdefghij_webhook-test")) == ("5kabcdefghij", 0)


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


def begun(endpoint: Endpoint, event: EventId, now: datetime = NOON) -> Endpoint:
    """The endpoint after a delivery has begun."""
    permit = endpoint.free_permits(event, now)[0]
    others = [one for one in endpoint.permits if one.number != permit.number]
    return replace(endpoint, permits=(*others, permit))


def ended(endpoint: Endpoint, made: Attempt) -> Endpoint:
    """The endpoint after the delivery has released its permit."""
    permits = [
        permit.released(made) if permit.event == made.event else permit
        for permit in endpoint.permits
    ]
    return replace(endpoint, permits=tuple(permits))


def of_orders(count: int) -> list[EventId]:
    return [event_id(OrderId(f"ord_{number}"), 1, Event.HELD) for number in range(count)]


def test_new_endpoint_has_one_delivery_at_a_time() -> None:
    first, second = of_orders(2)
    busy = begun(endpoint(), first)
    assert busy.free_permits(second, NOON) == []
    assert [permit.number for permit in ended(busy, taken(first)).free_permits(second, NOON)] == [0]


def test_delivery_that_crashed_does_not_count_for_ever() -> None:
    first, second = of_orders(2)
    crashed = begun(endpoint(), first)
    assert crashed.free_permits(second, NOON + MAX_DELIVERY - timedelta(seconds=1)) == []
    after = begun(crashed, second, NOON + MAX_DELIVERY)
    assert [permit.event for permit in after.permits] == [second]


def test_endpoint_that_keeps_up_has_more_in_flight_each_time() -> None:
    events = of_orders(MAX_CONCURRENCY + 1)
    quick = endpoint()
    seen = [quick.concurrency]
    for _ in range(2 * MAX_CONCURRENCY):
        quick = quick.answered(taken(events[0]), NOON + QUICK)
        seen.append(quick.concurrency)
    assert seen == [min(1 + answers, MAX_CONCURRENCY) for answers in range(len(seen))]
    assert quick.answered(taken(events[0]), NOON) is quick
    for event in events[:-1]:
        quick = begun(quick, event)
    assert {permit.number for permit in quick.permits} == set(range(MAX_CONCURRENCY))
    assert quick.free_permits(events[-1], NOON) == []


def test_events_begin_with_different_permits() -> None:
    quick = replace(endpoint(), concurrency=MAX_CONCURRENCY)
    tried = [quick.free_permits(event, NOON)[0].number for event in of_orders(64)]
    assert set(tried) == set(range(MAX_CONCURRENCY))


def test_order_has_one_delivery_in_flight() -> None:
    quick = replace(endpoint(), concurrency=MAX_CONCURRENCY)
    order = OrderId("ord_one")
    busy = begun(quick, event_id(order, 1, Event.RESERVED))
    assert busy.free_permits(event_id(order, 2, Event.HELD), NOON) == []
    other = event_id(OrderId("ord_other"), 1, Event.RESERVED)
    assert len(busy.free_permits(other, NOON)) == MAX_CONCURRENCY - 1


def test_slow_endpoint_soon_has_one_at_a_time() -> None:
    slow = replace(endpoint(), concurrency=MAX_CONCURRENCY)
    late = NOON + QUICK + timedelta(milliseconds=1)
    seen = []
    for event in of_orders(4):
        slow = slow.answered(taken(event), late)
        seen.append(slow.concurrency)
    assert seen == [4, 2, 1, 1]


def test_permits_in_flight_count_after_the_concurrency_fell() -> None:
    events = of_orders(4)
    quick = replace(endpoint(), concurrency=3)
    for event in events[:3]:
        quick = begun(quick, event)
    slow = replace(quick, concurrency=1)
    for event in events[:2]:
        slow = ended(slow, taken(event))
    assert slow.free_permits(events[3], NOON) == []
    assert ended(slow, taken(events[2])).free_permits(events[3], NOON)


def test_failures_that_were_in_flight_together_count_as_one() -> None:
    failing = replace(endpoint(), concurrency=3)
    for event in of_orders(3):
        failing = failing.answered(Attempt(NOON, event, AttemptOutcome.TIMED_OUT), NOON)
    assert failing.failures == 1
    assert failing.rests_until == NOON + FIRST_REST


def test_endpoint_that_failed_has_one_at_a_time_until_it_succeeds() -> None:
    first, second = of_orders(2)
    failing = replace(endpoint(), concurrency=5).answered(attempt(AttemptOutcome.REFUSED), NOON)
    assert failing.free_permits(first, NOON) == []
    later = NOON + FIRST_REST
    busy = begun(failing, first, later)
    assert busy.free_permits(second, later) == []
    well = busy.answered(taken(first, later), later)
    assert (well.failures, well.concurrency) == (0, 2)


def test_last_attempt_is_that_of_any_permit() -> None:
    first, second = of_orders(2)
    quick = begun(begun(replace(endpoint(), concurrency=2), first), second)
    assert quick.last is None
    later = taken(first, NOON + timedelta(seconds=1))
    assert ended(ended(quick, later), taken(second)).last == later


@given(st.lists(st.sampled_from(AttemptOutcome)), st.integers(0, 3_000))
def test_concurrency_stays_in_its_bounds(outcomes: list[AttemptOutcome], took_ms: int) -> None:
    one = endpoint()
    for outcome in outcomes:
        now = NOON + timedelta(milliseconds=took_ms)
        one = one.answered(Attempt(NOON, EVENT, outcome), now)
        assert 1 <= one.concurrency <= MAX_CONCURRENCY
        assert one.concurrency == 1 or not one.failures


def test_endpoint_that_fails_rests_longer_each_time() -> None:
    rests = []
    failing = endpoint()
    for _ in range(8):
        at = failing.rests_until or NOON
        failing = failing.answered(attempt(AttemptOutcome.REFUSED, at), at)
        assert failing.rests_until
        rests.append(failing.rests_until - at)
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
    assert (on.disabled_reason, on.failing_since, on.failures) == (None, None, 0)
    assert on.free_permits(EVENT, NOON)
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
