"""No event to an address before it has proven to be the merchant's, and few calls until then."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.fakes.mall import NOODLES, merchants
from tests.fakes.world import World

from baylock.domain.booking.booking import OrderId
from baylock.domain.errors import Busy, InvalidWebhook, TooManyTries
from baylock.domain.orders.effects import WebhookEffect
from baylock.domain.venue.mall import MerchantId
from baylock.domain.webhooks.event import Event, EventId, event_id
from baylock.domain.webhooks.tries import MAX_AT_HOST, MAX_BY_MERCHANT, counted
from baylock.domain.webhooks.webhook import AttemptOutcome, DeliveryState, DisabledReason, Endpoint

pytestmark = pytest.mark.threat(11)

URL = "https://noodles.example.com/hook"
OTHER_URL = "https://noodles.example.com/other"
ORDER = OrderId("ord_5kabcdefghij")
REFUSED, TAKEN = AttemptOutcome.REFUSED, AttemptOutcome.TAKEN


@pytest.fixture
def world() -> World:
    world = World()
    world.set_webhook(NOODLES, URL)
    return world


def announce(world: World, version: int = 1) -> EventId:
    event = WebhookEffect(ORDER, version, Event.HELD, NOODLES)
    world.announce([event], {"id": ORDER, "version": version}, "2026-12-01T10:00:00Z")
    return event_id(ORDER, version, Event.HELD)


def endpoint(world: World) -> Endpoint:
    endpoint = world.webhooks.endpoint(NOODLES)
    assert endpoint is not None
    return endpoint


def clock_runs(world: World) -> None:
    for due in world.requeue.due():
        world.requeue.requeue(due)


def test_endpoint_proves_itself_before_its_first_event(world: World) -> None:
    event = announce(world)
    assert endpoint(world).pending
    assert list(world.deliver_queued()) == ["proven"]
    assert world.webhook_client.posted == []
    assert not endpoint(world).pending
    assert list(world.deliver_queued()) == ["taken"]
    assert [posted.event for posted in world.webhook_client.posted] == [event]
    assert list(world.deliver_queued()) == []


def test_the_two_requests_differ_in_their_signature_only(world: World) -> None:
    announce(world)
    list(world.deliver_queued())
    wrong, right = world.webhook_client.proofs
    assert wrong.secrets != right.secrets
    assert (wrong.url, wrong.body, wrong.at) == (right.url, right.body, right.at)
    assert '"type":"webhook.test"' in right.body
    assert ORDER not in right.body


@pytest.mark.parametrize(
    ("refuses", "outcome"),
    [
        ((TAKEN, 200), AttemptOutcome.NOT_VERIFIED),
        ((TAKEN, 204), AttemptOutcome.NOT_VERIFIED),
        ((REFUSED, 404), REFUSED),
        ((REFUSED, 405), REFUSED),
        ((REFUSED, 429), REFUSED),
        ((REFUSED, 500), REFUSED),
        ((AttemptOutcome.REDIRECTED, 302), AttemptOutcome.REDIRECTED),
        ((AttemptOutcome.TIMED_OUT, None), AttemptOutcome.TIMED_OUT),
        ((AttemptOutcome.NOT_CONNECTED, None), AttemptOutcome.NOT_CONNECTED),
    ],
)
def test_whoever_can_not_tell_the_signatures_apart_gets_no_event(
    world: World, refuses: tuple[AttemptOutcome, int | None], outcome: AttemptOutcome
) -> None:
    world.webhook_client.refuses = refuses
    announce(world)
    for _ in range(30):
        list(world.deliver_queued())
        world.clock.forward(minutes=16)
        clock_runs(world)
    assert world.webhook_client.posted == []
    assert len(world.webhook_client.proofs) <= 31, "the right signature is not even sent"
    after = endpoint(world)
    assert after.pending
    assert after.last is not None
    assert after.last.outcome is outcome


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_server_that_refuses_both_gets_no_event(world: World, status: int) -> None:
    """The secret is not installed yet, or it is another's server."""
    world.webhook_client.answers[URL] = (REFUSED, status)
    event = announce(world)
    assert list(world.deliver_queued()) == [f"not proven: {REFUSED.value}"]
    assert world.webhook_client.posted == []
    del world.webhook_client.answers[URL]
    world.clock.forward(minutes=2)
    clock_runs(world)
    assert list(world.deliver_queued()) == ["proven"]
    assert list(world.deliver_queued()) == ["taken"]
    delivery = world.webhooks.delivery(NOODLES, event)
    assert delivery is not None
    assert (delivery.state, delivery.attempts) == (DeliveryState.DELIVERED, 1)


def test_an_address_that_never_proves_itself_is_disabled_after_a_day(world: World) -> None:
    world.webhook_client.refuses = (TAKEN, 200)
    announce(world)
    for _ in range(2 * 24):
        list(world.deliver_queued())
        world.clock.forward(minutes=30)
        clock_runs(world)
    assert endpoint(world).disabled_reason is DisabledReason.FAILED_FOR_A_DAY
    assert world.webhook_client.posted == []
    assert world.effect_queues.webhook_notices


def test_another_address_must_prove_itself_and_the_former_gets_nothing(world: World) -> None:
    announce(world)
    list(world.deliver_queued())
    list(world.deliver_queued())
    world.set_webhook(NOODLES, OTHER_URL)
    assert endpoint(world).pending
    world.webhook_client.answers[OTHER_URL] = (REFUSED, 401)
    event = announce(world, 2)
    list(world.deliver_queued())
    assert [posted.url for posted in world.webhook_client.posted] == [URL]
    del world.webhook_client.answers[OTHER_URL]
    world.clock.forward(minutes=2)
    clock_runs(world)
    assert [*world.deliver_queued(), *world.deliver_queued()] == ["proven", "taken"]
    assert world.webhook_client.posted[-1][:2] == (OTHER_URL, event), "and no event is lost"


def test_the_same_address_again_stays_proven(world: World) -> None:
    world.listens(NOODLES, URL)
    world.set_webhook(NOODLES, URL)
    world.set_webhook(NOODLES, URL, new_secret=True)
    assert not endpoint(world).pending


def test_an_address_that_was_disabled_proves_itself_anew(world: World) -> None:
    announce(world)
    list(world.deliver_queued())
    world.webhook_client.answers[URL] = (AttemptOutcome.GONE, 410)
    list(world.deliver_queued())
    assert endpoint(world).is_disabled
    world.set_webhook(NOODLES, URL)
    assert endpoint(world).pending


def test_a_proof_counts_for_the_address_that_gave_it(world: World) -> None:
    """The merchant changes the address while the former one answers."""
    post = world.webhook_client.post

    def change(*args: object) -> object:
        world.set_webhook(NOODLES, OTHER_URL)
        return post(*args)  # type: ignore[arg-type]

    world.webhook_client.post = change  # type: ignore[method-assign, assignment]
    announce(world)
    list(world.deliver_queued())
    after = endpoint(world)
    assert (after.url, after.pending) == (OTHER_URL, True)
    assert world.webhook_client.posted == []


def test_crash_after_the_proof_loses_no_event(world: World) -> None:
    announce(world)
    (queued,) = world.effect_queues.events
    world.effect_queues.events.clear()
    world.effect_queues.failures = 1
    with pytest.raises(Busy):
        world.deliver(*queued[:2])
    assert world.deliver(*queued[:2]) == "taken"


# ── limits ───────────────────────────────────────────────────────────────────────────────────────


def calls(world: World) -> int:
    return len(world.webhook_client.proofs) + len(world.webhook_client.posted)


def test_tests_of_a_merchant_are_limited_by_the_hour(world: World) -> None:
    for _ in range(MAX_BY_MERCHANT):
        world.try_webhook(NOODLES)
    with pytest.raises(TooManyTries) as refused:
        world.try_webhook(NOODLES)
    assert timedelta(0) < refused.value.wait <= timedelta(hours=1)
    world.clock.forward(seconds=refused.value.wait.total_seconds())
    world.try_webhook(NOODLES)


def test_a_merchant_that_sets_an_address_again_and_again_has_few_calls_made(world: World) -> None:
    """Setting an address resets the pauses after failures; the limit does not care."""
    world.webhook_client.refuses = (TAKEN, 200)
    for number in range(200):
        world.set_webhook(NOODLES, f"https://victim.example.com/{number}")
        announce(world, number + 1)
        list(world.deliver_queued())
    assert calls(world) <= 2 * MAX_BY_MERCHANT


def test_all_merchants_together_call_a_host_so_often_and_no_more(world: World) -> None:
    merchant = merchants()[0].ref
    refused = 0
    for number in range(MAX_AT_HOST):
        who = MerchantId(NOODLES.mall, type(merchant)(f"shop-{number}"))
        for path in ("a", "b"):
            world.set_webhook(who, f"https://Victim.example.com:8443/{path}/{number}")
            try:
                world.try_webhook(who)
            except TooManyTries:
                refused += 1
    assert refused == MAX_AT_HOST
    world.set_webhook(NOODLES, URL)
    world.try_webhook(NOODLES)


@pytest.mark.parametrize(
    "spellings",
    [
        ["8.8.4.4", "134743044", "0x08080404", "8.8.1028", "010.8.4.4"],
        ["[2620:fe::fe]", "[2620:FE:0:0:0:0:0:fe]", "[2620:00fe::00:00fe]:8443"],
        ["shop.example.com", "SHOP.example.com", "shop.example.com.", "shop.example.com:8443"],
    ],
)
def test_a_host_is_the_same_however_it_is_written(spellings: list[str]) -> None:
    found = {counted(NOODLES, f"https://{host}/hook")[1] for host in spellings}
    assert len(found) == 1


def test_an_event_waits_where_the_tries_are_used_up_and_is_not_lost(world: World) -> None:
    for _ in range(MAX_BY_MERCHANT):
        world.try_webhook(NOODLES)
    world.effect_queues.events.clear()
    event = announce(world)
    assert list(world.deliver_queued()) == ["too many tries"]
    assert calls(world) == 0
    world.clock.forward(hours=1, minutes=1)
    clock_runs(world)
    outcomes = [*world.deliver_queued(), *world.deliver_queued(), *world.deliver_queued()]
    assert "proven" in outcomes
    for _ in range(40):
        world.clock.forward(seconds=30)
        clock_runs(world)
        list(world.deliver_queued())
    assert event in {posted.event for posted in world.webhook_client.posted}


def test_events_of_a_proven_endpoint_are_not_limited(world: World) -> None:
    world.listens(NOODLES, URL)
    for version in range(1, 4 * MAX_BY_MERCHANT):
        announce(world, version)
        assert list(world.deliver_queued()) == ["taken"]


@pytest.mark.parametrize("port", [0, 1, 22, 80, 444, 8080, 8444, 9443, 65535])
def test_no_other_port_may_be_set(world: World, port: int) -> None:
    with pytest.raises(InvalidWebhook):
        world.set_webhook(NOODLES, f"https://shop.example.com:{port}/")


@pytest.mark.parametrize("port", [443, 8443])
def test_these_ports_may_be_set(world: World, port: int) -> None:
    assert world.set_webhook(NOODLES, f"https://shop.example.com:{port}/")


def test_an_address_that_an_earlier_version_stored_can_be_tested(world: World) -> None:
    """The delivery is refused, and that is shown; the call is not."""
    old = endpoint(world)
    world.webhooks.save_endpoint(
        old, replace(old, url="https://noodles.example.com:9443/", pending=False, version=2)
    )
    assert world.try_webhook(NOODLES).is_waiting
