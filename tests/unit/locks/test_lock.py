"""Locks: which of two reports is newer, which locks are usable, and their desired state."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes.example_orders import EVERY, LIVE, admitted, cancelled, held, parked, secured
from tests.fakes.mall import NOON, space_id, thing

from baylock.domain.booking.booking import OrderId
from baylock.domain.locks.lock import (
    MIN_BATTERY,
    BarrierReport,
    Desired,
    Fault,
    Lock,
    LockReport,
    LockRequest,
    Session,
    Shadow,
)
from baylock.domain.locks.reconcile import desired_now
from baylock.domain.orders.notes import Notes
from baylock.domain.orders.order import Order
from baylock.domain.orders.record import Declined
from baylock.domain.venue.mall import Barrier, ThingName

THING = thing("B2-017")
LOCK = Lock(THING, space_id("B2-017"), online=True)
REPORT = LockReport(THING, 7, BarrierReport.LOWERED, None, False, 80, None, 3, NOON)
LOWERED, RAISED = Barrier.LOWERED, Barrier.RAISED
MINUTE = timedelta(minutes=1)


# ── sessions ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("newer", "known"),
    [
        (Session(0, NOON), None),
        (Session(1, NOON), Session(0, NOON)),
        (Session(1, NOON, ended=True), Session(1, NOON)),
        (Session(2, NOON), Session(1, NOON, ended=True)),
        (Session(2, NOON), Session(1, NOON + MINUTE, ended=True)),
        (Session(0, NOON + 61 * MINUTE), Session(8, NOON, ended=True)),
        (Session(8, NOON + 300 * MINUTE, ended=True), Session(8, NOON)),
    ],
)
def test_newer_session(newer: Session, known: Session | None) -> None:
    assert newer.is_newer_than(known)
    if known is not None and newer.at - known.at < 60 * MINUTE:
        assert not known.is_newer_than(newer)


@pytest.mark.parametrize("session", [Session(3, NOON), Session(3, NOON, ended=True)])
def test_same_event_again_is_not_newer(session: Session) -> None:
    assert not session.is_newer_than(session)
    lock = LOCK.in_session(session)
    assert lock.in_session(session) is lock


@given(st.permutations(range(6)))
def test_events_of_one_hour_in_any_order_end_the_same(order: list[int]) -> None:
    events = [
        Session(number, NOON + number * MINUTE + second, ended=ended)
        for number in range(3)
        for ended, second in ((False, timedelta()), (True, 30 * timedelta(seconds=1)))
    ]
    lock = LOCK
    for at in order:
        lock = lock.in_session(events[at])
    assert (lock.session, lock.online) == (events[-1], False)


def test_end_of_the_old_session_after_the_start_of_the_next() -> None:
    lock = LOCK.in_session(Session(5, NOON)).in_session(Session(4, NOON + MINUTE, ended=True))
    assert lock.online


@pytest.mark.parametrize("away", [45 * MINUTE, timedelta(days=20)])
def test_lock_comes_back_after_its_session_versions_started_over(away: timedelta) -> None:
    gone = LOCK.in_session(Session(8, NOON)).in_session(Session(8, NOON + MINUTE, ended=True))
    assert gone.in_session(Session(0, NOON + MINUTE + away)).online


def test_late_end_of_an_old_session_with_a_higher_version() -> None:
    back = LOCK.in_session(Session(0, NOON))
    assert back.in_session(Session(8, NOON - timedelta(hours=2), ended=True)) is back


# ── reports and use ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("version", "kept"), [(6, False), (7, False), (8, True)])
def test_only_a_newer_report_is_kept(version: int, kept: bool) -> None:
    lock = LOCK.reporting(REPORT)
    late = replace(REPORT, version=version, battery=1)
    assert (lock.reporting(late).report == late) is kept
    assert kept or lock.reporting(late) is lock


DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("made", "queued", "kept"),
    [
        (3 * DAY, 3 * DAY, True),
        (3 * DAY, timedelta(seconds=1), True),
        (20 * MINUTE, 20 * MINUTE, True),
        (-2000 * DAY, 3 * DAY, True),
        (-5 * MINUTE, 5 * MINUTE, False),
        (-DAY, 5 * MINUTE, False),
        (-5 * MINUTE, -5 * MINUTE, False),
        (365 * DAY, -5 * MINUTE, False),
        (timedelta(seconds=-1), timedelta(seconds=1), False),
    ],
)
def test_report_of_a_shadow_that_started_over(
    made: timedelta, queued: timedelta, kept: bool
) -> None:
    known = replace(REPORT, version=4213, fault=Fault.JAMMED, received_at=NOON)
    lock = LOCK.reporting(known)
    new = replace(REPORT, version=1, at=REPORT.at + made, received_at=NOON + queued)
    assert (lock.reporting(new).report == new) is kept
    assert lock.reporting(new).is_usable is kept


def test_reports_of_a_shadow_that_started_over_are_ordered_again() -> None:
    lock = LOCK.reporting(replace(REPORT, version=4213, received_at=NOON))
    first, second = (
        replace(REPORT, version=n, at=NOON + 3 * DAY + n * MINUTE, received_at=NOON + 3 * DAY)
        for n in (1, 2)
    )
    lock = lock.reporting(first).reporting(second)
    assert lock.reporting(first) is lock
    assert lock.reporting(replace(REPORT, version=4213, received_at=NOON)).report == second


def test_fault_after_a_clock_was_set_back_alarms() -> None:
    jammed = replace(REPORT, fault=Fault.JAMMED, at=NOON + 365 * DAY)
    lock = LOCK.reporting(jammed).reporting(replace(REPORT, version=8))
    lock = lock.reporting(replace(REPORT, version=9, fault=Fault.JAMMED))
    assert lock.alarm
    assert lock.alarm.version == 9


@pytest.mark.parametrize("fault", [None, *Fault])
@pytest.mark.parametrize("battery", [0, MIN_BATTERY - 1, MIN_BATTERY, 100])
@pytest.mark.parametrize("online", [True, False])
def test_usable_is_in_contact_without_fault_and_charged(
    fault: Fault | None, battery: int, online: bool
) -> None:
    report = replace(REPORT, fault=fault, battery=battery)
    usable = replace(LOCK, online=online, report=report).is_usable
    assert usable is (online and fault is None and battery >= MIN_BATTERY)


@pytest.mark.parametrize("online", [True, False])
def test_lock_that_was_never_heard_from_cannot_be_used(online: bool) -> None:
    lock = replace(LOCK, online=online)
    assert (lock.was_heard, lock.is_usable) == (False, False)
    heard = lock.reporting(REPORT)
    assert (heard.was_heard, heard.is_usable) == (True, online)


# ── what it should be asked for ──────────────────────────────────────────────────────────────────


def shadow(
    barrier: Barrier | None = None,
    order: OrderId | None = None,
    *,
    left: timedelta = timedelta(hours=9),
    stands: BarrierReport | None = BarrierReport.LOWERED,
    vehicle: bool = False,
) -> Shadow:
    desired = Desired(barrier, order, NOON + left) if barrier else None
    return Shadow(4, desired, stands, vehicle)


def request(record: Order | Declined | None) -> LockRequest | None:
    """The request to its lock of a booking's order, if it has an order."""
    return record.lock_request if isinstance(record, Order) else None


def wish(
    seen: Shadow,
    *,
    order: Order | Declined | None = None,
    holder: Order | None = None,
    idle: Barrier = LOWERED,
    thing: ThingName = THING,
) -> tuple[Barrier, OrderId | None] | None:
    found = desired_now(thing, seen, request(order), request(holder), idle, NOON)
    return (found.barrier, found.order) if found else None


def test_order_asks_for_its_barrier() -> None:
    assert wish(shadow(), order=secured()) == (RAISED, secured().id)
    assert wish(shadow(RAISED, held().id), order=admitted()) == (LOWERED, held().id)


@pytest.mark.parametrize(("seconds", "is_asked"), [(0, False), (-1, True), (1, True)])
def test_unchanged_desired_state_is_not_written_again(seconds: int, is_asked: bool) -> None:
    left = held().claim.window.end - NOON + timedelta(seconds=seconds)
    asked = wish(shadow(RAISED, held().id, left=left), order=held(), holder=held())
    assert (asked is not None) is is_asked, "another end is another desired state"


def test_barrier_put_down_by_hand_is_asked_up_anew_even_if_it_was_not_put_at_rest_meanwhile() -> (
    None
):
    order = replace(held(), notes=Notes(put_down=1))
    seen = shadow(RAISED, order.id, left=order.claim.window.end - NOON)
    assert wish(seen, order=held(), holder=held()) is None
    assert wish(seen, order=order, holder=order) == (RAISED, order.id)


def test_expired_desired_state_is_written_again() -> None:
    seen = shadow(RAISED, held().id, left=timedelta())
    assert wish(seen, order=held(), holder=held()) == (RAISED, held().id)


def test_desired_state_is_valid_for_as_long_as_it_is_needed() -> None:
    raise_it = desired_now(THING, shadow(), secured().lock_request, None, LOWERED, NOON)
    assert raise_it is not None
    assert raise_it.valid_until == max(secured().claim.window.end, secured().schedule.no_show_at)
    overdue = secured().claim.window.end + timedelta(hours=1)
    again = desired_now(THING, shadow(), secured().lock_request, None, LOWERED, overdue)
    assert again is not None
    assert again.valid_until > overdue, "the lock would refuse it at once"


def test_holder_keeps_the_lock_for_as_long_as_it_asks_for_it() -> None:
    holder = replace(parked(), booking=replace(parked().booking, reference="TBL-0"))  # type: ignore[arg-type]
    seen = shadow(LOWERED, holder.id)
    assert wish(seen, order=secured(), holder=holder) == (LOWERED, holder.id), "for longer"
    assert wish(seen, order=secured(), holder=None) == (RAISED, secured().id)


@pytest.mark.parametrize("stale", ["reserved", "completed", "cancelled", "no_show", "failed"])
def test_order_that_wants_nothing_leaves_the_lock_to_idle(stale: str) -> None:
    order = EVERY[stale]()
    seen = shadow(RAISED, order.id, stands=BarrierReport.RAISED)
    assert wish(seen, order=order, holder=order) == (LOWERED, None)
    assert wish(seen, order=order, holder=order, idle=RAISED) == (RAISED, None)


def test_order_that_has_moved_away_leaves_the_lock_to_idle() -> None:
    seen = shadow(RAISED, held().id)
    elsewhere = thing("B2-018")
    assert wish(seen, order=held(), holder=held(), thing=elsewhere) == (LOWERED, None)


def test_declined_booking_wants_nothing() -> None:
    declined = Declined(held().id, held().booking, 1, NOON)
    assert wish(shadow(), order=declined) is None


def test_lock_that_was_never_asked_for_anything_is_left_where_its_lot_wants_it() -> None:
    assert wish(shadow()) is None
    assert wish(shadow(), idle=RAISED) == (RAISED, None)
    assert wish(Shadow(), idle=RAISED) is None, "it has not spoken yet"
    assert wish(Shadow()) is None


def test_idle_lock_in_place_is_left_alone_and_one_out_of_place_is_asked() -> None:
    assert wish(shadow(LOWERED, None)) is None
    assert wish(shadow(LOWERED, None, left=-MINUTE)) is None
    out_of_place = shadow(LOWERED, None, left=-MINUTE, stands=BarrierReport.RAISED)
    assert wish(out_of_place) == (LOWERED, None)


def test_never_raised_under_a_vehicle() -> None:
    orders = [None, *(make() for make in EVERY.values())]
    for order, holder, idle in product(orders, orders, Barrier):
        for asked in (None, RAISED, LOWERED):
            seen = shadow(asked, held().id, vehicle=True, left=-MINUTE)
            found = desired_now(THING, seen, request(order), request(holder), idle, NOON)
            assert found is None or found.barrier is LOWERED


def test_lowered_whatever_stands_there() -> None:
    assert wish(shadow(RAISED, held().id, vehicle=True), order=admitted()) == (
        LOWERED,
        held().id,
    )


def test_looking_twice_asks_once() -> None:
    """Level-triggered: writing what is wanted leaves nothing to write, whatever was there."""
    orders = [None, *(make() for make in LIVE.values()), cancelled()]
    for order, idle, stands in product(orders, Barrier, BarrierReport):
        seen = shadow(RAISED, held().id, left=-MINUTE, stands=stands)
        first = desired_now(THING, seen, request(order), None, idle, NOON)
        if first is not None:
            after = replace(seen, version=5, desired=first)
            holder = order if order and first.order == order.id else None
            again = desired_now(THING, after, request(order), request(holder), idle, NOON)
            assert again is None


def test_desired_state_does_not_alternate_between_two_orders() -> None:
    one = held()
    two = replace(secured(), booking=replace(one.booking, reference="TBL-9"))  # type: ignore[arg-type]
    seen, asked = shadow(RAISED, one.id), []
    for order in (two, one, two):
        found = desired_now(THING, seen, order.lock_request, one.lock_request, LOWERED, NOON)
        asked.append(found)
    assert all(before == after for before, after in pairwise(asked))
