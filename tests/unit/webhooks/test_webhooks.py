"""Events to a merchant's endpoint, whatever the endpoint does."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.fakes.keys import key_of
from tests.fakes.mall import NOODLES, merchants
from tests.fakes.world import World

from baylock.domain.access.key_ring import Purpose
from baylock.domain.booking.booking import OrderId
from baylock.domain.errors import Busy, InvalidWebhook, NoWebhook, WebhookChanged
from baylock.domain.orders.effects import WebhookEffect
from baylock.domain.venue.mall import MerchantId
from baylock.domain.webhooks.event import Event, EventId, event_id
from baylock.domain.webhooks.webhook import (
    AttemptOutcome,
    Delivery,
    DeliveryState,
    DisabledReason,
    Endpoint,
    Permit,
    Salt,
    secret_of,
)

URL = "https://noodles.example.com/hook"
ORDER = OrderId("ord_5kabcdefghij")
OTHER_EVENT = event_id(OrderId("ord_other"), 1, Event.HELD)
OTHER = MerchantId(NOODLES.mall, merchants()[1].ref)
OTHER_URL = "https://other.example.com/hook"


@pytest.fixture
def world() -> World:
    world = World()
    world.listens(NOODLES, URL)
    return world


def announce(world: World, version: int = 1, merchant: MerchantId = NOODLES) -> EventId:
    event = WebhookEffect(ORDER, version, Event.HELD, merchant)
    world.announce([event], {"id": ORDER, "version": version}, "2026-12-01T10:00:00Z")
    return event_id(ORDER, version, Event.HELD)


def known(world: World, event: EventId) -> Delivery:
    delivery = world.webhooks.delivery(NOODLES, event)
    assert delivery is not None
    return delivery


def endpoint(world: World) -> Endpoint:
    endpoint = world.webhooks.endpoint(NOODLES)
    assert endpoint is not None
    return endpoint


def clock_runs(world: World) -> int:
    return sum(world.requeue.requeue(one) for one in world.requeue.due())


# ── announced ────────────────────────────────────────────────────────────────────────────────────


def test_nothing_is_kept_where_nobody_listens() -> None:
    world = World()
    announce(world)
    assert world.effect_queues.events == []
    assert world.webhooks.deliveries(NOODLES) == []


def test_queue_carries_who_and_which_and_no_more(world: World) -> None:
    event = announce(world)
    assert world.effect_queues.events == [(NOODLES, event, timedelta(0))]


def test_fault_11_change_that_is_seen_again_is_not_sent_again(world: World) -> None:
    announce(world)
    assert list(world.deliver_queued()) == ["taken"]
    announce(world)
    assert list(world.deliver_queued()) == ["over already"]
    assert len(world.webhook_client.posted) == 1


def test_crash_before_it_was_queued_is_mended_by_the_clock(world: World) -> None:
    world.effect_queues.failures = 1
    with pytest.raises(Busy):
        announce(world)
    assert clock_runs(world) == 0, "whoever announces has a few minutes to do it again"
    world.clock.forward(minutes=4)
    assert clock_runs(world) == 1
    assert list(world.deliver_queued()) == ["taken"]


# ── delivered ────────────────────────────────────────────────────────────────────────────────────


def test_event_is_posted_as_it_was_written_down_with_the_secret(world: World) -> None:
    event = announce(world)
    assert list(world.deliver_queued()) == ["taken"]
    (posted,) = world.webhook_client.posted
    assert (posted.url, posted.event) == (URL, event)
    assert json.loads(posted.body) == {
        "type": "order.held",
        "timestamp": "2026-12-01T10:00:00Z",
        "data": {"id": ORDER, "version": 1},
    }
    assert posted.secrets == [secret_of(key_of(Purpose.WEBHOOKS), NOODLES, Salt("salt-1"))]
    assert known(world, event).state is DeliveryState.DELIVERED


def test_old_and_new_secret_both_sign(world: World) -> None:
    world.set_webhook(NOODLES, URL, new_secret=True)
    announce(world)
    list(world.deliver_queued())
    salts = [Salt("salt-2"), Salt("salt-1")]
    expected = [secret_of(key_of(Purpose.WEBHOOKS), NOODLES, salt) for salt in salts]
    assert world.webhook_client.posted[0].secrets == expected


def test_body_and_id_stay_the_same_however_often_it_is_tried(world: World) -> None:
    announce(world)
    world.webhook_client.answers[URL] = (AttemptOutcome.REFUSED, 500)
    for _ in range(3):
        list(world.deliver_queued())
        world.clock.forward(hours=1)
        clock_runs(world)
    assert len(world.webhook_client.posted) == 3
    assert len({(one.event, one.body) for one in world.webhook_client.posted}) == 1
    assert len({one.at for one in world.webhook_client.posted}) == 3


def test_fault_28_endpoint_that_fails_is_tried_for_a_day_and_then_switched_off(
    world: World,
) -> None:
    event = announce(world)
    began = world.clock.now
    world.webhook_client.answers[URL] = (AttemptOutcome.TIMED_OUT, None)
    while known(world, event).is_waiting:
        list(world.deliver_queued())
        world.clock.forward(minutes=1)
        clock_runs(world)
    assert known(world, event).state is DeliveryState.FAILED
    assert timedelta(hours=24) <= world.clock.now - began <= timedelta(hours=24, minutes=3)
    assert 12 <= len(world.webhook_client.posted) <= 16
    assert endpoint(world).disabled_reason is DisabledReason.FAILED_FOR_A_DAY
    assert world.effect_queues.webhook_notices == [NOODLES]


def test_fault_28_gone_switches_it_off_and_the_merchant_is_told(world: World) -> None:
    event = announce(world)
    world.webhook_client.answers[URL] = (AttemptOutcome.GONE, 410)
    assert list(world.deliver_queued()) == ["gone"]
    assert endpoint(world).disabled_reason is DisabledReason.GONE
    assert known(world, event).state is DeliveryState.FAILED
    assert world.effect_queues.webhook_notices == [NOODLES]


def test_what_happens_while_it_is_off_is_kept_but_not_sent(world: World) -> None:
    announce(world)
    world.webhook_client.answers[URL] = (AttemptOutcome.GONE, 410)
    list(world.deliver_queued())
    missed = announce(world, version=2)
    assert world.effect_queues.events == []
    assert known(world, missed).state is DeliveryState.FAILED
    world.clock.forward(days=2)
    assert clock_runs(world) == 0


def test_crash_before_the_merchant_was_told_is_made_good(world: World) -> None:
    event = announce(world)
    world.webhook_client.answers[URL] = (AttemptOutcome.GONE, 410)
    world.effect_queues.failures = 1
    with pytest.raises(Busy):
        world.deliver(NOODLES, event)
    assert world.deliver(NOODLES, event) == "switched off"
    assert world.effect_queues.webhook_notices == [NOODLES]
    assert len(world.webhook_client.posted) == 1


def test_fault_28_endpoint_that_rests_is_left_in_peace(world: World) -> None:
    events = [announce(world, version) for version in range(1, 21)]
    world.webhook_client.answers[URL] = (AttemptOutcome.TIMED_OUT, None)
    outcomes = list(world.deliver_queued())
    assert outcomes == ["timed_out", *["endpoint rests"] * 19]
    assert len(world.webhook_client.posted) == 1
    assert {known(world, event).attempts for event in events[1:]} == {0}


def test_events_that_waited_are_delivered_once_it_is_well(world: World) -> None:
    events = [announce(world, version) for version in range(1, 6)]
    world.webhook_client.answers[URL] = (AttemptOutcome.NOT_CONNECTED, None)
    list(world.deliver_queued())
    del world.webhook_client.answers[URL]
    world.clock.forward(minutes=2)
    assert clock_runs(world) == 5
    while world.effect_queues.events:
        assert set(world.deliver_queued()) <= {"taken", "waits for its turn"}
    assert {known(world, event).state for event in events} == {DeliveryState.DELIVERED}


def begins(world: World, event: EventId) -> None:
    """Another function begins a delivery."""
    permit = endpoint(world).free_permits(event, world.clock.now)[0]
    assert world.webhooks.take_permit(NOODLES, permit, world.clock.now)


def test_fault_28_new_endpoint_takes_one_event_at_a_time(world: World) -> None:
    event = announce(world)
    begins(world, OTHER_EVENT)
    assert list(world.deliver_queued()) == ["waits for its turn"]
    assert world.effect_queues.events == [(NOODLES, event, timedelta(seconds=1))]
    world.clock.forward(seconds=31)
    assert list(world.deliver_queued()) == ["taken"]


def test_endpoint_that_keeps_up_takes_events_of_several_orders_at_once(world: World) -> None:
    announce(world, 1)
    assert list(world.deliver_queued()) == ["taken"]
    begins(world, OTHER_EVENT)
    announce(world, 2)
    assert list(world.deliver_queued()) == ["taken"]


def test_endpoint_that_keeps_up_takes_one_event_of_an_order_at_a_time(world: World) -> None:
    announce(world, 1)
    assert list(world.deliver_queued()) == ["taken"]
    begins(world, event_id(ORDER, 1, Event.HELD))
    announce(world, 2)
    assert list(world.deliver_queued()) == ["waits for its turn"]


def test_event_waits_for_an_earlier_one_of_its_order(world: World) -> None:
    first, second = announce(world, 9), announce(world, 10)
    world.effect_queues.events.reverse()
    assert list(world.deliver_queued()) == ["waits for its turn", "taken"]
    assert list(world.deliver_queued()) == ["taken"]
    assert [one.event for one in world.webhook_client.posted] == [first, second]


def test_event_does_not_wait_for_an_earlier_one_that_failed(world: World) -> None:
    first, second = announce(world, 1), announce(world, 2)
    world.webhook_client.answers[URL] = (AttemptOutcome.REFUSED, 400)
    assert list(world.deliver_queued()) == ["refused", "endpoint rests"]
    del world.webhook_client.answers[URL]
    assert known(world, first).attempts == 1
    world.clock.forward(minutes=2)
    assert world.deliver(NOODLES, second) == "taken"


def test_order_of_an_order_is_kept_after_a_rest(world: World) -> None:
    world.webhook_client.answers[URL] = (AttemptOutcome.REFUSED, 503)
    announce(world, 1)
    list(world.deliver_queued())
    events = [announce(world, version) for version in range(2, 12)]
    assert set(world.deliver_queued()) == {"endpoint rests"}
    del world.webhook_client.answers[URL]
    world.webhook_client.posted.clear()
    for _ in range(120):
        world.clock.forward(seconds=1)
        clock_runs(world)
        list(world.deliver_queued())
    sent = [one.event for one in world.webhook_client.posted]
    assert [one for one in sent if one in events] == events


def test_deliveries_that_begin_at_once_take_different_permits(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    announce(world, 1)
    assert list(world.deliver_queued()) == ["taken"]
    announce(world, 2)
    begins_unseen(world, OTHER_EVENT, monkeypatch)
    assert list(world.deliver_queued()) == ["taken"]
    assert len(world.webhook_client.posted) == 2


@pytest.mark.parametrize("version", [1, 2])
def test_deliveries_of_an_order_that_begin_at_once_are_still_one_at_a_time(
    world: World, monkeypatch: pytest.MonkeyPatch, version: int
) -> None:
    """The other is the same event, queued twice, or an earlier one that has failed before."""
    announce(world, 1)
    assert list(world.deliver_queued()) == ["taken"]
    announce(world, 2)
    begins_unseen(world, event_id(ORDER, version, Event.HELD), monkeypatch)
    assert list(world.deliver_queued()) == ["waits for its turn"]
    assert len(world.webhook_client.posted) == 1


def begins_unseen(world: World, event: EventId, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another function begins a delivery, after the next one has read which permits are free."""
    read, seen = world.webhooks.endpoint, iter([endpoint(world)])
    taken = endpoint(world).free_permits(event_id(ORDER, 9, Event.HELD), world.clock.now)[0]
    assert world.webhooks.take_permit(NOODLES, replace(taken, event=event), world.clock.now)
    monkeypatch.setattr(world.webhooks, "endpoint", lambda who: next(seen, None) or read(who))


def test_waiting_delivery_has_one_message_however_long_it_waits(world: World) -> None:
    """The clock queues it again where its message may be lost, and no message beside that one."""
    event = announce(world)
    began, runs_next = world.clock.now, world.clock.now
    messages, calls = [began], 0
    world.effect_queues.events.clear()
    while world.clock.now < began + timedelta(hours=2):
        world.clock.now = min([runs_next, *messages])
        busy = Permit(0, OTHER_EVENT, world.clock.now + timedelta(seconds=1))
        world.webhooks.release_permit(NOODLES, busy)
        world.webhooks.take_permit(NOODLES, busy, world.clock.now)
        if world.clock.now in messages:
            messages.remove(world.clock.now)
            assert world.deliver(NOODLES, event) == "waits for its turn"
            calls += 1
        else:
            clock_runs(world)
            runs_next += timedelta(minutes=1)
        messages += [world.clock.now + delay for _, _, delay in world.effect_queues.events]
        world.effect_queues.events.clear()
        assert len(messages) <= 1
    assert 100 < calls < 300


def test_success_beside_another_change_of_the_endpoint_is_still_one(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = announce(world)

    def lost(old: object, new: object) -> None:
        raise WebhookChanged

    monkeypatch.setattr(world.webhooks, "save_endpoint", lost)
    assert list(world.deliver_queued()) == ["taken"]
    assert known(world, event).state is DeliveryState.DELIVERED


def test_failure_beside_another_change_of_the_endpoint_counts(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    announce(world)
    world.webhook_client.answers[URL] = (AttemptOutcome.REFUSED, 500)
    save, others = world.webhooks.save_endpoint, iter([OTHER_URL, URL])

    def late(old: Endpoint | None, new: Endpoint) -> None:
        if (other := next(others, None)) and old is not None:
            save(old, old.set(other, world.clock.now))
        save(old, new)

    monkeypatch.setattr(world.webhooks, "save_endpoint", late)
    announce(world)
    assert next(world.deliver_queued()) == "refused"
    assert endpoint(world).failures == 0, "the address was another's"


def test_fault_28_one_merchants_trouble_is_nobody_elses(world: World) -> None:
    world.listens(OTHER, OTHER_URL)
    world.webhook_client.answers[URL] = (AttemptOutcome.TIMED_OUT, None)
    for version in (1, 2, 3):
        announce(world, version)
    announce(world, 1, OTHER)
    assert list(world.deliver_queued())[-1] == "taken"


def test_merchant_who_moved_meanwhile_is_not_blamed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    announce(world)
    world.webhook_client.answers[URL] = (AttemptOutcome.GONE, 410)
    post = world.webhook_client.post

    def moves(*call: object) -> object:
        world.set_webhook(NOODLES, OTHER_URL)
        return post(*call)  # type: ignore[arg-type]

    monkeypatch.setattr(world.webhook_client, "post", moves)
    list(world.deliver_queued())
    assert endpoint(world).url == OTHER_URL
    assert not endpoint(world).is_disabled
    assert endpoint(world).free_permits(OTHER_EVENT, world.clock.now)


def test_merchant_who_left_meanwhile_is_gone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    announce(world)
    post = world.webhook_client.post

    def leaves(*call: object) -> object:
        world.set_webhook(NOODLES, None)
        return post(*call)  # type: ignore[arg-type]

    monkeypatch.setattr(world.webhook_client, "post", leaves)
    assert list(world.deliver_queued()) == ["taken"]
    assert world.webhooks.endpoint(NOODLES) is None


def test_event_of_a_merchant_who_left_is_given_up(world: World) -> None:
    event = announce(world)
    world.set_webhook(NOODLES, None)
    assert list(world.deliver_queued()) == ["no endpoint"]
    assert known(world, event).state is DeliveryState.FAILED


def test_message_that_comes_too_early_is_left_to_the_clock(world: World) -> None:
    event = announce(world)
    world.webhook_client.answers[URL] = (AttemptOutcome.REFUSED, 503)
    list(world.deliver_queued())
    assert world.deliver(NOODLES, event) == "not yet"


def test_two_clocks_queue_it_once(world: World) -> None:
    announce(world)
    world.effect_queues.events.clear()
    world.clock.forward(minutes=5)
    due = list(world.requeue.due())
    assert [world.requeue.requeue(one) for one in due + due] == [1, 0]
    assert len(world.effect_queues.events) == 1


# ── set by the merchant ──────────────────────────────────────────────────────────────────────────


def test_first_endpoint_has_a_secret(world: World) -> None:
    assert [one.salt for one in endpoint(world).secrets] == ["salt-1"]


def test_endpoint_with_a_bad_address_is_refused_and_nothing_changes(world: World) -> None:
    before = endpoint(world)
    with pytest.raises(InvalidWebhook):
        world.set_webhook(NOODLES, "https://169.254.169.254/")
    assert endpoint(world) == before


def test_change_that_meets_another_is_made_on_what_is_there(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    save, read = world.webhooks.save_endpoint, world.webhooks.endpoint
    seen = iter([read(NOODLES)])
    world.set_webhook(NOODLES, URL, new_secret=True)
    monkeypatch.setattr(world.webhooks, "endpoint", lambda who: next(seen, None) or read(who))
    monkeypatch.setattr(world.webhooks, "save_endpoint", save)
    world.set_webhook(NOODLES, OTHER_URL)
    assert endpoint(world).url == OTHER_URL
    assert [one.salt for one in endpoint(world).secrets] == ["salt-2", "salt-1"]


def test_removed_twice_is_removed(world: World) -> None:
    assert world.set_webhook(NOODLES, None) is None
    assert world.set_webhook(NOODLES, None) is None


def test_test_event_goes_the_way_of_all_events(world: World) -> None:
    sent = world.try_webhook(NOODLES)
    assert list(world.deliver_queued()) == ["taken"]
    assert json.loads(world.webhook_client.posted[0].body)["type"] == "webhook.test"
    assert known(world, sent.id).state is DeliveryState.DELIVERED


def test_no_test_without_an_endpoint_that_is_on(world: World) -> None:
    with pytest.raises(NoWebhook):
        world.try_webhook(OTHER)
    announce(world)
    world.webhook_client.answers[URL] = (AttemptOutcome.GONE, 410)
    list(world.deliver_queued())
    with pytest.raises(NoWebhook):
        world.try_webhook(NOODLES)
