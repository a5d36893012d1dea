"""Every change that an order can go through, and those that it cannot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from tests.fakes.example_orders import (
    BOOKING,
    ENDED,
    EVERY,
    LIVE,
    SERVICE,
    TERMS,
    admitted,
    arrived,
    by,
    cancelled,
    claim,
    elsewhere,
    failed,
    held,
    overstaying,
    parked,
    report,
    reserved,
    said,
    secured,
)
from tests.fakes.keys import id_for
from tests.fakes.mall import NOON

from baylock.domain.booking.booking import OrderId
from baylock.domain.errors import CodeLocked, TooLate
from baylock.domain.locks.lock import BarrierReport
from baylock.domain.orders.notes import Notes
from baylock.domain.orders.order import (
    CONFIRM_WITHIN,
    HAND_LOWERED_FOR,
    MAX_WRONG_CODES,
    OVERSTAY_CHECK_INTERVAL,
    Order,
)
from baylock.domain.orders.record import Declined, reserve
from baylock.domain.orders.state import Reason, State
from baylock.domain.venue.mall import Barrier, LotSettings

RAISED, LOWERED = BarrierReport.RAISED, BarrierReport.LOWERED
UTC = ZoneInfo("UTC")
LATER = SERVICE + timedelta(minutes=7)

CHANGES: dict[str, Callable[[Order], Order]] = {
    "secure": lambda order: order.secure(LATER),
    "move": lambda order: order.move(elsewhere(order), Reason.LOCK_SILENT, LATER),
    "admit": lambda order: order.admit(LATER),
    "extend": lambda order: order.extend(claim(attempt=1), "in-1", LATER),
    "complete": lambda order: order.complete(LATER),
    "cancel": lambda order: order.cancel(Reason.MERCHANT, LATER),
    "miss": lambda order: order.mark_no_show(LATER),
    "fail": lambda order: order.fail(Reason.LOCK_SILENT, LATER),
}
ALLOWED = {
    "secure": {"reserved", "secured"},
    "move": {"reserved", "secured", "held", "admitted"},
    "admit": set(LIVE),
    "extend": set(LIVE),
    "complete": {"admitted", "arrived", "parked", "overstaying"},
    "cancel": {"reserved", "secured", "held"},
    "miss": {"reserved", "secured", "held"},
    "fail": set(LIVE),
}


@pytest.mark.parametrize("state", EVERY)
@pytest.mark.parametrize("change", CHANGES)
def test_change_is_allowed_in_these_states_only(change: str, state: str) -> None:
    order = EVERY[state]()
    if state in ALLOWED[change]:
        changed = CHANGES[change](order)
        assert changed is order or changed.version == order.version + 1
    else:
        with pytest.raises(TooLate):
            CHANGES[change](order)


def test_states() -> None:
    assert {name: make().state.value for name, make in EVERY.items()} == {
        "reserved": "reserved",
        "secured": "reserved",
        "held": "held",
        "admitted": "held",
        "arrived": "arrived",
        "parked": "arrived",
        "overstaying": "arrived",
        "completed": "completed",
        "cancelled": "cancelled",
        "no_show": "no_show",
        "failed": "failed",
    }


def test_due_at_in_each_state() -> None:
    window = claim().window
    assert {name: make().due_at for name, make in EVERY.items()} == {
        "reserved": window.start - TERMS.lead,
        "secured": window.start - TERMS.lead + CONFIRM_WITHIN,
        "held": SERVICE + TERMS.grace,
        "admitted": window.start + CONFIRM_WITHIN,
        "arrived": window.end,
        "parked": window.end,
        "overstaying": window.end + OVERSTAY_CHECK_INTERVAL,
        "completed": None,
        "cancelled": None,
        "no_show": None,
        "failed": None,
    }


def test_barrier_in_each_state() -> None:
    assert {name: make().barrier for name, make in EVERY.items()} == {
        "reserved": None,
        "secured": Barrier.RAISED,
        "held": Barrier.RAISED,
        "admitted": Barrier.LOWERED,
        "arrived": Barrier.LOWERED,
        "parked": Barrier.LOWERED,
        "overstaying": Barrier.LOWERED,
        "completed": None,
        "cancelled": None,
        "no_show": None,
        "failed": None,
    }


@pytest.mark.parametrize("state", EVERY)
def test_space_is_kept_while_it_is_live(state: str) -> None:
    order = EVERY[state]()
    assert order.is_live is (state in LIVE)
    assert order.kept_claim == (order.claim if state in LIVE else None)


# ── from the beginning ───────────────────────────────────────────────────────────────────────────


def test_new_order() -> None:
    order = reserved()
    assert (order.version, order.promise.created_at, order.schedule.no_show_at) == (
        1,
        NOON,
        SERVICE + TERMS.grace,
    )


def test_new_life_counts_on() -> None:
    again = reserve(id_for(BOOKING), BOOKING, claim(attempt=1), TERMS, LATER, previous=cancelled())
    assert (again.version, again.state, again.reason) == (cancelled().version + 1, "reserved", None)
    declined = Declined(id_for(BOOKING), BOOKING, 4, NOON)
    assert reserve(id_for(BOOKING), BOOKING, claim(), TERMS, NOON, previous=declined).version == 5


def test_new_order_is_secured_at_once_where_the_lead_has_begun() -> None:
    soon = claim().window.start - TERMS.lead
    assert reserve(id_for(BOOKING), BOOKING, claim(), TERMS, soon).access.asked_at == soon
    assert (
        reserve(
            id_for(BOOKING), BOOKING, claim(), TERMS, soon - timedelta(seconds=1)
        ).access.asked_at
        is None
    )


def test_new_life_knows_of_failures_and_of_nothing_else() -> None:
    lived = replace(failed(), promise=replace(failed().promise, moves=2, promised_at=NOON))
    again = reserve(id_for(BOOKING), BOOKING, claim(attempt=1), TERMS, LATER, previous=lived)
    assert (again.promise.failures, again.promise.moves) == (1, 0)
    assert (again.promise.promised_at, again.access.held_at, again.promise.ended_at) == (
        None,
        None,
        None,
    )
    assert again.fail(Reason.LOCK_SILENT, LATER).promise.failures == 2


# ── what locks say ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("state", "barrier", "becomes"),
    [
        ("reserved", RAISED, State.RESERVED),
        ("secured", RAISED, State.HELD),
        ("secured", LOWERED, State.RESERVED),
        ("secured", BarrierReport.MOVING, State.RESERVED),
        ("secured", BarrierReport.BLOCKED, State.RESERVED),
        ("held", RAISED, State.HELD),
        ("held", LOWERED, State.RESERVED),
        ("admitted", RAISED, State.HELD),
        ("admitted", BarrierReport.MOVING, State.HELD),
        ("admitted", LOWERED, State.ARRIVED),
        ("arrived", LOWERED, State.ARRIVED),
        ("completed", LOWERED, State.COMPLETED),
        ("cancelled", RAISED, State.CANCELLED),
    ],
)
def test_report_moves_the_order_on(state: str, barrier: BarrierReport, becomes: State) -> None:
    order = EVERY[state]()
    after = said(order, barrier)
    assert after.state is becomes
    assert (after is order) is (order.state is becomes), "no change, no version"


def test_barrier_put_down_by_hand_is_secured_anew_a_minute_later() -> None:
    order = held()
    after = order.apply_report(report(order, LOWERED), LATER)
    assert (after.state, after.barrier, after.due_at) == (
        State.RESERVED,
        None,
        LATER + HAND_LOWERED_FOR,
    )
    assert said(after, LOWERED) is after, "once"
    again = after.secure(LATER + HAND_LOWERED_FOR)
    assert (again.barrier, again.notes.put_down) == (Barrier.RAISED, 1)
    assert said(again, RAISED).state is State.HELD
    assert said(after.admit(LATER), LOWERED).state is State.ARRIVED, "its driver may come first"


def test_booking_that_changes_meanwhile_leaves_the_barrier_down_for_its_minute() -> None:
    order = held()
    after = order.apply_report(report(order, LOWERED), LATER)
    claim, booking = after.claim, replace(after.booking, plate="7ABC123")
    revised = after.revise(booking, claim, TERMS, LATER, claim.window.start - TERMS.lead)
    assert (revised.barrier, revised.due_at) == (None, LATER + HAND_LOWERED_FOR)


def test_how_often_it_was_put_down_counts_on_in_another_life() -> None:
    order = replace(cancelled(), notes=Notes(put_down=2))
    assert reserve(order.id, order.booking, order.claim, TERMS, LATER, order).notes.put_down == 2


@pytest.mark.parametrize(("minutes", "kept"), [(-1, False), (0, True), (1, True)])
def test_barrier_put_down_before_the_window_was_not_up_in_time(minutes: int, kept: bool) -> None:
    order = held()
    at = order.claim.window.start + timedelta(minutes=minutes)
    after = order.apply_report(report(order, LOWERED), at)
    again = said(after.secure(at + HAND_LOWERED_FOR), RAISED)
    assert (again.access.held_at == order.access.held_at) is kept


def test_barrier_put_up_by_hand_before_its_driver_is_asked_down_again() -> None:
    order = arrived()
    after = order.apply_report(report(order, RAISED), LATER)
    assert (after.state, after.barrier, after.access.asked_at) == (
        State.ARRIVED,
        Barrier.LOWERED,
        LATER,
    )


def test_barrier_put_up_by_hand_after_its_driver_has_driven_out_is_left() -> None:
    gone = said(parked(), LOWERED, now=LATER)
    assert said(gone, RAISED) is gone


def test_admitted_before_the_barrier_was_ever_up() -> None:
    order = secured().admit(claim().window.start)
    assert said(order, LOWERED).state is State.ARRIVED
    assert said(order, RAISED) is order


def test_report_about_another_order_or_none_means_nothing() -> None:
    order = secured()
    about_another = report(order, RAISED, about=OrderId("ord_aaaaaaaaaaaa"))
    assert order.apply_report(about_another, LATER) is order
    assert order.apply_report(replace(about_another, order=None), LATER) is order


def test_vehicle_counts_from_arrival_on() -> None:
    assert said(held(), RAISED, vehicle=True).access.vehicle_since is None
    order = said(admitted(), LOWERED, vehicle=True, now=LATER)
    assert (order.state, order.access.vehicle_since) == (State.ARRIVED, LATER)
    assert order.version == admitted().version + 1, "one change, one version"
    assert said(order, LOWERED, vehicle=True) is order
    assert said(order, LOWERED, vehicle=False).access.vehicle_since is None


def test_first_word_of_the_lock_is_kept() -> None:
    up = said(secured(), RAISED, now=NOON)
    assert (up.access.held_at, up.access.arrived_at) == (NOON, None)
    assert said(up, RAISED, now=LATER) is up
    down = said(admitted(), LOWERED, now=LATER)
    assert (down.access.held_at, down.access.arrived_at) == (held().access.held_at, LATER)


def test_vehicle_that_goes_is_seen_to_go_until_it_comes_back() -> None:
    assert parked().access.left_at is None
    gone = said(parked(), LOWERED, now=LATER)
    assert gone.access.left_at == LATER
    assert said(gone, LOWERED, vehicle=True).access.left_at is None
    assert gone.complete(LATER + timedelta(hours=1)).access.left_at == LATER


def test_space_on_which_no_vehicle_was_seen_is_left_by_none() -> None:
    assert said(arrived(), LOWERED, now=LATER).access.left_at is None


# ── admit, extend, overstay ──────────────────────────────────────────────────────────────────────


def test_admit_counts_once() -> None:
    order = admitted()
    assert order.admit(LATER) is order
    assert arrived().admit(LATER) == arrived()


def test_ask_again_keeps_all_but_the_time() -> None:
    again = admitted().ask_again(LATER)
    assert (again.access.asked_at, again.access.admitted_at) == (
        LATER,
        admitted().access.admitted_at,
    )


def test_extension_ends_the_overstay() -> None:
    longer = overstaying().claim.until(claim().window.end + timedelta(minutes=30), UTC)
    order = overstaying().extend(longer, "in-1", LATER)
    assert (order.access.overstay_since, order.access.checked_at, order.notes.last_request) == (
        None,
        None,
        "in-1",
    )
    assert order.due_at == longer.window.end
    assert order.attempt == 1


def test_overstay_is_since_the_first_time() -> None:
    end = claim().window.end
    later = overstaying().overstay(end + timedelta(minutes=15))
    assert (later.access.overstay_since, later.access.checked_at) == (
        end,
        end + timedelta(minutes=15),
    )


def test_wrong_codes_are_counted_up_to_five() -> None:
    order = held()
    for _ in range(MAX_WRONG_CODES):
        order = order.wrong_code(LATER)
    with pytest.raises(CodeLocked):
        order.wrong_code(LATER)


# ── ends ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("change", ["complete", "cancel", "miss", "fail"])
@pytest.mark.parametrize("state", LIVE)
def test_end_is_kept_through_later_changes(change: str, state: str) -> None:
    if state not in ALLOWED[change]:
        return
    ended = CHANGES[change](LIVE[state]())
    assert ended.promise.ended_at == LATER
    after = LATER + timedelta(hours=1)
    assert ended.describe(BOOKING, after).promise.ended_at == LATER
    assert ended.fence(after).promise.ended_at == LATER


@pytest.mark.parametrize("state", LIVE)
def test_live_order_has_no_end(state: str) -> None:
    assert LIVE[state]().promise.ended_at is None


# ── revise and move ──────────────────────────────────────────────────────────────────────────────


def test_details_change_nothing_else() -> None:
    order = held().revise(by(held(), plate="7ABC123"), held().claim, TERMS, LATER)
    assert (order.state, order.booking.plate) == (State.HELD, "7ABC123")
    assert (order.access.asked_at, order.promise.revised_at) == (held().access.asked_at, LATER)


def test_another_space_starts_over() -> None:
    order = held().revise(held().booking, elsewhere(held()), TERMS, held().changed_at)
    assert (order.state, order.access.asked_at) == (State.RESERVED, held().changed_at)


def test_later_on_the_same_space_starts_over_with_the_barrier_down() -> None:
    tomorrow = by(held(), service_time=SERVICE + timedelta(days=1))
    order = held().revise(tomorrow, claim(tomorrow, attempt=1), TERMS, LATER)
    assert (order.state, order.access.asked_at, order.barrier) == (State.RESERVED, None, None)
    assert order.schedule.secure_at == order.claim.window.start - TERMS.lead


def test_terms_are_those_of_the_lot_that_it_is_in_now() -> None:
    settings = LotSettings(lead=timedelta(minutes=40), grace=timedelta(minutes=5))
    order = reserved().revise(BOOKING, elsewhere(reserved()), settings, NOON)
    assert order.schedule.secure_at == order.claim.window.start - settings.lead
    assert order.schedule.no_show_at == SERVICE + settings.grace


@pytest.mark.parametrize("state", ["admitted", "arrived", "parked", "overstaying"])
def test_too_late_for_another_space_or_start_once_the_driver_is_in(state: str) -> None:
    order = LIVE[state]()
    with pytest.raises(TooLate):
        order.revise(BOOKING, elsewhere(order), TERMS, LATER)
    later = by(order, service_time=SERVICE + timedelta(hours=1))
    with pytest.raises(TooLate):
        order.revise(later, claim(later, attempt=1), TERMS, LATER)


@pytest.mark.parametrize("state", ["admitted", "parked"])
def test_driver_who_is_in_may_be_given_longer(state: str) -> None:
    order = LIVE[state]()
    longer = by(order, duration=timedelta(hours=3))
    revised = order.revise(longer, claim(longer, attempt=1), TERMS, LATER)
    assert (revised.state, revised.access.admitted_at) == (order.state, order.access.admitted_at)


def test_move_keeps_its_reason_and_starts_over() -> None:
    order = secured().move(elsewhere(secured()), Reason.LOCK_SILENT, LATER)
    assert (order.state, order.reason, order.access.asked_at) == (
        State.RESERVED,
        Reason.LOCK_SILENT,
        LATER,
    )
    assert order.due_at == LATER + CONFIRM_WITHIN
    assert order.attempt == 1


def test_moves_are_counted_and_a_new_space_has_not_been_held_yet() -> None:
    once = held().move(elsewhere(held()), Reason.LOCK_SILENT, LATER)
    assert (once.promise.moves, once.access.held_at, once.promise.promised_at) == (1, None, None)
    twice = said(once, RAISED).move(claim(attempt=2), Reason.LOCK_SILENT, LATER)
    assert (twice.promise.moves, twice.access.held_at) == (2, None)
    revised = twice.revise(BOOKING, twice.claim, TERMS, LATER)
    assert (revised.promise.moves, revised.notes.tried) == (2, frozenset())


def test_another_space_or_start_is_promised_anew() -> None:
    order = held()
    assert order.promise.promised_at is None
    assert order.revise(BOOKING, elsewhere(order), TERMS, LATER).promise.promised_at == LATER
    tomorrow = by(order, service_time=SERVICE + timedelta(days=1))
    revised = order.revise(tomorrow, claim(tomorrow, attempt=1), TERMS, LATER)
    assert (revised.promise.promised_at, revised.access.held_at) == (LATER, None)


def test_longer_or_described_better_is_no_new_promise() -> None:
    longer = by(held(), duration=timedelta(hours=3), plate="7ABC123")
    revised = held().revise(longer, claim(longer, attempt=1), TERMS, LATER)
    assert (revised.promise.promised_at, revised.access.held_at) == (None, held().access.held_at)


def test_attempt_tells_claims_on_the_same_space_apart() -> None:
    first = reserved().claim
    second = replace(first, attempt=1)
    assert first.entries(reserved().id) != second.entries(reserved().id)
    assert replace(first, attempt=255).until(first.window.end, UTC).attempt == 0


@pytest.mark.parametrize("state", ENDED)
def test_ended_order_may_be_described_anew(state: str) -> None:
    order = ENDED[state]()
    described = order.describe(by(order, plate="7ABC123"), LATER)
    assert (described.state, described.booking.plate, described.version) == (
        order.state,
        "7ABC123",
        order.version + 1,
    )


def test_cancel_keeps_the_newest_booking() -> None:
    said_now = replace(BOOKING, parking_needed=False)
    assert reserved().cancel(Reason.MERCHANT, LATER, said_now).booking == said_now
    assert failed().reason is Reason.LOCK_UNUSABLE
    assert parked().access.vehicle_since
