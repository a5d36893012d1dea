"""Service times with fractions of a second: through the API and from booking systems."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.fakes.booking_systems import SAID
from tests.functions.caller import BOOKING, Caller
from tests.functions.test_availability import ask
from tests.functions.test_connect import CALCOM, CALENDLY, SQUARE, Systems, systems

from baylock.domain.booking.window import SLOT, slot_ceil, slot_floor
from baylock.domain.connect.connection import System

__all__ = ["systems"]

MARGIN = timedelta(minutes=15)
NANOSECONDS = 1_000_000_000
MICROSECOND = timedelta(microseconds=1)

near_a_slot = st.tuples(
    st.integers(0, 11),
    st.sampled_from([-1, 0, 1]),
    st.one_of(
        st.sampled_from([0, 1, 999, 1_000, 1_000_000, 900_000_000, 999_999_999]),
        st.integers(0, NANOSECONDS - 1),
    ),
)
"""A quarter hour, the seconds beside it, and nanoseconds after that."""

offsets = st.sampled_from(["Z", "+08:00", "-03:30", "+05:45"])
each_time = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def at(quarter: int, second: int, _: int) -> datetime:
    """The whole second."""
    return datetime(2026, 12, 1, 9, tzinfo=UTC) + quarter * SLOT + timedelta(seconds=second)


def written(moment: datetime, nanoseconds: int, offset: str = "Z") -> str:
    """RFC 3339, with nine digits of a fraction where there is one."""
    local = moment
    if offset != "Z":
        local = moment.astimezone(datetime.fromisoformat(f"2026-01-01T00:00:00{offset}").tzinfo)
    fraction = f".{nanoseconds:09}" if nanoseconds else ""
    return f"{local:%Y-%m-%dT%H:%M:%S}{fraction}{offset}"


def rounded_up(moment: datetime, nanoseconds: int) -> datetime:
    """The first microsecond that is not before it."""
    return moment + -(-nanoseconds // 1_000) * MICROSECOND


def window(order: Any) -> tuple[datetime, datetime]:
    start, end = (datetime.fromisoformat(order["window"][name]) for name in ("start", "end"))
    return start, end


# ── the API ──────────────────────────────────────────────────────────────────────────────────────


@each_time
@given(near_a_slot, offsets, st.none() | st.sampled_from([1, 45, 90, 91]))
def test_window_contains_the_whole_service_and_is_no_longer_than_that_takes(
    call: Caller, begins: tuple[int, int, int], offset: str, minutes: int | None
) -> None:
    start, nanoseconds = at(*begins), begins[2]
    said = {"service_time": written(start, nanoseconds, offset), "duration_minutes": minutes}
    call.world.clock.forward(seconds=20)
    call.put(BOOKING | {"parking": {"needed": False}})
    status, body = call.put(BOOKING | said)
    assert status == 200
    length = timedelta(minutes=120 if minutes is None else minutes)
    ends = rounded_up(start, nanoseconds) + length + MARGIN
    assert window(body["order"]) == (slot_floor(start - MARGIN), slot_ceil(ends))
    assert body["duration_minutes"] == minutes
    assert datetime.fromisoformat(body["service_time"]) == start
    assert call.put(BOOKING | said) == (200, body)


def test_times_within_one_second_are_the_same_booking(call: Caller) -> None:
    """They need the same window; a time on the second itself may need a shorter one."""
    times = [f"2026-12-01T18:30:00{fraction}+08:00" for fraction in (".000000001", ".1", ".999999")]
    _, first = call.put(BOOKING | {"service_time": times[0]})
    assert window(first["order"])[1].isoformat() == "2026-12-01T12:30:00+00:00"
    for same in times:
        assert call.put(BOOKING | {"service_time": same}) == (200, first)
    _, on_the_second = call.put(BOOKING)
    assert on_the_second["order"]["version"] == 2
    assert window(on_the_second["order"])[1].isoformat() == "2026-12-01T12:15:00+00:00"


def test_availability_asks_for_the_window_that_a_booking_gets(call: Caller) -> None:
    taken_from = "2026-12-01T20:30:00+08:00"
    call.put(BOOKING | {"service_time": taken_from}, reference="TBL-9")
    said = "2026-12-01T18:30:00.0000001+08:00"
    found = ask(call, service_time=said, duration_minutes="90", needs="ev")[1]
    assert (found["free"], found["service_time"]) == (0, "2026-12-01T10:30:00Z")
    assert call.put(BOOKING | {"service_time": said})[0] == 409
    assert call.put(BOOKING)[0] == 201


def test_times_that_are_offered_have_no_fraction(call: Caller) -> None:
    call.put(BOOKING)
    said = BOOKING | {"service_time": "2026-12-01T18:30:00.9+08:00"}
    status, full = call.put(said, reference="TBL-2")
    assert status == 409
    again = BOOKING | {"service_time": full["next_free"][0]}
    assert call.put(again, reference="TBL-2")[0] == 201


@pytest.mark.parametrize("second", ["60", "60.5", "61"])
def test_leap_second_is_refused_and_named(call: Caller, second: str) -> None:
    said = BOOKING | {"service_time": f"2026-12-31T23:59:{second}Z"}
    status, problem = call.put(said)
    (error,) = problem["errors"]
    assert (status, error["field"]) == (422, "service_time")
    assert "no leap seconds" in error["reason"]


# ── booking systems ──────────────────────────────────────────────────────────────────────────────

Change = Callable[[dict[str, Any]], object]


def starts(system: System, start: str, end: str | None = None) -> Change:
    """Put these times into a webhook; Square's have lengths in place of ends."""

    def change(event: dict[str, Any]) -> None:
        match system:
            case System.CALCOM:
                event["payload"] |= {"startTime": start, "endTime": end}
            case System.CALENDLY:
                event["payload"]["scheduled_event"] |= {"start_time": start, "end_time": end}
            case System.SQUARE:
                event["data"]["object"]["booking"]["start_at"] = start

    return change


@pytest.mark.parametrize("system", [CALCOM, CALENDLY, SQUARE])
@pytest.mark.parametrize(
    ("start", "end", "lasts"),
    [
        ("00", "00", (False, timedelta())),
        ("00.000000001", "00.000000001", (True, timedelta(minutes=15))),
        ("00.9", "00.95", (True, timedelta(minutes=15))),
        ("00.5", "00", (True, timedelta())),
        ("00", "00.000001", (False, timedelta(minutes=15))),
    ],
)
def test_booking_systems_times_are_rounded_outwards_too(
    systems: Systems, system: System, start: str, end: str, lasts: tuple[bool, timedelta]
) -> None:
    change = starts(system, f"2026-12-02T18:30:{start}-08:00", f"2026-12-03T04:00:{end}Z")
    _, result = systems.say(system, SAID[system][0], change)
    assert result["outcome"] == "placed"
    order = systems.order(system)
    within, longer = lasts
    if system is SQUARE:
        within, longer = start != "00", MARGIN * (start != "00")
    assert order.booking.service_time == datetime(2026, 12, 3, 2, 30, tzinfo=UTC)
    assert order.booking.within_second is within
    assert order.claim.window.start == datetime(2026, 12, 3, 2, 15, tzinfo=UTC)
    assert order.claim.window.end == datetime(2026, 12, 3, 4, 15, tzinfo=UTC) + longer
    assert systems.say(system, SAID[system][0], change)[1]["order"]["version"] == 1
    systems.say(system, SAID[system][2], starts(system, "2026-12-02T18:30:00Z"))
    assert systems.order(system).booking.within_second is within


@pytest.mark.parametrize("system", [CALCOM, CALENDLY, SQUARE])
@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("2026-12-31T23:59:60Z", "a leap second; write 59, or 00 of the next minute"),
        ("2026-12-31T23:59:60.25+00:00", "a leap second; write 59, or 00 of the next minute"),
        ("20261231T235960Z", "a leap second; write 59, or 00 of the next minute"),
        ("2026-12-31T23:60:00Z", "not a time"),
        ("2026-12-31T23:59:00", "a time without an offset"),
        ("0001-01-01T00:00:00+14:00", "not a time"),
    ],
)
def test_time_that_does_not_exist_is_refused_with_the_reason(
    systems: Systems, system: System, said: str, reason: str
) -> None:
    status, problem = systems.say(system, SAID[system][0], starts(system, said))
    assert (status, problem["type"]) == (400, "/v1/problems/malformed")
    assert problem["detail"].endswith(reason)
    assert said not in problem["detail"]
