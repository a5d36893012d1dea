"""Wrong codes: few texts, one lock-out, and none of it touches another order or driver."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.fakes.mall import DRIVER, NOODLES
from tests.fakes.world import World

from baylock.domain.orders.order import MAX_WRONG_CODES, Order
from baylock.domain.texting.allowance import MAX_TEXTS_FROM_DRIVER

pytestmark = pytest.mark.threat(4)

OTHER = "+14255550199"


@pytest.fixture
def world() -> World:
    return World(link_base="https://x.example")


def wrong(world: World, *orders: Order) -> str:
    codes = {world.code(order) for order in orders}
    return next(f"{n:04}" for n in range(10_000) if f"{n:04}" not in codes)


def guess(world: World, times: int, *orders: Order) -> list[str]:
    return [world.text(DRIVER, f"HERE {wrong(world, *orders)}") for _ in range(times)]


def near(world: World, *references: str) -> list[Order]:
    """Orders at whose spaces their driver may be now."""
    orders = [world.book(reference) for reference in references]
    world.settle()
    world.at(orders[0].claim.window.start)
    return orders


@pytest.mark.threat(3)
def test_lock_out_and_link_are_said_once_however_many_codes_come(world: World) -> None:
    (order,) = near(world, "TBL-1")
    before = len(world.phones.texts_to(DRIVER))
    outcomes = guess(world, MAX_TEXTS_FROM_DRIVER - 5, order)
    said = world.phones.texts_to(DRIVER)[before:]
    assert len(said) == MAX_WRONG_CODES + 1, "a reply to each of the five, and the link"
    assert sum("https://" in text for text in said) == 1
    assert outcomes[MAX_WRONG_CODES - 1] == "answered: driver_code_locked"
    assert set(outcomes[MAX_WRONG_CODES:]) == {"done, no answer"}
    assert world.order(order).notes.wrong_codes == MAX_WRONG_CODES


@pytest.mark.threat(3)
def test_driver_whose_code_is_locked_is_told_how_to_go_on(world: World) -> None:
    (order,) = near(world, "TBL-1")
    guess(world, MAX_WRONG_CODES + 9, order)
    locked = world.phones.texts_to(DRIVER)[-2]
    assert "link" in locked
    assert "Noodle House" in locked
    assert world.text(DRIVER, "WHERE") == "answered: driver_where_locked"
    where = world.last_text_to(DRIVER)
    assert order.claim.space.space in where
    assert "link" in where
    assert world.code(order) not in where
    world.book(service_time=order.booking.service_time + timedelta(hours=2))
    world.settle()
    assert "link" not in world.last_text_to(DRIVER), "notices go on"


def test_booking_that_is_placed_again_starts_at_zero_with_another_code(world: World) -> None:
    (order,) = near(world, "TBL-1")
    code = world.code(order)
    guess(world, MAX_WRONG_CODES, order)
    world.cancel(NOODLES, "TBL-1")
    world.clock.forward(minutes=1)
    again = world.book(service_time=order.booking.service_time)
    assert again.notes.wrong_codes == 0
    assert world.code(again) != code
    world.settle()
    assert world.text(DRIVER, f"HERE {world.code(again)}") == "answered: driver_welcome"


def test_another_driver_starts_at_zero_with_another_code(world: World) -> None:
    (order,) = near(world, "TBL-1")
    code = world.code(order)
    guess(world, MAX_WRONG_CODES, order)
    replaced = world.book(phone=OTHER, service_time=order.booking.service_time)
    world.settle()
    assert (replaced.id, replaced.notes.wrong_codes) == (order.id, 0)
    assert world.text(OTHER, f"HERE {code}") == "answered: driver_wrong_code"
    assert world.text(DRIVER, f"HERE {world.code(replaced)}") == "answered: driver_nothing"
    assert world.text(OTHER, f"HERE {world.code(replaced)}") == "answered: driver_welcome"


def test_same_driver_keeps_code_and_count_when_the_booking_changes(world: World) -> None:
    (order,) = near(world, "TBL-1")
    guess(world, 3, order)
    changed = world.book(plate="7ABC123", service_time=order.booking.service_time)
    assert changed.notes.wrong_codes == 3
    assert world.code(changed) == world.code(order)


def test_wrong_codes_for_one_order_do_not_lock_the_next(world: World) -> None:
    first, second = near(world, "TBL-1", "TBL-2")
    guess(world, MAX_WRONG_CODES, first, second)
    assert world.order(first).is_code_locked
    assert world.order(second).notes.wrong_codes == 0
    assert world.text(DRIVER, f"HERE {world.code(second)}") == "answered: driver_welcome"
    assert world.text(DRIVER, f"HERE {world.code(first)}") == "done, no answer"


@pytest.mark.parametrize("number", [2, 4])
def test_guesses_over_several_orders_do_not_multiply(world: World, number: int) -> None:
    """Each guess is compared with every code: so each further order adds one, and not five."""
    orders = near(world, *(f"TBL-{n}" for n in range(number)))
    outcomes = guess(world, 40, *orders)
    compared = sum(outcome != "done, no answer" for outcome in outcomes)
    assert compared == MAX_WRONG_CODES + number - 1
    assert all(world.order(order).is_code_locked for order in orders)
    assert outcomes.count("answered: driver_code_locked") == number, "once for each"


def test_guess_is_compared_with_no_order_of_another_time(world: World) -> None:
    (order,) = near(world, "TBL-1")
    later = world.book("TBL-2", service_time=world.clock.now + timedelta(hours=9))
    world.settle()
    said = world.text(DRIVER, f"HERE {world.code(later)}")
    assert said == "answered: driver_wrong_code", "not that it opens later"
    assert world.order(later).notes.wrong_codes == 0
    assert world.order(order).notes.wrong_codes == 1
    guess(world, 9, order, later)
    world.at(later.claim.window.start)
    assert world.text(DRIVER, f"HERE {world.code(later)}") == "answered: driver_welcome"


def test_text_that_comes_again_after_a_fall_has_the_same_reply(world: World) -> None:
    first, second = near(world, "TBL-1", "TBL-2")
    guess(world, MAX_WRONG_CODES - 1, first, second)
    code = f"HERE {wrong(world, first, second)}"
    for _ in range(2):
        assert world.text(DRIVER, code, id_="the fifth") == "answered: driver_code_locked"
        world.message_log._answers.pop("the fifth", None)
    assert world.order(second).notes.wrong_codes == 0


@pytest.mark.parametrize("word", ["HERE", "DROP", "DONE", "HELP TAKEN"])
@pytest.mark.parametrize("count", [MAX_WRONG_CODES - 1, MAX_WRONG_CODES])
def test_guesses_at_the_same_moment_are_counted_one_after_the_other(
    world: World, monkeypatch: pytest.MonkeyPatch, word: str, count: int
) -> None:
    """All of them have read the order when none was counted yet; the right one is written last."""
    (order,) = near(world, "TBL-1")
    if word == "DONE":
        order = world.admit(order.id)
    find, before = world.orders.find, world.order(order)

    def as_it_was(_: object) -> Order:
        monkeypatch.setattr(world.orders, "find", find)
        return before

    for number in range(count):
        monkeypatch.setattr(world.orders, "find", as_it_was)
        world.text(DRIVER, f"HERE {wrong(world, order)}", id_=f"guess {number}")
    assert world.order(order).notes.wrong_codes == count
    monkeypatch.setattr(world.orders, "find", as_it_was)
    said = world.text(DRIVER, f"{word} {world.code(order)}")
    assert (said == "done, no answer") == (count == MAX_WRONG_CODES)


def test_code_does_not_open_for_the_driver_who_comes_after(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The booking gets another driver while the text of the one before is read."""
    (order,) = near(world, "TBL-1")
    find, code = world.orders.find, world.code(order)
    world.book(phone=OTHER, service_time=order.booking.service_time)

    def as_it_was(_: object) -> Order:
        monkeypatch.setattr(world.orders, "find", find)
        return order

    monkeypatch.setattr(world.orders, "find", as_it_was)
    assert world.text(DRIVER, f"HERE {code}") == "done, no answer"
    assert world.order(order).access.admitted_at is None


def test_wrong_codes_with_drop_lock_no_order_of_another_day(world: World) -> None:
    """DROP may mean any of the driver's bookings: its guesses are few, and count on one that is
    near."""
    (order,) = near(world, "TBL-1")
    later = world.book("TBL-2", service_time=world.clock.now + timedelta(days=3))
    world.settle()
    code = wrong(world, order, later)
    outcomes = [world.text(DRIVER, f"DROP {code}") for _ in range(20)]
    assert outcomes.count("done, no answer") == 20 - MAX_WRONG_CODES
    assert world.order(order).is_code_locked
    assert world.order(later).notes.wrong_codes == 0
    assert world.text(DRIVER, f"DROP {world.code(later)}") == "done, no answer", "no guess is left"
    assert world.order(later).is_live


def test_drop_with_the_code_of_a_later_booking_gives_that_back(world: World) -> None:
    (order,) = near(world, "TBL-1")
    later = world.book("TBL-2", service_time=world.clock.now + timedelta(days=3))
    world.settle()
    assert world.text(DRIVER, f"DROP {world.code(later)}") == "answered: driver_dropped"
    assert (world.order(order).is_live, world.order(later).is_live) == (True, False)
