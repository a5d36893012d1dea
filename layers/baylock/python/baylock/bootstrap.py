"""Use cases with their real adapters, built when they are first asked for.

Each function asks for the one that it needs, and imports no more than that: adapters and clients
are imported where they are built.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from baylock.settings import settings

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

    from baylock.adapters.dynamodb import Client
    from baylock.ports import (
        CallCounts,
        Connections,
        Conversations,
        DeadLetters,
        Hints,
        Links,
        Locks,
        Orders,
        Outbox,
        Shadows,
        Venues,
        Webhooks,
    )
    from baylock.usecases.adjust_lock import AdjustLock
    from baylock.usecases.admit_call import AdmitCall
    from baylock.usecases.admit_driver import AdmitDriver
    from baylock.usecases.announce_events import AnnounceEvents
    from baylock.usecases.answer_driver import AnswerDriver
    from baylock.usecases.answer_merchant import AnswerMerchant
    from baylock.usecases.answer_text import AnswerText
    from baylock.usecases.ask_for_help import AskForHelp
    from baylock.usecases.cancel_booking import CancelBooking
    from baylock.usecases.check_availability import CheckAvailability
    from baylock.usecases.connect_booking import ConnectBooking
    from baylock.usecases.deliver_webhook import DeliverWebhook
    from baylock.usecases.extend_stay import ExtendStay
    from baylock.usecases.find_way import FindWay
    from baylock.usecases.follow_link import FollowLink
    from baylock.usecases.hand_out_deliveries import HandOutDeliveries
    from baylock.usecases.keep_hint import KeepHint
    from baylock.usecases.leave_space import LeaveSpace
    from baylock.usecases.place_booking import PlaceBooking
    from baylock.usecases.play_driver import PlayDriver
    from baylock.usecases.play_lock import PlayLock
    from baylock.usecases.reach_driver import ReachDriver
    from baylock.usecases.record_lock_report import RecordLockReport
    from baylock.usecases.record_presence import RecordPresence
    from baylock.usecases.send_text import SendText
    from baylock.usecases.set_webhook import SetWebhook
    from baylock.usecases.show_stay import ShowStay
    from baylock.usecases.stay_until import StayUntil
    from baylock.usecases.sweep_spaces import SweepSpaces
    from baylock.usecases.text_allowance import TextAllowance
    from baylock.usecases.try_webhook import TryWebhook
    from baylock.usecases.watch_order import WatchOrder


def now() -> datetime:
    """The clock."""
    return datetime.now(UTC)


# ── adapters ─────────────────────────────────────────────────────────────────────────────────────


def _client(name: str, *, attempts: int = 2, connections: int = 4) -> Any:
    """A client that gives up well before the function that waits for it is ended."""
    import boto3
    from botocore.config import Config

    config = Config(
        connect_timeout=1,
        read_timeout=3,
        max_pool_connections=connections,
        retries={"mode": "standard", "total_max_attempts": attempts},
    )
    return boto3.client(name, config=config)  # type: ignore[call-overload]


@cache
def _dynamodb() -> Client:
    # Once: its adapters know better than the SDK which failures are worth another try.
    client: Client = _client("dynamodb", attempts=1, connections=16)
    return client


@cache
def sqs() -> SQSClient:
    """The client of the queues."""
    client: SQSClient = _client("sqs")
    return client


def dead_letters() -> DeadLetters:
    """The dead-letter queue of the function that runs."""
    from baylock.adapters.sqs_dead_letters import SqsDeadLetters

    return SqsDeadLetters(sqs(), settings().dead_letters)


@cache
def venues() -> Venues:
    """Malls, merchants and keys."""
    from baylock.adapters.dynamodb_venues import DynamoDBVenues

    return DynamoDBVenues(_dynamodb(), settings().venue_table, clock=now)


@cache
def connections() -> Connections:
    """Merchants' booking systems."""
    from baylock.adapters.dynamodb_connections import DynamoDBConnections

    return DynamoDBConnections(_dynamodb(), settings().connections_table)


@cache
def orders() -> Orders:
    """Orders and the occupancy."""
    from baylock.adapters.dynamodb_orders import DynamoDBOrders

    return DynamoDBOrders(_dynamodb(), settings().orders_table, settings().occupancy_table)


@cache
def _hints() -> Hints:
    from baylock.adapters.dynamodb_hints import DynamoDBHints

    return DynamoDBHints(_dynamodb(), settings().occupancy_table, now)


@cache
def locks() -> Locks:
    """What is known of locks."""
    from baylock.adapters.dynamodb_locks import DynamoDBLocks

    return DynamoDBLocks(_dynamodb(), settings().locks_table, settings().occupancy_table)


@cache
def call_counts() -> CallCounts:
    """How much keys have called."""
    from baylock.adapters.dynamodb_calls import DynamoDBCallCounts

    return DynamoDBCallCounts(_dynamodb(), settings().budgets_table)


@cache
def _shadows() -> Shadows:
    from baylock.adapters.iot_shadows import IotShadows

    return IotShadows(_client("iot-data"))


@cache
def conversations() -> Conversations:
    """What was said to whom."""
    from baylock.adapters.dynamodb_conversations import DynamoDBConversations

    return DynamoDBConversations(_dynamodb(), settings().texts_table, clock=now)


@cache
def _links() -> Links:
    from baylock.adapters.dynamodb_links import DynamoDBLinks

    return DynamoDBLinks(_dynamodb(), settings().texts_table)


@cache
def outbox() -> Outbox:
    """The queues of effects."""
    from baylock.adapters.sqs_outbox import SqsOutbox

    told = settings()
    return SqsOutbox(sqs(), told.lock_queue, told.text_queue, told.webhook_queue)


@cache
def webhooks() -> Webhooks:
    """Merchants' endpoints, and events on their way."""
    from baylock.adapters.dynamodb_webhooks import DynamoDBWebhooks

    return DynamoDBWebhooks(_dynamodb(), settings().webhooks_table)


def _secret(named: str) -> bytes:
    secrets = _client("secretsmanager")
    secret: str = secrets.get_secret_value(SecretId=named)["SecretString"]
    return secret.encode()


@cache
def _code_key() -> bytes:
    return _secret(settings().code_secret)


@cache
def webhook_key() -> bytes:
    """What the secrets of merchants' endpoints are derived from."""
    return _secret(settings().webhook_secret)


# ── use cases ────────────────────────────────────────────────────────────────────────────────────


@cache
def admit_call() -> AdmitCall:
    """See the class."""
    from concurrent.futures import ThreadPoolExecutor

    from baylock.usecases.admit_call import AdmitCall

    return AdmitCall(call_counts(), now, ThreadPoolExecutor(1))


@cache
def place_booking() -> PlaceBooking:
    """See the class."""
    from baylock.usecases.place_booking import PlaceBooking

    return PlaceBooking(venues(), orders(), now)


@cache
def cancel_booking() -> CancelBooking:
    """See the class."""
    from baylock.usecases.cancel_booking import CancelBooking

    return CancelBooking(orders(), now)


@cache
def connect_booking() -> ConnectBooking:
    """See the class."""
    from baylock.usecases.connect_booking import ConnectBooking

    return ConnectBooking(
        venues=venues(),
        orders=orders(),
        connections=connections(),
        conversations=conversations(),
        outbox=outbox(),
        place_booking=place_booking(),
        clock=now,
    )


@cache
def check_availability() -> CheckAvailability:
    """See the class."""
    from baylock.usecases.check_availability import CheckAvailability

    return CheckAvailability(venues(), orders(), now)


@cache
def _answer_merchant() -> AnswerMerchant:
    from baylock.adapters.dynamodb_signatures import DynamoDBSignatures
    from baylock.usecases.answer_merchant import AnswerMerchant
    from baylock.usecases.check_signature import CheckSignature

    return AnswerMerchant(
        venues=venues(),
        orders=orders(),
        conversations=conversations(),
        place_booking=place_booking(),
        cancel_booking=cancel_booking(),
        reach_driver=reach_driver(),
        check_signature=CheckSignature(
            DynamoDBSignatures(_dynamodb(), settings().texts_table), _code_key
        ),
        clock=now,
    )


@cache
def reach_driver() -> ReachDriver:
    """See the class."""
    from baylock.usecases.reach_driver import ReachDriver

    return ReachDriver(conversations(), orders(), now)


@cache
def _text_allowance() -> TextAllowance:
    from baylock.usecases.text_allowance import TextAllowance

    return TextAllowance(conversations(), now)


@cache
def admit_driver() -> AdmitDriver:
    """See the class."""
    from baylock.usecases.admit_driver import AdmitDriver

    return AdmitDriver(venues(), orders(), now)


@cache
def _extend_stay() -> ExtendStay:
    from baylock.usecases.extend_stay import ExtendStay

    return ExtendStay(venues(), orders(), now)


@cache
def leave_space() -> LeaveSpace:
    """See the class."""
    from baylock.usecases.leave_space import LeaveSpace

    return LeaveSpace(orders(), now)


@cache
def _answer_driver() -> AnswerDriver:
    from baylock.usecases.answer_driver import AnswerDriver

    return AnswerDriver(
        venues=venues(),
        orders=orders(),
        conversations=conversations(),
        cancel_booking=cancel_booking(),
        reach_driver=reach_driver(),
        ask_for_help=ask_for_help,
        admit_driver=admit_driver(),
        extend_stay=_extend_stay(),
        leave_space=leave_space(),
        code_key=_code_key,
        clock=now,
    )


@cache
def ask_for_help() -> AskForHelp:
    """See the class."""
    from baylock.usecases.ask_for_help import AskForHelp
    from baylock.usecases.move_order import MoveOrder

    return AskForHelp(orders(), MoveOrder(venues(), orders(), now), now)


@cache
def answer_text() -> AnswerText:
    """See the class."""
    from baylock.usecases.answer_text import AnswerText

    return AnswerText(
        venues=venues(),
        conversations=conversations(),
        outbox=outbox(),
        allowance=_text_allowance(),
        own_number=settings().platform_number,
        merchants=_answer_merchant,
        drivers=_answer_driver,
    )


@cache
def find_way() -> FindWay:
    """See the class."""
    from baylock.adapters.dynamodb_plans import DynamoDBPlans
    from baylock.usecases.find_way import FindWay

    return FindWay(DynamoDBPlans(_dynamodb(), settings().venue_table))


@cache
def follow_link() -> FollowLink:
    """See the class."""
    from baylock.usecases.follow_link import FollowLink

    return FollowLink(_links(), orders(), _code_key)


@cache
def show_stay() -> ShowStay:
    """See the class."""
    from baylock.usecases.show_stay import ShowStay

    return ShowStay(venues(), locks(), now)


@cache
def stay_until() -> StayUntil:
    """See the class."""
    from baylock.usecases.stay_until import StayUntil

    return StayUntil(_extend_stay(), now)


@cache
def send_text() -> SendText:
    """See the class."""
    from baylock.adapters.sns_phones import SnsPhones
    from baylock.usecases.send_text import SendText

    return SendText(
        venues=venues(),
        orders=orders(),
        locks=locks(),
        webhooks=webhooks(),
        conversations=conversations(),
        phones=SnsPhones(_client("sns", attempts=1), settings().platform_number),
        reach_driver=reach_driver(),
        allowance=_text_allowance(),
        links=_links(),
        code_key=_code_key,
        clock=now,
        link_base=settings().link_base.rstrip("/"),
    )


@cache
def adjust_lock() -> AdjustLock:
    """See the class."""
    from baylock.usecases.adjust_lock import AdjustLock

    return AdjustLock(venues(), orders(), locks(), _shadows(), now)


@cache
def record_lock_report() -> RecordLockReport:
    """See the class."""
    from baylock.usecases.record_lock_report import RecordLockReport

    return RecordLockReport(venues(), locks(), orders(), outbox(), now)


@cache
def record_presence() -> RecordPresence:
    """See the class."""
    from baylock.usecases.record_presence import RecordPresence

    return RecordPresence(locks(), outbox())


@cache
def watch_order() -> WatchOrder:
    """See the class."""
    from baylock.usecases.move_order import MoveOrder
    from baylock.usecases.watch_order import WatchOrder

    return WatchOrder(orders(), locks(), MoveOrder(venues(), orders(), now), now)


@cache
def keep_hint() -> KeepHint:
    """See the class."""
    from baylock.usecases.keep_hint import KeepHint

    return KeepHint(venues(), _hints())


@cache
def sweep_spaces() -> SweepSpaces:
    """See the class."""
    from baylock.usecases.sweep_spaces import SweepSpaces

    return SweepSpaces(orders(), keep_hint(), now)


@cache
def play_lock() -> PlayLock:
    """See the class."""
    from baylock.usecases.play_lock import PlayLock

    return PlayLock(orders(), _shadows(), outbox(), now)


@cache
def play_driver() -> PlayDriver:
    """See the class."""
    from baylock.usecases.admit_driver import AdmitDriver
    from baylock.usecases.leave_space import LeaveSpace
    from baylock.usecases.play_driver import PlayDriver

    admit = AdmitDriver(venues(), orders(), now)
    return PlayDriver(orders(), _shadows(), admit, LeaveSpace(orders(), now), now)


@cache
def announce_events() -> AnnounceEvents:
    """See the class."""
    from baylock.usecases.announce_events import AnnounceEvents

    return AnnounceEvents(webhooks(), outbox(), now)


@cache
def deliver_webhook() -> DeliverWebhook:
    """See the class."""
    from baylock.adapters.http_receivers import HttpReceivers
    from baylock.usecases.deliver_webhook import DeliverWebhook

    receivers = HttpReceivers(loopback=_loopback())
    return DeliverWebhook(webhooks(), receivers, outbox(), webhook_key, now)


@cache
def hand_out_deliveries() -> HandOutDeliveries:
    """See the class."""
    from baylock.usecases.hand_out_deliveries import HandOutDeliveries

    return HandOutDeliveries(webhooks(), outbox(), now)


@cache
def set_webhook() -> SetWebhook:
    """See the class."""
    from secrets import token_urlsafe

    from baylock.domain.webhook import Salt
    from baylock.usecases.set_webhook import SetWebhook

    return SetWebhook(webhooks(), lambda: Salt(token_urlsafe(16)), now, loopback=_loopback())


@cache
def try_webhook() -> TryWebhook:
    """See the class."""
    from secrets import token_hex

    from baylock.domain.event import EventId
    from baylock.usecases.try_webhook import TryWebhook

    return TryWebhook(
        webhooks(), outbox(), lambda: EventId(f"evt_{token_hex(6)}_webhook-test"), now
    )


def _loopback() -> bool:
    return settings().webhook_loopback == "allowed"
