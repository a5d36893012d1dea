"""The contract of webhooks: FakeWebhooks and DynamoDB, and the queue of events."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ReadTimeoutError
from tests.contracts.conftest import Disturbed, client
from tests.fakes.mall import NOODLES, NOON, merchants
from tests.fakes.texts import FakeEffectQueues
from tests.fakes.webhooks import FakeWebhooks

from baylock.adapters.dynamodb.client import milliseconds
from baylock.adapters.dynamodb.webhooks import DynamoDBWebhooks
from baylock.adapters.sqs.effects import SqsEffectQueues
from baylock.domain.booking.booking import OrderId
from baylock.domain.errors import WebhookChanged
from baylock.domain.orders.effects import WebhookEffect
from baylock.domain.venue.mall import MallRef, MerchantId, MerchantRef
from baylock.domain.webhooks.event import Event, EventId
from baylock.domain.webhooks.tries import Counted, Tries
from baylock.domain.webhooks.webhook import (
    HANDED_OUT_FOR,
    Attempt,
    AttemptOutcome,
    Delivery,
    DeliveryState,
    Permit,
    Salt,
    new_delivery,
    new_endpoint,
)
from baylock.ports.webhooks import Webhooks

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

URL = "https://noodles.example.com/hook"
OTHER = MerchantId(NOODLES.mall, merchants()[1].ref)
FIRST = new_endpoint(NOODLES, URL, Salt("one"), NOON)
LOST = ReadTimeoutError(endpoint_url="https://aws")


@pytest.fixture(params=["fake", "dynamodb"])
def webhooks(request: pytest.FixtureRequest) -> Webhooks:
    if request.param == "fake":
        return FakeWebhooks()
    return DynamoDBWebhooks(request.getfixturevalue("tables_made"), "webhooks")


def delivery(name: str = "evt_1", minutes: int = 0, merchant: MerchantId = NOODLES) -> Delivery:
    at = NOON + timedelta(minutes=minutes)
    return new_delivery(merchant, EventId(name), Event.HELD, '{"type":"order.held"}', at)


# ── endpoints ────────────────────────────────────────────────────────────────────────────────────


def test_there_is_no_endpoint_at_first(webhooks: Webhooks) -> None:
    assert webhooks.endpoint(NOODLES) is None
    assert list(webhooks.endpoints()) == []


def test_endpoint_is_read_as_it_was_saved(webhooks: Webhooks) -> None:
    webhooks.save_endpoint(None, FIRST)
    assert webhooks.endpoint(NOODLES) == FIRST
    attempt = Attempt(NOON, EventId("evt_1"), AttemptOutcome.REFUSED, 500)
    failed = FIRST.set(URL, NOON, Salt("two")).answered(attempt, NOON)
    gone = failed.answered(replace(attempt, outcome=AttemptOutcome.GONE, status=410), NOON)
    full = replace(gone, concurrency=8)
    webhooks.save_endpoint(FIRST, full)
    assert webhooks.endpoint(NOODLES) == full
    assert list(webhooks.endpoints()) == [full]


def test_endpoint_that_changed_meanwhile_is_not_overwritten(webhooks: Webhooks) -> None:
    webhooks.save_endpoint(None, FIRST)
    second = FIRST.set("https://noodles.example.com/other", NOON)
    webhooks.save_endpoint(FIRST, second)
    with pytest.raises(WebhookChanged):
        webhooks.save_endpoint(FIRST, replace(FIRST, concurrency=2, version=2))
    with pytest.raises(WebhookChanged):
        webhooks.save_endpoint(None, FIRST)
    with pytest.raises(WebhookChanged):
        webhooks.remove_endpoint(FIRST)
    assert webhooks.endpoint(NOODLES) == second


@pytest.mark.threat(11)
def test_delivery_to_an_endpoint_that_was_removed_does_not_bring_it_back(
    webhooks: Webhooks,
) -> None:
    """Whoever had the key, and a slow address, would get the events again."""
    webhooks.save_endpoint(None, FIRST)
    webhooks.remove_endpoint(FIRST)
    own = new_endpoint(NOODLES, "https://own.example.com", Salt("own"), NOON + timedelta(seconds=2))
    webhooks.save_endpoint(None, own)
    attempt = Attempt(NOON, EventId("evt_1"), AttemptOutcome.TIMED_OUT)
    for late in (FIRST.answered(attempt, NOON), FIRST.proven()):
        with pytest.raises(WebhookChanged):
            webhooks.save_endpoint(FIRST, late)
    with pytest.raises(WebhookChanged):
        webhooks.remove_endpoint(FIRST)
    assert webhooks.endpoint(NOODLES) == own


@pytest.mark.threat(11)
def test_endpoint_is_pending_until_it_has_proven_itself(webhooks: Webhooks) -> None:
    assert FIRST.pending
    webhooks.save_endpoint(None, FIRST)
    webhooks.save_endpoint(FIRST, FIRST.proven())
    assert webhooks.endpoint(NOODLES) == FIRST.proven()


@pytest.mark.threat(11)
def test_endpoint_of_an_earlier_version_is_proven(tables_made: DynamoDBClient) -> None:
    webhooks = DynamoDBWebhooks(tables_made, "webhooks")
    webhooks.save_endpoint(None, FIRST)
    key = {"pk": {"S": f"{NOODLES.mall}/{NOODLES.merchant}"}, "sk": {"S": "endpoint"}}
    item = tables_made.get_item(TableName="webhooks", Key=key)["Item"]
    del item["pending"]
    tables_made.put_item(TableName="webhooks", Item=item)
    known = webhooks.endpoint(NOODLES)
    assert known is not None
    assert not known.pending


@pytest.mark.threat(11)
def test_tries_are_counted_by_one_at_a_time(webhooks: Webhooks) -> None:
    what = Counted("host shop.example.com", 3)
    assert webhooks.tries(what) is None
    assert webhooks.count_tries(what, None, Tries(7, 1))
    assert not webhooks.count_tries(what, None, Tries(7, 1))
    assert not webhooks.count_tries(what, Tries(7, 2), Tries(7, 3))
    assert webhooks.count_tries(what, Tries(7, 1), Tries(7, 2))
    assert webhooks.tries(what) == Tries(7, 2)
    assert webhooks.tries(Counted("merchant shop.example.com", 3)) is None
    assert list(webhooks.endpoints()) == []


PERMIT = Permit(3, EventId("evt_1"), NOON + timedelta(seconds=30))


def test_permit_is_taken_by_one(webhooks: Webhooks) -> None:
    webhooks.save_endpoint(None, FIRST)
    assert webhooks.take_permit(NOODLES, PERMIT, NOON)
    assert not webhooks.take_permit(NOODLES, replace(PERMIT, event=EventId("evt_2")), NOON)
    assert webhooks.take_permit(NOODLES, replace(PERMIT, number=0), NOON)
    assert webhooks.endpoint(NOODLES) == replace(FIRST, permits=(replace(PERMIT, number=0), PERMIT))
    assert list(webhooks.endpoints()) == [webhooks.endpoint(NOODLES)]


def test_released_permit_shows_its_attempt_and_is_free(webhooks: Webhooks) -> None:
    webhooks.save_endpoint(None, FIRST)
    webhooks.take_permit(NOODLES, PERMIT, NOON)
    attempt = Attempt(NOON, PERMIT.event, AttemptOutcome.REFUSED, 500)
    webhooks.release_permit(NOODLES, PERMIT.released(attempt))
    known = webhooks.endpoint(NOODLES)
    assert known
    assert known.last == attempt
    assert webhooks.take_permit(NOODLES, replace(PERMIT, event=EventId("evt_2")), NOON)


def test_permit_of_a_crashed_delivery_is_another_s_after_a_while(webhooks: Webhooks) -> None:
    webhooks.save_endpoint(None, FIRST)
    webhooks.take_permit(NOODLES, PERMIT, NOON)
    later = replace(PERMIT, event=EventId("evt_2"), until=PERMIT.until + timedelta(seconds=30))
    assert webhooks.take_permit(NOODLES, later, PERMIT.until)
    webhooks.release_permit(NOODLES, PERMIT)
    assert webhooks.endpoint(NOODLES) == replace(FIRST, permits=(later,))


def test_removed_endpoint_has_no_permits_when_it_is_set_again(webhooks: Webhooks) -> None:
    webhooks.save_endpoint(None, FIRST)
    webhooks.take_permit(NOODLES, PERMIT, NOON)
    webhooks.remove_endpoint(FIRST)
    webhooks.release_permit(NOODLES, PERMIT)
    webhooks.save_endpoint(None, FIRST)
    assert webhooks.endpoint(NOODLES) == FIRST


def test_last_attempt_of_an_earlier_version_is_shown(tables_made: DynamoDBClient) -> None:
    """It was in the endpoint's item. One that is disabled gets no other."""
    webhooks = DynamoDBWebhooks(tables_made, "webhooks")
    webhooks.save_endpoint(None, FIRST)
    at, event = milliseconds(NOON), "evt_o_1_order-held"
    last = {"at": at, "event": event, "outcome": "gone", "status": 410}
    (item,) = tables_made.scan(TableName="webhooks")["Items"]
    tables_made.put_item(TableName="webhooks", Item=item | {"last": {"S": json.dumps(last)}})
    known = webhooks.endpoint(NOODLES)
    assert known
    assert known.last == Attempt(NOON, EventId("evt_o_1_order-held"), AttemptOutcome.GONE, 410)
    (permit,) = known.free_permits(PERMIT.event, NOON)
    assert webhooks.take_permit(NOODLES, permit, NOON)
    webhooks.save_endpoint(known, replace(known, concurrency=2, version=2))
    after = webhooks.endpoint(NOODLES)
    assert after
    assert after.last == known.last


def test_removed_endpoint_leaves_its_events(webhooks: Webhooks) -> None:
    webhooks.save_endpoint(None, FIRST)
    webhooks.add_delivery(delivery())
    for _ in range(2):
        webhooks.remove_endpoint(FIRST)
    assert webhooks.endpoint(NOODLES) is None
    assert webhooks.delivery(NOODLES, EventId("evt_1")) == delivery()


def test_merchants_are_kept_apart_whatever_their_refs_contain(webhooks: Webhooks) -> None:
    one = MerchantId(MallRef("a/b"), MerchantRef("c"))
    two = MerchantId(MallRef("a"), MerchantRef("b/c"))
    webhooks.save_endpoint(None, replace(FIRST, merchant=one))
    assert webhooks.endpoint(two) is None


# ── events ───────────────────────────────────────────────────────────────────────────────────────


def test_delivery_is_read_as_it_was_saved(webhooks: Webhooks) -> None:
    webhooks.add_delivery(delivery())
    assert webhooks.delivery(NOODLES, EventId("evt_1")) == delivery()
    attempt = Attempt(NOON, EventId("evt_1"), AttemptOutcome.TIMED_OUT)
    failed = delivery().answered(attempt, NOON, 0.25)
    webhooks.save_delivery(failed)
    assert webhooks.delivery(NOODLES, EventId("evt_1")) == failed
    done = failed.answered(replace(attempt, outcome=AttemptOutcome.TAKEN, status=204), NOON, 0)
    webhooks.save_delivery(done)
    assert webhooks.delivery(NOODLES, EventId("evt_1")) == done


def test_added_event_is_not_overwritten(webhooks: Webhooks) -> None:
    webhooks.add_delivery(delivery())
    webhooks.add_delivery(replace(delivery(minutes=5), body="another"))
    assert webhooks.delivery(NOODLES, EventId("evt_1")) == delivery()


def test_events_of_another_merchant_are_not_found(webhooks: Webhooks) -> None:
    webhooks.add_delivery(delivery())
    assert webhooks.delivery(OTHER, EventId("evt_1")) is None
    assert list(webhooks.deliveries(OTHER)) == []


@pytest.mark.parametrize("version", [2, 10])
def test_earlier_events_are_those_of_the_same_order(webhooks: Webhooks, version: int) -> None:
    names = ["evt_o_1_order-held", "evt_o_2_order-moved", "evt_o_9_order-held", "evt_o1_1_x"]
    for name in [*names, "evt_o_10_order-moved", "evt_o_11_order-held"]:
        webhooks.add_delivery(delivery(name))
    webhooks.add_delivery(delivery("evt_o_1_order-reserved", merchant=OTHER))
    of = delivery(f"evt_o_{version}_order-moved")
    expected = {2: names[:1], 10: names[:3]}[version]
    assert sorted(one.id for one in webhooks.earlier(of)) == expected


def test_test_event_has_no_earlier_events(webhooks: Webhooks) -> None:
    webhooks.add_delivery(delivery("evt_5kabcdefghij_webhook-test"))
    assert list(webhooks.earlier(delivery("evt_5kabcdefghij_webhook-test"))) == []


def test_events_are_listed_newest_first(webhooks: Webhooks) -> None:
    webhooks.save_endpoint(None, FIRST)
    for name, minutes in (("evt_b", 1), ("evt_a", 0), ("evt_c", 2)):
        webhooks.add_delivery(delivery(name, minutes))
    assert [one.id for one in webhooks.deliveries(NOODLES)] == ["evt_c", "evt_b", "evt_a"]


def test_due_deliveries_come_most_overdue_first(webhooks: Webhooks) -> None:
    for minutes in range(12):
        webhooks.add_delivery(delivery(f"evt_{minutes}", minutes))
    webhooks.save_delivery(replace(delivery("evt_0"), state=DeliveryState.DELIVERED, due_at=None))
    due = [one.id for one in webhooks.due_deliveries(NOON + HANDED_OUT_FOR)]
    assert due == []
    later = NOON + HANDED_OUT_FOR + timedelta(minutes=5)
    assert [one.id for one in webhooks.due_deliveries(later)] == [f"evt_{n}" for n in range(1, 6)]


def test_due_delivery_is_requeued_once(webhooks: Webhooks) -> None:
    webhooks.add_delivery(delivery())
    later = NOON + HANDED_OUT_FOR
    (due,) = webhooks.due_deliveries(later)
    assert webhooks.requeue(due, later)
    assert not webhooks.requeue(due, later)
    assert list(webhooks.due_deliveries(later)) == []
    assert [one.id for one in webhooks.due_deliveries(later + HANDED_OUT_FOR)] == ["evt_1"]
    handed = webhooks.delivery(NOODLES, EventId("evt_1"))
    assert handed == delivery().handed_out(later)


def test_finished_delivery_is_not_requeued(webhooks: Webhooks) -> None:
    webhooks.add_delivery(delivery())
    webhooks.save_delivery(delivery().given_up())
    assert not webhooks.requeue(delivery(), NOON)


def test_lost_response_is_not_a_change_by_another(tables_made: object) -> None:
    dynamodb = client("dynamodb")
    disturbed = Disturbed(dynamodb, "put_item", LOST, late=True)
    DynamoDBWebhooks(disturbed, "webhooks").save_endpoint(None, FIRST)  # type: ignore[arg-type]
    assert disturbed.calls == 2
    assert DynamoDBWebhooks(dynamodb, "webhooks").endpoint(NOODLES) == FIRST


def test_events_expire_after_a_month(tables_made: object) -> None:
    DynamoDBWebhooks(client("dynamodb"), "webhooks").add_delivery(delivery())
    (item,) = client("dynamodb").scan(TableName="webhooks")["Items"]
    assert int(item["expires"]["N"]) == int((NOON + timedelta(days=30)).timestamp())


def test_no_secret_is_stored(tables_made: object) -> None:
    DynamoDBWebhooks(client("dynamodb"), "webhooks").save_endpoint(None, FIRST)
    assert "whsec" not in json.dumps(client("dynamodb").scan(TableName="webhooks")["Items"])


# ── the queue ────────────────────────────────────────────────────────────────────────────────────


def test_message_of_an_event_has_merchant_and_event_only(aws: None) -> None:
    sqs = client("sqs")
    url = sqs.create_queue(QueueName="webhooks")["QueueUrl"]
    effect_queues, fake = SqsEffectQueues(sqs, "", "", url), FakeEffectQueues()
    effect = WebhookEffect(OrderId("ord_5kabcdefghij"), 3, Event.NO_SHOW, NOODLES)
    for one in (effect_queues, fake):
        one.put([effect])
        one.put_event(OTHER, EventId("evt_1"), timedelta(seconds=0.4))
    received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    bodies = [json.loads(message["Body"]) for message in received]
    name = "evt_5kabcdefghij_3_order-no_show"
    assert bodies == [
        {"event": name, "mall": NOODLES.mall, "merchant": NOODLES.merchant},
        {"event": "evt_1", "mall": OTHER.mall, "merchant": OTHER.merchant},
    ]
    assert [(who, event) for who, event, _ in fake.events] == [(NOODLES, name), (OTHER, "evt_1")]


def test_event_is_delayed_as_requested_up_to_15_minutes(aws: None) -> None:
    sent: list[dict[str, object]] = []

    class Watching:
        def send_message(self, **request: object) -> None:
            sent.append(request)

    effect_queues = SqsEffectQueues(Watching(), "", "", "https://queue/webhooks")  # type: ignore[arg-type]
    for who, delay in ((NOODLES, timedelta(seconds=7)), (NOODLES, timedelta(hours=1)),
                       (OTHER, timedelta(0))):  # fmt: skip
        effect_queues.put_event(who, EventId("evt_1"), delay)
    assert [one["DelaySeconds"] for one in sent] == [7, 900, 0]
    groups = [one["MessageGroupId"] for one in sent]
    assert groups[0] == groups[1] != groups[2], "each merchant is a message group"


def test_disabled_endpoint_notifies_its_merchant_through_the_queue_of_texts(aws: None) -> None:
    sqs = client("sqs")
    url = sqs.create_queue(QueueName="texts")["QueueUrl"]
    SqsEffectQueues(sqs, "", url).put_webhook_notice(NOODLES)
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    who = {"mall": NOODLES.mall, "merchant": NOODLES.merchant}
    assert json.loads(message["Body"]) == {"webhook_disabled": who}
