"""Conversations, phones and queues: the fakes of the tests, and AWS."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.sns.models import sns_backends
from tests.contracts.conftest import Disturbed, client
from tests.fakes.example_orders import BOOKING, reserved
from tests.fakes.mall import CINEMA, DRIVER, NOODLES, NOODLES_PHONE, NOON, Watch, thing
from tests.fakes.texts import (
    FakeConversations,
    FakeLinks,
    FakeOutbox,
    FakePhones,
    FakeSignatures,
)

from baylock.adapters.dynamodb_conversations import MOST_ORDERS, DynamoDBConversations
from baylock.adapters.dynamodb_links import DynamoDBLinks
from baylock.adapters.dynamodb_signatures import DynamoDBSignatures
from baylock.adapters.sns_phones import SnsPhones
from baylock.adapters.sqs_outbox import SqsOutbox
from baylock.domain.booking import OrderId, Reference
from baylock.domain.effects import AdjustLock, Effect, Notice, SendNotice
from baylock.domain.errors import Busy, NotReached
from baylock.domain.order import Order
from baylock.domain.reply import Reply
from baylock.domain.text_key import TextKey
from baylock.ports import Conversations, KeptText, Links, Outbox, Phones, Signatures

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LOST = ReadTimeoutError(endpoint_url="https://aws")


@pytest.fixture
def clock() -> Watch:
    return Watch()


@pytest.fixture(params=["fake", "dynamodb"])
def conversations(request: pytest.FixtureRequest, clock: Watch) -> Conversations:
    if request.param == "fake":
        return FakeConversations(clock)
    return DynamoDBConversations(request.getfixturevalue("tables_made"), "texts", clock)


def order(number: int = 0) -> Order:
    return replace(reserved(), booking=replace(BOOKING, reference=Reference(f"TBL-{number}")))


@pytest.fixture(params=["fake", "dynamodb"])
def links(request: pytest.FixtureRequest) -> Links:
    if request.param == "fake":
        return FakeLinks()
    return DynamoDBLinks(request.getfixturevalue("tables_made"), "texts")


# ── where links lead ─────────────────────────────────────────────────────────────────────────────


def test_link_leads_to_its_order_and_no_other_does(links: Links) -> None:
    links.note("ab" * 32, order(1))
    links.note("ab" * 32, order(1))
    links.note("cd" * 32, order(2))
    assert links.order("ab" * 32) == order(1).id
    assert links.order("cd" * 32) == order(2).id
    assert links.order("ef" * 32) is None


def test_link_is_forgotten_a_day_after_the_latest_end(tables_made: DynamoDBClient) -> None:
    DynamoDBLinks(tables_made, "texts").note("ab" * 32, order())
    (item,) = tables_made.scan(TableName="texts")["Items"]
    forgotten = order().claim.window.start + timedelta(days=2)
    assert int(item["expires"]["N"]) == forgotten.timestamp()


# ── who was told of what ─────────────────────────────────────────────────────────────────────────


def test_orders_told_newest_first(conversations: Conversations, clock: Watch) -> None:
    assert list(conversations.orders_told_to(DRIVER)) == []
    for number in (1, 2, 3, 1):
        conversations.note_order(DRIVER, order(number))
        clock.forward(seconds=1)
    told = list(conversations.orders_told_to(DRIVER))
    assert told == [order(1).id, order(3).id, order(2).id]
    assert list(conversations.orders_told_to(NOODLES_PHONE)) == []


def test_only_the_newest_are_remembered(conversations: Conversations, clock: Watch) -> None:
    for number in range(MOST_ORDERS + 5):
        conversations.note_order(DRIVER, order(number))
        clock.forward(seconds=1)
    told = conversations.orders_told_to(DRIVER)
    assert len(told) == MOST_ORDERS
    assert told[0] == order(MOST_ORDERS + 4).id


def test_numbers_of_which_one_begins_like_another(conversations: Conversations) -> None:
    conversations.note_order(DRIVER, order())
    assert list(conversations.orders_told_to(DRIVER[:-1])) == []


def test_counts_by_day(conversations: Conversations, clock: Watch) -> None:
    assert [conversations.count("everybody", "out") for _ in range(3)] == [1, 2, 3]
    assert conversations.count("everybody", "in") == 1
    assert conversations.count(f"number#{DRIVER}", "out") == 1
    assert conversations.count("everybody", "out", -1) == 2
    clock.forward(days=1)
    assert conversations.count("everybody", "out") == 1


def test_texts_that_are_kept_are_read_oldest_first(
    conversations: Conversations, clock: Watch
) -> None:
    about, other = order(1).id, order(2).id
    assert list(conversations.kept(about)) == []
    conversations.keep(about, "b", DRIVER, "Space B2-017")
    clock.forward(seconds=1)
    conversations.keep(about, "a", NOODLES_PHONE, "钥匙")
    conversations.keep(about, "b", DRIVER, "said again")
    conversations.keep(other, "b", DRIVER, "another order's")
    assert list(conversations.kept(about)) == [
        KeptText(NOON, DRIVER, "Space B2-017"),
        KeptText(clock.now, NOODLES_PHONE, "钥匙"),
    ]


def test_opt_out_and_in(conversations: Conversations) -> None:
    conversations.note_order(DRIVER, order())
    assert not conversations.opted_out(DRIVER)
    for _ in range(2):
        conversations.set_opted_out(DRIVER, True)
        assert conversations.opted_out(DRIVER)
    assert list(conversations.orders_told_to(DRIVER)) == [order().id]
    for _ in range(2):
        conversations.set_opted_out(DRIVER, False)
        assert not conversations.opted_out(DRIVER)


# ── answers ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "reply",
    [
        Reply(DRIVER, None),
        Reply(DRIVER, "driver_help", "zh"),
        Reply(NOODLES_PHONE, "merchant_booked", "en", OrderId("ord_5kabcdefghij")),
        Reply(NOODLES_PHONE, "merchant_full", facts={"time": "周五 18:30 🚗", "empty": ""}),
    ],
)
def test_answer_comes_back_as_it_was(conversations: Conversations, reply: Reply) -> None:
    assert conversations.answer("in-1") is None
    assert conversations.record_answer("in-1", reply) == reply
    assert conversations.answer("in-1") == reply


def test_first_answer_wins(conversations: Conversations) -> None:
    first, second = Reply(DRIVER, "driver_help"), Reply(DRIVER, "driver_where")
    conversations.record_answer("in-1", first)
    assert conversations.record_answer("in-1", second) == first
    assert conversations.answer("in-1") == first
    assert conversations.record_answer("in-2", second) == second


# ── sending once ─────────────────────────────────────────────────────────────────────────────────


def test_begun_once(conversations: Conversations) -> None:
    assert conversations.begin_sending("a")
    assert not conversations.begin_sending("a")
    assert conversations.begin_sending("b")


def test_sent_is_sent_for_good(conversations: Conversations, clock: Watch) -> None:
    conversations.begin_sending("a")
    conversations.sent("a", "sms-1")
    clock.forward(days=2)
    assert not conversations.begin_sending("a")


def test_not_sent_may_begin_at_once(conversations: Conversations) -> None:
    conversations.begin_sending("a")
    conversations.not_sent("a")
    assert conversations.begin_sending("a")


def test_begun_and_never_ended_is_taken_up_after_half_a_minute(
    conversations: Conversations, clock: Watch
) -> None:
    conversations.begin_sending("a")
    clock.forward(seconds=30)
    assert not conversations.begin_sending("a")
    clock.forward(seconds=1)
    assert conversations.begin_sending("a")
    assert not conversations.begin_sending("a")


def test_lost_answer_to_a_beginning_is_still_ours(
    tables_made: DynamoDBClient, clock: Watch
) -> None:
    """Else the text would count as sent, and never be."""
    between = Disturbed(tables_made, "put_item", LOST, late=True)
    conversations = DynamoDBConversations(between, "texts", clock)  # type: ignore[arg-type]
    assert conversations.begin_sending("a")
    assert not conversations.begin_sending("a")


def test_lost_answer_to_a_record_returns_what_was_recorded(
    tables_made: DynamoDBClient, clock: Watch
) -> None:
    between = Disturbed(tables_made, "put_item", LOST, late=True)
    conversations = DynamoDBConversations(between, "texts", clock)  # type: ignore[arg-type]
    reply = Reply(DRIVER, "driver_where", "en", OrderId("ord_5kabcdefghij"), {"a": "b"})
    assert conversations.record_answer("in-1", reply) == reply


def test_what_is_kept_of_texts_goes_in_the_end_but_not_an_opt_out(
    tables_made: DynamoDBClient, clock: Watch
) -> None:
    conversations = DynamoDBConversations(tables_made, "texts", clock)
    conversations.note_order(DRIVER, order())
    conversations.record_answer("in-1", Reply(DRIVER, "driver_help"))
    conversations.begin_sending("a")
    conversations.sent("a", "sms-1")
    conversations.set_opted_out(DRIVER, True)
    conversations.count(f"number#{DRIVER}", "out")
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


def test_text_key_by_default_and_as_saved(signatures: Signatures) -> None:
    assert signatures.text_key(NOODLES) == TextKey()
    key = TextKey(generation=3, oldest=2, demanded=True)
    signatures.save_text_key(NOODLES, key)
    assert signatures.text_key(NOODLES) == key
    assert signatures.text_key(CINEMA) == TextKey()


def test_signed_text_is_the_first_messages(signatures: Signatures) -> None:
    assert signatures.used_by(NOODLES, "d1") is None
    signatures.use(NOODLES, "d1", "in-1")
    signatures.use(NOODLES, "d1", "in-2")
    assert signatures.used_by(NOODLES, "d1") == "in-1"
    assert signatures.used_by(NOODLES, "d2") is None
    assert signatures.used_by(CINEMA, "d1") is None


def test_used_signatures_are_kept_for_good(tables_made: DynamoDBClient) -> None:
    DynamoDBSignatures(tables_made, "texts").use(NOODLES, "d1", "in-1")
    (item,) = tables_made.scan(TableName="texts")["Items"]
    assert "expires" not in item


# ── phones ───────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Carrier:
    """Phones, and what they have received."""

    phones: Phones
    received: Callable[[], list[tuple[str, str]]]


@pytest.fixture(params=["fake", "sns"])
def carrier(request: pytest.FixtureRequest) -> Carrier:
    if request.param == "fake":
        fake = FakePhones()
        return Carrier(fake, lambda: fake.sent)
    request.getfixturevalue("aws")
    backend = sns_backends[DEFAULT_ACCOUNT_ID]["us-east-1"]

    def received() -> list[tuple[str, str]]:
        return [(sent[0], sent[1]) for sent in backend.sms_messages.values()]

    return Carrier(SnsPhones(client("sns"), "+14255550100"), received)


def test_text_is_sent(carrier: Carrier) -> None:
    first = carrier.phones.send(DRIVER, "B2-017, 18:15")
    second = carrier.phones.send(NOODLES_PHONE, "预约")
    assert first
    assert first != second
    assert carrier.received() == [(DRIVER, "B2-017, 18:15"), (NOODLES_PHONE, "预约")]


def refusal(code: str, message: str = "") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "Publish")


@pytest.mark.parametrize(
    ("error", "why", "again"),
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
def test_fault_23_why_the_carrier_refuses_is_told_apart_and_names_nobody(
    aws: None, error: ClientError, why: str, again: bool
) -> None:
    disturbed: Any = Disturbed(client("sns"), "publish", error)
    with pytest.raises(NotReached) as refused:
        SnsPhones(disturbed, "+14255550100").send(DRIVER, "text")
    assert (refused.value.why, refused.value.again) == (why, again)
    assert refused.value.__suppress_context__
    assert DRIVER not in repr(refused.value)


@pytest.mark.parametrize(
    "error", [LOST, refusal("Throttled"), refusal("InternalError"), refusal("AuthorizationError")]
)
def test_fault_23_and_35_refusal_is_busy_and_names_nobody(aws: None, error: Exception) -> None:
    disturbed: Any = Disturbed(client("sns"), "publish", error)
    with pytest.raises(Busy) as busy:
        SnsPhones(disturbed, "+14255550100").send(DRIVER, "text")
    assert not isinstance(busy.value.__cause__, ClientError)
    assert busy.value.__suppress_context__


def test_text_goes_out_from_the_platforms_number(aws: None) -> None:
    requests: list[dict[str, Any]] = []

    class Watching:
        def publish(self, **request: Any) -> Any:
            requests.append(request)
            return {"MessageId": "sms-1"}

    watching: Any = Watching()
    assert SnsPhones(watching, "+14255550100").send(DRIVER, "text") == "sms-1"
    attributes = requests[0]["MessageAttributes"]
    assert attributes["AWS.MM.SMS.OriginationNumber"]["StringValue"] == "+14255550100"
    assert attributes["AWS.SNS.SMS.SMSType"]["StringValue"] == "Transactional"


# ── queues ───────────────────────────────────────────────────────────────────────────────────────

THING = thing("B2-017")
ORDER = OrderId("ord_5kabcdefghij")
ADJUST = AdjustLock(ORDER, 2, THING)
NOTICE = SendNotice(ORDER, 2, Notice.DRIVER_MOVED)


@dataclass
class Queues:
    """An outbox, and what lies in its two queues: for locks, for texts."""

    outbox: Outbox
    waiting: Callable[[], tuple[list[dict[str, Any]], list[dict[str, Any]]]]


@pytest.fixture(params=["fake", "sqs"])
def queues(request: pytest.FixtureRequest) -> Queues:
    if request.param == "fake":
        fake = FakeOutbox()

        def there() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
            locks: list[dict[str, Any]] = [{"lock": name} for name in fake.locks]
            texts: list[dict[str, Any]] = [{"answer_to": name} for name in fake.answers]
            texts += [{"alarm": name, "version": version} for name, version in fake.alarms]
            for effect in fake.effects:
                (locks if isinstance(effect, AdjustLock) else texts).append(_body(effect))
            return locks, texts

        return Queues(fake, there)
    request.getfixturevalue("aws")
    sqs = client("sqs")
    urls = [sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("locks", "texts")]

    def received(url: str) -> list[dict[str, Any]]:
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(message["Body"]) for message in found]

    return Queues(SqsOutbox(sqs, *urls), lambda: (received(urls[0]), received(urls[1])))


def _body(effect: Effect) -> dict[str, Any]:
    if isinstance(effect, AdjustLock):
        return {"lock": effect.thing, "order": effect.order, "version": effect.version}
    assert isinstance(effect, SendNotice)
    return {"order": effect.order, "version": effect.version, "notice": effect.notice.value}


def test_effects_go_to_their_queues(queues: Queues) -> None:
    queues.outbox.put([ADJUST, NOTICE])
    assert queues.waiting() == (
        [{"lock": THING, "order": ORDER, "version": 2}],
        [{"order": ORDER, "version": 2, "notice": "driver_moved"}],
    )


def test_no_effects_no_messages(queues: Queues) -> None:
    queues.outbox.put([])
    assert queues.waiting() == ([], [])


def test_answer_look_and_alarm(queues: Queues) -> None:
    queues.outbox.put_answer("in-1")
    queues.outbox.put_lock(THING)
    queues.outbox.put_alarm(THING, 7)
    assert queues.waiting() == (
        [{"lock": THING}],
        [{"answer_to": "in-1"}, {"alarm": THING, "version": 7}],
    )


def test_queue_that_fails_is_told(aws: None) -> None:
    outbox = SqsOutbox(client("sqs"), "https://sqs/locks", "https://sqs/none")
    with pytest.raises(ClientError):
        outbox.put([NOTICE])
