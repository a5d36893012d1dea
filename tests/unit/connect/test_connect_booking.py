"""Bookings of booking systems become orders."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.fakes.keys import order_id
from tests.fakes.mall import CINEMA, DRIVER, NOODLES, NOODLES_PHONE, NOON
from tests.fakes.world import Fell, World

from baylock.domain.connect.connection import (
    Appointment,
    AppointmentOutcome,
    Connection,
    ConnectionId,
    LastWebhook,
    Questions,
    System,
)
from baylock.domain.errors import Busy, NotAMerchant
from baylock.domain.locks.lock import BarrierReport
from baylock.domain.orders.order import Order
from baylock.domain.orders.record import Declined
from baylock.domain.orders.state import Reason, State
from baylock.domain.venue.mall import MerchantId, MerchantRef
from baylock.usecases.connect.connect_booking import ConnectedBooking

TABLES = Connection(
    id=ConnectionId("con_tables"),
    system=System.CALCOM,
    merchant=NOODLES,
    url="https://api.example/v1/connect/calcom?c=con_tables",
    questions=Questions("Do you come by car?", "Your plate", "Your phone"),
    created_at=NOON,
    secret="secret",
)
EVENING = NOON + timedelta(hours=6)


@pytest.fixture
def world() -> World:
    world = World()
    world.connections.save(TABLES)
    world.clock.forward(hours=1)
    return world


def booked(id_: str = "A", minute: int = 0, car: str | None = "Yes", **own: object) -> Appointment:
    """A booking as it was some minutes after noon."""
    answers = {} if car is None else {"do you come by car": car}
    made = Appointment(
        id=id_,
        said_at=NOON + timedelta(minutes=minute),
        service_time=EVENING,
        duration=timedelta(minutes=90),
        phones=("(425) 555-0123",),
        answers=answers,
    )
    return replace(made, **own)  # type: ignore[arg-type]


def order(world: World, reference: str = "A") -> Order | None:
    known = world.orders.find(order_id(NOODLES, reference))
    return known if isinstance(known, Order) else None


def live(world: World) -> list[str]:
    return sorted(
        one.booking.reference
        for one in world.orders.records()
        if isinstance(one, Order) and one.is_live
    )


def hear(world: World, appointment: Appointment | None) -> AppointmentOutcome:
    heard = world.connect(TABLES, appointment)
    world.settle()
    world.clock.forward(seconds=1)
    assert world.kept() == world.promised()
    return heard.outcome


def test_who_comes_by_car_gets_a_space(world: World) -> None:
    connected = world.connect(TABLES, booked(locale="en-GB"))
    made = order(world)
    assert made is not None
    assert connected == ConnectedBooking(AppointmentOutcome.PLACED, made.booking.reference, made)
    assert made.booking.phone == DRIVER
    assert made.booking.locale == "en-GB"
    assert made.booking.service_time == EVENING
    assert made.booking.duration == timedelta(minutes=90)


def test_who_does_not_gets_none_and_is_not_remembered(world: World) -> None:
    assert hear(world, booked(car="No")) is AppointmentOutcome.NOT_NEEDED
    known = world.orders.find(order_id(NOODLES, "A"))
    assert isinstance(known, Declined)
    assert known.booking.phone is None


@pytest.mark.parametrize(
    ("car", "outcome"),
    [
        ("We come by metro", AppointmentOutcome.UNCLEAR),
        ("", AppointmentOutcome.NOT_NEEDED),
        (None, AppointmentOutcome.NOT_ASKED),
    ],
)
def test_what_is_not_a_yes_takes_no_space(
    world: World, car: str | None, outcome: AppointmentOutcome
) -> None:
    assert hear(world, booked(car=car)) is outcome
    assert live(world) == []


def test_no_space_without_a_phone(world: World) -> None:
    assert hear(world, booked(phones=())) is AppointmentOutcome.NO_PHONE
    assert hear(world, booked(phones=("ask me",), minute=1)) is AppointmentOutcome.NO_PHONE
    assert live(world) == []


def test_the_phone_that_was_asked_for_comes_first(world: World) -> None:
    answers = {"do you come by car": "Yes 425 555 0177", "your phone": "425-555-0199"}
    hear(world, booked(answers=answers))
    made = order(world)
    assert made is not None
    assert made.booking.phone == "+14255550199"
    hear(world, booked("B", answers={"do you come by car": "Yes 425 555 0177"}, phones=()))
    other = order(world, "B")
    assert other is not None
    assert other.booking.phone == "+14255550177"


def test_a_plate_alone_is_a_yes_but_not_against_a_no(world: World) -> None:
    answers = {"your plate": "7abc 123"}
    assert hear(world, booked(answers=answers)) is AppointmentOutcome.PLACED
    made = order(world)
    assert made is not None
    assert made.booking.plate == "7ABC123"
    answers = {"do you come by car": "no", "your plate": "7ABC123"}
    assert hear(world, booked("B", answers=answers)) is AppointmentOutcome.NOT_NEEDED


def test_the_same_again_changes_nothing(world: World) -> None:
    hear(world, booked())
    first = order(world)
    assert hear(world, booked()) is AppointmentOutcome.PLACED
    assert order(world) == first
    assert len(world.phones.texts_to(DRIVER)) == 1


def test_a_booking_that_is_rescheduled_moves_its_order(world: World) -> None:
    hear(world, booked())
    later = EVENING + timedelta(hours=1)
    assert hear(world, booked("B", 1, was="A", service_time=later)) is AppointmentOutcome.PLACED
    assert live(world) == ["A"]
    moved = order(world)
    assert moved is not None
    assert moved.booking.service_time == later
    assert hear(world, booked("C", 2, was="B", service_time=EVENING)) is AppointmentOutcome.PLACED
    assert live(world) == ["A"]
    assert hear(world, booked("C", 3, off=True)) is AppointmentOutcome.CANCELLED
    assert live(world) == []
    assert len(world.phones.texts_to(DRIVER)) == 4


def test_what_was_not_asked_again_stays_as_it_was(world: World) -> None:
    hear(world, booked(answers={"do you come by car": "Yes", "your plate": "7ABC123"}))
    later = EVENING + timedelta(hours=1)
    moved = booked("B", 1, None, was="A", service_time=later, phones=())
    assert hear(world, moved) is AppointmentOutcome.PLACED
    made = order(world)
    assert made is not None
    assert (made.booking.phone, made.booking.plate) == (DRIVER, "7ABC123")


def test_who_no_longer_comes_by_car_gives_the_space_back(world: World) -> None:
    hear(world, booked())
    assert hear(world, booked(minute=1, car="No")) is AppointmentOutcome.NOT_NEEDED
    made = order(world)
    assert made is not None
    assert (made.state, made.reason) == (State.CANCELLED, Reason.MERCHANT)


def test_a_cancelled_booking_gives_the_space_back(world: World) -> None:
    hear(world, booked())
    assert hear(world, booked(minute=1, off=True)) is AppointmentOutcome.CANCELLED
    assert hear(world, booked(minute=1, off=True)) is AppointmentOutcome.CANCELLED
    assert live(world) == []


def test_fault_03_a_cancellation_that_comes_first_is_not_undone(world: World) -> None:
    assert hear(world, booked(minute=1, off=True)) is AppointmentOutcome.CANCELLED
    assert hear(world, booked(minute=0)) is AppointmentOutcome.CANCELLED
    assert live(world) == []


def test_an_old_webhook_that_is_sent_again_has_no_say(world: World) -> None:
    hear(world, booked())
    hear(world, booked("B", 1, was="A", service_time=EVENING + timedelta(hours=1)))
    moved = order(world)
    hear(world, booked())
    assert order(world) == moved


def test_fault_03_a_cancellation_that_overtakes_its_rescheduling(world: World) -> None:
    hear(world, booked())
    hear(world, booked("B", 2, off=True))
    hear(world, booked("B", 1, was="A", service_time=EVENING + timedelta(hours=1)))
    assert live(world) == []


def test_fault_03_a_second_rescheduling_that_overtakes_the_first(world: World) -> None:
    hear(world, booked())
    last = EVENING + timedelta(hours=2)
    hear(world, booked("C", 2, was="B", service_time=last))
    hear(world, booked("B", 1, was="A", service_time=EVENING + timedelta(hours=1)))
    assert live(world) == ["B"]
    kept = order(world, "B")
    assert kept is not None
    assert kept.booking.service_time == last
    hear(world, booked("C", 3, off=True))
    assert live(world) == []


def test_a_full_lot_is_an_outcome() -> None:
    world = World(spaces=["B2-018"])
    world.connections.save(TABLES)
    world.clock.forward(hours=1)
    assert hear(world, booked()) is AppointmentOutcome.PLACED
    assert hear(world, booked("B")) is AppointmentOutcome.NO_SPACE
    assert live(world) == ["A"]


def test_the_shop_is_told_once_of_a_customer_who_counts_on_a_space() -> None:
    world = World(spaces=["B2-018"])
    world.connections.save(TABLES)
    world.clock.forward(hours=1)
    hear(world, booked())
    for _ in range(2):
        hear(world, booked("B", phones=("425 555 0199",)))
    (told,) = world.phones.texts_to(NOODLES_PHONE)
    assert told == (
        "No space is free for 18:00, driver ..0199: please tell your guest."
        " Free: 20:00, 20:15, 20:30."
    )
    assert world.phones.texts_to("+14255550199") == []


@pytest.mark.threat(11)
def test_no_shop_is_left_untold_because_of_what_another_s_booking_is_called() -> None:
    """`noodles` with a booking `2 B` is not `noodles 2` with `B`: refs and ids hold blanks."""
    world = World(spaces=["B2-018"])
    shop = next(one for one in world.merchants if one.ref == NOODLES.merchant)
    other = replace(shop, ref=MerchantRef("noodles 2"), phone="+14255550177")
    world.venues.save(replace(world.mall, version="2"), [*world.merchants, other])
    theirs = replace(TABLES, id=ConnectionId("con_other"), merchant=other.id_in(NOODLES.mall))
    for connection in (TABLES, theirs):
        world.connections.save(connection)
    world.clock.forward(hours=1)
    hear(world, booked())
    assert hear(world, booked("2 B")) is AppointmentOutcome.NO_SPACE
    heard = world.connect(theirs, booked("B"))
    world.settle()
    assert heard.outcome is AppointmentOutcome.NO_SPACE
    assert [len(world.phones.texts_to(one)) for one in (NOODLES_PHONE, "+14255550177")] == [1, 1]


def test_the_shop_is_told_where_no_lock_was_ever_heard_from() -> None:
    world = World(spaces=["B2-018"])
    world.never_heard("B2-018")
    world.connections.save(TABLES)
    world.clock.forward(hours=1)
    for _ in range(2):
        assert hear(world, booked()) is AppointmentOutcome.NO_LOCK_HEARD
    (told,) = world.phones.texts_to(NOODLES_PHONE)
    assert told == (
        "No space for 18:00, driver ..0123: no free one has a working lock yet. Please tell "
        "your guest and the car park."
    )
    (trouble,) = world.connections.troubles(TABLES.id)
    assert (trouble.outcome, trouble.booking) == (AppointmentOutcome.NO_LOCK_HEARD, "A")


def test_a_space_that_cannot_move_along_is_not_kept_where_it_was() -> None:
    world = World(spaces=["B2-018"])
    world.connections.save(TABLES)
    world.clock.forward(hours=1)
    other = EVENING + timedelta(hours=4)
    hear(world, booked())
    hear(world, booked("X", service_time=other))
    assert hear(world, booked("B", 1, was="A", service_time=other)) is AppointmentOutcome.NO_SPACE
    assert live(world) == ["X"]
    far = EVENING + timedelta(days=200)
    assert hear(world, booked("X", 2, service_time=far)) is AppointmentOutcome.REFUSED
    assert live(world) == []


@pytest.mark.parametrize(
    "own",
    [
        {"service_time": NOON - timedelta(days=1)},
        {"service_time": NOON + timedelta(days=200)},
        {"duration": timedelta(days=2)},
    ],
)
def test_what_can_not_be_kept_is_an_outcome(world: World, own: dict[str, object]) -> None:
    assert hear(world, booked(**own)) is AppointmentOutcome.REFUSED  # type: ignore[arg-type]
    assert live(world) == []


def test_a_driver_who_is_in_stays_in(world: World) -> None:
    hear(world, booked())
    made = order(world)
    assert made is not None
    world.at(made.schedule.secure_at)
    world.watch(made.id)
    world.settle()
    world.lock_says(made.claim.space.space, BarrierReport.RAISED, order=made)
    world.at(made.claim.window.start)
    world.admit(made.id)
    assert hear(world, booked(minute=61, off=True)) is AppointmentOutcome.TOO_LATE
    assert live(world) == ["A"]


def test_a_shop_is_told_by_text_of_a_driver_who_does_not_come(world: World) -> None:
    hear(world, booked())
    made = order(world)
    assert made is not None
    world.at(made.schedule.no_show_at)
    world.clock_runs()
    world.clock_runs()
    world.settle()
    assert "A" in world.last_text_to(NOODLES_PHONE)


def test_what_was_heard_last_is_noted(world: World) -> None:
    assert hear(world, None) is AppointmentOutcome.IGNORED
    hear(world, booked(phones=()))
    known = world.connections.find(TABLES.id)
    assert known is not None
    assert known.last_webhook == LastWebhook(
        world.clock.now - timedelta(seconds=1), AppointmentOutcome.NO_PHONE
    )


def test_another_merchants_booking_with_the_same_id_is_another_booking(world: World) -> None:
    cinema = replace(TABLES, id=ConnectionId("con_seats"), merchant=CINEMA)
    hear(world, booked())
    world.connect(cinema, booked(off=True, minute=1))
    assert live(world) == ["A"]


def test_a_merchant_that_has_left_the_mall_is_none(world: World) -> None:
    gone = MerchantId(NOODLES.mall, MerchantRef("gone"))
    with pytest.raises(NotAMerchant):
        world.connect(replace(TABLES, merchant=gone), booked())


def test_a_time_that_the_system_is_ahead_by_does_not_silence_what_follows(world: World) -> None:
    hear(world, booked(said_at=NOON + timedelta(days=1)))
    world.clock.forward(minutes=1)
    assert (
        hear(world, booked(said_at=NOON + timedelta(days=1), car="No"))
        is AppointmentOutcome.NOT_NEEDED
    )
    assert live(world) == []


def test_fault_07_what_is_too_busy_is_brought_again(world: World) -> None:
    def busy() -> None:
        raise Busy

    world.orders.before["add"] = busy
    with pytest.raises(Busy):
        world.connect(TABLES, booked("B", 1, was="A"))
    assert hear(world, booked("B", 1, was="A")) is AppointmentOutcome.PLACED
    assert live(world) == ["A"]


@pytest.mark.parametrize("call", ["record", "snapshot", "claim", "add"])
def test_fault_09_a_fall_while_a_booking_is_made(world: World, call: str) -> None:
    world.orders.before[call] = _fall
    with pytest.raises(Fell):
        world.connect(TABLES, booked())
    assert hear(world, booked()) is AppointmentOutcome.PLACED
    assert live(world) == ["A"]


@pytest.mark.parametrize("call", ["snapshot", "record", "change"])
def test_fault_09_a_fall_while_a_booking_moves(world: World, call: str) -> None:
    hear(world, booked())
    later = EVENING + timedelta(hours=1)
    world.orders.before[call] = _fall
    with pytest.raises(Fell):
        world.connect(TABLES, booked("B", 1, was="A", service_time=later))
    assert hear(world, booked("B", 1, was="A", service_time=later)) is AppointmentOutcome.PLACED
    moved = order(world)
    assert moved is not None
    assert (live(world), moved.booking.service_time) == (["A"], later)


def _fall() -> None:
    raise Fell


@pytest.mark.parametrize(
    ("own", "outcome"),
    [
        ({}, AppointmentOutcome.REFUSED),
        ({"car": "by tram"}, AppointmentOutcome.UNCLEAR),
        ({"phones": ()}, AppointmentOutcome.NO_PHONE),
    ],
)
def test_shop_gets_no_text_about_a_booking_whose_time_has_passed(
    world: World, own: dict[str, Any], outcome: AppointmentOutcome
) -> None:
    past = NOON - timedelta(hours=1)
    assert hear(world, booked(service_time=past, **own)) is outcome
    assert world.phones.texts_to(NOODLES_PHONE) == []
    (kept,) = world.connections.troubles(TABLES.id)
    assert (kept.outcome, kept.booking) == (outcome, "A")
    ahead = own or {"service_time": NOON + timedelta(days=200)}
    assert hear(world, booked("B", **ahead)) is outcome
    assert len(world.phones.texts_to(NOODLES_PHONE)) == 1
