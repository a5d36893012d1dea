"""Texts with a forged sender: what anybody could send from a merchant's or a driver's number."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.fakes.keys import key_of, order_id
from tests.fakes.mall import DRIVER, MALL_PHONE, NOODLES, NOODLES_PHONE
from tests.fakes.world import World

from baylock.domain.access.key_ring import Purpose
from baylock.domain.booking.booking import Channel
from baylock.domain.errors import NotReached, Unreachable
from baylock.domain.locks.lock import BarrierReport, Fault
from baylock.domain.orders.cancellation import UNDO_WITHIN
from baylock.domain.orders.order import MAX_UNDONE, Order
from baylock.domain.orders.state import Reason, State
from baylock.domain.texting.signature import MAX_WRONG_PINS, Pin, TextKey, signed, text_key
from baylock.domain.venue.quotas import Quotas
from baylock.usecases.texting.change_text_key import ChangePin

pytestmark = pytest.mark.threat(3)

PARK = f"PARK 18:30 {DRIVER} ref:TBL-1"
PIN = "482163"


def the_order(world: World) -> Order:
    return world.order(order_id(NOODLES, "TBL-1"))


def with_quotas(world: World, **quotas: int) -> None:
    world.venues.save(replace(world.mall, version="2", quotas=Quotas(**quotas)), world.merchants)


def ten_minutes_later(world: World) -> None:
    world.clock.forward(minutes=10)
    world.clock_runs()
    world.settle()


def needs_pin(world: World, *, demanded: bool = True) -> None:
    change = ChangePin(world.signatures)
    change.give(NOODLES, PIN, b"salt")
    change.demand(NOODLES, demanded)


# ── a driver's texts that take the space away ────────────────────────────────────────────────────


@pytest.mark.parametrize("body", ["HELP TAKEN", "someone parked in my spot", "帮助 被占"])
def test_driver_is_not_moved_by_a_number_where_the_lock_sees_no_vehicle(
    world: World, body: str
) -> None:
    order = world.held()
    world.settle()
    assert world.text(DRIVER, body) == "answered: driver_needs_code"
    assert world.order(order) == order
    assert world.orders.found_taken_until(order.claim.space) is None
    assert world.phones.texts_to(MALL_PHONE) == []
    assert world.code(order) not in world.last_text_to(DRIVER)
    assert world.text(DRIVER, f"HELP TAKEN {world.code(order)}") == "answered: driver_moved"


def test_the_reply_says_how_to_send_it_with_the_code(world: World) -> None:
    world.held()
    world.settle()
    world.text(DRIVER, "HELP TAKEN")
    assert "HELP TAKEN 4821" in world.last_text_to(DRIVER)
    world.text(DRIVER, "帮助 挡住")
    assert "帮助 挡住 4821" in world.last_text_to(DRIVER)


def test_driver_is_moved_without_a_code_where_the_lock_sees_the_vehicle(world: World) -> None:
    order = world.held()
    world.settle()
    world.lock_says("B2-017", BarrierReport.RAISED, order=order, vehicle=True)
    assert world.text(DRIVER, "HELP TAKEN") == "answered: driver_moved"


def test_vehicle_of_a_driver_who_is_in_confirms_nothing(world: World) -> None:
    """The barrier was never up, so the order would still move: it is the driver's own vehicle."""
    order = world.book()
    world.settle()
    world.at(order.schedule.secure_at)
    world.text(DRIVER, f"HERE {world.code(order)}")
    world.lock_says("B2-017", BarrierReport.LOWERED, order=order, vehicle=True)
    assert world.text(DRIVER, "HELP TAKEN") == "answered: driver_needs_code"
    assert world.order(order).claim == order.claim


@pytest.mark.parametrize("shown", ["fault", "silence", "barrier"])
def test_blocked_space_needs_no_code_where_the_lock_shows_it(world: World, shown: str) -> None:
    order = world.held()
    world.settle()
    assert world.text(DRIVER, "HELP BLOCKED") == "answered: driver_needs_code"
    if shown == "fault":
        world.lock_says("B2-017", BarrierReport.RAISED, order=order, fault=Fault.JAMMED)
    elif shown == "silence":
        world.lock_goes("B2-017", offline=True)
    else:
        world.at(order.claim.window.start)
        world.text(DRIVER, f"HERE {world.code(order)}")
    assert world.text(DRIVER, "HELP BLOCKED") == "answered: driver_moved"


def test_wrong_code_with_a_problem_counts_as_one(world: World) -> None:
    order = world.held()
    world.settle()
    wrong = "0000" if world.code(order) != "0000" else "1111"
    assert world.text(DRIVER, f"HELP TAKEN {wrong}") == "answered: driver_wrong_code"
    assert world.order(order).notes.wrong_codes == 1
    assert world.order(order).claim == order.claim


def test_a_flood_of_forged_texts_brings_the_driver_a_few_replies(world: World) -> None:
    world.held()
    world.settle()
    before = len(world.phones.texts_to(DRIVER))
    for number in range(30):
        world.text(DRIVER, "HELP TAKEN" if number % 2 else "HELP BLOCKED")
    assert len(world.phones.texts_to(DRIVER)) - before == 3


def test_stay_does_not_end_while_the_vehicle_is_there(world: World) -> None:
    order = world.arrived()
    assert world.text(DRIVER, "DONE") == "answered: driver_leaving"
    assert world.order(order).state is State.ARRIVED
    assert world.kept() == world.promised() != set()
    world.lock_says("B2-017", BarrierReport.LOWERED, order=order, vehicle=False)
    assert world.order(order).state is State.COMPLETED
    assert world.order(order).promise.ended_at == world.clock.now
    assert world.kept() == set()


def test_stay_does_not_end_before_the_driver_has_driven_in(world: World) -> None:
    order = world.held()
    world.at(order.claim.window.start)
    world.text(DRIVER, f"HERE {world.code(order)}")
    world.lock_says("B2-017", BarrierReport.LOWERED, order=order)
    assert world.text(DRIVER, "DONE") == "answered: driver_needs_code"
    assert world.order(order).is_live
    assert world.text(DRIVER, f"DONE {world.code(order)}") == "answered: driver_done"
    assert world.order(order).state is State.COMPLETED


def test_stay_ends_at_once_where_the_vehicle_has_gone(world: World) -> None:
    order = world.arrived()
    world.lock_says("B2-017", BarrierReport.LOWERED, order=order, vehicle=False)
    assert world.text(DRIVER, "DONE") == "answered: driver_done"


# ── cancellations that can be undone ─────────────────────────────────────────────────────────────


def test_forged_drop_is_undone_by_the_driver_and_the_merchant_hears_of_both(world: World) -> None:
    world.text(NOODLES_PHONE, PARK)
    assert world.text(DRIVER, "DROP") == "answered: driver_dropping"
    assert "KEEP" in world.last_text_to(DRIVER)
    assert "KEEP ref:TBL-1" in world.last_text_to(NOODLES_PHONE)
    order = the_order(world)
    assert (order.state, order.cancelling and order.cancelling.reason) == (
        State.RESERVED,
        Reason.DRIVER,
    )
    assert world.kept() == world.promised() != set(), "given to nobody"
    world.clock.forward(minutes=9)
    world.clock_runs()
    assert world.text(DRIVER, "KEEP") == "answered: driver_where"
    assert "is kept for driver" in world.last_text_to(NOODLES_PHONE)
    ten_minutes_later(world)
    assert the_order(world).is_live
    assert the_order(world).cancelling is None


def test_drop_takes_effect_after_ten_minutes_and_is_told_once(world: World) -> None:
    world.text(NOODLES_PHONE, PARK)
    world.text(DRIVER, "DROP")
    told = len(world.phones.texts_to(DRIVER)), len(world.phones.texts_to(NOODLES_PHONE))
    ten_minutes_later(world)
    assert (the_order(world).state, the_order(world).reason) == (State.CANCELLED, Reason.DRIVER)
    assert world.kept() == set()
    after = len(world.phones.texts_to(DRIVER)), len(world.phones.texts_to(NOODLES_PHONE))
    assert after == told
    assert world.text(DRIVER, "KEEP") == "answered: driver_nothing"


def test_drop_with_the_code_acts_at_once(world: World) -> None:
    order = world.book()
    world.settle()
    assert world.text(DRIVER, f"DROP {world.code(order)}") == "answered: driver_dropped"
    assert world.order(order).state is State.CANCELLED


def test_forged_cancellation_is_undone_by_the_merchant_and_the_driver_hears_the_truth(
    world: World,
) -> None:
    world.text(NOODLES_PHONE, PARK)
    assert world.text(NOODLES_PHONE, "NOPARK ref:TBL-1") == "answered: merchant_cancelling"
    assert "KEEP ref:TBL-1" in world.last_text_to(NOODLES_PHONE)
    assert "is kept until 12:10" in world.last_text_to(DRIVER)
    assert world.text(DRIVER, "KEEP") == "answered: driver_cancelling", "not the driver's to undo"
    assert world.text(NOODLES_PHONE, "KEEP ref:TBL-1") == "answered: merchant_booked"
    assert world.code(the_order(world)) in world.last_text_to(DRIVER)
    ten_minutes_later(world)
    assert the_order(world).is_live


def test_cancellation_takes_effect_and_the_driver_is_not_told_twice(world: World) -> None:
    world.text(NOODLES_PHONE, PARK)
    world.text(NOODLES_PHONE, "NOPARK ref:TBL-1")
    told = len(world.phones.texts_to(DRIVER))
    ten_minutes_later(world)
    assert (the_order(world).state, the_order(world).reason) == (State.CANCELLED, Reason.MERCHANT)
    assert len(world.phones.texts_to(DRIVER)) == told
    assert world.text(NOODLES_PHONE, "KEEP ref:TBL-1") == "answered: merchant_declined"


def test_same_booking_sent_again_undoes_the_cancellation(world: World) -> None:
    world.text(NOODLES_PHONE, PARK)
    world.text(NOODLES_PHONE, "NOPARK ref:TBL-1")
    world.clock.forward(minutes=1)
    assert world.text(NOODLES_PHONE, PARK) == "answered: merchant_changed"
    assert the_order(world).cancelling is None


def test_driver_who_comes_meanwhile_is_let_in_and_the_merchant_hears_it(world: World) -> None:
    order = world.held(channel=Channel.TEXT)
    world.at(order.claim.window.start)
    world.text(NOODLES_PHONE, "NOPARK ref:TBL-1")
    assert world.text(DRIVER, f"HERE {world.code(order)}") == "answered: driver_welcome"
    assert the_order(world).cancelling is None
    assert "is kept for driver" in world.last_text_to(NOODLES_PHONE)


def test_space_that_is_given_back_at_the_last_moment_is_cancelled_and_no_no_show(
    world: World,
) -> None:
    order = world.held()
    world.at(order.missed_at - timedelta(minutes=2))
    world.text(DRIVER, "DROP")
    world.at(order.missed_at)
    assert world.watch(order.id).state is State.CANCELLED


def test_drop_needs_the_code_where_the_driver_would_not_hear_of_it(world: World) -> None:
    """STOP and then DROP, both forged: the driver would lose the space in silence."""
    order = world.book()
    world.settle()
    world.text(DRIVER, "STOP")
    assert world.order(order).notes.unreachable is Unreachable.OPTED_OUT
    assert world.text(DRIVER, "DROP") == "answered: driver_needs_code"
    ten_minutes_later(world)
    assert world.order(order).is_live
    assert world.text(DRIVER, f"DROP {world.code(order)}") == "answered: driver_dropped"


def test_cancellation_needs_proof_where_the_merchant_would_not_hear_of_it(world: World) -> None:
    world.text(NOODLES_PHONE, PARK)
    world.text(NOODLES_PHONE, "STOP")
    world.text(NOODLES_PHONE, "NOPARK ref:TBL-1")
    ten_minutes_later(world)
    assert the_order(world).is_live


def at_once(world: World, sender: str, *bodies: str) -> list[str]:
    """Receive texts that are all read before any reply leaves."""
    settle, world.settle = world.settle, lambda: None  # type: ignore[method-assign]
    said = [world.text(sender, body) for body in bodies]
    world.settle = settle  # type: ignore[method-assign]
    world.settle()
    return said


def test_drop_and_stop_at_once_do_not_take_the_space_in_silence(world: World) -> None:
    """The reply, which says how to undo it, finds a number that gets no texts any more."""
    world.text(NOODLES_PHONE, PARK)
    assert at_once(world, DRIVER, "DROP", "STOP")[0] == "answered: driver_dropping"
    assert the_order(world).notes.unreachable is Unreachable.OPTED_OUT
    ten_minutes_later(world)
    assert the_order(world).is_live
    assert any("is kept for driver" in said for said in world.phones.texts_to(NOODLES_PHONE))


def test_drop_that_is_read_while_the_driver_becomes_unreachable_needs_the_code(
    world: World,
) -> None:
    order = world.book()
    world.settle()
    world.orders.before["change"] = lambda: world.reach_driver.wants_texts(
        DRIVER, wanted=False, orders=[order.id]
    )
    assert world.text(DRIVER, "DROP") == "answered: driver_needs_code"
    assert world.order(order).cancelling is None


def test_drop_whose_reply_is_held_back_is_undone(world: World) -> None:
    order = world.book()
    world.settle()
    world.phones.refuses[DRIVER] = NotReached(Unreachable.REFUSED, again=False)
    world.text(DRIVER, "DROP")
    ten_minutes_later(world)
    assert world.order(order).is_live


def test_cancellation_and_stop_at_once_do_not_take_the_space_behind_the_merchants_back(
    world: World,
) -> None:
    world.text(NOODLES_PHONE, PARK)
    said = at_once(world, NOODLES_PHONE, "NOPARK ref:TBL-1", "STOP")
    assert said[0] == "answered: merchant_cancelling"
    ten_minutes_later(world)
    assert the_order(world).is_live
    assert world.code(the_order(world)) in world.last_text_to(DRIVER), "told that it is kept"


def test_keep_undoes_the_drivers_own_cancellation_first(world: World) -> None:
    """An earlier booking that the merchant cancels meanwhile does not stand before it."""
    world.text(NOODLES_PHONE, PARK)
    assert world.text(DRIVER, "DROP") == "answered: driver_dropping"
    earlier = world.book("TBL-0", service_time=world.clock.now + timedelta(hours=1))
    world.settle()
    world.text(NOODLES_PHONE, "NOPARK ref:TBL-0")
    assert world.text(DRIVER, "KEEP") == "answered: driver_where"
    assert the_order(world).cancelling is None
    assert world.order(earlier).cancelling
    assert world.text(DRIVER, "KEEP") == "answered: driver_cancelling"


def test_driver_who_asks_for_more_time_takes_back_their_own_cancellation(world: World) -> None:
    """They read that the space is theirs until later: so it must be."""
    world.text(NOODLES_PHONE, PARK)
    world.text(DRIVER, "DROP")
    assert world.text(DRIVER, "MORE 30") == "answered: driver_extended"
    assert "is kept for driver" in world.last_text_to(NOODLES_PHONE)
    ten_minutes_later(world)
    assert the_order(world).is_live


def test_more_time_does_not_undo_the_merchants_cancellation_and_does_not_say_so(
    world: World,
) -> None:
    world.text(NOODLES_PHONE, PARK)
    world.text(NOODLES_PHONE, "NOPARK ref:TBL-1")
    assert world.text(DRIVER, "MORE 30") == "answered: driver_cancelling"
    ten_minutes_later(world)
    assert the_order(world).state is State.CANCELLED


def test_move_while_it_is_cancelled_does_not_sound_like_a_space(world: World) -> None:
    world.text(NOODLES_PHONE, PARK)
    world.text(NOODLES_PHONE, "NOPARK ref:TBL-1")
    moved = world.move(the_order(world), Reason.LOCK_SILENT)
    world.settle()
    said = world.last_text_to(DRIVER)
    assert said.startswith("Cancelled by")
    assert f"{moved.claim.space.space} is kept until 12:10" in said


def test_nobody_plays_with_a_cancellation_for_ever(world: World) -> None:
    order = world.book()
    world.settle()
    for _ in range(MAX_UNDONE):
        assert world.text(DRIVER, "DROP") == "answered: driver_dropping"
        assert world.text(DRIVER, "KEEP") == "answered: driver_where"
    assert world.text(DRIVER, "DROP") == "answered: driver_needs_code"
    assert world.text(NOODLES_PHONE, "NOPARK ref:TBL-1") == "answered: merchant_text_quota"
    assert world.order(order).cancelling is None


def test_signed_cancellation_acts_at_once(world: World) -> None:
    world.text(NOODLES_PHONE, PARK)
    body = signed("NOPARK ref:TBL-1", text_key(NOODLES, 1, key_of(Purpose.TEXT_KEYS)))
    assert world.text(NOODLES_PHONE, body) == "answered: merchant_declined"
    assert the_order(world).state is State.CANCELLED


def test_undoing_lasts_ten_minutes() -> None:
    assert timedelta(minutes=10) == UNDO_WITHIN


# ── STOP ─────────────────────────────────────────────────────────────────────────────────────────


def test_forged_stop_is_heard_by_the_merchant_and_undone_by_start(world: World) -> None:
    world.text(NOODLES_PHONE, PARK)
    world.text(DRIVER, "STOP")
    assert "gets no texts" in world.last_text_to(NOODLES_PHONE)
    assert the_order(world).is_live
    assert world.text(DRIVER, "START") == "answered: driver_where"
    assert world.code(the_order(world)) in world.last_text_to(DRIVER)


@pytest.mark.threat(2)
def test_stop_and_start_for_ever_bring_the_merchant_one_text_of_each_kind(world: World) -> None:
    """Both words are heeded however many there are: they must not bomb the merchant's phone."""
    world.text(NOODLES_PHONE, PARK)
    before = len(world.phones.texts_to(NOODLES_PHONE))
    for _ in range(50):
        world.text(DRIVER, "STOP")
        world.text(DRIVER, "START")
    world.text(DRIVER, "STOP")
    said = world.phones.texts_to(NOODLES_PHONE)[before:]
    assert ["gets no texts" in text for text in said] == [True, False], "and that answers ran out"
    assert the_order(world).notes.unreachable is Unreachable.OPTED_OUT


def test_merchant_hears_of_another_driver_who_gets_no_texts(world: World) -> None:
    other = "+14255550155"
    world.text(NOODLES_PHONE, PARK)
    world.text(DRIVER, "STOP")
    world.text(NOODLES_PHONE, f"PARK ref:TBL-1 {other}")
    world.text(other, "STOP")
    said = [text for text in world.phones.texts_to(NOODLES_PHONE) if "gets no texts" in text]
    assert len(said) == 2


# ── bookings without proof ───────────────────────────────────────────────────────────────────────


def _park(number: int) -> str:
    return f"PARK 2026-12-{2 + number:02} 18:30 +142555501{number:02} ref:F{number}"


@pytest.mark.parametrize("quota", ["texts_an_hour", "texts_a_day"])
def test_unsigned_texts_book_so_many_and_no_more(world: World, quota: str) -> None:
    with_quotas(world, **{quota: 3})
    for number in range(3):
        assert world.text(NOODLES_PHONE, _park(number)) == "answered: merchant_booked"
    before = len(world.phones.texts_to(NOODLES_PHONE))
    for number in range(3, 24):
        assert world.text(NOODLES_PHONE, _park(number)) == "answered: merchant_text_quota"
    assert len(world.orders.records()) == 3
    said = world.phones.texts_to(NOODLES_PHONE)[before:]
    assert "PIN" in said[0]
    assert len(said) == 10, "said rarely"
    world.clock.forward(hours=1)
    again = "merchant_booked" if quota == "texts_an_hour" else "merchant_text_quota"
    assert world.text(NOODLES_PHONE, _park(25)) == f"answered: {again}"


def test_signed_texts_and_those_with_a_pin_are_beyond_the_quota(world: World) -> None:
    with_quotas(world, texts_an_hour=1)
    needs_pin(world, demanded=False)
    key = text_key(NOODLES, 1, key_of(Purpose.TEXT_KEYS))
    for number in range(0, 6, 2):
        assert world.text(NOODLES_PHONE, signed(_park(number), key)) == "answered: merchant_booked"
        pinned = f"PIN {PIN} {_park(number + 1)}"
        assert world.text(NOODLES_PHONE, pinned) == "answered: merchant_booked"
    assert world.text(NOODLES_PHONE, _park(6)) == "answered: merchant_booked"
    assert world.text(NOODLES_PHONE, _park(7)) == "answered: merchant_text_quota"


def test_unsigned_texts_take_a_share_of_a_lot_and_no_more(world: World) -> None:
    """Four spaces in the garage, one on the roof: half of each, rounded up."""
    with_quotas(world, text_lot_share=50)
    texts = [f"PARK 18:30 +1425555010{number} ref:F{number}" for number in range(5)]
    outcomes = [world.text(NOODLES_PHONE, text) for text in texts]
    assert outcomes == ["answered: merchant_booked"] * 3 + ["answered: merchant_text_quota"] * 2
    body = signed(texts[3], text_key(NOODLES, 1, key_of(Purpose.TEXT_KEYS)))
    assert world.text(NOODLES_PHONE, body) == "answered: merchant_booked"
    world.book("API", service_time=the(world, "F0").booking.service_time, phone="+14255550190")


def the(world: World, reference: str) -> Order:
    return world.order(order_id(NOODLES, reference))


OTHER = "+14255550155"


@pytest.mark.parametrize(
    "bodies",
    [
        (f"PARK ref:TBL-1 {OTHER}",),
        (f"PARK ref:TBL-1 21:30 {OTHER}",),
        ("PARK ref:TBL-1 21:30", f"PARK ref:TBL-1 {OTHER}", "PARK ref:TBL-1 18:30"),
        ("NOPARK ref:TBL-1", f"PARK ref:TBL-1 {OTHER}"),
    ],
)
def test_space_is_not_handed_to_another_phone_without_proof(
    world: World, bodies: tuple[str, ...]
) -> None:
    """Its code and link would be the forger's, and the driver without a space at once."""
    world.text(NOODLES_PHONE, PARK)
    world.clock.forward(minutes=10)
    said = [world.text(NOODLES_PHONE, body) for body in bodies]
    assert "answered: merchant_text_quota" in said
    assert the_order(world).booking.phone == DRIVER
    assert world.phones.texts_to(OTHER) == []
    body = signed(f"PARK ref:TBL-1 {OTHER}", text_key(NOODLES, 1, key_of(Purpose.TEXT_KEYS)))
    assert world.text(NOODLES_PHONE, body) == "answered: merchant_changed"
    assert the_order(world).booking.phone == OTHER


def test_mistyped_phone_is_corrected_by_a_text_soon_after(world: World) -> None:
    world.text(NOODLES_PHONE, PARK)
    world.clock.forward(minutes=9)
    assert world.text(NOODLES_PHONE, f"PARK ref:TBL-1 {OTHER}") == "answered: merchant_changed"
    assert world.text(NOODLES_PHONE, "PARK ref:TBL-1 21:30") == "answered: merchant_changed"
    assert the_order(world).booking.phone == OTHER


# ── PINs ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("body", [PARK, "NOPARK ref:TBL-1", "KEEP ref:TBL-1"])
def test_merchant_with_a_pin_is_not_forged_without_it(world: World, body: str) -> None:
    world.book()
    world.settle()
    needs_pin(world)
    before = the_order(world)
    assert world.text(NOODLES_PHONE, body) == "answered: merchant_bad_pin"
    assert world.text(NOODLES_PHONE, f"PIN 000000 {body}") == "answered: merchant_bad_pin"
    assert the_order(world) == before


def test_pin_at_either_end_acts_at_once(world: World) -> None:
    needs_pin(world)
    assert world.text(NOODLES_PHONE, f"pin {PIN}: {PARK}") == "answered: merchant_booked"
    assert world.text(NOODLES_PHONE, f"NOPARK ref:TBL-1 PIN {PIN}") == "answered: merchant_declined"
    assert the_order(world).state is State.CANCELLED
    assert world.text(NOODLES_PHONE, "HELP") == "answered: merchant_help"


def test_wrong_pins_shut_out_the_right_one_for_an_hour_and_tell_nothing(world: World) -> None:
    needs_pin(world)
    answers = {world.text(NOODLES_PHONE, f"PIN {n:06} {PARK}") for n in range(MAX_WRONG_PINS)}
    answers.add(world.text(NOODLES_PHONE, f"PIN {PIN} {PARK}"))
    assert answers == {"answered: merchant_bad_pin"}
    assert world.orders.records() == []
    world.clock.forward(minutes=61)
    assert world.text(NOODLES_PHONE, f"PIN {PIN} {PARK}") == "answered: merchant_booked"


@pytest.mark.parametrize("wrong", [MAX_WRONG_PINS - 1, MAX_WRONG_PINS])
def test_pins_at_the_same_moment_count_one_after_the_other(
    world: World, monkeypatch: pytest.MonkeyPatch, wrong: int
) -> None:
    """All have read the PIN when no wrong one was counted yet; the right one comes last."""
    needs_pin(world)
    read, before = world.signatures.text_key, world.signatures.text_key(NOODLES)

    def as_it_was(_: object) -> TextKey:
        monkeypatch.setattr(world.signatures, "text_key", read)
        return before

    for number in range(wrong):
        monkeypatch.setattr(world.signatures, "text_key", as_it_was)
        assert world.text(NOODLES_PHONE, f"PIN {number:06} {PARK}") == "answered: merchant_bad_pin"
    monkeypatch.setattr(world.signatures, "text_key", as_it_was)
    said = world.text(NOODLES_PHONE, f"PIN {PIN} {PARK}")
    assert (said == "answered: merchant_bad_pin") == (wrong == MAX_WRONG_PINS)


def test_where_a_signature_is_demanded_a_pin_is_not_enough(world: World) -> None:
    needs_pin(world)
    key = world.signatures.text_key(NOODLES)
    world.signatures.save_text_key(NOODLES, replace(key, demanded=True))
    assert world.text(NOODLES_PHONE, f"PIN {PIN} {PARK}") == "answered: merchant_unsigned"


def test_pin_is_in_no_reply_no_log_and_no_store(world: World) -> None:
    needs_pin(world)
    world.text(NOODLES_PHONE, f"PIN {PIN} {PARK}")
    world.text(NOODLES_PHONE, f"PARK 7 o'clock {DRIVER} PIN {PIN}")
    kept = (world.message_log._answers, world.orders.records(), world.phones.sent)
    assert PIN not in repr(kept)
    assert PIN not in repr(world.signatures._keys)
    assert PIN not in repr(Pin.of(PIN, b"salt"))
