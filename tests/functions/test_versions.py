"""ETag, If-Match and If-None-Match: conditional requests."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests.functions.caller import BOOKING, Caller

LATER = BOOKING | {"service_time": "2026-12-01T19:30:00+08:00"}
STALE = (412, "/v1/problems/stale")


def match(tag: str) -> dict[str, str]:
    return {"If-Match": tag}


NEW = {"if-none-match": "*"}


def kind(answer: tuple[int, Any]) -> tuple[int, str]:
    return answer[0], answer[1]["type"]


def test_every_answer_about_a_booking_has_its_version(call: Caller) -> None:
    _, body = call.put(BOOKING)
    assert call.headers["ETag"] == '"1"'
    call.put(LATER)
    assert call.headers["ETag"] == '"2"'
    call.get()
    assert call.headers["ETag"] == '"2"'
    call.order(body["order"]["id"])
    assert call.headers["ETag"] == '"2"'
    call.delete()
    assert call.headers["ETag"] == '"3"'


def test_change_of_what_was_seen_is_made(call: Caller) -> None:
    call.put(BOOKING)
    status, body = call.put(LATER, headers=match('W/"9", "1"'))
    assert (status, body["order"]["version"]) == (200, 2)


@pytest.mark.parametrize("tag", ['"2"', 'W/"1"', '"one"', '""', '"01"', '"1 "'])
def test_change_of_what_was_not_seen_changes_nothing(call: Caller, tag: str) -> None:
    _, before = call.put(BOOKING)
    answer = call.put(LATER, headers=match(tag))
    if '"1 "' in tag:  # no tag at all: a tag has no spaces
        assert answer[0] == 400
    else:
        assert kind(answer) == STALE
        assert answer[1]["etag"] == '"1"'
    assert call.get()[1] == before


def test_any_version_will_do_where_there_is_one(call: Caller) -> None:
    assert kind(call.put(BOOKING, headers=match("*"))) == STALE
    assert call.put(BOOKING)[0] == 201
    assert call.put(LATER, headers=match("*"))[0] == 200


def test_repeat_of_a_change_that_was_made_is_no_conflict(call: Caller) -> None:
    """The response was lost; RFC 9110, section 13.1.1, allows for this."""
    call.put(BOOKING)
    _, changed = call.put(LATER, headers=match('"1"'))
    assert call.put(LATER, headers=match('"1"')) == (200, changed)
    _, cancelled = call.delete(headers=match('"2"'))
    assert call.delete(headers=match('"2"')) == (200, cancelled)


def test_only_a_new_booking_is_made(call: Caller) -> None:
    assert call.put(BOOKING, headers=NEW)[0] == 201
    answer = call.put(BOOKING, headers=NEW)
    assert kind(answer) == STALE
    assert answer[1]["etag"] == '"1"'


def test_booking_without_parking_has_versions_too(call: Caller) -> None:
    walks = {"service_time": BOOKING["service_time"], "parking": {"needed": False}}
    assert call.put(walks, headers=NEW)[0] == 201
    assert kind(call.put(walks | {"duration_minutes": 30}, headers=match('"2"'))) == STALE
    assert call.put(walks | {"duration_minutes": 30}, headers=match('"1"'))[0] == 200
    assert kind(call.put(BOOKING, headers=match('"1"'))) == STALE
    assert call.put(BOOKING, headers=match('"2"'))[1]["order"]["version"] == 3


def test_cancel_of_what_was_not_seen_cancels_nothing(call: Caller) -> None:
    call.put(BOOKING)
    assert kind(call.delete(headers=match('"2"'))) == STALE
    assert call.get()[1]["order"]["state"] == "reserved"
    assert call.delete(headers=match('"1"'))[1]["order"]["state"] == "cancelled"


@pytest.mark.parametrize(
    "headers",
    [
        match("1"),
        match('"1'),
        match(""),
        match('"1", '),
        match('"' + "1" * 9_000),
        match('"锁"'),
        {"If-None-Match": '"1"'},
        {"If-None-Match": "*", "If-Match": "*"},
    ],
)
def test_fault_30_condition_that_cannot_be_understood_is_malformed(
    call: Caller, headers: dict[str, str]
) -> None:
    assert kind(call.put(BOOKING, headers=headers)) == (400, "/v1/problems/malformed")
    assert call.get()[0] == 404


@pytest.mark.parametrize("tags", ['"1"', 'W/"1"', '"7", "1"', "*", ' "1" '])
def test_what_the_client_has_is_not_sent_again(call: Caller, tags: str) -> None:
    _, body = call.put(BOOKING)
    assert call.get(headers={"If-None-Match": tags}) == (304, None)
    assert call.headers["ETag"] == '"1"'
    event = call.on("GET", "/v1/orders/{id}", body["order"]["id"])
    event["headers"]["If-None-Match"] = tags
    assert call(event) == (304, None)


@pytest.mark.parametrize("tags", ['"2"', "1", '"', "锁", '"1 "'])
def test_what_the_client_has_not_is_sent(call: Caller, tags: str) -> None:
    _, body = call.put(BOOKING)
    assert call.get(headers={"If-None-Match": tags}) == (200, body)


def test_identical_calls_at_once_are_one_booking(call: Caller) -> None:
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: call.put(BOOKING), range(16)))
    assert sorted(status for status, _ in answers) == [200] * 15 + [201]
    assert len({str(body) for _, body in answers}) == 1


def test_of_two_changes_of_what_was_seen_one_is_made(call: Caller) -> None:
    call.put(BOOKING)
    hours = [f"2026-12-01T{hour}:30:00+08:00" for hour in (19, 20, 21, 22)]

    def change(hour: str) -> int:
        return call.put(BOOKING | {"service_time": hour}, headers=match('"1"'))[0]

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(change, hours)) == [200, 412, 412, 412]
    assert call.get()[1]["order"]["version"] == 2
