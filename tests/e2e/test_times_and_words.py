"""Through the deployed stack: fractions of a second, drivers' sentences, and how an order ended."""

from __future__ import annotations

from datetime import datetime, timedelta
from http import HTTPStatus

import pytest
from tests.e2e.conftest import World, eventually, tomorrow
from tests.e2e.test_driver_page import fetched

from baylock.domain.errors import Unreachable

pytestmark = pytest.mark.e2e


def test_window_is_rounded_outwards_from_a_fraction_of_a_second(world: World) -> None:
    merchant, phone = world.merchant(), world.phone()
    said = tomorrow(6) + timedelta(microseconds=900_000)
    first = world.book(merchant, "FRACTION", phone, service_time=said.isoformat())
    assert first.status == 201, first.body
    whole = said.replace(microsecond=0)
    assert datetime.fromisoformat(first.body["service_time"]) == whole
    window = first.body["order"]["window"]
    order = world.order(merchant, "FRACTION")
    assert order is not None
    assert order.booking.within_second
    assert datetime.fromisoformat(window["start"]) == whole - timedelta(minutes=15)
    assert datetime.fromisoformat(window["end"]) == whole + timedelta(minutes=30 + 15 + 15)
    again = world.book(merchant, "FRACTION", phone, service_time=said.isoformat())
    assert (again.status, again.body) == (200, first.body)


def test_drivers_sentences_are_understood(world: World) -> None:
    merchant, phone = world.merchant(), world.phone()
    # On a day of its own: a booking of another test after this one would leave no more time.
    day = tomorrow(7) + timedelta(days=20)
    world.book(merchant, "WORDS", phone, service_time=day.isoformat())
    eventually(lambda: world.told(phone), "the driver's text")
    booked = world.order(merchant, "WORDS")
    assert booked is not None
    world.text(phone, "Could I please have 30 more minutes?")

    def longer() -> bool:
        order = world.order(merchant, "WORDS")
        return order is not None and order.extra == timedelta(minutes=30)

    eventually(longer, "the longer stay")
    world.text(phone, "STOP please")

    def opted_out() -> bool:
        order = world.order(merchant, "WORDS")
        return order is not None and order.notes.unreachable is Unreachable.OPTED_OUT

    eventually(opted_out, "the opt-out")


@pytest.mark.parametrize(
    "details",
    [
        "tomorrow night 00:30 {phone}",
        "tomorrow 6:3pm {phone}",
        "tomorrow 18:30 {phone} RAM 1500",
        "tomorrow 18:30 {phone} plate: none",
        "🎄 18:30 {phone}",
        "18:30 {phone} seats",
    ],
)
def test_text_with_two_readings_is_asked_about(world: World, details: str) -> None:
    merchant, phone = world.merchant(), world.phone()
    world.reply(merchant.phone, f"PARK {details.format(phone=phone)} ref:TWO-READINGS")
    assert world.order(merchant, "TWO-READINGS") is None
    assert world.inbox(phone) == []


def test_page_says_who_cancelled(world: World) -> None:
    merchant, phone = world.merchant(), world.phone()
    world.book(merchant, "WHO", phone, service_time=tomorrow(8).isoformat())
    links = eventually(
        lambda: [text.split()[-1] for text in world.inbox(phone) if "/d/" in text], "the link"
    )
    assert world.api(merchant).call("DELETE", "/v1/bookings/WHO").status == 200
    status, page = fetched(links[0])
    assert status == HTTPStatus.GONE
    assert "The place that made your booking cancelled it." in page.decode()
