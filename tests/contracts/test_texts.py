"""The contracts of texting: message log, links, signatures, SMS gateway and effect queues."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.sns.models import sns_backends
from tests.contracts.conftest import Disturbed, client
from tests.fakes.example_orders import BOOKING, reserved
from tests.fakes.keys import id_for
from tests.fakes.mall import CINEMA, DRIVER, NOODLES, NOODLES_PHONE, NOON, Watch, thing
from tests.fakes.texts import (
    FakeEffectQueues,
    FakeLinks,
    FakeMessageLog,
    FakeSignatures,
    FakeSmsGateway,
)

from baylock.adapters.dynamodb import signatures as adapter
from baylock.adapters.dynamodb.client import accepted
from baylock.adapters.dynamodb.links import DynamoDBLinks
from baylock.adapters.dynamodb.messages import MAX_ORDERS, DynamoDBMessageLog
from baylock.adapters.dynamodb.phone_keys import PhoneKeys
from baylock.adapters.dynamodb.signatures import DynamoDBSignatures
from baylock.adapters.sns import SnsSmsGateway
from baylock.adapters.sqs.effects import SqsEffectQueues
from baylock.domain.access.key_ring import ring_of
from baylock.domain.booking.booking import OrderId, Reference
from baylock.domain.errors import Busy, NotReached
from baylock.domain.orders.effects import Effect, LockEffect, NoticeEffect
from baylock.domain.orders.notice import Notice
from baylock.domain.orders.order import Order
from baylock.domain.texting.allowance import Charge, Quota, Spending, TextsIn
from baylock.domain.texting.kept_text import KeptText
from baylock.domain.texting.reply import Reply
from baylock.domain.texting.signature import MAX_WRONG_PINS, Pin, TextKey
from baylock.ports.driver import Links
from baylock.ports.queues import EffectQueues
from baylock.ports.texting import MessageLog, Signatures, SmsGateway

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

RING = ring_of(b"a key that is only for tests")
PHONES = PhoneKeys(lambda: RING, lambda: False)
LOST = ReadTimeoutError(endpoint_url="https://aws")


@pytest.fixture
def clock() -> Watch:
    return Watch()


@pytest.fixture(params=["fake", "dynamodb"])
def message_log(request: pytest.FixtureRequest, clock: Watch) -> MessageLog:
    if request.param == "fake":
        return FakeMessageLog(clock)
    return DynamoDBMessageLog(request.getfixturevalue("tables_made"), "texts", clock, PHONES)


def order(number: int = 0) -> Order:
    booking = replace(BOOKING, reference=Reference(f"TBL-{number}"))
    return replace(reserved(), id=id_for(booking), booking=booking)


@pytest.fixture(params=["fake", "dynamodb"])
def links(request: pytest.FixtureRequest) -> Links:
    if request.param == "fake":
        return FakeLinks()
    return DynamoDBLinks(request.getfixturevalue("tables_made"), "texts")


# ── links ────────────────────────────────────────────────────────────────────────────────────────


def test_link_leads_to_its_own_order(links: Links) -> None:
    links.note("ab" * 32, order(1))
    links.note("ab" * 32, order(1))
    links.note("cd" * 32, order(2))
    assert links.order("ab" * 32) == order(1).id
    assert links.order("cd" * 32) == order(2).id
    assert links.order("ef" * 32) is None


def test_link_expires_a_day_after_the_latest_end(tables_made: DynamoDBClient) -> None:
    DynamoDBLinks(tables_made, "texts").note("ab" * 32, order())
    (item,) = tables_made.scan(TableName="texts")["Items"]
    forgotten = order().claim.window.start + timedelta(days=2)
    assert int(item["expires"]["N"]) == forgotten.timestamp()


# ── texts to a number ────────────────────────────────────────────────────────────────────────────


def test_orders_of_a_number_are_listed_newest_first(message_log: MessageLog, clock: Watch) -> None:
    assert list(message_log.orders_texted_to(DRIVER)) == []
    for number in (1, 2, 3, 1):
        message_log.note_order(DRIVER, order(number))
        clock.forward(seconds=1)
    listed = list(message_log.orders_texted_to(DRIVER))
    assert listed == [order(1).id, order(3).id, order(2).id]
    assert list(message_log.orders_texted_to(NOODLES_PHONE)) == []


def test_only_the_newest_orders_are_kept(message_log: MessageLog, clock: Watch) -> None:
    for number in range(MAX_ORDERS + 5):
        message_log.note_order(DRIVER, order(number))
        clock.forward(seconds=1)
    listed = message_log.orders_texted_to(DRIVER)
    assert len(listed) == MAX_ORDERS
    assert listed[0] == order(MAX_ORDERS + 4).id


def test_number_that_is_a_prefix_of_another_has_no_orders(message_log: MessageLog) -> None:
    message_log.note_order(DRIVER, order())
    assert list(message_log.orders_texted_to(DRIVER[:-1])) == []


def test_texts_are_counted_by_day(message_log: MessageLog, clock: Watch) -> None:
    assert [message_log.count("account", "out") for _ in range(3)] == [1, 2, 3]
    assert message_log.count("account", "in") == 1
    assert message_log.count(f"number#{DRIVER}", "out") == 1
    clock.forward(days=1)
    assert message_log.count("account", "out") == 1


def charge(name: str, amount: int, limit: int = 10) -> Charge:
    return Charge(name, amount, limit, Quota.MALL)


def test_charges_are_added_together_or_not_at_all(message_log: MessageLog, clock: Watch) -> None:
    both = [charge("all", 4), charge("some:f0", 4, 9)]
    assert message_log.spend("mall#harbour", both) == Spending(None, {"all": 4, "some:f0": 4})
    assert message_log.spend("mall#harbour", both) == Spending(None, {"all": 8, "some:f0": 8})
    assert message_log.spend("mall#harbour", both).refused == both[0]
    assert message_log.spend("mall#harbour", [charge("all", 2), both[1]]).refused == both[1]
    assert message_log.spend("mall#harbour", [charge("all", 2)]).totals == {"all": 10}
    assert message_log.spend("mall#other", both).refused is None
    assert message_log.refund("mall#harbour", both) == {"all": 6, "some:f0": 4}
    assert message_log.spend("mall#harbour", both).refused is None
    clock.forward(days=1)
    assert message_log.spend("mall#harbour", both).totals == {"all": 4, "some:f0": 4}


def test_item_that_is_full_refuses_more_numbers_and_fails_for_none(
    tables_made: DynamoDBClient, clock: Watch
) -> None:
    message_log = DynamoDBMessageLog(tables_made, "texts", clock, PHONES)
    known = [charge("n0123", 1), charge("h20", 1)]
    message_log.spend("range#+142555", known)
    key = {"pk": {"S": PHONES.newest("range#+142555")}, "sk": {"S": f"day#{clock.now:%Y-%m-%d}"}}
    tables_made.update_item(
        TableName="texts",
        Key=key,
        UpdateExpression="SET filler = :much",
        ExpressionAttributeValues={":much": {"S": "x" * 404_000}},
    )
    new = [charge("n0124:" + "f" * 6_000, 1), charge("h20", 1)]
    assert message_log.spend("range#+142555", new).refused == new[-1]


HINTS = {timedelta(hours=1): 3, timedelta(days=1): 5}


@pytest.mark.parametrize("minutes", [0, 30, 59, 60 * 9 + 45])
def test_no_hour_and_no_day_has_more_than_its_hints(
    message_log: MessageLog, clock: Watch, minutes: int
) -> None:
    """Whenever it begins: across the ends of hours, and of days in UTC and elsewhere."""
    clock.forward(minutes=minutes)
    noted: list[datetime] = []
    for _ in range(60):
        if message_log.note_hint(DRIVER, HINTS):
            noted.append(clock.now)
        clock.forward(minutes=37)
    for period, most in HINTS.items():
        for at in noted:
            assert sum(at <= one < at + period for one in noted) <= most
    assert len(noted) >= 2 * HINTS[timedelta(days=1)] - 2
    assert message_log.note_hint(NOODLES_PHONE, HINTS)


def test_hints_of_one_moment_are_counted_each(message_log: MessageLog) -> None:
    assert [message_log.note_hint(DRIVER, HINTS) for _ in range(5)] == [True] * 3 + [False] * 2


def test_kept_texts_are_read_oldest_first(message_log: MessageLog, clock: Watch) -> None:
    about, other = order(1).id, order(2).id
    assert list(message_log.kept(about)) == []
    first = KeptText(NOON, DRIVER, "driver_where", "en", {"space": "B2-017"}, NOON)
    message_log.keep(about, "b", first)
    clock.forward(seconds=1)
    second = KeptText(clock.now, NOODLES_PHONE, "merchant_full", "zh", {"needs": "钥匙"})
    message_log.keep(about, "a", second)
    message_log.keep(about, "b", replace(first, language="zh"))
    message_log.keep(other, "b", first)
    assert list(message_log.kept(about)) == [first, second]


def test_number_can_opt_out_and_in(message_log: MessageLog) -> None:
    message_log.note_order(DRIVER, order())
    assert not message_log.opted_out(DRIVER)
    for _ in range(2):
        message_log.set_opted_out(DRIVER, True)
        assert message_log.opted_out(DRIVER)
    assert list(message_log.orders_texted_to(DRIVER)) == [order().id]
    for _ in range(2):
        message_log.set_opted_out(DRIVER, False)
        assert not message_log.opted_out(DRIVER)


# ── replies ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "reply",
    [
        Reply(DRIVER, None),
        Reply(DRIVER, "driver_help", "zh"),
        Reply(NOODLES_PHONE, "merchant_booked", "en", OrderId("ord_5kabcdefghij")),
        Reply(NOODLES_PHONE, "merchant_help", merchant=NOODLES),
        Reply(NOODLES_PHONE, "merchant_full", facts={"time": "周五 18:30 🚗", "empty": ""}),
    ],
)
def test_reply_is_read_as_it_was_recorded(message_log: MessageLog, reply: Reply) -> None:
    assert message_log.reply("in-1") is None
    assert message_log.record_reply("in-1", reply) == reply
    assert message_log.reply("in-1") == reply


def test_first_reply_wins(message_log: MessageLog) -> None:
    first, second = Reply(DRIVER, "driver_help"), Reply(DRIVER, "driver_where")
    message_log.record_reply("in-1", first)
    assert message_log.record_reply("in-1", second) == first
    assert message_log.reply("in-1") == first
    assert message_log.record_reply("in-2", second) == second


# ── sending once ─────────────────────────────────────────────────────────────────────────────────


def test_sending_begins_once(message_log: MessageLog) -> None:
    assert message_log.begin_sending("a")
    assert not message_log.begin_sending("a")
    assert message_log.begin_sending("b")


def test_sent_text_is_never_sent_again(message_log: MessageLog, clock: Watch) -> None:
    message_log.begin_sending("a")
    message_log.sent("a", "sms-1")
    clock.forward(days=2)
    assert not message_log.begin_sending("a")


def test_unsent_text_may_be_sent_at_once(message_log: MessageLog) -> None:
    message_log.begin_sending("a")
    message_log.not_sent("a")
    assert message_log.begin_sending("a")


def test_abandoned_sending_may_begin_again_after_half_a_minute(
    message_log: MessageLog, clock: Watch
) -> None:
    message_log.begin_sending("a")
    clock.forward(seconds=30)
    assert not message_log.begin_sending("a")
    clock.forward(seconds=1)
    assert message_log.begin_sending("a")
    assert not message_log.begin_sending("a")


def test_sending_with_a_lost_response_has_begun(tables_made: DynamoDBClient, clock: Watch) -> None:
    """Otherwise the text would count as sent, and never be sent."""
    between = Disturbed(tables_made, "put_item", LOST, late=True)
    message_log = DynamoDBMessageLog(between, "texts", clock, PHONES)  # type: ignore[arg-type]
    assert message_log.begin_sending("a")
    assert not message_log.begin_sending("a")


def test_recording_with_a_lost_response_returns_the_reply(
    tables_made: DynamoDBClient, clock: Watch
) -> None:
    between = Disturbed(tables_made, "put_item", LOST, late=True)
    message_log = DynamoDBMessageLog(between, "texts", clock, PHONES)  # type: ignore[arg-type]
    reply = Reply(DRIVER, "driver_where", "en", OrderId("ord_5kabcdefghij"), {"a": "b"})
    assert message_log.record_reply("in-1", reply) == reply


def test_records_of_texts_expire_but_an_opt_out_does_not(
    tables_made: DynamoDBClient, clock: Watch
) -> None:
    message_log = DynamoDBMessageLog(tables_made, "texts", clock, PHONES)
    message_log.note_order(DRIVER, order())
    message_log.record_reply("in-1", Reply(DRIVER, "driver_help"))
    message_log.begin_sending("a")
    message_log.sent("a", "sms-1")
    message_log.set_opted_out(DRIVER, True)
    message_log.count(f"number#{DRIVER}", "out")
    items = tables_made.scan(TableName="texts")["Items"]
    assert len(items) == 5
    kept = [item["sk"]["S"] for item in items if "expires" not in item]
    assert kept == ["opted_out"]
    ends = sorted(int(item["expires"]["N"]) for item in items if "expires" in item)
    days = [round((end - NOON.timestamp()) / 86400) for end in ends]
    assert days == [2, 30, 30, 30]


# ── signatures ───────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(params=["fake", "dynamodb"])
def signatures(request: pytest.FixtureRequest) -> Signatures:
    if request.param == "fake":
        return FakeSignatures()
    return DynamoDBSignatures(request.getfixturevalue("tables_made"), "texts")


def test_text_key_has_a_default_and_is_read_as_saved(signatures: Signatures) -> None:
    assert signatures.text_key(NOODLES) == TextKey()
    first = TextKey(generation=3, oldest=2, demanded=True)
    for key in (first, first.renew(NOON), first.renew(NOON).renew(NOON + timedelta(days=1))):
        signatures.save_text_key(NOODLES, key)
        assert signatures.text_key(NOODLES) == key
    assert signatures.text_key(CINEMA) == TextKey()


def test_signature_belongs_to_the_first_message(signatures: Signatures) -> None:
    assert signatures.used_by(NOODLES, "d1") is None
    signatures.use(NOODLES, "d1", "in-1")
    signatures.use(NOODLES, "d1", "in-2")
    assert signatures.used_by(NOODLES, "d1") == "in-1"
    assert signatures.used_by(NOODLES, "d2") is None
    assert signatures.used_by(CINEMA, "d1") is None


def test_used_signatures_do_not_expire(tables_made: DynamoDBClient) -> None:
    DynamoDBSignatures(tables_made, "texts").use(NOODLES, "d1", "in-1")
    (item,) = tables_made.scan(TableName="texts")["Items"]
    assert "expires" not in item


# ── SMS ──────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Carrier:
    """An SmsGateway, and the texts that it sent."""

    phones: SmsGateway
    received: Callable[[], list[tuple[str, str]]]


@pytest.fixture(params=["fake", "sns"])
def carrier(request: pytest.FixtureRequest) -> Carrier:
    if request.param == "fake":
        fake = FakeSmsGateway()
        return Carrier(fake, lambda: fake.sent)
    request.getfixturevalue("aws")
    backend = sns_backends[DEFAULT_ACCOUNT_ID]["us-east-1"]

    def received() -> list[tuple[str, str]]:
        return [(sent[0], sent[1]) for sent in backend.sms_messages.values()]

    return Carrier(SnsSmsGateway(client("sns"), "+14255550100"), received)


def test_text_is_sent(carrier: Carrier) -> None:
    first = carrier.phones.send(DRIVER, "B2-017, 18:15")
    second = carrier.phones.send(NOODLES_PHONE, "预约")
    assert first
    assert first != second
    assert carrier.received() == [(DRIVER, "B2-017, 18:15"), (NOODLES_PHONE, "预约")]


def refusal(code: str, message: str = "") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "Publish")


@pytest.mark.parametrize(
    ("error", "reason", "again"),
    [
        (
            refusal("InvalidParameter", f"Reason: {DRIVER} is not valid"),
            "refused",
            False,
        ),
        (refusal("ValidationException", "no"), "refused", False),
        (refusal("InvalidParameter", f"{DRIVER} is opted out"), "opted_out", False),
        (refusal("OptedOut"), "opted_out", False),
        (refusal("LimitExceeded", "No quota left for account"), "spend_limit", True),
        (refusal("MonthlySpendLimitReached", "Spend limit"), "spend_limit", True),
    ],
)
def test_fault_23_reason_of_a_refusal_is_known_and_names_nobody(
    aws: None, error: ClientError, reason: str, again: bool
) -> None:
    disturbed: Any = Disturbed(client("sns"), "publish", error)
    with pytest.raises(NotReached) as refused:
        SnsSmsGateway(disturbed, "+14255550100").send(DRIVER, "text")
    assert (refused.value.reason, refused.value.again) == (reason, again)
    assert refused.value.__suppress_context__
    assert DRIVER not in repr(refused.value)


@pytest.mark.parametrize(
    "error", [LOST, refusal("Throttled"), refusal("InternalError"), refusal("AuthorizationError")]
)
def test_fault_23_and_35_failure_is_busy_and_names_nobody(aws: None, error: Exception) -> None:
    disturbed: Any = Disturbed(client("sns"), "publish", error)
    with pytest.raises(Busy) as busy:
        SnsSmsGateway(disturbed, "+14255550100").send(DRIVER, "text")
    assert not isinstance(busy.value.__cause__, ClientError)
    assert busy.value.__suppress_context__


def test_text_is_sent_from_the_platforms_number(aws: None) -> None:
    requests: list[dict[str, Any]] = []

    class Watching:
        def publish(self, **request: Any) -> Any:
            requests.append(request)
            return {"MessageId": "sms-1"}

    watching: Any = Watching()
    assert SnsSmsGateway(watching, "+14255550100").send(DRIVER, "text") == "sms-1"
    attributes = requests[0]["MessageAttributes"]
    assert attributes["AWS.MM.SMS.OriginationNumber"]["StringValue"] == "+14255550100"
    assert attributes["AWS.SNS.SMS.MaxPrice"] == {"DataType": "Number", "StringValue": "0.50"}
    assert attributes["AWS.SNS.SMS.SMSType"]["StringValue"] == "Transactional"


# ── queues ───────────────────────────────────────────────────────────────────────────────────────

THING = thing("B2-017")
ORDER = OrderId("ord_5kabcdefghij")
ADJUST = LockEffect(ORDER, 2, THING)
NOTICE = NoticeEffect(ORDER, 2, Notice.DRIVER_MOVED)


@dataclass
class Queues:
    """An EffectQueues, and the messages in its two queues: for locks, for texts."""

    effect_queues: EffectQueues
    waiting: Callable[[], tuple[list[dict[str, Any]], list[dict[str, Any]]]]


@pytest.fixture(params=["fake", "sqs"])
def queues(request: pytest.FixtureRequest) -> Queues:
    if request.param == "fake":
        fake = FakeEffectQueues()

        def fake_messages() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
            locks: list[dict[str, Any]] = [{"lock": name} for name in fake.locks]
            texts: list[dict[str, Any]] = [{"answer_to": name} for name in fake.answers]
            texts += [{"alarm": name, "version": version} for name, version in fake.alarms]
            for effect in fake.effects:
                (locks if isinstance(effect, LockEffect) else texts).append(_body(effect))
            return locks, texts

        return Queues(fake, fake_messages)
    request.getfixturevalue("aws")
    sqs = client("sqs")
    urls = [sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("locks", "texts")]

    def received(url: str) -> list[dict[str, Any]]:
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(message["Body"]) for message in found]

    return Queues(SqsEffectQueues(sqs, *urls), lambda: (received(urls[0]), received(urls[1])))


def _body(effect: Effect) -> dict[str, Any]:
    if isinstance(effect, LockEffect):
        return {"lock": effect.thing, "order": effect.order, "version": effect.version}
    assert isinstance(effect, NoticeEffect)
    return {"order": effect.order, "version": effect.version, "notice": effect.notice.value}


def test_effects_go_to_their_queues(queues: Queues) -> None:
    queues.effect_queues.put([ADJUST, NOTICE])
    assert queues.waiting() == (
        [{"lock": THING, "order": ORDER, "version": 2}],
        [{"order": ORDER, "version": 2, "notice": "driver_moved"}],
    )


def test_no_effects_send_no_messages(queues: Queues) -> None:
    queues.effect_queues.put([])
    assert queues.waiting() == ([], [])


def test_replies_locks_and_alarms_go_to_their_queues(queues: Queues) -> None:
    queues.effect_queues.put_reply("in-1")
    queues.effect_queues.put_lock(THING)
    queues.effect_queues.put_alarm(THING, 7)
    assert queues.waiting() == (
        [{"lock": THING}],
        [{"answer_to": "in-1"}, {"alarm": THING, "version": 7}],
    )


def test_failing_queue_raises(aws: None) -> None:
    effect_queues = SqsEffectQueues(client("sqs"), "https://sqs/locks", "https://sqs/none")
    with pytest.raises(ClientError):
        effect_queues.put([NOTICE])


# ── what proves a sender ─────────────────────────────────────────────────────────────────────────


def test_texts_of_a_number_are_counted_by_hour_and_day(
    message_log: MessageLog, clock: Watch
) -> None:
    assert message_log.count_text_in(DRIVER, books=False) == TextsIn(1, 0, 0)
    assert message_log.count_text_in(DRIVER, books=True) == TextsIn(2, 1, 1)
    clock.forward(hours=1)
    assert message_log.count_text_in(DRIVER, books=True) == TextsIn(3, 1, 2)
    assert message_log.count_text_in(DRIVER, books=False) == TextsIn(4, 1, 2)
    assert message_log.count_text_in(NOODLES_PHONE, books=True) == TextsIn(1, 1, 1)
    clock.forward(days=1)
    assert message_log.count_text_in(DRIVER, books=True) == TextsIn(1, 1, 1)


def test_pin_is_read_as_it_was_written_and_wrong_ones_are_counted(signatures: Signatures) -> None:
    pin = Pin.of("482163", b"salt")
    signatures.save_text_key(NOODLES, TextKey(pin=pin))
    assert signatures.text_key(NOODLES).pin == pin
    for _ in range(MAX_WRONG_PINS):
        signatures.count_wrong_pin(NOODLES, NOON)
    found = signatures.text_key(NOODLES).pin
    assert found == replace(pin, wrong=MAX_WRONG_PINS, wrong_since=NOON)
    assert found is not None
    assert found.is_shut_out(NOON + timedelta(minutes=59))
    assert not found.is_shut_out(NOON + timedelta(minutes=60))
    signatures.count_wrong_pin(NOODLES, NOON + timedelta(hours=2))
    assert signatures.text_key(NOODLES).pin == replace(
        pin, wrong=1, wrong_since=NOON + timedelta(hours=2)
    )


@pytest.mark.threat(3)
def test_right_pin_counts_only_where_no_wrong_one_was_counted_meanwhile(
    signatures: Signatures,
) -> None:
    pin = Pin.of("482163", b"salt")
    signatures.save_text_key(NOODLES, TextKey(pin=pin))
    assert signatures.right_pin(NOODLES, pin, NOON)
    signatures.count_wrong_pin(NOODLES, NOON)
    assert not signatures.right_pin(NOODLES, pin, NOON)
    once = signatures.text_key(NOODLES).pin
    assert once is not None
    assert signatures.right_pin(NOODLES, once, NOON)
    signatures.count_wrong_pin(NOODLES, NOON + timedelta(hours=2))
    assert not signatures.right_pin(NOODLES, once, NOON), "one again, but another one"
    signatures.save_text_key(NOODLES, TextKey(pin=Pin.of("000000", b"pepper")))
    assert not signatures.right_pin(NOODLES, pin, NOON), "there is another PIN"


@pytest.mark.threat(3)
def test_wrong_pins_that_are_the_first_at_the_same_moment_are_both_counted(
    tables_made: DynamoDBClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    signatures = DynamoDBSignatures(tables_made, "texts")
    signatures.save_text_key(NOODLES, TextKey(pin=Pin.of("482163", b"salt")))

    def with_another_meanwhile(write: Callable[..., object], **update: Any) -> bool:
        first = accepted(write, **update)
        monkeypatch.setattr(adapter, "accepted", accepted)
        signatures.count_wrong_pin(NOODLES, NOON)
        return first

    monkeypatch.setattr(adapter, "accepted", with_another_meanwhile)
    signatures.count_wrong_pin(NOODLES, NOON)
    found = signatures.text_key(NOODLES).pin
    assert found is not None
    assert found.wrong == 2


def test_wrong_pins_of_a_merchant_without_one_leave_nothing(signatures: Signatures) -> None:
    signatures.count_wrong_pin(CINEMA, NOON)
    assert signatures.text_key(CINEMA) == TextKey()
