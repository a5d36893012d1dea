"""The contract of orders: FakeOrders and DynamoDB."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)
from tests.contracts.conftest import Disturbed
from tests.fakes.example_orders import BOOKING, EVERY, MALL, SERVICE, TERMS, claim, reserved
from tests.fakes.keys import id_for
from tests.fakes.mall import CINEMA, HARBOUR, NOODLES, NOON, P1, P2, merchants, space_id
from tests.fakes.orders import FakeOrders

from baylock.adapters.dynamodb.client import TRIES
from baylock.adapters.dynamodb.orders import DynamoDBOrders
from baylock.domain.allocation.claim import Claim
from baylock.domain.allocation.hint import ALL_FREE
from baylock.domain.allocation.occupancy import Entry, Occupancy, ZoneDay
from baylock.domain.allocation.pending import PendingClaim
from baylock.domain.allocation.search import Search
from baylock.domain.booking.booking import Booking, Channel, OrderId, Reference, order_tag
from baylock.domain.booking.window import MAX_WINDOW
from baylock.domain.errors import Busy, OrderChanged, SpaceTaken, Unreachable
from baylock.domain.orders.access import Access, Schedule
from baylock.domain.orders.notes import Notes, PreviousDriver, ReportedProblem
from baylock.domain.orders.order import Order
from baylock.domain.orders.promise import Promise
from baylock.domain.orders.record import Declined, Fenced, reserve
from baylock.domain.orders.state import Reason
from baylock.domain.venue.mall import MallRef, Needs
from baylock.ports.orders import Orders

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture(params=["fake", "dynamodb"])
def orders(request: pytest.FixtureRequest) -> Orders:
    if request.param == "fake":
        return FakeOrders()
    return DynamoDBOrders(request.getfixturevalue("tables_made"), "orders", "occupancy")


numbers = count()


def another(**said: object) -> Order:
    """Build an order for the nearest space, with a new reference."""
    reference = Reference(f"TBL-{next(numbers)}")
    booking: Booking = replace(BOOKING, reference=reference, **said)  # type: ignore[arg-type]
    return reserve(id_for(booking), booking, claim(booking), TERMS, NOON)


def across_the_day() -> Order:
    """Build an order across 04:00 in Los Angeles, which is 12:00 UTC."""
    return another(service_time=NOON + timedelta(hours=15, minutes=30))


def seen(orders: Orders, *about: Order) -> Occupancy:
    spans = {lot: span for one in about for lot, span in _asked(one).items()}
    return orders.snapshot(about[0].id, HARBOUR, spans).occupancy


def _asked(order: Order) -> dict[Any, Any]:
    return {P1: order.claim.spans, P2: order.claim.spans}


def written(orders: Orders, *about: Order) -> list[tuple[ZoneDay, str, Entry]]:
    """Return the entries in the occupancy on the days of these orders."""
    return sorted(
        (
            (key, position, Entry.unpack(day[at : at + 10]))
            for one in about
            for key, positions in seen(orders, one).zones.items()
            for position, day in positions.items()
            for at in range(0, len(day), 10)
        ),
        key=repr,
    )


def keep(orders: Orders, order: Order) -> Order:
    """Claim the order's space and write the order."""
    assert orders.claim(order.id, order.claim, seen(orders, order), NOON) is None
    orders.add(order, replacing=None)
    return order


# ── records ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("state", EVERY)
def test_order_is_read_as_it_was_written(orders: Orders, state: str) -> None:
    order = EVERY[state]()
    orders.add(order, replacing=None)
    assert orders.find(order.id) == order


def test_every_field_is_read_as_it_was_written(orders: Orders) -> None:
    def at(number: int) -> datetime:
        return NOON + timedelta(minutes=number, milliseconds=number)

    booking = replace(
        BOOKING,
        duration=timedelta(minutes=90, seconds=30),
        within_second=True,
        locale="zh-CN",
        plate="粤B12345",
        needs=Needs.parse(["ev", "height:2.05"]),
        channel=Channel.TEXT,
        said_at=NOON,
    )
    order = replace(
        reserved(),
        booking=booking,
        version=77,
        changed_at=at(3),
        schedule=Schedule(at(0), at(1)),
        promise=Promise(at(2), at(4), at(10), at(11), moves=2, failures=1),
        access=Access(at(5), at(6), at(12), at(13), at(7), at(14), at(8), at(9)),
        notes=Notes(
            last_request="in-1",
            wrong_codes=3,
            unreachable=Unreachable.OPTED_OUT,
            previous_drivers=(
                PreviousDriver("+14255550177", 3),
                PreviousDriver("+8613800138000", 60),
            ),
            tried=frozenset({"P1/B2-018", "P2/R1"}),
            put_down=2,
            reported_problems=(
                ReportedProblem(Reason.SPACE_TAKEN, space_id("B2-018"), "B 2", NOON, 7),
                ReportedProblem(Reason.VEHICLE_PRESENT, space_id("R1"), "层", SERVICE, 76),
            ),
        ),
        reason=Reason.LOCK_SILENT,
        extra=timedelta(minutes=45),
    )
    orders.add(order, replacing=None)
    assert orders.find(order.id) == order


def test_declined_booking_is_read_as_it_was_written(orders: Orders) -> None:
    booking = replace(BOOKING, parking_needed=False, phone=None)
    declined = Declined(id_for(booking), booking, 3, NOON, attempt=2)
    orders.add(declined, replacing=None)
    assert orders.find(declined.id) == declined
    assert list(orders.due(NOON + timedelta(days=99))) == []
    assert orders.of_merchant(NOODLES).orders == ()


def test_unknown_order_is_none(orders: Orders) -> None:
    assert orders.find(OrderId("ord_aaaaaaaaaaaa")) is None


def test_order_is_added_once(orders: Orders) -> None:
    orders.add(reserved(), replacing=None)
    with pytest.raises(OrderChanged):
        orders.add(replace(reserved(), notes=Notes(wrong_codes=1)), replacing=None)
    assert orders.find(reserved().id) == reserved()


def test_order_that_changed_meanwhile_is_not_replaced(orders: Orders) -> None:
    first = reserved()
    orders.add(first, replacing=None)
    second = first.secure(SERVICE)
    orders.add(second, replacing=first)
    with pytest.raises(OrderChanged):
        orders.add(first.cancel(Reason.MERCHANT, SERVICE), replacing=first)
    assert orders.find(first.id) == second


def test_missing_order_cannot_be_replaced(orders: Orders) -> None:
    with pytest.raises(OrderChanged):
        orders.add(reserved().secure(SERVICE), replacing=reserved())


# ── the occupancy ────────────────────────────────────────────────────────────────────────────────


def test_claimed_space_is_in_the_occupancy(orders: Orders) -> None:
    order = another()
    assert orders.claim(order.id, order.claim, Occupancy(), NOON) is None
    assert written(orders, order) == list(order.claim.entries(order.id))
    assert seen(orders, order).holds(order.claim.entries(order.id))


def test_claim_writes_nothing_if_another_was_faster(orders: Orders) -> None:
    first, second = another(), another()
    before = seen(orders, first)
    orders.claim(first.id, first.claim, before, NOON)
    there_now = orders.claim(second.id, second.claim, before, NOON)
    assert there_now is not None
    assert there_now.holds(first.claim.entries(first.id))
    assert written(orders, first) == list(first.claim.entries(first.id))


def test_failed_claim_returns_enough_to_try_again(orders: Orders) -> None:
    """It needs no new read."""
    first, second, third = another(), another(), another()
    before = seen(orders, first)
    orders.claim(first.id, first.claim, before, NOON)
    there_now = orders.claim(second.id, second.claim, before, NOON)
    assert there_now is not None
    elsewhere = claim(third.booking, avoid="B2-017")
    assert orders.claim(third.id, elsewhere, there_now, NOON) is None


def test_two_spaces_of_a_zone_do_not_collide(orders: Orders) -> None:
    first, second = another(), another()
    before = seen(orders, first)
    elsewhere = claim(second.booking, avoid="B2-017")
    assert orders.claim(first.id, first.claim, before, NOON) is None
    assert orders.claim(second.id, elsewhere, before, NOON) is None


def test_space_can_be_claimed_again_after_an_earlier_booking(orders: Orders) -> None:
    first = another()
    second = another(service_time=first.claim.window.end + timedelta(minutes=15))
    assert first.claim.space == second.claim.space
    for order in (first, second):
        assert orders.claim(order.id, order.claim, seen(orders, order), NOON) is None
    assert len(written(orders, first)) == 2


def test_repeated_claim_of_the_same_order_succeeds(orders: Orders) -> None:
    """The response to the first write was lost, so it was sent again."""
    order = another()
    before = seen(orders, order)
    assert orders.claim(order.id, order.claim, before, NOON) is None
    assert orders.claim(order.id, order.claim, before, NOON) is None
    assert len(written(orders, order)) == 1


def test_claim_across_the_day_is_all_or_nothing(orders: Orders) -> None:
    order = across_the_day()
    assert len(order.claim.spans) == 2
    late = another(service_time=NOON + timedelta(hours=17))
    before = seen(orders, order)
    assert orders.claim(late.id, late.claim, seen(orders, late), NOON) is None
    there_now = orders.claim(order.id, order.claim, before, NOON)
    assert there_now is not None
    assert there_now.holds(late.claim.entries(late.id))
    assert written(orders, order) == list(late.claim.entries(late.id))
    orders.release(late.id, late.claim)
    assert orders.claim(order.id, order.claim, before, NOON) is None
    assert written(orders, order) == sorted(order.claim.entries(order.id), key=repr)
    assert orders.claim(order.id, order.claim, before, NOON) is None, "repeated"


def test_release_removes_only_the_exact_claim(orders: Orders) -> None:
    order = another()
    orders.claim(order.id, order.claim, seen(orders, order), NOON)
    orders.release(order.id, replace(order.claim, attempt=1))
    orders.release(another().id, order.claim)
    assert written(orders, order) == list(order.claim.entries(order.id))
    orders.release(order.id, order.claim)
    orders.release(order.id, order.claim)
    assert written(orders, order) == []


def test_release_leaves_neighbouring_entries(orders: Orders) -> None:
    first = another()
    second = another(service_time=first.claim.window.end + timedelta(minutes=15))
    for order in (first, second):
        orders.claim(order.id, order.claim, seen(orders, order), NOON)
    orders.release(first.id, first.claim)
    assert written(orders, first) == list(second.claim.entries(second.id))


def test_snapshot_has_the_order_and_the_requested_days(orders: Orders) -> None:
    order = keep(orders, another())
    tomorrow = keep(orders, another(service_time=SERVICE + timedelta(days=1)))
    snapshot = orders.snapshot(order.id, HARBOUR, {P1: order.claim.spans})
    assert snapshot.record == order
    assert [key.day for key in snapshot.occupancy.zones] == [order.claim.spans[0].day]
    assert orders.snapshot(another().id, HARBOUR, {}).record is None
    assert orders.snapshot(None, HARBOUR, {P1: order.claim.spans}).occupancy == snapshot.occupancy
    assert orders.snapshot(None, HARBOUR, {P1: order.claim.spans}).record is None
    assert seen(orders, order, tomorrow).holds(tomorrow.claim.entries(tomorrow.id))


def test_every_position_of_a_zone_can_be_claimed(orders: Orders) -> None:
    for position in "0123456789abcdefghijklmnopqrstuv":
        order = another()
        at_position = replace(order.claim, position=position)
        assert orders.claim(order.id, at_position, Occupancy(), NOON) is None
    assert len(written(orders, another())) == 32


def test_zones_are_read_with_and_without_bookings(orders: Orders) -> None:
    order = keep(orders, another())
    ((key, position, entry),) = order.claim.entries(order.id)
    others = {replace(key, zone=f"z{number}") for number in range(1, 250)}
    found = orders.read_zones(HARBOUR, {key, *others})
    assert found.keys() == {key, *others}
    assert found[key] == {position: entry.pack()}
    assert all(found[other] == {} for other in others)


def test_snapshot_of_a_lot_with_a_hint_reads_no_zones(orders: Orders) -> None:
    order = keep(orders, another())
    snapshot = orders.snapshot(order.id, HARBOUR, _asked(order), hinted={P1})
    assert snapshot.record == order
    assert snapshot.occupancy.partial == {P1}
    assert not snapshot.occupancy.zones
    assert snapshot.hint.may_be_free(P1, order.claim.spans)(order.claim.zone) == ALL_FREE


# ── pending claims ───────────────────────────────────────────────────────────────────────────────

AFTER = NOON + timedelta(seconds=1)


def test_claim_is_pending_until_it_is_resolved(orders: Orders) -> None:
    order = keep(orders, another())
    assert list(orders.pending(NOON)) == [], "too early"
    (zone,) = orders.pending(AFTER)
    ((key, position, entry),) = order.claim.entries(order.id)
    assert (zone.mall, zone.key) == (HARBOUR, key)
    assert zone.claims == (PendingClaim(NOON, position, entry),)
    assert zone.positions == {position: entry.pack()}
    orders.resolve(zone, [])
    assert list(orders.pending(AFTER)) == []
    assert written(orders, order) == [(key, position, entry)], "the claim is kept"


def test_abandoned_entry_is_removed_and_its_neighbours_stay(orders: Orders) -> None:
    left, kept = another(), another()
    elsewhere = claim(kept.booking, avoid="B2-017")
    after = another(service_time=left.claim.window.end + timedelta(minutes=15))
    for one, where in ((left, left.claim), (kept, elsewhere), (after, after.claim)):
        assert orders.claim(one.id, where, seen(orders, one), NOON) is None
    (zone,) = orders.pending(AFTER)
    assert len(zone.claims) == 3
    orders.resolve(zone, [one for one in zone.claims if one.entry.tag == order_tag(left.id)])
    assert list(orders.pending(AFTER)) == []
    assert written(orders, left) == sorted(
        [*elsewhere.entries(kept.id), *after.claim.entries(after.id)], key=repr
    )


def test_resolving_twice_and_after_release_is_harmless(orders: Orders) -> None:
    order = another()
    orders.claim(order.id, order.claim, Occupancy(), NOON)
    (zone,) = orders.pending(AFTER)
    orders.release(order.id, order.claim)
    orders.resolve(zone, zone.claims)
    orders.resolve(zone, zone.claims)
    assert written(orders, order) == []
    assert list(orders.pending(AFTER)) == []


def test_claims_made_meanwhile_stay_pending(orders: Orders) -> None:
    first, second = another(), another()
    orders.claim(first.id, first.claim, Occupancy(), NOON)
    (zone,) = orders.pending(AFTER)
    elsewhere = claim(second.booking, avoid="B2-017")
    orders.claim(second.id, elsewhere, seen(orders, second), NOON)
    orders.resolve(zone, zone.claims)
    (zone,) = orders.pending(AFTER)
    assert [one.entry.tag for one in zone.claims] == [order_tag(second.id)]


def test_claim_across_the_day_is_pending_on_each_day(orders: Orders) -> None:
    order = across_the_day()
    orders.claim(order.id, order.claim, seen(orders, order), NOON)
    zones = list(orders.pending(AFTER))
    assert {zone.key.day for zone in zones} == {span.day for span in order.claim.spans}
    for zone in zones:
        orders.resolve(zone, zone.claims)
    assert written(orders, order) == []


def test_fence_is_stored_but_is_not_an_order(orders: Orders) -> None:
    fence = Fenced(another().id, version=1, attempt=0, changed_at=NOON, called_off_at=NOON)
    orders.add(fence, replacing=None)
    assert orders.record(fence.id) == fence
    assert orders.find(fence.id) is None
    assert orders.snapshot(fence.id, HARBOUR, {}).record == fence


def test_fence_stops_a_writer_that_read_nothing(orders: Orders) -> None:
    order = another()
    orders.add(Fenced(order.id, version=1, attempt=0, changed_at=NOON), replacing=None)
    with pytest.raises(OrderChanged):
        orders.add(order, replacing=None)
    fence = orders.record(order.id)
    again = replace(order, version=2)
    orders.add(again, replacing=fence)
    assert orders.find(order.id) == again


# ── changes ──────────────────────────────────────────────────────────────────────────────────────


def test_change_of_state_keeps_the_space(orders: Orders) -> None:
    order = keep(orders, another())
    secured = order.secure(SERVICE)
    orders.change(order, secured)
    assert orders.find(order.id) == secured
    assert written(orders, order) == list(order.claim.entries(order.id))


@pytest.mark.parametrize("make", [another, across_the_day])
def test_end_of_an_order_releases_its_space(orders: Orders, make: Any) -> None:
    order: Order = keep(orders, make())
    cancelled = order.cancel(Reason.MERCHANT, SERVICE)
    orders.change(order, cancelled)
    assert orders.find(order.id) == cancelled
    assert written(orders, order) == []


@pytest.mark.parametrize("make", [another, across_the_day])
def test_move_claims_the_new_space_and_releases_the_old(orders: Orders, make: Any) -> None:
    order: Order = keep(orders, make())
    moved = order.move(claim(order.booking, avoid="B2-017", attempt=1), Reason.LOCK_SILENT, NOON)
    orders.change(order, moved)
    assert orders.find(order.id) == moved
    assert written(orders, order) == sorted(moved.claim.entries(order.id), key=repr)


def test_move_to_a_taken_space_changes_nothing(orders: Orders) -> None:
    order, other = keep(orders, another()), another()
    other = replace(other, claim=claim(other.booking, avoid="B2-017"))
    keep(orders, other)
    before = written(orders, order)
    moved = order.move(claim(order.booking, avoid="B2-017", attempt=1), Reason.LOCK_SILENT, NOON)
    with pytest.raises(SpaceTaken):
        orders.change(order, moved)
    assert orders.find(order.id) == order
    assert written(orders, order) == before


def test_stale_change_changes_nothing(orders: Orders) -> None:
    order = keep(orders, another())
    secured = order.secure(SERVICE)
    orders.change(order, secured)
    before = written(orders, order)
    moved = order.move(claim(order.booking, avoid="B2-017", attempt=1), Reason.LOCK_SILENT, NOON)
    for stale in (order.cancel(Reason.DRIVER, SERVICE), moved, order.secure(SERVICE)):
        with pytest.raises(OrderChanged):
            orders.change(order, stale)
    assert orders.find(order.id) == secured
    assert written(orders, order) == before


def longer(order: Order, extra: timedelta) -> Claim:
    return order.claim.until(order.claim.window.end + extra, MALL.zone)


def test_extension_replaces_its_own_entry(orders: Orders) -> None:
    order = keep(orders, another())
    extended = order.extend(longer(order, timedelta(minutes=30)), "in-1", SERVICE)
    orders.change(order, extended)
    assert written(orders, order) == list(extended.claim.entries(order.id))


def test_extension_into_the_next_day(orders: Orders) -> None:
    order = keep(orders, another(service_time=NOON + timedelta(hours=13, minutes=45)))
    extended = order.extend(longer(order, timedelta(hours=1)), "in-1", SERVICE)
    orders.change(order, extended)
    assert len(extended.claim.spans) == 2
    assert written(orders, extended) == sorted(extended.claim.entries(order.id), key=repr)


def test_extension_into_another_orders_time_changes_nothing(orders: Orders) -> None:
    order = keep(orders, another())
    after = order.claim.window.end + timedelta(minutes=15)
    keep(orders, another(service_time=after))
    with pytest.raises(SpaceTaken):
        orders.change(order, order.extend(longer(order, timedelta(minutes=15)), "in-1", SERVICE))
    assert orders.find(order.id) == order


def test_ended_order_is_described_without_touching_spaces(orders: Orders) -> None:
    order = keep(orders, another())
    cancelled = order.cancel(Reason.MERCHANT, SERVICE)
    orders.change(order, cancelled)
    other = keep(orders, replace(another(), claim=order.claim))
    orders.change(cancelled, cancelled.describe(order.booking, SERVICE))
    assert written(orders, order) == list(other.claim.entries(other.id))


def test_new_life_replaces_the_ended_order(orders: Orders) -> None:
    order = keep(orders, another())
    cancelled = order.cancel(Reason.MERCHANT, SERVICE)
    orders.change(order, cancelled)
    again = reserve(
        order.id, order.booking, replace(order.claim, attempt=1), TERMS, NOON, previous=cancelled
    )
    assert orders.claim(again.id, again.claim, seen(orders, again), NOON) is None
    orders.add(again, replacing=cancelled)
    assert orders.find(order.id) == again


# ── due orders ───────────────────────────────────────────────────────────────────────────────────


def test_order_is_due_from_its_time_until_its_end(orders: Orders) -> None:
    order = keep(orders, another())
    due = order.schedule.secure_at
    assert list(orders.due(due - timedelta(milliseconds=1))) == []
    assert list(orders.due(due)) == [order.id]
    secured = order.secure(due)
    orders.change(order, secured)
    assert list(orders.due(due)) == []
    assert list(orders.due(due + timedelta(seconds=90))) == [order.id]
    orders.change(secured, secured.cancel(Reason.DRIVER, due))
    assert list(orders.due(due + timedelta(days=9))) == []


def test_due_orders_come_once_each_most_overdue_first(orders: Orders) -> None:
    made = []
    for hour in (7, 3, 11, 0, 5, 9, 1, 10, 2, 8, 6, 4):
        order = another(service_time=SERVICE + timedelta(hours=hour))
        orders.add(order, replacing=None)
        made.append(order)
    urgent = sorted(made, key=lambda order: order.schedule.secure_at)
    assert list(orders.due(SERVICE + timedelta(days=1))) == [order.id for order in urgent]


def test_due_orders_may_change_during_iteration(orders: Orders) -> None:
    for hour in range(5):
        orders.add(another(service_time=SERVICE + timedelta(hours=hour)), replacing=None)
    late = SERVICE + timedelta(days=1)
    for id_ in orders.due(late):
        order = orders.find(id_)
        assert isinstance(order, Order)
        orders.change(order, order.secure(late))
    assert list(orders.due(late)) == []


# ── a merchant's list ────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def five(orders: Orders) -> list[Order]:
    """Five orders, newest window first; the first two start together."""
    hours = (4, 4, 3, 2, 1)
    made = [another(service_time=SERVICE + timedelta(hours=hour)) for hour in hours]
    for order in made:
        orders.add(order, replacing=None)
    orders.add(another(merchant=CINEMA), replacing=None)
    return sorted(made, key=lambda one: (one.claim.window.start, one.id), reverse=True)


def test_list_has_the_newest_window_first(orders: Orders, five: list[Order]) -> None:
    page = orders.of_merchant(NOODLES)
    assert list(page.orders) == five
    assert page.cursor is None
    assert len(orders.of_merchant(CINEMA).orders) == 1


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 6])
def test_pages_have_every_order_once(orders: Orders, five: list[Order], limit: int) -> None:
    found: list[Order] = []
    cursor: str | None = None
    for _ in range(6):
        page = orders.of_merchant(NOODLES, limit=limit, cursor=cursor)
        found += page.orders
        assert len(page.orders) <= limit
        cursor = page.cursor
        if cursor is None:
            break
    assert found == five


def test_order_made_between_two_pages_hides_none_and_repeats_none(
    orders: Orders, five: list[Order]
) -> None:
    """Of the new orders, one is before the page's end, one after it and one right at it."""
    first = orders.of_merchant(NOODLES, limit=3)
    for hour in (5, 2.5, 3):
        orders.add(another(service_time=SERVICE + timedelta(hours=hour)), replacing=None)
    orders.change(five[2], five[2].cancel(Reason.MERCHANT, SERVICE))
    second = orders.of_merchant(NOODLES, limit=10, cursor=first.cursor)
    found = [order.id for order in (*first.orders, *second.orders)]
    assert len(set(found)) == len(found)
    assert [one for one in found if one in {order.id for order in five}] == [
        order.id for order in five
    ]


@pytest.mark.parametrize("limit", [1, 2])
def test_filter_by_state_works_across_pages(orders: Orders, five: list[Order], limit: int) -> None:
    for order in five[1:4]:
        orders.change(order, order.cancel(Reason.MERCHANT, SERVICE))
    found: list[OrderId] = []
    cursor: str | None = None
    while True:
        page = orders.of_merchant(NOODLES, states=["reserved"], limit=limit, cursor=cursor)
        found += [order.id for order in page.orders]
        cursor = page.cursor
        if cursor is None:
            break
    assert found == [five[0].id, five[4].id]


def test_list_is_limited_by_start(orders: Orders, five: list[Order]) -> None:
    second = five[3].claim.window.start
    third = five[2].claim.window.start
    assert list(orders.of_merchant(NOODLES, starts_from=third).orders) == five[:3]
    assert list(orders.of_merchant(NOODLES, starts_before=third).orders) == five[3:]
    between = orders.of_merchant(NOODLES, starts_from=second, starts_before=third)
    assert list(between.orders) == [five[3]]
    assert orders.of_merchant(NOODLES, starts_from=third, starts_before=second).orders == ()


@pytest.mark.parametrize("year", [1, 1969, 9998])
def test_limits_at_the_ends_of_the_calendar(orders: Orders, five: list[Order], year: int) -> None:
    edge = datetime(year, 1, 1, tzinfo=NOON.tzinfo)
    after = orders.of_merchant(NOODLES, starts_from=edge).orders
    before = orders.of_merchant(NOODLES, starts_before=edge).orders
    assert [list(after), list(before)] == ([five, []] if year < 2026 else [[], five])


@pytest.mark.parametrize("cursor", ["x", "锁", "AAAA", "b3JkXw==", "=", "\x00"])
def test_foreign_cursor_is_refused(orders: Orders, cursor: str) -> None:
    with pytest.raises(ValueError, match="cursor"):
        orders.of_merchant(NOODLES, cursor=cursor)


# ── search over the occupancy ────────────────────────────────────────────────────────────────────


def test_search_adopts_an_earlier_claim_of_its_order(orders: Orders) -> None:
    order = another()
    orders.claim(order.id, order.claim, seen(orders, order), NOON)
    search = Search.of(MALL, merchants()[0], order.booking, NOON)
    snapshot = orders.snapshot(order.id, HARBOUR, search.spans)
    assert search.adoptable(snapshot.occupancy, order.id, 0) == order.claim
    assert search.adoptable(snapshot.occupancy, order.id, 1) is None


def test_longest_window_can_be_stored(orders: Orders) -> None:
    order = another(duration=MAX_WINDOW - timedelta(minutes=30))
    assert order.claim.window.end - order.claim.window.start == MAX_WINDOW
    keep(orders, order)
    orders.change(order, order.cancel(Reason.MERCHANT, SERVICE))
    assert written(orders, order) == []


def test_page_of_a_rare_state_ends_before_everything_is_read(
    tables_made: DynamoDBClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = DynamoDBOrders(tables_made, "orders", "occupancy")
    made = [another(service_time=SERVICE + timedelta(hours=hour)) for hour in range(9)]
    for order in made:
        orders.add(order, replacing=None)
    orders.change(made[0], made[0].cancel(Reason.MERCHANT, SERVICE))
    monkeypatch.setattr("baylock.adapters.dynamodb.orders.MAX_LOOKS", 1)
    cursor: str | None = None
    pages: list[list[OrderId]] = []
    while not pages or cursor:
        page = orders.of_merchant(NOODLES, states=["cancelled"], limit=1, cursor=cursor)
        pages.append([order.id for order in page.orders])
        cursor = page.cursor
    assert pages[0] == []
    assert [one for page in pages for one in page] == [made[0].id]


# ── DynamoDB alone ───────────────────────────────────────────────────────────────────────────────

THROTTLED = ClientError(
    {"Error": {"Code": "ProvisionedThroughputExceededException"}},
    "any",
)
LOST = ReadTimeoutError(endpoint_url="https://dynamodb")
UNCONNECTED = ConnectTimeoutError(endpoint_url="https://dynamodb")
UNREACHED = EndpointConnectionError(endpoint_url="https://dynamodb")
CONFLICT = ClientError(
    {
        "Error": {"Code": "TransactionCanceledException"},
        "CancellationReasons": [{"Code": "None"}, {"Code": "TransactionConflict"}],
    },
    "TransactWriteItems",
)


def disturbed(
    client: DynamoDBClient, operation: str, error: Exception, **how: Any
) -> tuple[DynamoDBOrders, Disturbed]:
    between = Disturbed(client, operation, error, **how)
    return DynamoDBOrders(between, "orders", "occupancy"), between  # type: ignore[arg-type]


def test_fault_07_throttled_call_is_tried_again(tables_made: DynamoDBClient) -> None:
    orders, client = disturbed(tables_made, "put_item", THROTTLED, times=TRIES - 1)
    orders.add(reserved(), replacing=None)
    assert client.calls == TRIES
    assert orders.find(reserved().id) == reserved()


@pytest.mark.parametrize(
    "error", [LOST, UNCONNECTED, UNREACHED], ids=lambda one: type(one).__name__
)
def test_fault_07_unanswered_call_is_tried_again(
    tables_made: DynamoDBClient, error: Exception
) -> None:
    orders, client = disturbed(tables_made, "get_item", error, times=TRIES - 1)
    assert orders.find(reserved().id) is None
    assert client.calls == TRIES


def test_fault_07_retries_are_bounded(tables_made: DynamoDBClient) -> None:
    orders, client = disturbed(tables_made, "put_item", THROTTLED, times=99)
    with pytest.raises(Busy):
        orders.add(reserved(), replacing=None)
    assert client.calls == TRIES


def test_fault_07_transaction_conflict_is_tried_again(tables_made: DynamoDBClient) -> None:
    orders, client = disturbed(tables_made, "transact_write_items", CONFLICT, times=2)
    order = keep(orders, another())
    orders.change(order, order.cancel(Reason.MERCHANT, SERVICE))
    assert client.calls == 3
    assert written(orders, order) == []


def test_claim_with_a_lost_response_succeeds(tables_made: DynamoDBClient) -> None:
    orders, _ = disturbed(tables_made, "update_item", LOST, late=True)
    order = another()
    assert orders.claim(order.id, order.claim, Occupancy(), NOON) is None
    assert len(written(orders, order)) == 1


def test_change_with_a_lost_response_raises_order_changed(tables_made: DynamoDBClient) -> None:
    """The caller reads again, and finds the change that it wanted."""
    orders, _ = disturbed(tables_made, "transact_write_items", LOST, late=True)
    order = keep(orders, another())
    cancelled = order.cancel(Reason.MERCHANT, SERVICE)
    with pytest.raises(OrderChanged):
        orders.change(order, cancelled)
    assert orders.find(order.id) == cancelled


def test_neighbouring_entry_written_meanwhile_is_kept(tables_made: DynamoDBClient) -> None:
    """The order is unchanged but its space's bytes are not, so the change is tried again."""
    orders = DynamoDBOrders(tables_made, "orders", "occupancy")
    order = keep(orders, another())
    after = another(service_time=order.claim.window.end + timedelta(minutes=15))
    transact = orders.client.transact_write_items
    calls: list[Any] = []

    class Between:
        def __getattr__(self, name: str) -> Any:
            return getattr(tables_made, name)

        def transact_write_items(self, **request: Any) -> Any:
            if not calls:
                keep(DynamoDBOrders(tables_made, "orders", "occupancy"), after)
            calls.append(request)
            return transact(**request)

    DynamoDBOrders(Between(), "orders", "occupancy").change(  # type: ignore[arg-type]
        order, order.cancel(Reason.MERCHANT, SERVICE)
    )
    assert len(calls) == 2
    assert written(orders, order) == list(after.claim.entries(after.id))


def test_item_of_an_order_fits_the_tables_ttl_and_index(tables_made: DynamoDBClient) -> None:
    orders = DynamoDBOrders(tables_made, "orders", "occupancy")
    order = keep(orders, another())
    (zone,) = tables_made.scan(TableName="occupancy")["Items"]
    assert zone["pk"]["S"] == "harbour/P1#20261201"
    assert int(zone["expires"]["N"]) > order.claim.window.end.timestamp() + 30 * 86_400
    assert set(zone) == {"pk", "sk", "0", "expires", "marks"}
    assert len(zone["0"]["B"]) == 10
    (item,) = tables_made.scan(TableName="orders")["Items"]
    assert {"due_shard", "due_at", "merchant_id", "by_start"} <= set(item)
    orders.change(order, order.cancel(Reason.MERCHANT, SERVICE))
    (item,) = tables_made.scan(TableName="orders")["Items"]
    assert "due_shard" not in item
    assert "due_at" not in item
    assert "code" not in item


# ── quotas ───────────────────────────────────────────────────────────────────────────────────────


def test_snapshot_has_the_live_orders_of_a_phone_in_the_mall(orders: Orders) -> None:
    order = keep(orders, reserved())
    phone, mall = order.booking.phone, order.booking.merchant.mall
    ended = another(service_time=SERVICE + timedelta(hours=6), phone=phone)
    keep(orders, ended)
    orders.change(ended, ended.cancel(Reason.MERCHANT, NOON))
    assert orders.snapshot(None, mall, {}, (), phone).of_phone == {order.id}
    assert orders.snapshot(None, mall, {}).of_phone == frozenset()
    assert orders.snapshot(None, MallRef("elsewhere"), {}, (), phone).of_phone == frozenset()
    assert orders.snapshot(None, mall, {}, (), "+14255550199").of_phone == frozenset()


def test_live_orders_of_a_phone_are_not_among_those_to_forget(orders: Orders) -> None:
    order = keep(orders, reserved())
    phone, mall = order.booking.phone, order.booking.merchant.mall
    far = NOON + timedelta(days=400)
    assert list(orders.to_forget(far)) == []
    ended = order.cancel(Reason.MERCHANT, NOON)
    orders.change(order, ended)
    assert orders.snapshot(None, mall, {}, (), phone).of_phone == frozenset()
    assert list(orders.to_forget(far)) == [order.id]
    assert list(orders.to_forget(NOON)) == []


def test_ids_of_a_merchants_orders_by_their_start(orders: Orders) -> None:
    order = keep(orders, reserved())
    start, who = order.claim.window.start, order.booking.merchant
    second = timedelta(seconds=1)
    assert [*orders.ids_of_merchant(who, start, start + second)] == [order.id]
    assert [*orders.ids_of_merchant(who, start + second, start + 9 * second)] == []
    assert [*orders.ids_of_merchant(CINEMA, start, start + second)] == []


def test_cancellation_that_can_be_undone_is_read_as_it_was_written(orders: Orders) -> None:
    order = keep(orders, reserved())
    later = order.cancel_later(Reason.DRIVER, NOON, request="in-1")
    orders.change(order, later)
    assert orders.find(order.id) == later
    kept = later.keep(NOON, request="in-2")
    orders.change(later, kept)
    assert orders.find(order.id) == kept
    assert [*orders.due(order.schedule.secure_at)] == [order.id]
