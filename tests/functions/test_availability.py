"""Availability, as clients request and read it."""

from __future__ import annotations

from typing import Any

import pytest
from tests.fakes.world import World
from tests.functions.caller import BOOKING, Caller

TIME = BOOKING["service_time"]


def ask(call: Caller, **query: str) -> tuple[int, Any]:
    return call(call.on("GET", "/v1/availability", "", query))


def test_free_spaces_and_the_nearest(call: Caller) -> None:
    assert ask(call, service_time=TIME, duration_minutes="90", needs="ev") == (
        200,
        {
            "service_time": "2026-12-01T10:30:00Z",
            "free": 1,
            "exact": True,
            "nearest_walk_m": 60.0,
            "nearest": {"lot": "P1", "level": "B2", "walk_m": 60.0},
            "next_free": [],
            "sister_lots": [],
        },
    )
    assert ask(call, service_time=TIME)[1]["free"] == 5


def test_full_says_what_a_booking_would_be_answered(call: Caller) -> None:
    call.put(BOOKING)
    status, full = ask(call, service_time=TIME, duration_minutes="90", needs="ev")
    assert (status, full["free"], full["nearest"], full["nearest_walk_m"]) == (200, 0, None, None)
    _, refused = call.put(BOOKING, reference="TBL-2")
    assert full["next_free"] == refused["next_free"] != []
    assert full["reason"] == "no-space"
    assert full["sister_lots"] == refused["sister_lots"] != []


def test_locks_that_were_never_heard_from_are_the_reason(call: Caller, world: World) -> None:
    world.never_heard("B2-017", "B2-018", "B2-019", "B2-020", "R1")
    assert ask(call, service_time=TIME) == (
        200,
        {
            "service_time": "2026-12-01T10:30:00Z",
            "free": 0,
            "exact": True,
            "nearest_walk_m": None,
            "nearest": None,
            "next_free": [],
            "sister_lots": [],
            "reason": "no-lock-heard",
        },
    )


def test_several_needs_in_a_list_or_one_by_one(call: Caller) -> None:
    event = call.on("GET", "/v1/availability", "", {"service_time": TIME, "needs": "height:2.1"})
    event["multiValueQueryStringParameters"]["needs"] = ["ev", "height:2.1"]
    assert call(event)[1]["free"] == 1
    assert ask(call, service_time=TIME, needs="ev,height:2.1")[1]["free"] == 1


def test_a_plus_sign_that_was_not_escaped(call: Caller) -> None:
    assert ask(call, service_time=TIME.replace("+", " "))[0] == 200


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "service_time"),
        ({"service_time": ""}, "service_time"),
        ({"service_time": "soon"}, "service_time"),
        ({"service_time": "2026-12-01T18:30:00"}, "service_time"),
        ({"service_time": "2026-11-30T19:00:00Z"}, "service_time"),
        ({"service_time": "2027-12-01T18:30:00Z"}, "service_time"),
        ({"service_time": "9999-12-31T23:59:59-12:00"}, "service_time"),
        ({"service_time": TIME, "duration_minutes": "0"}, "duration_minutes"),
        ({"service_time": TIME, "duration_minutes": "1441"}, "duration_minutes"),
        ({"service_time": TIME, "duration_minutes": "1.5"}, "duration_minutes"),
        ({"service_time": TIME, "duration_minutes": "NaN"}, "duration_minutes"),
        ({"service_time": TIME, "duration_minutes": "9" * 5_000}, "duration_minutes"),
        ({"service_time": TIME, "needs": "valet"}, "needs"),
        ({"service_time": TIME, "needs": "height:nan"}, "needs"),
        ({"service_time": TIME, "needs": ",".join(["ev"] * 9)}, "needs"),
        ({"service_time": TIME, "needs": "\x00"}, "needs"),
        ({"service_time": TIME, "need": "ev"}, "need"),
    ],
)
def test_fault_30_question_that_makes_no_sense(
    call: Caller, query: dict[str, str], field: str
) -> None:
    status, problem = ask(call, **query)
    assert (status, problem["type"]) == (422, "/v1/problems/invalid")
    assert field in {one["field"] for one in problem["errors"]}
