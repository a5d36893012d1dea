"""Locks' reports, locks to reconcile, texts to send, and the clock."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from itertools import chain, repeat
from typing import Any

import pytest
import yaml
from tests.fakes.keys import id_for
from tests.fakes.mall import DRIVER, HARBOUR, MALL_PHONE, NOODLES_PHONE, thing
from tests.fakes.tables import ROOT, Template
from tests.fakes.world import CLOCK_WORK, World
from tests.functions.conftest import FakeSqs, Load, Logged, failed, sqs_event

import clock.app
import lock_reported.app
import reconcile_lock.app
import send_text.app
from baylock import deadline
from baylock.domain.booking.booking import OrderId
from baylock.domain.errors import Busy, Unreachable
from baylock.domain.locks.lock import BarrierReport, Desired, Fault
from baylock.domain.orders.access import Access
from baylock.domain.orders.order import Order
from baylock.domain.orders.state import State
from baylock.domain.texting import allowance
from baylock.domain.texting.allowance import Quota
from baylock.domain.texting.reply import Reply
from baylock.domain.venue.mall import ThingName

THING = thing("B2-017")


def recorded_body(load: Load, name: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(load(name)["Records"][0]["body"])
    return body


def test_last_try_of_a_text_is_the_queues_last() -> None:
    text = (ROOT / "infra/messaging.yaml").read_text()
    queues = yaml.load(text, Template)["Resources"]  # noqa: S506 (derived from SafeLoader)
    redrive = queues["TextQueue"]["Properties"]["RedrivePolicy"]
    assert redrive["maxReceiveCount"] == send_text.app.TRIES


def test_fault_23_a_text_at_its_last_try_is_seen_on_the_order_and_goes_back(
    world: World, load: Load, context: Any
) -> None:
    order = world.book()
    body = {"order": order.id, "version": 1, "notice": "driver_reserved"}
    for tries, seen in ((1, None), (send_text.app.TRIES, Unreachable.REFUSED)):
        world.phones.failures = 1
        event = sqs_event(load("sqs_send_text"), body, tries=tries)
        assert failed(send_text.app.handler(event, context)) == ["message-0"]
        assert world.order(order).notes.unreachable is seen


@pytest.mark.parametrize(
    ("limit", "most", "wakes"),
    [
        ("MAX_TEXTS_TO_DRIVER", 1, False),
        ("MERCHANT_SHARE", 0.00015, True),
        ("PREFIX_USD", 0.015, True),
        ("TEXTS_USD_A_DAY", 0.015, True),
    ],
)
def test_texts_held_back_are_what_the_alarm_counts(
    world: World,
    load: Load,
    context: Any,
    logged: Logged,
    monkeypatch: pytest.MonkeyPatch,
    limit: str,
    most: float,
    wakes: bool,
) -> None:
    text = (ROOT / "infra/observability.yaml").read_text()
    alarms = yaml.load(text, Template)["Resources"]  # noqa: S506 (derived from SafeLoader)
    pattern = alarms["TextsHeldBack"]["Properties"]["FilterPattern"]
    ends = tuple(re.findall(r'\(\$\.message = "\*([^"]+)"\)', pattern))
    quotas = set(Quota) - {Quota.NUMBER, Quota.FORMS}
    assert set(ends) == {f"spend_limit of {quota}" for quota in quotas}
    if limit == "TEXTS_USD_A_DAY":
        mall = world.venues.mall(HARBOUR)
        world.venues.save(
            replace(mall, texts_usd_a_day=most, version="2"),  # type: ignore[arg-type]
            list(world.venues.merchants(HARBOUR)),
        )
        monkeypatch.setattr(allowance, "MERCHANT_SHARE", 2)
    else:
        monkeypatch.setattr(allowance, limit, most)
    for reference, is_held_back in (("TBL-1", False), ("TBL-2", True)):
        order = world.book(reference)
        body = {"order": order.id, "version": 1, "notice": "driver_reserved"}
        send_text.app.handler(sqs_event(load("sqs_send_text"), body), context)
        message = logged.messages()[-1]
        assert ("not sent: spend_limit of " in message) is is_held_back
        assert message.endswith(ends) is (is_held_back and wakes)


# ── lock_reported ────────────────────────────────────────────────────────────────────────────────


def reported(load: Load, about: Order, **changes: Any) -> dict[str, Any]:
    body = recorded_body(load, "sqs_lock_reported")
    body["reported"] |= {"order": about.id} | changes
    return body


def secured(world: World) -> Order:
    order = world.book()
    world.at(order.schedule.secure_at)
    return world.watch(order.id)


def test_report_as_aws_sends_it(
    world: World, load: Load, context: Any, dead_letters: FakeSqs
) -> None:
    assert failed(lock_reported.app.handler(load("sqs_lock_reported"), context)) == []
    lock = world.locks.find(THING)
    assert lock is not None
    assert lock.report is not None
    assert (lock.report.version, lock.report.barrier, lock.report.fault) == (
        42,
        BarrierReport.RAISED,
        None,
    )
    assert dead_letters.notes == []


def test_report_holds_the_order(world: World, load: Load, context: Any, logged: Logged) -> None:
    order = secured(world)
    event = sqs_event(load("sqs_lock_reported"), reported(load, order))
    lock_reported.app.handler(event, context)
    assert world.order(order).state is State.HELD
    assert f"{THING} is raised, {order.id} is held" in logged.messages()


def test_presence_as_aws_sends_it(world: World, load: Load, context: Any) -> None:
    lock_reported.app.handler(load("sqs_lock_connected"), context)
    assert world.effect_queues.locks == [THING]
    lock_reported.app.handler(load("sqs_lock_disconnected"), context)
    lock = world.locks.find(THING)
    assert lock is not None
    assert not lock.online


def presence(**changes: Any) -> str:
    report = {
        "clientId": "harbour-P1-B2-017",
        "eventType": "connected",
        "versionNumber": 2,
        "timestamp": 1796155199123,
    }
    return json.dumps(report | changes)


WRONG_REPORTS: dict[str, dict[str, Any]] = {
    "barrier": {"barrier": "up"},
    "vehicle": {"vehicle": "no"},
    "vehicle null": {"vehicle": None},
    "battery": {"battery": 101},
    "battery true": {"battery": True},
    "battery a fraction": {"battery": 86.5},
    "battery a whole fraction": {"battery": 86.0},
    "battery not a number": {"battery": float("nan")},
    "fault": {"fault": "tired"},
    "order long": {"order": "o" * 41},
    "order a number": {"order": 7},
    "seen_version": {"seen_version": -1},
    "seen_version beyond numbers": {"seen_version": 10**40},
    "at": {"at": "now"},
    "at beyond time": {"at": 10**12},
}


@pytest.mark.parametrize("case", WRONG_REPORTS)
def test_fault_22_malformed_report_is_set_aside_and_changes_nothing(
    world: World, load: Load, context: Any, dead_letters: FakeSqs, case: str
) -> None:
    order = secured(world)
    before = world.locks.find(THING)
    wrong = reported(load, order, **WRONG_REPORTS[case])
    event = sqs_event(load("sqs_lock_reported"), wrong)
    assert failed(lock_reported.app.handler(event, context)) == []
    assert world.locks.find(THING) == before
    assert world.order(order) == order
    assert dead_letters.notes[0]["reason"].startswith("malformed")


def test_fault_22_note_on_a_report_says_where_it_is_wrong_and_quotes_nothing(
    world: World, load: Load, context: Any, dead_letters: FakeSqs
) -> None:
    order = secured(world)
    wrong = reported(load, order, fault=f"{DRIVER} - at {DRIVER}")
    lock_reported.app.handler(sqs_event(load("sqs_lock_reported"), wrong), context)
    assert dead_letters.notes[0]["reason"] == "malformed: not a report: `$.reported.fault`"


@pytest.mark.parametrize(
    "body",
    [
        "x",
        "[]",
        "{}",
        '{"reported": null, "version": 1, "thing": "harbour-P1-B2-017"}',
        '{"reported": {"barrier": "raised"}, "version": 1, "thing": "harbour-P1-B2-017"}',
        "{" + " " * 9_000 + "}",
        "[" * 8_000,
        '{"clientId": "harbour-P1-B2-017"}',
        presence(eventType="subscribed"),
        presence(timestamp=1e30),
        presence(timestamp=10**20),
        presence(timestamp=-1),
        presence(timestamp="1796155199123"),
        presence(versionNumber=10**42),
        presence(versionNumber=None),
    ],
)
def test_fault_22_what_is_no_report_at_all_is_set_aside(
    world: World, load: Load, context: Any, dead_letters: FakeSqs, body: str
) -> None:
    before = world.locks.find(THING)
    event = sqs_event(load("sqs_lock_reported"), body)
    assert failed(lock_reported.app.handler(event, context)) == []
    assert world.locks.find(THING) == before
    assert len(dead_letters.notes) == 1


def test_fault_22_field_that_the_contract_does_not_name_is_passed_over(
    world: World, load: Load, context: Any, dead_letters: FakeSqs
) -> None:
    order = secured(world)
    event = sqs_event(load("sqs_lock_reported"), reported(load, order, firmware="1.2"))
    lock_reported.app.handler(event, context)
    assert dead_letters.notes == []
    assert world.order(order).state is State.HELD


def test_one_report_that_fails_does_not_hold_up_the_others(
    world: World, load: Load, context: Any
) -> None:
    order = secured(world)

    def busy() -> None:
        raise Busy

    world.orders.before["change"] = busy
    first = reported(load, order)
    second = first | {"thing": "harbour-P1-B2-018"}
    event = sqs_event(load("sqs_lock_reported"), first, second)
    assert failed(lock_reported.app.handler(event, context)) == ["message-0"]
    other = world.locks.find(thing("B2-018"))
    assert other is not None
    assert other.report is not None
    assert other.report.version == 42
    again = sqs_event(load("sqs_lock_reported"), first, tries=2)
    assert failed(lock_reported.app.handler(again, context)) == []
    assert world.order(order).state is State.HELD


# ── reconcile_lock ───────────────────────────────────────────────────────────────────────────────


def test_lock_is_asked(world: World, load: Load, context: Any, logged: Logged) -> None:
    order = secured(world)
    body = recorded_body(load, "sqs_adjust_lock") | {"order": order.id}
    event = sqs_event(load("sqs_adjust_lock"), body, {"lock": "harbour-P1-B2-018"})
    assert failed(reconcile_lock.app.handler(event, context)) == []
    assert world.desired("B2-017") == ("raised", order.id)
    assert logged.messages() == [f"asked {THING}: raised", "left harbour-P1-B2-018 alone"]


@pytest.mark.parametrize("body", ["x", "[]", "{}", '{"lock": 7}', '{"lock": "a", "order": 7}'])
def test_malformed_look_is_set_aside(
    world: World, load: Load, context: Any, dead_letters: FakeSqs, body: str
) -> None:
    event = sqs_event(load("sqs_adjust_lock"), body)
    assert failed(reconcile_lock.app.handler(event, context)) == []
    assert len(dead_letters.notes) == 1


def test_fault_18_busy_shadow_comes_again_and_holds_up_no_other(
    world: World, load: Load, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = secured(world)
    asked = world.shadows.ask

    def ask(thing: ThingName, desired: Desired, version: int) -> None:
        if not world.shadows.asked:
            world.shadows.asked.append((thing, desired))
            raise Busy
        asked(thing, desired, version)

    monkeypatch.setattr(world.shadows, "ask", ask)
    body = {"lock": THING, "order": order.id}
    event = sqs_event(load("sqs_adjust_lock"), body, body)
    assert failed(reconcile_lock.app.handler(event, context)) == ["message-0"]
    assert world.desired("B2-017") == ("raised", order.id)


def test_lock_that_another_order_keeps_is_left_to_the_clock_and_no_dead_letter(
    world: World, load: Load, context: Any
) -> None:
    first = world.arrived("TBL-1")
    after = world.book("TBL-2", service_time=first.claim.window.end + timedelta(minutes=15))
    asked = replace(world.order(after), access=Access(asked_at=world.clock.now))
    world.orders.change(after, replace(asked, version=after.version + 1))
    event = sqs_event(load("sqs_adjust_lock"), {"lock": THING, "order": after.id})
    assert failed(reconcile_lock.app.handler(event, context)) == ["message-0"]
    event["Records"][0]["attributes"]["ApproximateReceiveCount"] = "7"
    assert failed(reconcile_lock.app.handler(event, context)) == []
    assert world.desired("B2-017") == ("lowered", first.id)


def test_record_without_its_attributes_holds_up_no_other(
    world: World, load: Load, context: Any
) -> None:
    order = secured(world)
    body = {"lock": THING, "order": order.id}
    event = sqs_event(load("sqs_adjust_lock"), body, body)
    del event["Records"][0]["attributes"]
    assert failed(reconcile_lock.app.handler(event, context)) == ["message-0"]
    assert world.desired("B2-017") == ("raised", order.id)


# ── send_text ────────────────────────────────────────────────────────────────────────────────────


def test_notice_and_answer_are_sent(world: World, load: Load, context: Any) -> None:
    order = world.book()
    world.message_log.record_reply("in-1", Reply(NOODLES_PHONE, "merchant_help"))
    notice = recorded_body(load, "sqs_send_text") | {"order": order.id}
    event = sqs_event(load("sqs_send_text"), notice, {"answer_to": "in-1"}, notice)
    assert failed(send_text.app.handler(event, context)) == []
    assert [phone for phone, _ in world.phones.sent] == [DRIVER, NOODLES_PHONE]


def test_fault_23_text_that_could_not_leave_comes_again(
    world: World, load: Load, context: Any
) -> None:
    order = world.book()
    world.phones.failures = 1
    notice = recorded_body(load, "sqs_send_text") | {"order": order.id}
    event = sqs_event(load("sqs_send_text"), notice, {"answer_to": "nothing"})
    assert failed(send_text.app.handler(event, context)) == ["message-0"]
    assert failed(send_text.app.handler(event, context)) == []
    assert len(world.phones.sent) == 1


def test_alarm_of_a_lock_is_told_to_the_mall(world: World, load: Load, context: Any) -> None:
    world.lock_says("B2-019", fault=Fault.JAMMED)
    ((jammed, version),) = world.effect_queues.alarms
    event = sqs_event(load("sqs_send_text"), {"alarm": jammed, "version": version})
    assert failed(send_text.app.handler(event, context)) == []
    assert "B2-019" in world.last_text_to(MALL_PHONE)


@pytest.mark.parametrize(
    "body",
    [
        "x",
        "{}",
        '{"answer_to": 7}',
        '{"order": "ord_5kabcdefghij", "version": 1, "notice": "birthday"}',
        '{"order": "ord_5kabcdefghij", "version": "1", "notice": "driver_moved"}',
        '{"order": "ord_5kabcdefghij", "notice": "driver_moved"}',
        '{"alarm": "harbour-P1-B2-017"}',
    ],
)
def test_malformed_text_is_set_aside(
    world: World, load: Load, context: Any, dead_letters: FakeSqs, body: str
) -> None:
    event = sqs_event(load("sqs_send_text"), body)
    assert failed(send_text.app.handler(event, context)) == []
    assert len(dead_letters.notes) == 1


def test_as_aws_sends_them(world: World, load: Load, context: Any, dead_letters: FakeSqs) -> None:
    """A text about an order that does not exist: nothing to do, and no reason to retry."""
    assert failed(send_text.app.handler(load("sqs_send_text"), context)) == []
    assert failed(reconcile_lock.app.handler(load("sqs_adjust_lock"), context)) == []
    assert (dead_letters.notes, world.phones.sent, world.shadows.asked) == ([], [], [])


# ── clock ────────────────────────────────────────────────────────────────────────────────────────


def test_clock_does_what_is_due(world: World, load: Load, context: Any) -> None:
    order = world.book()
    assert clock.app.handler(load("schedule"), context) == {"done": 0, "failed": 0, "swept": 0}
    world.at(order.schedule.secure_at)
    assert clock.app.handler(load("schedule"), context) == {"done": 1, "failed": 0, "swept": 0}
    assert world.order(order).access.asked_at
    assert clock.app.handler(load("schedule"), context) == {"done": 0, "failed": 0, "swept": 0}


def test_clock_goes_on_past_an_order_that_fails(
    world: World, load: Load, context: Any, logged: Logged
) -> None:
    orders = [world.book(f"TBL-{number}") for number in range(3)]

    def fails() -> None:
        raise RuntimeError(f"no way to reach {DRIVER}")

    world.at(orders[0].schedule.secure_at)
    world.orders.before["change"] = fails
    assert clock.app.handler(load("schedule"), context) == {"done": 2, "failed": 1, "swept": 0}
    assert "failed" in logged.messages()
    assert clock.app.handler(load("schedule"), context) == {"done": 1, "failed": 0, "swept": 0}
    assert all(world.order(order).access.asked_at for order in orders)


def test_clock_stops_before_its_time_is_up(world: World, load: Load, context: Any) -> None:
    orders = [world.book(f"TBL-{number}") for number in range(3)]
    world.at(orders[0].schedule.secure_at)
    context.remaining = chain([20_000], repeat(9_999))
    assert clock.app.handler(load("schedule"), context) == {"done": 1, "failed": 0, "swept": 0}


def test_clock_says_what_it_had_no_time_for(
    world: World, load: Load, context: Any, logged: Logged
) -> None:
    order = world.book()
    world.at(order.schedule.secure_at)
    context.remaining = repeat(9_999)
    assert clock.app.handler(load("schedule"), context) == {"done": 0, "failed": 0, "swept": 0}
    assert logged.read()[-1]["unfinished"] == CLOCK_WORK
    context.remaining = repeat(20_000)
    assert clock.app.handler(load("schedule"), context) == {"done": 1, "failed": 0, "swept": 0}
    assert "unfinished" not in logged.read()[-1]


def test_clock_goes_on_past_work_that_can_not_be_listed(
    world: World, load: Load, context: Any, logged: Logged, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.leave_behind("TBL-1")
    world.at(world.clock.now + timedelta(seconds=61))

    def fails(_: object) -> None:
        raise Busy

    with monkeypatch.context() as patched:
        patched.setattr(world.orders, "due", fails)
        counts = clock.app.handler(load("schedule"), context)
    assert counts == {"done": 0, "failed": 1, "swept": 1}
    assert logged.read()[-1]["unfinished"] == ["watched"]


def test_clock_ends_an_item_that_hangs_and_goes_on(
    world: World, load: Load, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = [world.book(f"TBL-{number}") for number in range(3)]
    world.at(orders[0].schedule.secure_at)

    def hangs() -> None:
        while True:
            deadline.check()

    monkeypatch.setattr(clock.app, "ITEM_SECONDS", 0.1)
    world.orders.before["change"] = hangs
    assert clock.app.handler(load("schedule"), context) == {"done": 2, "failed": 1, "swept": 0}


def test_clock_sweeps_what_was_left_behind(
    world: World, load: Load, context: Any, logged: Logged
) -> None:
    left = world.leave_behind("TBL-1")
    world.at(world.clock.now + timedelta(seconds=61))
    assert clock.app.handler(load("schedule"), context) == {"done": 0, "failed": 0, "swept": 1}
    assert "swept" in logged.messages()
    assert world.kept() == set()
    assert world.orders.find(id_for(left)) is None


def test_clock_goes_on_past_a_zone_that_can_not_be_swept(
    world: World, load: Load, context: Any
) -> None:
    world.leave_behind("TBL-1")
    world.at(world.clock.now + timedelta(seconds=61))

    def fails() -> None:
        raise Busy

    world.orders.before["resolve"] = fails
    assert clock.app.handler(load("schedule"), context) == {"done": 0, "failed": 1, "swept": 0}
    assert clock.app.handler(load("schedule"), context) == {"done": 0, "failed": 0, "swept": 1}
    assert world.kept() == set()


def test_fault_12_clock_runs_twice(world: World, load: Load, context: Any) -> None:
    order = world.book()
    world.at(order.schedule.secure_at)
    due = list(world.orders.due(world.clock.now))
    for _ in range(2):
        for one in due:
            world.watch(OrderId(one))
    assert world.order(order).version == 2


def test_shadow_that_started_over(world: World, load: Load, context: Any) -> None:
    """A lock jams, its shadow is deleted, and three days later its versions begin at 1 again."""
    days = [(4213, 0, {"fault": "jammed"}), (1, 259_200, {}), (2, 259_500, {})]
    messages = []
    for version, after, more in days:
        body = recorded_body(load, "sqs_lock_reported")
        body["reported"].pop("fault", None)
        body["reported"].pop("order", None)
        body["reported"] |= {"barrier": "lowered", "at": 1_796_155_200 + after} | more
        messages.append(sqs_event(load("sqs_lock_reported"), body | {"version": version}))
    for message in [*messages, messages[1]]:
        assert failed(lock_reported.app.handler(message, context)) == []
    lock = world.locks.find(THING)
    assert lock is not None
    assert lock.report is not None
    assert (lock.report.version, lock.report.fault) == (2, None)
