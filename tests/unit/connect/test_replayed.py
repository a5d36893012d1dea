"""Webhooks that somebody has recorded, and webhooks whose handling failed half-way.

A system sends a webhook again until it is answered, and whoever got hold of one may send it at any
time: two of the three systems sign no time of sending.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.fakes.keys import order_id
from tests.fakes.mall import DRIVER, NOODLES, NOON
from tests.fakes.world import World
from tests.unit.connect.test_connect_booking import EVENING, TABLES, booked

from baylock.domain.booking.booking import Booking, Reference
from baylock.domain.connect.connection import Appointment, AppointmentOutcome
from baylock.domain.errors import Busy, NoSpace
from baylock.domain.orders.order import Order
from baylock.domain.orders.state import State
from baylock.usecases.connect.connect_booking import ConnectBooking

pytestmark = pytest.mark.threat(11)

ONE_SPACE = ("B2-017",)
WEEKLY = "a series"


def make(spaces: tuple[str, ...] | None = None) -> World:
    world = World(spaces=spaces) if spaces else World()
    world.connections.save(TABLES)
    world.clock.forward(hours=1)
    return world


@pytest.fixture
def world() -> World:
    return make()


def hear(world: World, appointment: Appointment) -> AppointmentOutcome:
    return world.connect(TABLES, appointment).outcome


def live(world: World) -> list[tuple[str, datetime]]:
    orders = (one for one in world.orders.records() if isinstance(one, Order) and one.is_live)
    return sorted((one.booking.reference, one.booking.service_time) for one in orders)


def order(world: World) -> Order:
    found = world.orders.find(order_id(NOODLES, "A"))
    assert isinstance(found, Order)
    return found


def by_api(**changes: object) -> Booking:
    booking = Booking(NOODLES, Reference("A"), EVENING, timedelta(minutes=90), phone=DRIVER)
    return replace(booking, **changes)  # type: ignore[arg-type]


def fill(world: World, at: datetime) -> None:
    """Take every space at this time, by bookings `x-0`, `x-1` and so on."""
    for number in range(99):
        try:
            world.place(by_api(reference=Reference(f"x-{number}"), service_time=at))
        except NoSpace:
            return


def test_newest_webhook_does_not_revive_an_order_that_failed(world: World) -> None:
    newest = booked(minute=10)
    hear(world, newest)
    failed = replace(order(world), state=State.FAILED, version=2)
    world.orders.change(order(world), failed)
    for _ in range(2):
        hear(world, newest)
        assert live(world) == []
    assert hear(world, booked(minute=11)) is AppointmentOutcome.PLACED, "what is said anew counts"


def test_newest_webhook_does_not_revive_what_the_merchant_cancelled(world: World) -> None:
    newest = booked(minute=10)
    hear(world, newest)
    world.cancel(NOODLES, "A")
    for one in (newest, booked(minute=5), newest):
        hear(world, one)
        assert live(world) == []


@pytest.mark.parametrize("minute", [10, 5])
def test_no_webhook_undoes_what_the_merchant_has_said_since_by_api(
    world: World, minute: int
) -> None:
    heard = [booked(minute=5, service_time=EVENING + timedelta(hours=1)), booked(minute=10)]
    for one in heard:
        hear(world, one)
    world.place(by_api(parking_needed=False))
    hear(world, heard[minute == 10])
    assert live(world) == []
    world.place(by_api(service_time=EVENING + timedelta(hours=2)))
    hear(world, heard[minute == 10])
    assert live(world) == [("A", EVENING + timedelta(hours=2))]


def test_webhook_that_got_no_space_gets_none_when_it_is_sent_again(world: World) -> None:
    world = make(ONE_SPACE)
    fill(world, EVENING)
    newest = booked(minute=10)
    assert hear(world, newest) is AppointmentOutcome.NO_SPACE
    world.cancel(NOODLES, "x-0")
    assert hear(world, newest) is AppointmentOutcome.NO_SPACE
    assert live(world) == []
    assert hear(world, booked(minute=11)) is AppointmentOutcome.PLACED


def test_webhook_that_could_not_move_its_order_takes_no_space_later(world: World) -> None:
    world = make(ONE_SPACE)
    later = EVENING + timedelta(hours=5)
    fill(world, later)
    hear(world, booked(minute=5))
    newest = booked(minute=10, service_time=later)
    assert hear(world, newest) is AppointmentOutcome.NO_SPACE
    world.cancel(NOODLES, "x-0")
    for one in (newest, booked(minute=5), newest):
        hear(world, one)
        assert live(world) == []


def test_webhook_of_a_system_whose_clock_is_a_little_ahead_is_known_again(world: World) -> None:
    newest = booked(said_at=world.clock.now + timedelta(seconds=90))
    hear(world, newest)
    world.orders.change(order(world), replace(order(world), state=State.FAILED, version=2))
    world.clock.forward(minutes=10)
    hear(world, newest)
    assert live(world) == []


def test_older_webhooks_in_any_order_change_nothing_after_the_newest(world: World) -> None:
    said = [
        booked(minute=1),
        booked(minute=2, service_time=EVENING + timedelta(hours=1)),
        booked(minute=3, off=True),
        booked(minute=4, service_time=EVENING + timedelta(hours=2)),
    ]
    for one in said:
        hear(world, one)
    expected = live(world)
    assert expected == [("A", EVENING + timedelta(hours=2))]
    for one in (*said, *reversed(said)):
        hear(world, one)
        assert live(world) == expected


def test_an_older_cancellation_of_a_series_does_not_reopen_it(world: World) -> None:
    first = booked("A", minute=1, series=WEEKLY)
    hear(world, first)
    early = booked("A", minute=10, series=WEEKLY, off=True, ends_series=True)
    late = replace(early, said_at=NOON + timedelta(minutes=30))
    for one in (early, late, early):
        hear(world, one)
    between = booked("B", minute=20, series=WEEKLY)
    hear(world, between)
    assert live(world) == []


# ── failures at every call ───────────────────────────────────────────────────────────────────────


class Failing:
    """A store whose calls are counted with others'; one of them fails, done or not."""

    def __init__(self, store: Any, calls: list[str], fails: int | None, *, after: bool) -> None:
        self._store, self._calls, self._fails, self._after = store, calls, fails, after

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._store, name)
        if not callable(value):
            return value

        def call(*args: Any, **more: Any) -> Any:
            self._calls.append(name)
            fails = len(self._calls) - 1 == self._fails
            if fails and not self._after:
                raise Busy
            result = value(*args, **more)
            if fails:
                raise Busy
            return result

        return call


def failing(world: World, at: int | None, *, after: bool) -> tuple[ConnectBooking, list[str]]:
    """The use case with stores of which the call of this number fails."""
    calls: list[str] = []

    def store(one: Any) -> Any:
        return Failing(one, calls, at, after=after)

    orders = store(world.orders)
    find_booking = replace(world.find_booking, orders=orders)
    place = replace(
        world.place,
        orders=orders,
        find_space=replace(world.place.find_space, orders=orders),
        find_booking=find_booking,
    )
    use_case = replace(
        world.connect,
        find_booking=find_booking,
        connections=store(world.connections),
        message_log=store(world.message_log),
        effect_queues=store(world.effect_queues),
        place_booking=place,
    )
    return use_case, calls


LATER = EVENING + timedelta(hours=5)


def full(world: World) -> None:
    fill(world, LATER)


SEQUENCES: dict[str, tuple[Callable[[World], object], list[Appointment]]] = {
    "placed": (lambda _: None, [booked(minute=1)]),
    "moved": (lambda _: None, [booked(minute=1), booked(minute=2, service_time=LATER)]),
    "cancelled": (lambda _: None, [booked(minute=1), booked(minute=2, off=True)]),
    "rescheduled": (
        lambda _: None,
        [booked(minute=1), booked("B", minute=2, was="A", service_time=LATER)],
    ),
    "full": (full, [booked(minute=1, service_time=LATER)]),
    "moved to a full hour": (full, [booked(minute=1), booked(minute=2, service_time=LATER)]),
    "a series": (
        lambda _: None,
        [
            booked("A", minute=1, series=WEEKLY),
            booked("B", minute=2, series=WEEKLY, service_time=LATER),
            booked("A", minute=3, series=WEEKLY, off=True, ends_series=True),
        ],
    ),
}


@pytest.mark.parametrize("after", [False, True], ids=["not done", "done"])
@pytest.mark.parametrize("name", SEQUENCES)
def test_webhook_that_failed_at_any_call_ends_as_if_it_had_not(name: str, after: bool) -> None:
    prepare, sequence = SEQUENCES[name]
    *before, newest = sequence

    def begin() -> World:
        world = make(ONE_SPACE if name == "full" else None)
        prepare(world)
        for one in before:
            hear(world, one)
        return world

    smooth = begin()
    outcome = hear(smooth, newest)
    counted = begin()
    use_case, calls = failing(counted, None, after=after)
    use_case(TABLES, newest)
    for number in range(len(calls)):
        world = begin()
        use_case, _ = failing(world, number, after=after)
        try:
            use_case(TABLES, newest)
        except Busy:
            # The system sends it again, and so does somebody who has recorded everything.
            assert hear(world, newest) is outcome, calls[number]
        assert live(world) == live(smooth), calls[number]
        world.settle()
        expected = live(world)
        for one in (*sequence, *reversed(sequence), newest):
            hear(world, one)
            assert live(world) == expected, calls[number]
