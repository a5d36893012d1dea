"""The promise ledger: the outcomes of orders, and their totals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes.example_orders import (
    BOOKING,
    ENDED,
    EVERY,
    MALL,
    SERVICE,
    TERMS,
    by,
    claim,
    elsewhere,
    reserved,
    said,
)
from tests.fakes.keys import id_for
from tests.fakes.mall import CINEMA, HARBOUR, NOON, P1, P2

from baylock.domain.booking.window import Window
from baylock.domain.errors import BaylockError
from baylock.domain.locks.lock import BarrierReport
from baylock.domain.orders.order import CONFIRM_WITHIN, Order
from baylock.domain.orders.record import reserve
from baylock.domain.orders.state import Reason, State
from baylock.domain.reports.ledger import (
    BROKEN,
    LOWERED_WITHIN,
    NOT_COUNTED,
    By,
    Entry,
    Group,
    Period,
    PromiseOutcome,
    judge,
    midnight,
    ready_by,
    tally,
    tally_by,
)
from baylock.domain.venue.mall import LotSettings

RAISED, LOWERED = BarrierReport.RAISED, BarrierReport.LOWERED
WINDOW = claim().window
START, END = WINDOW.start, WINDOW.end
ASKED = START - TERMS.lead
MOMENT = timedelta(seconds=1)
FOREVER = END + timedelta(days=9)


def up(at: datetime = ASKED + 5 * MOMENT, order: Order | None = None) -> Order:
    """Report the barrier as raised at a time."""
    order = order or reserved().secure(ASKED)
    return said(order, RAISED, now=at)


def here(order: Order | None = None, at: datetime = SERVICE) -> Order:
    """Admit the driver."""
    return (order or up()).admit(at)


def down(order: Order | None = None, after: timedelta = 4 * MOMENT) -> Order:
    """Report the barrier as lowered, so long after the driver was admitted."""
    order = order or here()
    assert order.access.admitted_at
    return said(order, LOWERED, now=order.access.admitted_at + after)


def outcome(order: Order, now: datetime = FOREVER) -> PromiseOutcome:
    return judge(order, now).outcome


# ── one order ────────────────────────────────────────────────────────────────────────────────────


def test_kept() -> None:
    entry = judge(down().complete(END), FOREVER)
    assert (entry.outcome, entry.lowered_after) == (PromiseOutcome.KEPT, 4 * MOMENT)
    assert (entry.ready_by, entry.held_at) == (START, ASKED + 5 * MOMENT)


@pytest.mark.parametrize(
    ("held_at", "judged"),
    [(START, PromiseOutcome.KEPT), (START + MOMENT, PromiseOutcome.LATE)],
)
def test_barrier_is_up_at_the_start(held_at: datetime, judged: PromiseOutcome) -> None:
    order = up(held_at)
    assert outcome(down(here(order)).complete(END)) is judged
    assert outcome(down(here(order)), SERVICE) is judged
    assert outcome(order.mark_no_show(order.missed_at)) is judged
    assert outcome(order.cancel(Reason.DRIVER, SERVICE)) is judged


@pytest.mark.parametrize(
    ("after", "judged"),
    [(LOWERED_WITHIN, PromiseOutcome.KEPT), (LOWERED_WITHIN + MOMENT, PromiseOutcome.SLOW)],
)
def test_barrier_is_down_within_seconds_of_the_request(
    after: timedelta, judged: PromiseOutcome
) -> None:
    assert outcome(down(after=after)) is judged
    assert outcome(down(after=after).complete(END)) is judged


def test_driver_who_waits_is_let_in_or_not() -> None:
    waiting = here()
    assert outcome(waiting, SERVICE + LOWERED_WITHIN) is PromiseOutcome.OPEN
    assert outcome(waiting, SERVICE + LOWERED_WITHIN + MOMENT) is PromiseOutcome.SLOW
    assert outcome(waiting.complete(END)) is PromiseOutcome.NOT_LOWERED
    assert outcome(waiting.complete(SERVICE + LOWERED_WITHIN)) is PromiseOutcome.VOID, (
        "gone at once"
    )


def test_driver_before_the_barrier_was_due_misses_nothing() -> None:
    early = here(reserved().secure(ASKED), at=START)
    assert outcome(early, START + MOMENT) is PromiseOutcome.OPEN
    assert outcome(down(early).complete(END)) is PromiseOutcome.KEPT
    late = here(reserved().secure(ASKED), at=START + MOMENT)
    assert outcome(down(late).complete(END)) is PromiseOutcome.LATE


def test_late_is_said_as_soon_as_it_is_true() -> None:
    order = reserved().secure(ASKED)
    assert outcome(order, START) is PromiseOutcome.OPEN
    assert outcome(order, START + MOMENT) is PromiseOutcome.LATE


def test_the_worst_is_what_is_said() -> None:
    late = up(START + MOMENT)
    assert outcome(here(late).complete(END)) is PromiseOutcome.NOT_LOWERED
    assert outcome(down(here(late), after=2 * LOWERED_WITHIN)) is PromiseOutcome.LATE
    assert outcome(late.fail(Reason.LOCK_SILENT, SERVICE)) is PromiseOutcome.FAILED


def test_failed_is_not_kept_however_early_it_was_told() -> None:
    entry = judge(reserved().fail(Reason.LOCK_UNUSABLE, ASKED), ASKED)
    assert (entry.outcome, entry.reason, entry.failures) == (
        PromiseOutcome.FAILED,
        Reason.LOCK_UNUSABLE,
        1,
    )


def test_cancelled_before_the_barrier_was_due_was_never_due() -> None:
    assert outcome(reserved().cancel(Reason.MERCHANT, NOON)) is PromiseOutcome.VOID
    assert outcome(up().cancel(Reason.DRIVER, START)) is PromiseOutcome.VOID
    assert outcome(up().cancel(Reason.DRIVER, START + MOMENT)) is PromiseOutcome.KEPT
    never_up = reserved().secure(ASKED)
    assert outcome(never_up.cancel(Reason.DRIVER, START + MOMENT)) is PromiseOutcome.LATE


def test_no_show_was_kept_by_us_if_the_space_stood_ready() -> None:
    assert outcome(up().mark_no_show(up().missed_at)) is PromiseOutcome.KEPT
    assert outcome(reserved().secure(ASKED).mark_no_show(up().missed_at)) is PromiseOutcome.LATE


def test_what_has_not_come_yet_is_open() -> None:
    assert outcome(reserved(), NOON) is PromiseOutcome.OPEN
    assert outcome(up(), SERVICE) is PromiseOutcome.OPEN, "ready, and its driver may still come"


def test_moved_in_time_is_kept() -> None:
    first = reserved().secure(ASKED)
    moved = first.move(elsewhere(first), Reason.LOCK_SILENT, ASKED + CONFIRM_WITHIN)
    held = up(START - MOMENT, moved)
    entry = judge(down(here(held)), FOREVER)
    assert (entry.outcome, entry.moves) == (PromiseOutcome.KEPT, 1)
    assert outcome(down(here(up(START + MOMENT, moved)))) is PromiseOutcome.LATE


# ── when the barrier should be up ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("held_after", "judged"),
    [(CONFIRM_WITHIN, PromiseOutcome.KEPT), (CONFIRM_WITHIN + MOMENT, PromiseOutcome.LATE)],
)
@pytest.mark.parametrize("asked", [START - MOMENT, START + timedelta(minutes=5)])
def test_asked_for_too_late_for_its_start(
    asked: datetime, held_after: timedelta, judged: PromiseOutcome
) -> None:
    booked = reserve(id_for(BOOKING), BOOKING, claim(), TERMS, asked)
    revised = reserved().revise(by(reserved(), plate="7"), elsewhere(reserved()), TERMS, asked)
    for order in (booked, revised):
        assert ready_by(order) == asked + CONFIRM_WITHIN
        held = up(asked + held_after, order)
        assert outcome(held.mark_no_show(held.missed_at)) is judged


def test_asked_for_within_the_lead_but_in_time() -> None:
    assert (
        ready_by(reserve(id_for(BOOKING), BOOKING, claim(), TERMS, START - CONFIRM_WITHIN)) == START
    )


def test_details_give_no_more_time() -> None:
    order = reserved().secure(ASKED)
    revised = order.revise(by(order, plate="7ABC123"), order.claim, TERMS, START)
    assert ready_by(revised) == START


def test_neighbour_in_time_may_stay_until_our_start_and_no_longer() -> None:
    late = reserve(id_for(BOOKING), BOOKING, claim(), TERMS, NOON, secure_at=START)
    assert ready_by(late) == START + CONFIRM_WITHIN
    waited = late.postpone(START + timedelta(minutes=1), START + MOMENT)
    assert ready_by(waited) == START + CONFIRM_WITHIN


def test_lot_that_locks_at_booking() -> None:
    """A booking whose window starts in the current slot."""
    booked = NOON + timedelta(minutes=7)
    at_once = replace(claim(), window=Window(NOON, END))
    order = reserve(id_for(BOOKING), BOOKING, at_once, TERMS, booked)
    assert ready_by(order) == booked + CONFIRM_WITHIN
    assert (
        outcome(up(booked + 5 * MOMENT, order).mark_no_show(order.missed_at)) is PromiseOutcome.KEPT
    )


# ── orders of before the ledger ──────────────────────────────────────────────────────────────────


def forgotten(order: Order) -> Order:
    """An order as it was stored before there was a ledger."""
    access = replace(order.access, held_at=None, arrived_at=None, left_at=None)
    promise = replace(order.promise, ended_at=None, failures=0)
    return replace(order, access=access, promise=promise)


@pytest.mark.parametrize("state", EVERY)
def test_nothing_is_made_up_about_what_was_not_written(state: str) -> None:
    order = forgotten(EVERY[state]())
    entry = judge(order, NOON)
    if order.state is State.RESERVED:
        assert entry.outcome is PromiseOutcome.OPEN
    else:
        assert entry.outcome is PromiseOutcome.UNKNOWN
    assert entry.used == timedelta()
    assert (entry.booked == timedelta()) is (state in ENDED)


# ── use ──────────────────────────────────────────────────────────────────────────────────────────


def test_booked_is_for_how_long_the_space_was_kept_within_the_window() -> None:
    def booked(order: Order) -> timedelta:
        return judge(order, NOON).booked

    assert booked(reserved()) == END - START
    assert booked(reserved().cancel(Reason.MERCHANT, NOON)) == timedelta()
    assert booked(up().mark_no_show(SERVICE)) == SERVICE - START
    assert booked(down().complete(FOREVER)) == END - START, "overstaying is no booking"


def test_used_is_from_the_lowered_barrier_until_the_vehicle_has_gone() -> None:
    def used(order: Order, now: datetime = FOREVER) -> timedelta:
        return judge(order, now).used

    arrived = down()
    came = SERVICE + 4 * MOMENT
    assert used(here()) == timedelta()
    assert used(arrived, came + MOMENT) == MOMENT
    assert used(arrived, SERVICE) == timedelta(), "the report has come in since"
    parked = said(arrived, LOWERED, vehicle=True, now=came + MOMENT)
    gone = said(parked, LOWERED, now=came + timedelta(hours=1))
    assert used(gone) == used(gone.complete(END)) == timedelta(hours=1)
    assert used(parked.overstay(END).complete(FOREVER)) == FOREVER - came


# ── whatever happens ─────────────────────────────────────────────────────────────────────────────

STEPS: tuple[Callable[[Order, datetime], Order], ...] = (
    lambda order, now: order.secure(now),
    lambda order, now: said(order, RAISED, now=now),
    lambda order, now: said(order, LOWERED, now=now),
    lambda order, now: said(order, LOWERED, vehicle=True, now=now),
    lambda order, now: order.admit(now),
    lambda order, now: order.move(elsewhere(order), Reason.LOCK_SILENT, now),
    lambda order, now: order.revise(BOOKING, elsewhere(order), TERMS, now),
    lambda order, now: order.revise(BOOKING, order.claim, LotSettings(lead=timedelta()), now),
    lambda order, now: order.complete(now),
    lambda order, now: order.cancel(Reason.DRIVER, now),
    lambda order, now: order.mark_no_show(now),
    lambda order, now: order.fail(Reason.LOCK_SILENT, now),
)
lives = st.lists(
    st.tuples(st.sampled_from(STEPS), st.integers(0, 3600).map(lambda s: timedelta(seconds=s))),
    max_size=12,
)


def lived(steps: list[tuple[Callable[[Order, datetime], Order], timedelta]]) -> Order:
    order, now = reserved(), ASKED
    for step, later in steps:
        now += later
        try:
            order = step(order, now)
        except BaylockError:
            continue
    return order


@given(lives, st.timedeltas(timedelta(), timedelta(days=2)))
def test_what_is_said_of_an_order_is_true_and_stays_true(
    steps: list[tuple[Callable[[Order, datetime], Order], timedelta]], later: timedelta
) -> None:
    order = lived(steps)
    entry = judge(order, order.changed_at)
    after = judge(order, order.changed_at + later)
    assert entry.outcome is not PromiseOutcome.UNKNOWN
    if not order.is_live:
        assert after == entry
        assert entry.outcome is not PromiseOutcome.OPEN
    if entry.outcome is not PromiseOutcome.OPEN:
        assert after.outcome is entry.outcome
    if after.outcome is PromiseOutcome.KEPT:
        assert order.access.held_at or order.access.admitted_at
        assert (order.access.held_at or order.access.admitted_at or FOREVER) <= entry.ready_by
        assert (entry.lowered_after or timedelta()) <= LOWERED_WITHIN
    assert entry.ready_by >= order.claim.window.start
    assert timedelta() <= entry.booked <= order.claim.window.end - order.claim.window.start
    assert timedelta() <= entry.used <= after.used


@given(st.lists(lives, max_size=6))
def test_every_order_is_counted_once(
    many: list[list[tuple[Callable[[Order, datetime], Order], timedelta]]],
) -> None:
    entries = [judge(lived(steps), FOREVER) for steps in many]
    found = tally(MALL, TODAY, entries)
    assert found.orders == sum(found.outcomes.values()) == len(many)
    assert found.due + sum(found.outcomes[one] for one in NOT_COUNTED) == len(many)
    parts = tally_by(tuple(By), MALL, TODAY, entries)
    assert sum(part.orders for part in parts) == len(many)
    assert sum((part.used for part in parts), timedelta()) == found.used
    assert (found.share_kept is None) is (found.due == 0)


# ── many orders ──────────────────────────────────────────────────────────────────────────────────

TODAY = Period(date(2026, 12, 1), date(2026, 12, 1))


def entry(judged: PromiseOutcome = PromiseOutcome.KEPT, **fields: object) -> Entry:
    found = replace(judge(reserved(), NOON), outcome=judged)
    return replace(found, **fields)  # type: ignore[arg-type]


def test_outcomes_and_the_share_of_those_due() -> None:
    found = tally(MALL, TODAY, [entry(one) for one in PromiseOutcome])
    assert found.outcomes == dict.fromkeys(PromiseOutcome, 1)
    assert (found.orders, found.due, found.kept, found.share_kept) == (8, 5, 1, 0.2)
    assert set(PromiseOutcome) == {PromiseOutcome.KEPT, *BROKEN, *NOT_COUNTED}
    nothing = tally(MALL, TODAY, [])
    assert (nothing.orders, nothing.share_kept, nothing.lowered_p95) == (0, None, None)


def test_counts() -> None:
    found = tally(
        MALL,
        TODAY,
        [
            entry(state=State.NO_SHOW, moves=2),
            entry(state=State.NO_SHOW, moves=1),
            entry(state=State.CANCELLED),
            entry(state=State.COMPLETED, failures=2),
        ],
    )
    assert (found.no_shows, found.cancelled, found.moved, found.failures) == (2, 1, 2, 2)


@pytest.mark.parametrize(
    ("seconds", "median", "p95"),
    [
        ([3], 3, 3),
        ([5, 3], 4, 5),
        ([*range(20, 0, -1)], 10.5, 19),
        ([*range(1, 102)], 51, 96),
    ],
)
def test_seconds_to_the_lowered_barrier(seconds: list[int], median: float, p95: int) -> None:
    entries = [entry(lowered_after=timedelta(seconds=one)) for one in seconds]
    found = tally(MALL, TODAY, [*entries, entry(lowered_after=None)])
    assert found.lowered_median == timedelta(seconds=median)
    assert found.lowered_p95 == timedelta(seconds=p95)


def test_use_is_of_all_spaces_around_the_clock() -> None:
    three = timedelta(hours=3)
    entries = [entry(booked=three, used=three / 2), entry(booked=three, used=three)]
    found = tally(MALL, TODAY, entries)
    assert found.there == 5 * timedelta(hours=24)
    assert (found.share_booked, found.share_used) == (6 / 120, 4.5 / 120)
    (of_lot,) = tally_by([By.LOT], MALL, TODAY, entries)
    assert of_lot.there == 4 * timedelta(hours=24)
    week = Period(TODAY.first, TODAY.first + timedelta(days=6))
    (of_merchant,) = tally_by([By.MERCHANT], MALL, week, entries)
    assert of_merchant.there == 7 * 5 * timedelta(hours=24)
    (of_day,) = tally_by([By.DAY], MALL, week, entries)
    assert of_day.there == found.there


def test_lot_that_is_no_more_has_no_space_to_use() -> None:
    gone = replace(MALL, lots=())
    (found,) = tally_by([By.LOT], gone, TODAY, [entry()])
    assert (found.there, found.share_booked, found.share_used) == (timedelta(), None, None)


def test_groups() -> None:
    plain = entry()
    roof = entry(space=replace(plain.space, lot=P2))
    cinema = entry(merchant=CINEMA)
    next_day = entry(window=Window(START + timedelta(days=1), END + timedelta(days=1)))
    week = Period(TODAY.first, TODAY.first + timedelta(days=6))
    entries = [next_day, roof, plain, cinema]

    def groups(*by: By) -> list[tuple[Group, int]]:
        return [(one.group, one.orders) for one in tally_by(by, MALL, week, entries)]

    assert groups() == [(Group(HARBOUR), 4)]
    assert groups(By.LOT) == [(Group(HARBOUR, lot=P1), 3), (Group(HARBOUR, lot=P2), 1)]
    assert [(one.merchant, n) for one, n in groups(By.MERCHANT)] == [("cinema", 1), ("noodles", 3)]
    assert [(one.day, n) for one, n in groups(By.DAY)] == [
        (date(2026, 12, 1), 3),
        (date(2026, 12, 2), 1),
    ]
    assert len(groups(*By)) == 4


def test_day_is_the_malls_own() -> None:
    before, after = (
        entry(window=Window(moment, moment + timedelta(hours=1)))
        for moment in (
            datetime(2026, 12, 2, 7, 45, tzinfo=UTC),
            datetime(2026, 12, 2, 8, 0, tzinfo=UTC),
        )
    )
    found = tally_by([By.DAY], MALL, TODAY, [before, after])
    assert [one.group.day for one in found] == [date(2026, 12, 1), date(2026, 12, 2)]


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-08", 23), ("2026-07-01", 24), ("2026-11-01", 25)]
)
def test_day_has_as_many_hours_as_it_has(day: str, hours: int) -> None:
    period = Period(date.fromisoformat(day), date.fromisoformat(day))
    assert tally(MALL, period, []).there == 5 * timedelta(hours=hours)


ZONES = st.sampled_from(
    ["America/Los_Angeles", "Asia/Shanghai", "Africa/Cairo", "America/Santiago", "Asia/Beirut"]
).map(ZoneInfo)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)), ZONES)  # noqa: DTZ001
def test_period_has_the_moments_of_its_days(moment: datetime, zone: ZoneInfo) -> None:
    """Some zones change their clocks at midnight, which then comes twice or not at all."""
    day = moment.astimezone(zone).date()
    period = Period(day, day)
    assert period.starts(zone) <= moment < period.ends(zone)
    assert period.ends(zone) == midnight(day + timedelta(days=1), zone)


def test_period_that_ends_before_it_begins() -> None:
    with pytest.raises(ValueError, match="comes after"):
        Period(date(2026, 12, 2), date(2026, 12, 1))
