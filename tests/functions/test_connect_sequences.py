"""Sequences of webhooks, and webhooks with fields that are missing, null or of another type."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.fakes.booking_systems import QUESTIONS, SAID, dinner
from tests.fakes.mall import NOODLES_PHONE
from tests.fakes.world import World
from tests.functions.test_connect import (
    CALCOM,
    CALENDLY,
    SQUARE,
    Systems,
    booking_of,
    connection,
    systems,
)

from baylock.domain.connect.connection import Appointment, System
from baylock.domain.orders.order import Order
from connect import calcom, calendly, square
from web.problems import BadRequest

__all__ = ["systems"]
Event = dict[str, Any]
READ = {CALCOM: calcom.read, CALENDLY: calendly.read, SQUARE: square.read}


def live(systems: Systems) -> list[tuple[str, str]]:
    """Live orders: the reference, and the day of the month."""
    orders = (one for one in systems.world.orders.records() if isinstance(one, Order))
    return sorted(
        (one.booking.reference, f"{one.booking.service_time:%d}") for one in orders if one.is_live
    )


def become(known: Event, event: Event) -> None:
    """Let a body that was loaded be another one."""
    known.clear()
    known.update(event)


def say(systems: Systems, trigger: str, minute: int, booking: Event) -> str:
    """Send it as Cal.com does; returns the outcome."""
    event = {
        "triggerEvent": trigger,
        "createdAt": f"2026-12-01T19:{minute:02}:00.000Z",
        "payload": booking,
    }
    status, result = systems.say(CALCOM, "calcom_created", lambda known: become(known, event))
    assert status == 200
    return str(result["outcome"])


# ── rescheduling that the host must confirm ──────────────────────────────────────────────────────


def test_rescheduling_that_is_confirmed_moves_the_order(systems: Systems) -> None:
    say(systems, "BOOKING_CREATED", 30, dinner("a", 3))
    asked = dinner("b", 4, status="PENDING", rescheduleUid="a")
    assert say(systems, "BOOKING_REQUESTED", 40, asked) == "ignored"
    assert live(systems) == [("a", "03")]
    assert say(systems, "BOOKING_CREATED", 50, dinner("b", 4)) == "placed"
    assert live(systems) == [("a", "04")]


def test_rescheduling_that_is_rejected_leaves_nothing(systems: Systems) -> None:
    say(systems, "BOOKING_CREATED", 30, dinner("a", 3))
    asked = dinner("b", 4, status="PENDING", rescheduleUid="a")
    say(systems, "BOOKING_REQUESTED", 40, asked)
    say(systems, "BOOKING_REJECTED", 50, dinner("b", 4, status="REJECTED"))
    assert live(systems) == []


@pytest.mark.parametrize("answer", ["BOOKING_CREATED", "BOOKING_REJECTED"])
def test_a_request_that_comes_after_its_answer(systems: Systems, answer: str) -> None:
    say(systems, "BOOKING_CREATED", 30, dinner("a", 3))
    say(systems, answer, 50, dinner("b", 4))
    say(systems, "BOOKING_REQUESTED", 40, dinner("b", 4, status="PENDING", rescheduleUid="a"))
    assert live(systems) == ([("b", "04")] if answer == "BOOKING_CREATED" else [])


# ── one old link, used twice ─────────────────────────────────────────────────────────────────────


def test_an_old_link_that_is_used_twice_makes_a_booking_of_its_own(systems: Systems) -> None:
    say(systems, "BOOKING_CREATED", 30, dinner("a", 3))
    for _ in range(2):
        say(systems, "BOOKING_RESCHEDULED", 40, dinner("b", 4, rescheduleUid="a"))
        say(systems, "BOOKING_RESCHEDULED", 50, dinner("c", 5, rescheduleUid="a"))
    assert live(systems) == [("a", "04"), ("c", "05")]
    say(systems, "BOOKING_CANCELLED", 55, dinner("b", 4))
    assert live(systems) == [("c", "05")]


def test_what_was_rescheduled_can_not_cancel_what_became_of_it(systems: Systems) -> None:
    say(systems, "BOOKING_CREATED", 30, dinner("a", 3))
    say(systems, "BOOKING_RESCHEDULED", 40, dinner("b", 4, rescheduleUid="a"))
    assert say(systems, "BOOKING_CANCELLED", 50, dinner("a", 3)) == "ignored"
    assert live(systems) == [("a", "04")]


# ── a series ─────────────────────────────────────────────────────────────────────────────────────

WEEKLY = {"recurringEvent": {"freq": 2, "count": 3, "interval": 1}}


def test_a_series_that_is_cancelled_with_one_event(systems: Systems) -> None:
    for uid, day in (("a", 3), ("b", 10), ("c", 17)):
        say(systems, "BOOKING_CREATED", 30, dinner(uid, day, **WEEKLY))
    other = dinner("x", 11, **WEEKLY)
    say(systems, "BOOKING_CREATED", 30, other)
    say(systems, "BOOKING_CANCELLED", 40, dinner("a", 3, **WEEKLY))
    assert live(systems) == [("x", "11")]
    assert say(systems, "BOOKING_CREATED", 31, dinner("d", 24, **WEEKLY)) == "cancelled"
    assert say(systems, "BOOKING_CREATED", 50, dinner("e", 24, **WEEKLY)) == "placed"


def test_one_booking_of_a_series_is_cancelled_alone(systems: Systems) -> None:
    for uid, day in (("a", 3), ("b", 10)):
        say(systems, "BOOKING_CREATED", 30, dinner(uid, day, **WEEKLY))
    say(systems, "BOOKING_CANCELLED", 40, dinner("a", 3))
    assert live(systems) == [("b", "10")]


def test_a_series_is_cancelled_with_its_rescheduled_bookings(systems: Systems) -> None:
    for uid, day in (("a", 3), ("b", 10)):
        say(systems, "BOOKING_CREATED", 30, dinner(uid, day, **WEEKLY))
    say(systems, "BOOKING_RESCHEDULED", 35, dinner("c", 12, rescheduleUid="b"))
    say(systems, "BOOKING_CANCELLED", 40, dinner("a", 3, **WEEKLY))
    assert live(systems) == []


# ── lengths in Square ────────────────────────────────────────────────────────────────────────────


def segments(*minutes: tuple[object, object]) -> list[Event]:
    return [{"duration_minutes": one, "intermission_minutes": pause} for one, pause in minutes]


@pytest.mark.parametrize(
    ("services", "minutes"),
    [
        (segments((60, 30), (15, 0)), 105),
        (segments((60, 30), (15, 20)), 75 + 30),
        (segments((60, None), (15, None)), 75),
        (segments((None, 0)), None),
        (segments((60, 0), (None, 0)), None),
        (segments(("60", 0)), None),
        (segments((0, 0)), None),
        ([], None),
        (None, None),
        ([None], None),
    ],
)
def test_length_of_services(systems: Systems, services: object, minutes: int | None) -> None:
    change = {"appointment_segments": services}
    result = systems.say(SQUARE, "square_created", lambda event: booking_of(event).update(change))
    assert result[1]["outcome"] == "placed"
    expected = None if minutes is None else timedelta(minutes=minutes)
    assert systems.order(SQUARE).booking.duration == expected


# ── fields of any type ───────────────────────────────────────────────────────────────────────────


def paths(value: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value in a body."""
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, one in items:
        yield (*path, key)
        yield from paths(one, (*path, key))


def with_value(event: Event, path: tuple[Any, ...], value: object) -> Event:
    changed = copy.deepcopy(event)
    at: Any = changed
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return changed


NEEDED = {
    CALCOM: {"triggerEvent", "createdAt", "payload", "uid", "startTime"},
    CALENDLY: {"event", "created_at", "payload", "uri", "scheduled_event", "start_time"},
    SQUARE: {"type", "created_at", "data", "object", "booking", "id", "status", "start_at"},
}


@pytest.mark.parametrize("system", list(System))
def test_a_field_that_is_null_is_read_or_named(
    system: System, load: Callable[[str], Event]
) -> None:
    for name in SAID[system]:
        event = load(f"connect/{name}")
        for path in paths(event):
            body = json.dumps(with_value(event, path, None)).encode()
            try:
                read = READ[system](body)
            except BadRequest:
                assert path[-1] in NEEDED[system], path
            else:
                assert isinstance(read, Appointment), path


@pytest.mark.parametrize("system", list(System))
@pytest.mark.parametrize("at", [0, 2])
def test_a_cancellation_needs_no_times_of_the_service(
    systems: Systems, system: System, at: int
) -> None:
    def without_times(event: Event) -> None:
        for path in list(paths(event)):
            if path[-1] in {"startTime", "endTime", "start_time", "end_time", "start_at"}:
                event.update(with_value(event, path, None))

    systems.say(system, SAID[system][0])
    if at:
        assert systems.say(system, SAID[system][1])[0] == 200
        was = systems.order(system).booking
        assert systems.say(system, SAID[system][2], without_times)[1]["outcome"] == "cancelled"
        booking = systems.order(system).booking
        assert (booking.service_time, booking.duration) == (was.service_time, was.duration)
        assert live(systems) == []


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text() | st.sampled_from(["Yes", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data(), system=st.sampled_from(list(System)))
def test_any_value_anywhere_has_an_answer(
    systems: Systems, data: st.DataObject, system: System
) -> None:
    name = data.draw(st.sampled_from(SAID[system]))
    event = systems.load(f"connect/{name}")
    if system is CALCOM:
        event["payload"] |= WEEKLY | {"organizer": {"id": 1}, "team": {"id": 2}}
    where = data.draw(st.lists(st.sampled_from(list(paths(event))), min_size=1, max_size=2))
    for path in where:
        value = data.draw(ANYTHING)
        try:
            event = with_value(event, path, value)
        except (KeyError, IndexError, TypeError):
            continue

    systems.world.clock.forward(minutes=1)
    status, _ = systems.say(system, name, lambda known: become(known, event))
    assert status in {200, 400}


@pytest.mark.parametrize("zone", ["Nowhere/Never", "America", "\0", "../etc", "", None, 7, []])
def test_a_series_in_a_zone_that_is_none(systems: Systems, zone: object) -> None:
    booking = dinner("a", 3, **WEEKLY)
    booking["attendees"][0]["timeZone"] = zone
    assert say(systems, "BOOKING_CREATED", 30, booking) == "placed"
    assert say(systems, "BOOKING_CANCELLED", 40, booking) == "cancelled"


# ── one location ─────────────────────────────────────────────────────────────────────────────────

ELSEWHERE = {
    CALCOM: lambda event: event["payload"].update(eventTypeId=2, type="other"),
    CALENDLY: lambda event: event["payload"]["scheduled_event"].update(event_type="https://x/B"),
    SQUARE: lambda event: booking_of(event).update(location_id="B"),
}
HERE = {
    CALCOM: lambda event: event["payload"].update(eventTypeId=1),
    CALENDLY: lambda event: event["payload"]["scheduled_event"].update(event_type="https://x/1"),
    SQUARE: lambda event: booking_of(event).update(location_id="1"),
}


@pytest.mark.parametrize("system", list(System))
def test_a_connection_for_one_location(systems: Systems, system: System) -> None:
    only = replace(connection(system), locations=frozenset({"1"}))
    systems.world.connections.save(only)
    created, moved, _ = SAID[system]
    assert systems.say(system, created, ELSEWHERE[system])[1]["outcome"] == "ignored"
    assert systems.say(system, created, HERE[system])[1]["outcome"] == "placed"
    assert systems.say(system, moved, ELSEWHERE[system])[1]["outcome"] == "cancelled"
    assert live(systems) == []


# ── what the merchant learns ─────────────────────────────────────────────────────────────────────


def unclear(systems: Systems, uid: str, value: str = "by tram", **own: object) -> str:
    car = {"car": {"label": QUESTIONS[CALCOM].parking, "value": value}}
    return say(systems, "BOOKING_CREATED", 30, dinner(uid, 3, responses=car, **own))


def told(world: World) -> list[str]:
    world.settle()
    return list(world.phones.texts_to(NOODLES_PHONE))


def test_the_merchant_is_told_once_an_hour_for_each_reason(systems: Systems) -> None:
    world = systems.world
    for number in range(20):
        assert unclear(systems, f"u{number}") == "unclear"
    assert unclear(systems, "p", "yes", attendees=None) == "no-phone"
    assert unclear(systems, "r", "yes", startTime="2027-12-03T02:30:00Z") == "refused"
    texts = told(world)
    assert len(texts) == 3
    assert "unclear" in texts[0]
    world.clock.forward(minutes=61)
    assert unclear(systems, "again") == "unclear"
    assert len(told(world)) == 4


def test_the_history_counts_by_hour_and_reason(systems: Systems) -> None:
    for number in range(3):
        unclear(systems, f"u{number}")
    (trouble,) = systems.world.connections.troubles(connection(CALCOM).id)
    assert (trouble.outcome.value, trouble.count, trouble.booking) == ("unclear", 3, "u2")


def test_a_number_that_nobody_can_have_is_none(systems: Systems) -> None:
    nobody = [{"phoneNumber": "+86 425 555 0123"}]
    assert unclear(systems, "n", "yes", attendees=nobody) == "no-phone"
