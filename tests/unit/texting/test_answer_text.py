"""Texts from merchants and drivers, from the number to the reply."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.fakes.keys import order_id
from tests.fakes.mall import (
    CINEMA,
    CINEMA_PHONE,
    DRIVER,
    NOODLES,
    NOODLES_PHONE,
    NOON,
    P1,
    thing,
)
from tests.fakes.world import OWN_NUMBER, World

from baylock.domain.booking.booking import Channel
from baylock.domain.errors import Busy, Unreachable
from baylock.domain.locks.lock import BarrierReport
from baylock.domain.orders.order import Order
from baylock.domain.orders.state import Reason, State
from baylock.domain.texting import allowance
from baylock.domain.texting.allowance import (
    MAX_HINTS_TO_DRIVER,
    MAX_HINTS_TO_OTHERS,
    MAX_OTHER_TEXTS_TO_DRIVER,
    MAX_TEXTS_FROM_DRIVER,
    MAX_TEXTS_FROM_MERCHANT,
    MAX_TEXTS_TO_DRIVER,
)
from baylock.domain.texting.inbound_text import InboundText
from baylock.domain.texting.prices import MICROS, TextPrices
from baylock.domain.venue.mall import TEXTS_USD_A_DAY

A_TEXT_USD = TextPrices().of("US") / MICROS
PARK = f"PARK 18:30 {DRIVER} 90m 7ABC123 ref:TBL-1"


def the_order(world: World, reference: str = "TBL-1") -> Order:
    return world.order(order_id(NOODLES, reference))


# ── merchants ────────────────────────────────────────────────────────────────────────────────────


def test_text_makes_an_order_and_both_are_told(world: World) -> None:
    assert world.text(NOODLES_PHONE, PARK) == "answered: merchant_booked"
    order = the_order(world)
    assert order.booking.channel is Channel.TEXT
    assert order.booking.service_time == NOON + timedelta(hours=6, minutes=30)
    assert (order.booking.duration, order.booking.plate) == (timedelta(minutes=90), "7ABC123")
    (to_merchant,) = world.phones.texts_to(NOODLES_PHONE)
    (to_driver,) = world.phones.texts_to(DRIVER)
    assert to_merchant.startswith("Booked today 18:30, driver ..0123")
    assert "TBL-1" in to_merchant
    assert f"HERE {world.code(order)}" in to_driver


def test_fault_01_same_message_several_times(world: World) -> None:
    for _ in range(3):
        world.text(NOODLES_PHONE, PARK, id_="in-1")
    assert len(world.orders.changes) == 1
    assert len(world.phones.texts_to(NOODLES_PHONE)) == 1
    assert len(world.phones.texts_to(DRIVER)) == 1


def test_fault_01_same_message_several_times_at_once(world: World) -> None:
    text = InboundText("in-1", NOODLES_PHONE, PARK, NOON, OWN_NUMBER)
    with ThreadPoolExecutor(8) as threads:
        outcome = list(threads.map(lambda _: world.answer(text), range(16)))
    world.settle()
    assert set(outcome) == {"answered: merchant_booked"}
    assert world.kept() == world.promised()
    assert len(world.orders.records()) == 1
    assert len(world.phones.texts_to(NOODLES_PHONE)) == 1


def test_fault_02_same_text_in_a_new_message(world: World) -> None:
    world.text(NOODLES_PHONE, f"PARK 18:30 {DRIVER}")
    world.clock.forward(minutes=3)
    world.text(NOODLES_PHONE, f"PARK 18:30 {DRIVER}")
    assert len(world.orders.changes) == 1
    assert len(world.phones.texts_to(NOODLES_PHONE)) == 2, "each text has its reply"


def test_fault_03_nopark_before_park_is_told_so(world: World) -> None:
    assert world.text(NOODLES_PHONE, "NOPARK ref:TBL-1") == "answered: merchant_unknown_reference"
    assert "TBL-1" in world.last_text_to(NOODLES_PHONE)
    assert world.kept() == set()


def test_fault_05_fall_before_the_reply_was_recorded(world: World) -> None:
    world.effect_queues.failures = 1
    with pytest.raises(Busy):
        world.text(NOODLES_PHONE, PARK, id_="in-1")
    world.text(NOODLES_PHONE, PARK, id_="in-1")
    assert len(world.orders.changes) == 1
    assert len(world.phones.texts_to(NOODLES_PHONE)) == 1


def test_nopark_cancels(world: World) -> None:
    world.text(NOODLES_PHONE, PARK)
    assert world.text(NOODLES_PHONE, "NOPARK ref:TBL-1") == "answered: merchant_cancelling"
    world.clock.forward(minutes=10)
    world.clock_runs()
    assert the_order(world).state is State.CANCELLED
    assert world.text(NOODLES_PHONE, "NOPARK ref:TBL-1") == "answered: merchant_declined"


def test_nopark_without_a_reference_names_time_and_phone(world: World) -> None:
    world.text(NOODLES_PHONE, f"PARK 18:30 {DRIVER}")
    assert world.text(NOODLES_PHONE, f"NOPARK 18:30 {DRIVER}") == "answered: merchant_cancelling"
    world.clock.forward(minutes=10)
    world.clock_runs()
    assert world.kept() == set()


def test_reference_with_a_time_moves_the_booking_on_its_own_day(world: World) -> None:
    world.text(NOODLES_PHONE, f"PARK 2026-12-05 18:30 {DRIVER} ref:TBL-1")
    assert world.text(NOODLES_PHONE, "PARK ref:TBL-1 19:15") == "answered: merchant_changed"
    moved = the_order(world).booking.service_time
    assert moved == NOON + timedelta(days=4, hours=7, minutes=15)


def test_change_of_a_booking_that_came_by_api_keeps_what_was_not_said(world: World) -> None:
    world.book(name="Ms Li", plate="AAA")
    world.text(NOODLES_PHONE, "PARK ref:TBL-1 19:15")
    booking = the_order(world).booking
    assert (booking.name, booking.plate, booking.phone) == ("Ms Li", "AAA", DRIVER)


def test_unknown_reference_and_no_phone_is_asked_back(world: World) -> None:
    outcome = world.text(NOODLES_PHONE, "PARK ref:TBL-9 19:15")
    assert outcome == "answered: merchant_unknown_reference"
    assert world.orders.records() == []


def test_fault_27_past_time_is_asked_back(world: World) -> None:
    outcome = world.text(NOODLES_PHONE, f"PARK 2026-11-30 18:30 {DRIVER}")
    assert outcome == "answered: merchant_past"
    assert world.orders.records() == []


@pytest.mark.parametrize("date", ["2027-06-01", "9999-12-31"])
def test_fault_27_too_far_is_told(world: World, date: str) -> None:
    assert world.text(NOODLES_PHONE, f"PARK {date} 18:30 {DRIVER}").startswith("answered: merchant")
    assert world.orders.records() == []


def test_longer_than_a_day_is_told(world: World) -> None:
    outcome = world.text(NOODLES_PHONE, f"PARK 18:30 {DRIVER} 24h")
    assert outcome == "answered: merchant_too_long"


def test_full_lot_names_the_next_times() -> None:
    world = World(spaces=["B2-017"])
    world.text(NOODLES_PHONE, f"PARK 18:30 {DRIVER} ref:A")
    assert world.text(NOODLES_PHONE, "PARK 18:45 +14255550124") == "answered: merchant_full"
    assert "21:00" in world.last_text_to(NOODLES_PHONE)
    assert world.kept() == world.promised()


def test_too_late_is_told(world: World) -> None:
    world.arrived()
    assert world.text(NOODLES_PHONE, "NOPARK ref:TBL-1") == "answered: merchant_too_late"


@pytest.mark.parametrize("end", ["dropped", "completed", "missed"])
def test_repeat_of_a_booking_that_has_ended_is_not_told_as_booked(world: World, end: str) -> None:
    if end == "dropped":
        order = world.book(channel=Channel.TEXT, duration=None)
        world.cancel.give_up(order.id, "a text")
    elif end == "completed":
        order = world.arrived(channel=Channel.TEXT)
        world.leave(order.id)
    else:
        order = world.held(channel=Channel.TEXT)
        world.at(order.schedule.no_show_at)
        world.watch(order.id)
    outcome = world.text(NOODLES_PHONE, f"PARK ref:TBL-1 {DRIVER}")
    assert outcome != "answered: merchant_booked"
    assert "Booked" not in world.last_text_to(NOODLES_PHONE)


def test_unreadable_is_answered_with_an_example(world: World) -> None:
    assert world.text(NOODLES_PHONE, "what?") == "answered: merchant_unreadable"


def test_merchant_whose_mall_is_gone_is_told(world: World) -> None:
    world.venues._malls.clear()
    assert world.text(NOODLES_PHONE, PARK) == "answered: merchant_no_mall"


@pytest.mark.parametrize(
    "body",
    [
        "",
        "PARK",
        "park " * 400,
        "x" * 2048,
        "\x00",
        "🅿️🚗🚗",
        "\ud83d",
        f"PARK 18:30 {DRIVER} ref:{'x' * 200}",
        f"PARK 18:30 {DRIVER} ref:a\u200bb",
        f"PARK 18:30 {DRIVER} ref:a\x07b",
        f"PARK 18:30 {DRIVER} ref:\u202etxet",
        "PARK 99999-99-99 99:99 +99999999999999999",
        "PARK 18:30 +1",
        "حجز موقف 18:30 ",
        "预约",
        "PARK 0001-01-01 00:00 +14255550123",
        "PARK 9999-12-31 23:59 +14255550123 24h",
    ],
)
@pytest.mark.parametrize("sender", [NOODLES_PHONE, DRIVER])
def test_fault_24_whatever_is_sent_has_one_answer(world: World, sender: str, body: str) -> None:
    world.book()
    world.settle()
    before = len(world.phones.sent)
    outcome = world.text(sender, body, id_="in-1")
    assert outcome.startswith(("answered", "done"))
    world.text(sender, body, id_="in-1")
    answers = [text for to, text in world.phones.sent[before:] if to == sender]
    assert len(answers) <= 1
    assert world.kept() == world.promised()


@pytest.mark.parametrize("sender", ["55555", "BANK", "", "+14255550999", "4255550101", "+1\n"])
@pytest.mark.parametrize("body", [PARK, "HERE 1234", "HELP", "STOP"])
def test_fault_25_strangers_get_no_reply(world: World, sender: str, body: str) -> None:
    assert world.text(sender, body).startswith("ignored")
    assert world.phones.sent == []
    assert world.orders.records() == []


# ── drivers ──────────────────────────────────────────────────────────────────────────────────────


def booked(world: World) -> Order:
    order = world.held()
    world.at(order.claim.window.start)
    return order


@pytest.mark.parametrize("words", ["HERE {}", "here{}", "{}", "到了 {}", "Here: {}!"])
def test_code_lowers_the_barrier(world: World, words: str) -> None:
    order = booked(world)
    became = world.text(DRIVER, words.format(world.code(order)))
    assert became == "answered: driver_welcome"
    assert world.order(order).access.admitted_at == world.clock.now
    assert world.desired("B2-017") == ("lowered", order.id)


def test_here_without_a_code_is_asked_for_it(world: World) -> None:
    order = booked(world)
    assert world.text(DRIVER, "HERE") == "answered: driver_which_code"
    assert world.order(order) == order


def test_here_before_the_time_says_from_when(world: World) -> None:
    order = world.book()
    world.settle()
    assert world.text(DRIVER, f"HERE {world.code(order)}") == "answered: driver_not_yet"
    assert "13:45" in world.last_text_to(DRIVER)


def test_fault_34_five_wrong_codes_lock_the_code_out(world: World) -> None:
    order = booked(world)
    wrong = f"{(int(world.code(order)) + 1) % 10_000:04}"
    for left in (4, 3, 2, 1):
        assert world.text(DRIVER, f"HERE {wrong}") == "answered: driver_wrong_code"
        assert f"Tries left: {left}" in world.last_text_to(DRIVER)
    assert world.text(DRIVER, wrong) == "answered: driver_code_locked"
    assert "Noodle House" in world.last_text_to(DRIVER)
    assert world.text(DRIVER, world.code(order)) == "done, no answer"
    assert world.order(order).access.admitted_at is None


def test_another_number_with_the_code_is_a_stranger(world: World) -> None:
    order = booked(world)
    assert world.text("+14255550177", world.code(order)).startswith("ignored")
    assert world.order(order) == order


def test_second_order_of_the_driver_is_opened_by_its_own_code(world: World) -> None:
    first = world.book("TBL-1")
    second = world.book("TBL-2")
    world.settle()
    world.at(second.claim.window.start)
    world.clock_runs()
    world.settle()
    assert world.text(DRIVER, world.code(second)) == "answered: driver_welcome"
    assert world.order(second).access.admitted_at
    assert world.order(first).access.admitted_at is None


def test_more_extends_and_says_until_when(world: World) -> None:
    order = world.arrived()
    assert world.text(DRIVER, "MORE 30") == "answered: driver_extended"
    assert world.order(order).claim.window.end == order.claim.window.end + timedelta(minutes=30)
    assert "16:45" in world.last_text_to(DRIVER)


def test_more_in_the_same_message_is_granted_once(world: World) -> None:
    order = world.arrived()
    for _ in range(2):
        world.text(DRIVER, "MORE 30", id_="in-1")
    assert world.order(order).claim.window.end == order.claim.window.end + timedelta(minutes=30)


def test_fault_14_more_that_meets_the_next_order_says_how_long(world: World) -> None:
    order = world.arrived("TBL-1")
    nexts = order.claim.window.end + timedelta(minutes=15)
    world.book("TBL-2", service_time=nexts + timedelta(minutes=15), phone="+14255550124")
    assert world.text(DRIVER, "MORE 60") == "answered: driver_not_extended"
    assert "16:30" in world.last_text_to(DRIVER)
    assert world.order(order) == order


def test_where_says_it_again(world: World) -> None:
    order = world.book()
    world.settle()
    assert world.text(DRIVER, "在哪") == "answered: driver_where"
    assert world.code(order) in world.last_text_to(DRIVER)


def test_drop_gives_the_space_back(world: World) -> None:
    order = world.book()
    world.settle()
    assert world.text(DRIVER, "DROP") == "answered: driver_dropping"
    world.clock.forward(minutes=10)
    world.clock_runs()
    assert world.order(order).reason is Reason.DRIVER
    assert world.kept() == set()


def test_drop_after_coming_in_changes_nothing(world: World) -> None:
    order = world.arrived()
    assert world.text(DRIVER, "DROP") == "answered: driver_in"
    assert world.order(order) == order


def test_where_tells_who_is_in_how_to_leave_and_no_code(world: World) -> None:
    order = world.arrived()
    assert world.text(DRIVER, "WHERE") == "answered: driver_in"
    assert world.code(order) not in world.last_text_to(DRIVER)
    assert "DONE" in world.last_text_to(DRIVER)


def test_done_ends_the_stay(world: World) -> None:
    order = world.arrived()
    assert world.text(DRIVER, "DONE") == "answered: driver_leaving"
    world.lock_says("B2-017", BarrierReport.LOWERED, order=order, vehicle=False)
    assert world.order(order).state is State.COMPLETED


def test_nothing_is_kept_any_more(world: World) -> None:
    order = world.arrived()
    world.text(DRIVER, f"DONE {world.code(order)}")
    assert world.text(DRIVER, "WHERE") == "answered: driver_nothing"


def test_fault_26_stop_ends_texts_and_not_the_order(world: World) -> None:
    order = world.book()
    world.settle()
    texts = len(world.phones.sent)
    assert world.text(DRIVER, "STOP") == "done, no answer"
    assert world.text(DRIVER, "WHERE").startswith("answered")
    assert len(world.phones.sent) == texts
    assert world.order(order).is_live
    assert world.order(order).notes.unreachable is Unreachable.OPTED_OUT


def test_fault_26_who_starts_again_is_told_what_was_not_heard(world: World) -> None:
    order = world.book()
    world.settle()
    world.text(DRIVER, "STOP")
    texts = len(world.phones.sent)
    assert world.text(DRIVER, "START") == "answered: driver_where"
    assert len(world.phones.sent) == texts + 1
    assert world.code(order) in world.last_text_to(DRIVER)
    assert world.order(order).notes.unreachable is None


def test_fault_26_merchant_who_booked_by_text_is_told(world: World) -> None:
    world.text(NOODLES_PHONE, PARK)
    world.text(DRIVER, "STOP")
    assert "gets no texts" in world.last_text_to(NOODLES_PHONE)
    assert "TBL-1" in world.last_text_to(NOODLES_PHONE)


def test_fault_26_merchant_is_told_of_a_driver_who_had_opted_out_before(world: World) -> None:
    world.message_log.set_opted_out(DRIVER, True)
    world.text(NOODLES_PHONE, PARK)
    assert world.phones.texts_to(DRIVER) == []
    assert any("gets no texts" in text for text in world.phones.texts_to(NOODLES_PHONE))
    assert the_order(world).notes.unreachable is Unreachable.OPTED_OUT


def test_fault_26_a_code_still_opens_the_barrier_for_who_wants_no_texts(world: World) -> None:
    order = world.held()
    world.text(DRIVER, "STOP")
    world.at(order.claim.window.start)
    world.text(DRIVER, f"HERE {world.code(order)}")
    assert world.order(order).access.admitted_at


def test_another_driver_of_the_booking_is_not_taken_for_unreachable(world: World) -> None:
    world.text(NOODLES_PHONE, PARK)
    world.text(DRIVER, "STOP")
    world.text(NOODLES_PHONE, "PARK ref:TBL-1 +14255550155")
    assert the_order(world).notes.unreachable is None
    assert len(world.phones.texts_to("+14255550155")) == 1


def test_merchant_who_is_also_a_driver_stops_as_both(world: World) -> None:
    order = world.book(phone=NOODLES_PHONE)
    world.settle()
    assert world.text(NOODLES_PHONE, "STOP") == "done, no answer"
    assert world.order(order).notes.unreachable is Unreachable.OPTED_OUT
    texts = len(world.phones.sent)
    world.text(NOODLES_PHONE, PARK)
    assert world.phones.texts_to(NOODLES_PHONE) == [text for _, text in world.phones.sent[:texts]]


# ── robots and floods ────────────────────────────────────────────────────────────────────────────


def test_our_own_number_is_not_answered(world: World) -> None:
    assert world.text(OWN_NUMBER, "HELP") == "ignored: our own number"


def test_a_robot_that_answers_each_answer_is_answered_no_more(world: World) -> None:
    world.book()
    world.settle()
    before = len(world.phones.sent)
    for _ in range(20):
        world.text(DRIVER, "I am driving and will read your message later.")
        world.clock.forward(minutes=1)
    assert len(world.phones.sent) - before == MAX_HINTS_TO_DRIVER[0]
    for _ in range(3 * 24):
        world.text(DRIVER, "I am driving and will read your message later.")
        world.clock.forward(minutes=20)
        if world.clock.now.hour == 23:
            break
    assert len(world.phones.sent) - before <= MAX_HINTS_TO_DRIVER[1]


def test_who_asks_for_help_is_answered_however_much_could_not_be_read(world: World) -> None:
    world.book()
    world.settle()
    for _ in range(MAX_HINTS_TO_DRIVER[0] + 1):
        world.text(DRIVER, "what now?!")
    before = len(world.phones.texts_to(DRIVER))
    for text in ("HELP", "HELP", "WHERE", "DROP", "DONE"):
        world.text(DRIVER, text)
    assert len(world.phones.texts_to(DRIVER)) == before + 5


def test_fault_31_a_driver_who_floods_spends_no_more_than_a_days_texts(world: World) -> None:
    order = world.book()
    other = world.book("TBL-2", phone="+14255550124")
    world.settle()
    outcome = [world.text(DRIVER, "WHERE") for _ in range(MAX_TEXTS_FROM_DRIVER + 20)]
    assert outcome[MAX_TEXTS_FROM_DRIVER] == "answered: driver_too_many"
    assert set(outcome[MAX_TEXTS_FROM_DRIVER + 1 :]) == {"ignored: too many texts today"}
    assert len(world.phones.texts_to(DRIVER)) == 1 + MAX_OTHER_TEXTS_TO_DRIVER
    assert world.order(order).is_live
    assert world.text("+14255550124", "WHERE") == "answered: driver_where"
    assert world.code(other) in world.last_text_to("+14255550124")


def test_fault_31_a_merchant_who_floods_spends_no_more_than_a_days_texts(world: World) -> None:
    outcome = [world.text(NOODLES_PHONE, "what?") for _ in range(MAX_TEXTS_FROM_MERCHANT + 2)]
    assert outcome[-2:] == ["answered: merchant_too_many", "ignored: too many texts today"]
    assert len(world.phones.texts_to(NOODLES_PHONE)) <= MAX_HINTS_TO_OTHERS[0] + 1
    assert world.text(CINEMA_PHONE, f"PARK 18:30 {DRIVER}") == "answered: merchant_booked"


def test_fault_31_stop_is_heeded_however_many_texts_there_were(world: World) -> None:
    order = world.book()
    world.settle()
    for _ in range(MAX_TEXTS_FROM_DRIVER + 5):
        world.text(DRIVER, "?!")
    assert world.text(DRIVER, "STOP") == "done, no answer"
    assert world.order(order).notes.unreachable is Unreachable.OPTED_OUT


def test_fault_31_tomorrow_is_another_day(world: World) -> None:
    world.book(service_time=NOON + timedelta(days=3))
    world.settle()
    for _ in range(MAX_TEXTS_FROM_DRIVER + 5):
        world.text(DRIVER, "WHERE")
    world.clock.forward(days=1)
    assert world.text(DRIVER, "WHERE") == "answered: driver_where"
    assert world.last_text_to(DRIVER) == world.phones.sent[-1][1]


def test_fault_31_a_number_that_many_book_for_gets_no_more_than_a_days_texts(world: World) -> None:
    """Otherwise a key would be enough to flood any number."""
    for _ in range(MAX_TEXTS_TO_DRIVER):
        world.book()
        world.cancel(NOODLES, "TBL-1")
        world.settle()
    order = world.book()
    world.settle()
    assert len(world.phones.texts_to(DRIVER)) == MAX_TEXTS_TO_DRIVER
    assert world.order(order).notes.unreachable is Unreachable.SPEND_LIMIT


def test_fault_31_a_merchants_orders_have_a_days_money_and_others_have_theirs(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(allowance, "MERCHANT_SHARE", 2.5 * A_TEXT_USD / TEXTS_USD_A_DAY)
    orders = [world.book(f"TBL-{n}", phone=f"+1425555020{n}") for n in range(3)]
    world.settle()
    assert len(world.phones.sent) == 2
    reached = [world.order(order).notes.unreachable for order in orders]
    assert reached == [None, None, Unreachable.SPEND_LIMIT]
    theirs = world.book("C-1", merchant=CINEMA, phone="+14255550299")
    world.settle()
    assert world.order(theirs).notes.unreachable is None
    assert len(world.phones.texts_to("+14255550299")) == 1


def test_number_that_the_booking_no_longer_names_opens_nothing(world: World) -> None:
    order = booked(world)
    world.place(replace(order.booking, phone="+14255550155"))
    world.settle()
    theirs = world.code(world.order(order))
    for code in (world.code(order), theirs):
        assert world.text(DRIVER, code) == "answered: driver_nothing"
    assert world.text("+14255550155", theirs) == "answered: driver_welcome"


def test_merchant_who_is_also_a_driver(world: World) -> None:
    order = world.held(phone=NOODLES_PHONE)
    world.at(order.claim.window.start)
    assert world.text(NOODLES_PHONE, f"HERE {world.code(order)}") == "answered: driver_welcome"
    assert world.text(NOODLES_PHONE, f"PARK 18:30 {DRIVER}") == "answered: merchant_booked"
    assert world.text(NOODLES_PHONE, "what?") == "answered: merchant_unreadable"


def test_whole_day_at_a_space(world: World) -> None:
    """The main job: text, barrier up, code, barrier down, arrived, gone."""
    world.text(NOODLES_PHONE, f"PARK 18:30 {DRIVER} ref:TBL-1")
    order = the_order(world)
    world.at(order.schedule.secure_at)
    world.clock_runs()
    world.settle()
    assert world.desired("B2-017") == ("raised", order.id)
    world.lock_says("B2-017", BarrierReport.MOVING, order=order)
    world.lock_says("B2-017", BarrierReport.RAISED, order=order)
    assert the_order(world).state is State.HELD
    world.at(order.claim.window.start)
    world.text(DRIVER, f"HERE {world.code(order)}")
    assert world.desired("B2-017") == ("lowered", order.id)
    world.lock_says("B2-017", BarrierReport.LOWERED, order=order)
    assert the_order(world).state is State.ARRIVED
    world.lock_says("B2-017", BarrierReport.LOWERED, order=order, vehicle=True)
    world.text(DRIVER, "DONE")
    world.lock_says("B2-017", BarrierReport.LOWERED, order=order, vehicle=False)
    world.settle()
    assert the_order(world).state is State.COMPLETED
    assert world.kept() == set()
    assert world.orders.out[world.mall.ref, P1] == set()
    assert world.shadows.asked[-1][0] == thing("B2-017")
    assert world.desired("B2-017") == ("lowered", None)


@pytest.mark.parametrize("verb", ["MORE", "延长", "another"])
def test_more_with_the_drivers_own_code_is_asked_back(world: World, verb: str) -> None:
    order = world.arrived()
    assert world.text(DRIVER, f"{verb} {world.code(order)}") == "answered: driver_code_or_more"
    assert world.order(order).claim == order.claim


@pytest.mark.parametrize("text", ["MORE 0045", "延长 0130", "M.O.R.E 0045", "MORE 0000"])
def test_four_digits_that_start_with_zero_are_no_minutes(world: World, text: str) -> None:
    order = world.arrived()
    assert world.text(DRIVER, text) == "answered: driver_code_or_more"
    assert world.order(order).claim == order.claim
