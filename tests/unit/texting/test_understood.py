"""Texts from staff in malls of three countries: what is booked, and what the answer says."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from tests.fakes.mall import HARBOUR, NOODLES_PHONE
from tests.fakes.world import World

from baylock.domain.orders.order import Order
from baylock.texts.reading.examples import example_phone, example_plate
from baylock.texts.reading.phones import exists
from baylock.texts.writing.messages import segments

ZONES = {"US": "America/Los_Angeles", "CN": "Asia/Shanghai", "DE": "Europe/Berlin"}
SUNDAY_NOON = "2026-11-29 12:00"

ASKED = [
    # country, text, what the answer says
    ("US", "PARK fri13 7pm +14155552671", ['"fri13"?']),
    ("US", "PARK 2moro 7pm +14155552671", ["2moro", "PARK 2026-11-30 19:00 +14155552671"]),
    ("US", "PARK 2morrow 7.15pm 2065550162 90m", ["PARK 2026-11-30 19:15 +12065550162 90m"]),
    ("US", "PARK 7pm 2m +14155552671", ['"2m"?']),
    ("US", "PARK 7pm VIP123 +14155552671", ['"VIP123"?']),
    ("US", "PARK 7pm TB12345 +14155552671", ['"TB12345"?']),
    ("US", "PARK 7pm table4 +14155552671", ['"table4"?']),
    ("US", "PARK tomorr0w 18:30 4255550161", ["PARK 2026-11-30 18:30 +14255550161"]),
    ("US", "PARK tommorow 19:00 4255550164", ["PARK 2026-11-30 19:00 +14255550164"]),
    ("US", "PARK tomorrow 18:30 +1 125 555 0123", ["+1 125 555 0123 is not a valid phone"]),
    ("CN", "预约 明天18:30 +86 1380013810", ["不是有效的电话号码"]),
    ("CN", "预约 明天18:30 +86 425 555 0123", ["不是有效的电话号码"]),
    ("US", "PARK tomorrow morning 18:30 4255550165", ["06:30 or 18:30?"]),
    ("US", "PARK 20261131 1830 4255550175", ["There is no 31 Nov 2026"]),
    ("DE", "PARK morgen 19:15 01713920051", ['"morgen"?', "plate B-AB1234"]),
    ("US", "PARK tom 7pm +14155552671", ['"tom"?']),
    ("US", "PARK guest tomorrow 7pm +14155552671", ['"guest"?']),
    ("US", "PARK Ms tomorrow 7pm +14155552671", ['"Ms"?']),
    ("US", "PARK 18:30 20:00 4255550123", ["18:30 or 20:00?"]),
    ("US", "PARK today tomorrow 18:30 4255550123", ["29 Nov or 30 Nov?"]),
    ("US", "PARK Wed 1 Dec 18:30 4255550123", ["1 Dec or 2 Dec?"]),
    ("CN", "预约 18:30 13800138000 13900139000", ["+8613800138000还是+8613900139000"]),
    ("US", "PARK 18:30 4255550123 4255550199", ["+14255550123 or +14255550199?"]),
    ("US", "PARK 18:30 4255550123 1h 2h", ["1h or 2h?"]),
    ("US", "PARK 18:30 4255550123 EV no EV", ["EV or no EV?"]),
    ("US", "PARK tomorrow 4255550123", ["PARK 18:30 +14255550123"]),
    ("DE", "PARK tomorrow 01713920051", ["PARK 18:30 +491713920012"]),
    ("CN", "PARK tomorrow 18:30", ["PARK 18:30 +8613800138000"]),
    ("DE", "PARK something", ["PARK 18:30 +491713920012"]),
    ("DE", "HELP", ["PARK 18:30 +491713920012"]),
]
BOOKED = [
    # country, text, local day and time, minutes, plate, needs, what the answer says
    ("US", "PARK 7pm 3dec2026 +14155552671", "12-03 19:00", None, None, (), ["3 Dec"]),
    ("US", "PARK 7pm 24dec26 +14155552671", "12-24 19:00", None, None, (), ["24 Dec"]),
    ("US", "PARK 7pm 2hr30 +14155552671", "11-29 19:00", 150, None, (), ["today 19:00"]),
    ("US", "PARK 7pm 90-min +14155552671", "11-29 19:00", 90, None, (), ["today 19:00"]),
    ("US", "PARK tomorrow 18:30 4255550163 🔌", "11-30 18:30", None, None, ("ev",), ["EV"]),
    ("CN", "预约 明天18:30 13800138000 🔌", "11-30 18:30", None, None, ("ev",), ["充电"]),
    ("US", "PARK without EV tomorrow 18:30 4255550174", "11-30 18:30", None, None, (), []),
    (
        *("US", "PARK tomorrow 19:00 4255550166 粤B12345 accessible", "11-30 19:00", None),
        *("粤B12345", ("accessible",), ["B12345", "accessible", "tomorrow 19:00"]),
    ),
    (
        *("US", "PARK tomorrow 18:30 4255550168 沪A12345 EV", "11-30 18:30", None),
        *("沪A12345", ("ev",), ["A12345", "EV", "tomorrow 18:30"]),
    ),
    ("US", "PARK tomorrow 18:30 4255550167 Mr Lee", "11-30 18:30", None, None, (), []),
    ("US", "PARK Mr Lee Friday 7pm 4255550167", "12-04 19:00", None, None, (), ["4 Dec"]),
    ("US", "PARK name Lee EV 7pm 4255550167", "11-29 19:00", None, None, ("ev",), ["EV"]),
    ("US", "PARK 19:00 John +14155552671", "11-29 19:00", None, None, (), ["today 19:00"]),
    ("US", "PARK 19:00 2 people +14155552671", "11-29 19:00", None, None, (), ["today 19:00"]),
    ("CN", "预约 明天18:30 13800138003 王先生 2小时", "11-30 18:30", 120, None, (), ["明天18:30"]),
    ("CN", "预约 明天18:30 13800138003 姓名:王", "11-30 18:30", None, None, (), ["明天18:30"]),
    (
        *("DE", "PARK tomorrow 18:30 01713920050 ref:Tisch-Müller-7", "11-30 18:30", None),
        *(None, (), ["Tisch-Müller-7"]),
    ),
]


def world_in(country: str) -> tuple[World, ZoneInfo]:
    world, zone = World(), ZoneInfo(ZONES[country])
    world.clock.now = datetime.fromisoformat(SUNDAY_NOON).replace(tzinfo=zone)
    mall = replace(
        world.venues.mall(HARBOUR), country=country, timezone=ZONES[country], version="2"
    )
    world.venues.save(mall, world.merchants)
    return world, zone


def orders_of(world: World) -> list[Order]:
    return [record for record in world.orders.records() if isinstance(record, Order)]


@pytest.mark.parametrize(("country", "text", "said"), ASKED)
def test_a_question_names_what_it_asks_about(country: str, text: str, said: list[str]) -> None:
    world, _ = world_in(country)
    world.text(NOODLES_PHONE, text)
    answer = world.last_text_to(NOODLES_PHONE)
    assert orders_of(world) == []
    assert all(words in answer for words in said), answer
    assert segments(answer) == 1
    assert not any(words in answer for words in ("without", "only", "只写"))


@pytest.mark.parametrize(("country", "text", "at", "minutes", "plate", "needs", "said"), BOOKED)
def test_a_booking_is_what_was_written(
    country: str,
    text: str,
    at: str,
    minutes: int | None,
    plate: str | None,
    needs: tuple[str, ...],
    said: list[str],
) -> None:
    world, zone = world_in(country)
    world.text(NOODLES_PHONE, text)
    answer = world.last_text_to(NOODLES_PHONE)
    orders = orders_of(world)
    assert len(orders) == 1, answer
    booking = orders[0].booking
    assert f"{booking.service_time.astimezone(zone):%m-%d %H:%M}" == at
    assert booking.duration == (None if minutes is None else timedelta(minutes=minutes))
    assert (booking.plate, tuple(booking.needs.words())) == (plate, needs)
    assert all(words in answer for words in said), answer
    assert segments(answer) == 1


def test_a_need_that_no_space_meets_is_named(world: World) -> None:
    """The small mall has one space with a charger, and others that are free."""
    for number in (1, 2):
        world.text(NOODLES_PHONE, f"PARK 18:30 425555016{number} EV")
    assert world.last_text_to(NOODLES_PHONE).startswith("No space (EV) is free for 18:30.")


@pytest.mark.parametrize("country", ["US", "CN", "DE", "FR", "GB", "ES", "IT", "AU", "JP", "CA"])
def test_examples_are_the_countrys_own(country: str) -> None:
    assert exists(example_phone(country))
    assert example_plate(country)
    world, _ = world_in("US")
    mall = replace(world.venues.mall(HARBOUR), country=country, countries=(), version="3")
    world.venues.save(mall, world.merchants)
    text = f"PARK 18:30 {example_phone(country)} plate {example_plate(country)}"
    assert world.text(NOODLES_PHONE, text) == "answered: merchant_booked"
    (order,) = orders_of(world)
    assert order.booking.plate == example_plate(country).replace("-", "")
