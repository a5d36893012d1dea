"""This is my booking now."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.fakes.mall import CINEMA, NOODLES, NOON
from tests.fakes.world import World

from baylock.domain.booking.booking import Booking, Channel, Reference
from baylock.domain.booking.window import Window
from baylock.domain.errors import (
    Busy,
    InvalidBooking,
    NoSpace,
    OrderChanged,
    PastTime,
    TooFarAhead,
    TooLate,
    TooLong,
)
from baylock.domain.locks.lock import Fault
from baylock.domain.orders.order import Order
from baylock.domain.orders.record import Declined
from baylock.domain.orders.state import Reason, State
from baylock.domain.venue.mall import LockWhen, LotSettings, Needs
from baylock.usecases.orders.place_booking import Placed


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


class Fell(Exception):
    """The process ended here."""


def fall() -> None:
    raise Fell


def order_of(placed: Placed) -> Order:
    assert isinstance(placed.record, Order)
    return placed.record


def test_new_booking_gets_the_space_with_the_shortest_walk(world: World) -> None:
    placed = world.place(world.booking())
    order = order_of(placed)
    assert placed.created
    assert (order.state, order.version) == (State.RESERVED, 1)
    assert order.claim.space.space == "B2-017"
    assert order.claim.walk_m == 42.5
    assert order.claim.window == Window(NOON + minutes(105), NOON + minutes(255))
    assert world.kept() == world.promised()
    assert world.orders.find(order.id) == order


def test_second_booking_gets_the_next_space(world: World) -> None:
    world.book("TBL-1")
    assert world.book("TBL-2").claim.space.space == "B2-018"


def test_space_is_free_again_after_another_booking_of_it(world: World) -> None:
    first = world.book("TBL-1")
    after = first.claim.window.end + minutes(15)
    assert world.book("TBL-2", service_time=after).claim.space == first.claim.space


def test_spaces_that_serve_a_need_are_given_to_others_last(world: World) -> None:
    spaces = [world.book(f"TBL-{n}").claim.space.space for n in range(5)]
    assert spaces == ["B2-017", "B2-018", "R1", "B2-020", "B2-019"]


def test_needs_are_met(world: World) -> None:
    assert world.book("a", needs=Needs.parse(["ev"])).claim.space.space == "B2-019"
    assert world.book("b", needs=Needs.parse(["height:2.3"])).claim.space.space == "B2-018"
    with pytest.raises(NoSpace):
        world.book("c", needs=Needs.parse(["family"]))


def test_fault_02_repeat_changes_nothing(world: World) -> None:
    first = world.place(world.booking())
    world.clock.forward(minutes=5)
    again = world.place(first.record.booking)
    assert again == Placed(first.record, created=False)
    assert len(world.orders.changes) == 1


def test_repeat_on_another_channel_changes_nothing(world: World) -> None:
    first = world.place(world.booking())
    by_text = replace(first.record.booking, channel=Channel.TEXT)
    assert world.place(by_text) == Placed(first.record, created=False)


def test_repeat_after_the_service_time_still_answers(world: World) -> None:
    order = world.arrived()
    world.at(order.booking.service_time + minutes(10))
    assert world.place(order.booking).record == order


@pytest.mark.parametrize(
    "change",
    [{"plate": "7ABC123"}, {"locale": "zh-CN"}, {"phone": "+14255550199"}],
)
def test_change_of_a_detail_keeps_space_and_claim(world: World, change: dict[str, str]) -> None:
    first = world.book()
    second = world.place(replace(first.booking, **change))  # type: ignore[arg-type]
    assert not second.created
    assert (second.record.version, order_of(second).claim) == (2, first.claim)
    assert world.kept() == world.promised()


def test_change_of_time_keeps_the_space_where_it_is_free_then(world: World) -> None:
    first = world.book()
    later = world.book(service_time=first.booking.service_time + minutes(60))
    assert later.claim.space == first.claim.space
    assert later.claim.window.start == first.claim.window.start + minutes(60)
    assert later.attempt == 1
    assert world.kept() == world.promised()


def test_change_of_time_moves_to_another_space_where_its_own_is_taken_then(world: World) -> None:
    first = world.book("TBL-1")
    world.book("TBL-2", service_time=first.claim.window.end + minutes(15))
    moved = world.book("TBL-1", service_time=first.booking.service_time + minutes(60))
    assert moved.claim.space.space == "B2-018"
    assert world.kept() == world.promised()


def test_change_that_finds_no_space_leaves_the_order_as_it_was() -> None:
    world = World(spaces=["B2-017"])
    first = world.book("TBL-1")
    world.book("TBL-2", service_time=first.claim.window.end + minutes(15))
    with pytest.raises(NoSpace):
        world.book("TBL-1", service_time=first.booking.service_time + minutes(60))
    assert world.order(first) == first
    assert world.kept() == world.promised()


def test_longer_booking_may_stay_where_its_lock_has_failed(world: World) -> None:
    first = world.book(duration=minutes(60))
    world.lock_says("B2-017", fault=Fault.JAMMED)
    assert world.book(duration=minutes(90)).claim.space == first.claim.space


def test_change_of_needs_moves(world: World) -> None:
    world.book()
    moved = world.book(needs=Needs.parse(["ev"]))
    assert (moved.claim.space.space, moved.version) == ("B2-019", 2)
    assert world.kept() == world.promised()


def test_held_order_that_moves_starts_over(world: World) -> None:
    held = world.held()
    tomorrow = world.book(service_time=held.booking.service_time + timedelta(days=1))
    assert (tomorrow.state, tomorrow.access.asked_at) == (State.RESERVED, None)


def test_held_order_that_lasts_longer_stays_held(world: World) -> None:
    held = world.held()
    longer = order_of(world.place(replace(held.booking, duration=minutes(180))))
    assert longer.state is State.HELD


def test_arrived_order_may_be_extended_but_not_moved(world: World) -> None:
    arrived = world.arrived()
    longer = world.place(replace(arrived.booking, duration=minutes(180))).record
    assert isinstance(longer, Order)
    assert longer.state is State.ARRIVED
    with pytest.raises(TooLate):
        world.book(service_time=arrived.booking.service_time + minutes(60))
    with pytest.raises(TooLate):
        world.book(needs=Needs.parse(["ev"]))
    assert world.order(arrived) == longer


def test_completed_order_cannot_be_changed(world: World) -> None:
    order = world.arrived()
    world.leave(order.id)
    assert world.place(order.booking).record.version == world.order(order).version
    with pytest.raises(TooLate):
        world.book(plate="7ABC123")


# ── not needed ───────────────────────────────────────────────────────────────────────────────────


def declined(booking: Booking) -> Booking:
    return replace(booking, parking_needed=False)


def test_no_order_is_made_where_parking_is_not_needed(world: World) -> None:
    placed = world.place(declined(world.booking()))
    assert placed.created
    assert isinstance(placed.record, Declined)
    assert world.kept() == set()


def test_declined_twice_is_declined_once(world: World) -> None:
    booking = declined(world.booking())
    first = world.place(booking)
    assert world.place(booking) == Placed(first.record, created=False)


def test_declined_with_other_details_is_described_anew(world: World) -> None:
    world.place(declined(world.booking()))
    placed = world.place(declined(world.booking(plate="7ABC123")))
    assert (placed.created, placed.record.version) == (False, 2)
    assert placed.record.booking.plate == "7ABC123"


def test_needed_after_all(world: World) -> None:
    world.place(declined(world.booking()))
    placed = world.place(world.booking())
    assert not placed.created
    assert (order_of(placed).state, placed.record.version) == (State.RESERVED, 2)
    assert world.kept() == world.promised()


def test_no_longer_needed_cancels(world: World) -> None:
    order = world.book()
    cancelled = order_of(world.place(declined(order.booking)))
    assert (cancelled.state, cancelled.reason) == (State.CANCELLED, Reason.MERCHANT)
    assert world.kept() == set()


def test_decline_without_the_phone_cancels_once(world: World) -> None:
    order = world.book()
    said = replace(declined(order.booking), phone=None)
    first = world.place(said)
    assert first.record.booking.phone == order.booking.phone, "the driver must get a text"
    assert world.place(said) == Placed(first.record, created=False)


def test_needed_again_after_it_was_cancelled(world: World) -> None:
    order = world.book()
    world.place(declined(order.booking))
    again = order_of(world.place(order.booking))
    assert (again.state, again.version, again.attempt) == (State.RESERVED, 3, 1)
    assert world.kept() == world.promised()


def test_too_late_to_be_not_needed_once_the_driver_is_in(world: World) -> None:
    order = world.arrived()
    with pytest.raises(TooLate):
        world.place(declined(order.booking))


def test_cancelled_booking_is_placed_again(world: World) -> None:
    order = world.book()
    world.cancel(NOODLES, "TBL-1")
    assert world.book().state is State.RESERVED
    assert world.order(order).version == 3


def test_booking_that_the_driver_gave_back_is_not_placed_again_by_a_repeat(world: World) -> None:
    order = world.book()
    world.cancel.give_up(order.id, "a text")
    assert order_of(world.place(order.booking)).state is State.CANCELLED
    assert world.kept() == set()


def test_booking_that_the_driver_gave_back_is_placed_again_by_a_change(world: World) -> None:
    order = world.book()
    world.cancel.give_up(order.id, "a text")
    assert world.book(plate="7ABC123").state is State.RESERVED


def test_failed_booking_is_tried_again() -> None:
    world = World(spaces=["B2-017"])
    order = world.book()
    world.lock_says("B2-017", fault=Fault.JAMMED)
    world.at(order.schedule.secure_at)
    world.watch(order.id)
    assert world.order(order).state is State.FAILED
    world.lock_says("B2-017")
    assert world.book().state is State.RESERVED


# ── times ────────────────────────────────────────────────────────────────────────────────────────


def test_fault_27_past_and_too_far_are_refused_and_nothing_is_stored(world: World) -> None:
    with pytest.raises(PastTime):
        world.book(service_time=NOON - minutes(2))
    with pytest.raises(TooFarAhead):
        world.book(service_time=NOON + timedelta(days=91))
    assert world.orders.changes == []


@pytest.mark.parametrize("years", [1, 9999])
def test_fault_27_the_ends_of_the_calendar(world: World, years: int) -> None:
    edge = NOON.replace(year=years, day=31, month=12 if years > 1 else 1)
    edge = edge.replace(day=1, hour=0) if years == 1 else edge.replace(hour=23, minute=59)
    with pytest.raises((PastTime, TooFarAhead)):
        world.book(service_time=edge)


@pytest.mark.parametrize("late", [40, 70])
def test_a_minute_that_ended_while_the_booking_was_on_its_way_is_not_past(
    world: World, late: int
) -> None:
    world.clock.forward(seconds=late)
    assert world.book(service_time=NOON).state is State.RESERVED


def test_90_days_ahead_is_not_too_far(world: World) -> None:
    assert world.book(service_time=NOON + timedelta(days=90)).state is State.RESERVED


def test_longer_than_a_day_is_too_long(world: World) -> None:
    world.book(duration=timedelta(hours=23, minutes=30))
    with pytest.raises(TooLong):
        world.book("TBL-2", duration=timedelta(hours=23, minutes=31))


def test_moving_to_the_past_is_refused(world: World) -> None:
    order = world.book()
    with pytest.raises(PastTime):
        world.book(service_time=NOON - minutes(30))
    assert world.order(order) == order


# ── full ─────────────────────────────────────────────────────────────────────────────────────────


def test_full_has_the_next_free_times() -> None:
    world = World(spaces=["B2-017", "B2-018"])
    first = world.book("TBL-1")
    world.book("TBL-2", duration=minutes(180))
    with pytest.raises(NoSpace) as full:
        world.book("TBL-3")
    # The window before it ends with the order's, and starts 15 minutes before the service.
    free = first.claim.window.end + minutes(15)
    assert full.value.next_free == (free, free + minutes(15), free + minutes(30))


def test_full_takes_nothing(world: World) -> None:
    for number in range(5):
        world.book(f"TBL-{number}")
    with pytest.raises(NoSpace):
        world.book("TBL-5")
    assert world.kept() == world.promised()
    assert len(world.orders.records()) == 5


def test_space_whose_lock_is_out_of_contact_takes_no_orders(world: World) -> None:
    world.lock_goes("B2-017", offline=True)
    assert world.book("TBL-1").claim.space.space == "B2-018"
    world.lock_goes("B2-017", offline=False)
    assert world.book("TBL-2").claim.space.space == "B2-017"


@pytest.mark.parametrize("said", [{"fault": Fault.TAMPERED}, {"battery": 9}])
def test_space_whose_lock_is_unwell_takes_no_orders(world: World, said: dict[str, object]) -> None:
    world.lock_says("B2-017", **said)  # type: ignore[arg-type]
    assert world.book().claim.space.space == "B2-018"


def test_full_is_verified_before_it_is_raised() -> None:
    """Our own booking, as it was sent a moment ago, is what stands in the way."""
    world = World(spaces=["B2-017"])
    first = world.booking()
    world.orders.before["add"] = fall
    with pytest.raises(Fell):
        world.place(first)
    later = replace(first, service_time=first.service_time + minutes(30))
    world.orders.before["record"] = lambda: world.place(first)
    placed = world.place(later)
    assert (placed.created, placed.record.booking) == (False, later)
    assert world.kept() == world.promised()


# ── at booking ───────────────────────────────────────────────────────────────────────────────────


def test_lot_that_locks_at_booking_keeps_the_space_from_now_on() -> None:
    world = World(settings=LotSettings(lock_when=LockWhen.AT_BOOKING))
    order = world.book()
    assert order.claim.window.start == NOON
    assert order.access.asked_at == NOON, "the barrier goes up at once"


def test_one_lot_that_locks_at_booking_does_not_limit_the_others(world: World) -> None:
    """Its windows start now, so two days ahead they are too long; the other lot's are not."""
    garage, roof = world.mall.lots
    roof = replace(roof, settings=LotSettings(lock_when=LockWhen.AT_BOOKING))
    world.venues.save(replace(world.mall, lots=(garage, roof), version="2"), world.merchants)
    order = world.book(service_time=NOON + timedelta(days=2))
    assert order.claim.space.lot == "P1"
    assert world.book(service_time=NOON + timedelta(days=3)).claim.space.lot == "P1"


def test_detail_changed_later_in_a_lot_that_locks_at_booking_keeps_the_arrived_order() -> None:
    world = World(settings=LotSettings(lock_when=LockWhen.AT_BOOKING))
    arrived = world.arrived()
    world.clock.forward(minutes=40)
    named = world.place(replace(arrived.booking, plate="7ABC123")).record
    assert isinstance(named, Order)
    assert named.claim == arrived.claim


# ── others at the same time, and falls ───────────────────────────────────────────────────────────


def test_lost_race_gets_another_space(world: World) -> None:
    world.orders.before["claim"] = lambda: world.book("TBL-2")
    order = world.book("TBL-1")
    other = world.book("TBL-2")
    assert other.claim.space.space == "B2-017"
    assert order.claim.space != other.claim.space
    assert world.kept() == world.promised()


def test_fault_05_crash_after_the_commit_repeat_gets_the_same(world: World) -> None:
    booking = world.booking()
    first = world.place(booking)
    assert world.place(booking).record == first.record
    assert len(world.kept()) == 1


def test_fault_06_fall_before_the_order_is_written_is_adopted_by_the_repeat(world: World) -> None:
    world.orders.before["add"] = fall
    with pytest.raises(Fell):
        world.book()
    assert len(world.kept()) == 1
    placed = world.place(world.booking())
    assert placed.created
    assert world.kept() == world.promised()
    assert len(world.kept()) == 1


def test_twin_that_adopted_our_claim_keeps_it(world: World) -> None:
    """We took the space and were slow; the repeat adopted what we took and wrote the order."""
    booking = world.booking()
    world.orders.before["add"] = lambda: world.place(booking)
    placed = world.place(booking)
    assert not placed.created
    assert world.kept() == world.promised()
    assert len(world.kept()) == 1


def test_twin_that_took_the_space_between_is_joined(world: World) -> None:
    booking = world.booking()
    world.orders.before["claim"] = lambda: world.place(booking)
    placed = world.place(booking)
    assert not placed.created
    assert order_of(placed).claim.space.space == "B2-017"
    assert world.kept() == world.promised()


def test_twin_with_another_space_keeps_its_own_and_ours_is_given_back(world: World) -> None:
    """We took the nearest, then the merchant's next word, with a need, got its own and won."""
    booking = world.booking()
    with_need = replace(booking, needs=Needs.parse(["ev"]))
    world.orders.before["add"] = lambda: world.place(with_need)
    placed = world.place(booking)
    assert not placed.created
    assert order_of(placed).claim.space.space == "B2-019"
    assert len(world.kept()) == 1
    assert world.kept() == world.promised()


def test_fault_08_changed_by_two_callers_at_once_is_one_of_the_two(world: World) -> None:
    world.book()
    world.orders.before["change"] = lambda: world.book(plate="AAA")
    last = world.book(plate="BBB")
    assert (last.booking.plate, last.version) == ("BBB", 3)
    assert world.kept() == world.promised()


def test_cancelled_while_it_is_changed(world: World) -> None:
    order = world.book()
    world.orders.before["change"] = lambda: world.cancel(NOODLES, "TBL-1")
    world.book(service_time=order.booking.service_time + minutes(60))
    assert world.order(order).state is State.RESERVED, "the last word was to have it"
    assert world.kept() == world.promised()


def test_gives_up_when_its_order_never_stops_changing(world: World) -> None:
    world.book()

    def change_again() -> None:
        world.orders.before["change"] = change_again
        raise OrderChanged

    world.orders.before["change"] = change_again
    with pytest.raises(Busy):
        world.book(plate="AAA")


def test_fault_04_many_at_once_and_one_space_left() -> None:
    world = World(spaces=["B2-017"])

    def book(number: int) -> bool:
        try:
            world.book(f"TBL-{number}")
        except NoSpace:
            return False
        return True

    with ThreadPoolExecutor(16) as threads:
        got = list(threads.map(book, range(200)))
    assert sum(got) == 1
    assert world.kept() == world.promised()


def test_fault_04_many_at_once_and_as_many_spaces(world: World) -> None:
    with ThreadPoolExecutor(8) as threads:
        orders = list(threads.map(lambda n: world.book(f"TBL-{n}"), range(5)))
    assert len({order.claim.space for order in orders}) == 5
    assert world.kept() == world.promised()


def test_fault_01_twins_at_once_make_one_order(world: World) -> None:
    booking = world.booking()
    with ThreadPoolExecutor(8) as threads:
        placed = list(threads.map(lambda _: world.place(booking), range(32)))
    assert sum(one.created for one in placed) == 1
    assert len({order_of(one).claim for one in placed}) == 1
    assert world.kept() == world.promised()


def test_crosses_the_start_of_the_day(world: World) -> None:
    """04:00 in Los Angeles is 12:00 UTC."""
    order = world.book(service_time=NOON + timedelta(hours=15, minutes=30))
    assert [span.first for span in order.claim.spans] == [93, 0]
    assert world.kept() == world.promised()
    world.cancel(NOODLES, "TBL-1")
    assert world.kept() == set()


def test_same_reference_of_another_merchant_is_another_booking(world: World) -> None:
    ours, theirs = world.book(), world.book(merchant=CINEMA)
    assert ours.id != theirs.id
    assert ours.claim.space != theirs.claim.space


@pytest.mark.parametrize("reference", ["", "x" * 129, "a\nb", "a\x00b", "\ud800", "a\u200bb"])
def test_reference_that_cannot_be_shown_is_refused(world: World, reference: str) -> None:
    with pytest.raises(InvalidBooking):
        world.booking(reference=Reference(reference))


def test_parking_without_a_phone_is_refused(world: World) -> None:
    with pytest.raises(InvalidBooking) as refused:
        world.booking(phone=None)
    assert refused.value.field == "customer.phone"


def test_lead_that_has_begun_raises_the_barrier_at_once(world: World) -> None:
    order = world.book(service_time=NOON + minutes(20))
    assert order.access.asked_at == NOON
    world.settle()
    assert world.desired("B2-017") == ("raised", order.id)


def test_space_with_a_vehicle_on_it_is_not_taken_for_a_booking_that_is_due_now(
    world: World,
) -> None:
    world.lock_says("B2-017", vehicle=True)
    assert world.book("TBL-1", service_time=NOON + minutes(20)).claim.space.space == "B2-018"
    assert world.book("TBL-2").claim.space.space == "B2-017", "by then it may have left"
