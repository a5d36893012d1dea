"""The merchant API: the contract's bodies, and a problem for everything else."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from tests.fakes.keys import order_id
from tests.fakes.mall import CINEMA, NOODLES
from tests.fakes.world import World
from tests.functions.caller import BOOKING, REFERENCE, Caller
from tests.functions.conftest import Load, Logged

import merchant_api.app
from baylock.adapters.dynamodb.order_item import item_of
from baylock.domain.access.scope import DEFAULT_SCOPES
from baylock.domain.errors import Busy
from baylock.domain.orders.order import Order
from reference.routes import every_route
from web.router import Route

SAME = object()


def less(body: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in names}


# ── what the contract shows ──────────────────────────────────────────────────────────────────────


def test_event_as_aws_sends_it(call: Caller, load: Load) -> None:
    status, body = call(load("api_put_booking"))
    assert status == 201
    assert body["order"]["state"] == "reserved"


def test_created_booking_is_answered_as_in_the_contract(call: Caller) -> None:
    status, body = call.put(BOOKING)
    assert status == 201
    assert less(body, "order") == {
        "reference": "TBL-20461",
        "service_time": "2026-12-01T10:30:00Z",
        "duration_minutes": 90,
        "parking": {"needed": True, "plate": "粤B12345", "needs": ["ev"]},
    }
    assert less(body["order"], "reference", "reason", "unreachable") == {
        "id": order_id(NOODLES, REFERENCE),
        "version": 1,
        "state": "reserved",
        "lot": "P1",
        "level": "B2",
        "space": "B2-019",
        "window": {"start": "2026-12-01T10:15:00Z", "end": "2026-12-01T12:15:00Z"},
        "walk_m": 60.0,
    }


def test_answers_name_no_customer(call: Caller) -> None:
    _, body = call.put(BOOKING)
    assert "13800138000" not in json.dumps(body)
    assert "Ms Li" not in json.dumps(body)


def test_fault_05_repeat_is_answered_with_200_and_the_same(call: Caller) -> None:
    _, first = call.put(BOOKING)
    call.world.clock.forward(minutes=5)
    assert call.put(BOOKING) == (200, first)
    assert call.get() == (200, first)


def test_repeat_with_a_fraction_of_a_second_is_a_repeat(call: Caller) -> None:
    booking = BOOKING | {"service_time": "2026-12-01T18:30:00.123456+08:00"}
    _, first = call.put(booking)
    assert call.put(booking) == (200, first)
    assert first["service_time"] == "2026-12-01T10:30:00Z"
    stored = call.world.orders.find(order_id(NOODLES, REFERENCE))
    assert stored is not None
    assert stored.booking.service_time.microsecond == 0


def test_change_is_answered_with_200_and_the_next_version(call: Caller) -> None:
    call.put(BOOKING)
    status, body = call.put(BOOKING | {"service_time": "2026-12-01T19:30:00+08:00"})
    assert (status, body["order"]["version"]) == (200, 2)
    assert body["order"]["window"]["start"] == "2026-12-01T11:15:00Z"


def test_not_needed_makes_no_order(call: Caller) -> None:
    status, body = call.put({"service_time": BOOKING["service_time"], "parking": {"needed": False}})
    assert (status, body["order"], body["parking"]["needed"]) == (201, None, False)
    assert body["duration_minutes"] is None


def test_year_is_written_in_four_digits(call: Caller) -> None:
    early = {"service_time": "0001-01-01T00:00:00Z", "parking": {"needed": False}}
    assert call.put(early)[1]["service_time"] == "0001-01-01T00:00:00Z"


def test_no_longer_needed_cancels(call: Caller) -> None:
    call.put(BOOKING)
    status, body = call.put(BOOKING | {"parking": {"needed": False}})
    assert (status, body["order"]["state"]) == (200, "cancelled")


def test_cancel_is_idempotent(call: Caller) -> None:
    call.put(BOOKING)
    status, body = call.delete()
    assert (status, body["order"]["state"], body["order"]["version"]) == (200, "cancelled", 2)
    assert call.delete() == (200, body)
    assert call.get() == (200, body)


def test_one_order(call: Caller) -> None:
    _, body = call.put(BOOKING)
    assert call.order(body["order"]["id"]) == (200, body["order"])


def test_orders_newest_window_first_page_by_page(call: Caller) -> None:
    for hour in (18, 20, 19):
        call.put(
            booking(parking__needs=[]) | {"service_time": f"2026-12-01T{hour}:30:00Z"},
            reference=f"T-{hour}",
        )
    _, all_of_them = call.orders()
    assert [one["reference"] for one in all_of_them["orders"]] == ["T-20", "T-19", "T-18"]
    assert all_of_them["next_cursor"] is None
    _, first = call.orders(limit="2")
    _, second = call.orders(limit="2", cursor=first["next_cursor"])
    assert first["orders"] + second["orders"] == all_of_them["orders"]
    assert second["next_cursor"] is None


def test_orders_by_state_and_time(call: Caller) -> None:
    for hour in (18, 20):
        call.put(BOOKING | {"service_time": f"2026-12-01T{hour}:30:00Z"}, reference=f"T-{hour}")
    call.delete("T-18")

    def found(**query: str) -> list[str]:
        status, body = call.orders(**query)
        assert status == 200
        return [one["reference"] for one in body["orders"]]

    assert found(state="reserved") == ["T-20"]
    assert found(state="cancelled,held") == ["T-18"]
    assert found(**{"from": "2026-12-01T20:15:00Z"}) == ["T-20"]
    assert found(to="2026-12-01T20:15:00Z") == ["T-18"]
    assert found(to="2026-12-02T04:15:00 08:00") == ["T-18"], "a plus sign that was not escaped"


def test_merchant(call: Caller) -> None:
    status, body = call(call.on("GET", "/v1/merchant", ""))
    assert status == 200
    assert body["ref"] == "noodles"
    assert body["mall"] == {
        "ref": "harbour",
        "name": "Harbour",
        "timezone": "America/Los_Angeles",
    }
    assert [(lot["ref"], lot["spaces"]) for lot in body["lots"]] == [("P1", 4), ("P2", 1)]
    assert body["lots"][0]["settings"]["duration_minutes"] == 120
    assert body["scopes"] == sorted(DEFAULT_SCOPES)


@pytest.mark.parametrize(
    "reference", ["TBL 1", "订位-1", "a/b", "a+b", "A:1;(x)", 'a"b#c?d`e', "🚗"]
)
def test_references_of_every_kind(call: Caller, reference: str) -> None:
    status, body = call.put(BOOKING, reference=quote(reference, safe=""))
    assert (status, body["reference"]) == (201, reference)
    assert call.get(quote(reference, safe=""))[1] == body


@pytest.mark.parametrize("reference", ["100%", "%41", "a%20b"])
def test_a_percent_sign_in_a_reference_is_refused(call: Caller, reference: str) -> None:
    """Gateways decode a path once, or not at all, so a percent sign would be ambiguous."""
    status, body = call.put(BOOKING, reference=quote(reference, safe=""))
    assert (status, body["errors"][0]["field"]) == (422, "reference")


# ── problems ─────────────────────────────────────────────────────────────────────────────────────

DEEP = "[" * 8_000
NOT_JSON = {
    "nothing": None,
    "empty": "",
    "blank": "   ",
    "cut off": '{"service_time": "2026-12-01T18:30',
    "a comment": "{} // yes",
    "single quotes": "{'parking': {'needed': true}}",
    "NaN": json.dumps(BOOKING).replace("90", "NaN"),
    "Infinity": json.dumps(BOOKING).replace("90", "-Infinity"),
    "deep": DEEP,
    "deep and closed": DEEP + "]" * 8_000,
    "deep objects": '{"a":' * 3_000,
    "a field twice": json.dumps(BOOKING)[:-1] + ', "duration_minutes": 30}',
    "a field twice further in": json.dumps(BOOKING).replace('"needs"', '"needed": false, "needs"'),
    "a huge number": json.dumps(BOOKING).replace("90", "9" * 5_000),
    "20 KB": json.dumps(BOOKING | {"x": "x" * 20_000}),
    "20 KB of few characters": json.dumps({"x": "锁" * 6_000}, ensure_ascii=False),
    "half a character": json.dumps(BOOKING)[:-1] + ', "x": "\ud83d"}',
    "what was no UTF-8": json.dumps(BOOKING, ensure_ascii=False).replace("Li", "L\ufffd"),
    "a list": json.dumps([BOOKING]),
    "a string": '"PARK"',
    "null": "null",
    "a number": "7",
}


@pytest.mark.parametrize("case", NOT_JSON)
def test_fault_30_what_is_no_json_object_is_malformed(call: Caller, case: str) -> None:
    status, body = call.put(NOT_JSON[case])
    assert (status, body["type"]) == (400, "/v1/problems/malformed")
    assert body["detail"]


def booking(**changes: Any) -> dict[str, Any]:
    """The booking with fields changed: `parking__plate=…`; SAME leaves it as it is."""
    changed: dict[str, Any] = json.loads(json.dumps(BOOKING))
    for path, value in changes.items():
        *parents, name = path.split("__")
        within = changed
        for parent in parents:
            within = within[parent]
        if value is SAME:
            del within[name]
        else:
            within[name] = value
    return changed


WRONG = {
    "time missing": (booking(service_time=SAME), "service_time"),
    "time naive": (booking(service_time="2026-12-01T18:30:00"), "service_time"),
    "time a number": (booking(service_time=1796155200), "service_time"),
    "time a date": (booking(service_time="2026-12-01"), "service_time"),
    "time in words": (booking(service_time="tomorrow"), "service_time"),
    "time null": (booking(service_time=None), "service_time"),
    "no such day": (booking(service_time="2026-02-30T18:30:00Z"), "service_time"),
    "24 o'clock": (booking(service_time="2026-12-01T24:00:00Z"), "service_time"),
    "leap second": (booking(service_time="2026-12-01T23:59:60Z"), "service_time"),
    "offset of 60 minutes": (booking(service_time="2026-12-01T18:30:00+12:60"), "service_time"),
    "offset with seconds": (booking(service_time="2026-12-01T18:30:00+08:00:30"), "service_time"),
    "time of a week": (booking(service_time="2026-W49-2T18:30:00Z"), "service_time"),
    "time and a line": (booking(service_time="2026-12-01T18:30:00Z\n"), "service_time"),
    "time in other digits": (booking(service_time="2026-12-01T1８:30:00Z"), "service_time"),
    "no such offset": (booking(service_time="2026-12-01T18:30:00+99:00"), "service_time"),
    "past": (booking(service_time="2026-11-30T19:58:00Z"), "service_time"),
    "91 days": (booking(service_time="2027-03-01T20:01:00Z"), "service_time"),
    "year 1": (booking(service_time="0001-01-01T00:00:00Z"), "service_time"),
    "before year 1": (booking(service_time="0001-01-01T00:00:00+14:00"), "service_time"),
    "year 9999": (booking(service_time="9999-12-31T23:59:59Z"), "service_time"),
    "after year 9999": (booking(service_time="9999-12-31T23:59:59-12:00"), "service_time"),
    "duration 0": (booking(duration_minutes=0), "duration_minutes"),
    "duration below 0": (booking(duration_minutes=-90), "duration_minutes"),
    "duration a string": (booking(duration_minutes="90"), "duration_minutes"),
    "duration a fraction": (booking(duration_minutes=90.5), "duration_minutes"),
    "duration a whole fraction": (booking(duration_minutes=90.0), "duration_minutes"),
    "duration infinite": (json.dumps(BOOKING).replace("90", "1e999"), "duration_minutes"),
    "duration true": (booking(duration_minutes=True), "duration_minutes"),
    "duration over a day": (booking(duration_minutes=1441), "duration_minutes"),
    "window over a day": (booking(duration_minutes=1440), "duration_minutes"),
    "duration huge": (booking(duration_minutes=10**400), "duration_minutes"),
    "phone national": (booking(customer__phone="13800138000"), "customer.phone"),
    "phone short": (booking(customer__phone="+86138"), "customer.phone"),
    "phone long": (booking(customer__phone="+8613800138000138"), "customer.phone"),
    "phone from 0": (booking(customer__phone="+0613800138000"), "customer.phone"),
    "phone with spaces": (booking(customer__phone="+86 138 0013 8000"), "customer.phone"),
    "phone and a line": (booking(customer__phone="+8613800138000\n"), "customer.phone"),
    "phone in other digits": (booking(customer__phone="+8٦١٣٨٠٠١٣٨"), "customer.phone"),
    "phone of no area": (booking(customer__phone="+11255550123"), "customer.phone"),
    "phone of another country's kind": (booking(customer__phone="+864255550123"), "customer.phone"),
    "phone a number": (booking(customer__phone=8613800138000), "customer.phone"),
    "phone missing": (booking(customer__phone=SAME), "customer.phone"),
    "customer missing": (booking(customer=SAME), "customer.phone"),
    "customer null": (booking(customer=None), "customer"),
    "customer a string": (booking(customer="Ms Li"), "customer"),
    "name with a control": (booking(customer__name="Ms\x00Li"), "customer.name"),
    "name with a separator": (booking(customer__name="\x1cMs Li"), "customer.name"),
    "name after much space": (booking(customer__name=" " * 9_000 + "\x00"), "customer.name"),
    "name long": (booking(customer__name="x" * 81), "customer.name"),
    "name half a character": (booking(customer__name="\ud83d"), "customer.name"),
    "locale": (booking(customer__locale="chinese please"), "customer.locale"),
    "parking missing": (booking(parking=SAME), "parking"),
    "needed missing": (booking(parking__needed=SAME), "parking.needed"),
    "needed a string": (booking(parking__needed="yes"), "parking.needed"),
    "needed a number": (booking(parking__needed=1), "parking.needed"),
    "plate long": (booking(parking__plate="x" * 17), "parking.plate"),
    "plate half a character": (booking(parking__plate="\udc00"), "parking.plate"),
    "plate with a control": (booking(parking__plate="A\x00B"), "parking.plate"),
    "needs unknown": (booking(parking__needs=["valet"]), "parking.needs"),
    "needs a string": (booking(parking__needs="ev"), "parking.needs"),
    "needs a number": (booking(parking__needs=[7]), "parking.needs"),
    "needs null": (booking(parking__needs=None), "parking.needs"),
    "needs half a character": (booking(parking__needs=["\ud83d"]), "parking.needs"),
    "needs no height": (booking(parking__needs=["height:tall"]), "parking.needs"),
    "needs many": (booking(parking__needs=["ev"] * 9), "parking.needs"),
    "a field unknown": (booking(colour="red"), "colour"),
    "a field unknown further in": (booking(parking__space="B2-017"), "parking.space"),
    "merchant from the body": (booking(merchant="cinema"), "merchant"),
    "a name that is half a character": (booking(**{"\ud83d": 1}), None),
}


@pytest.mark.parametrize("case", WRONG)
def test_fault_30_field_that_does_not_fit_is_named(call: Caller, case: str) -> None:
    body, field = WRONG[case]
    status, problem = call.put(body)
    assert (status, problem["type"]) == (422, "/v1/problems/invalid")
    assert all(one["reason"] for one in problem["errors"])
    if field:
        assert field in {one["field"] for one in problem["errors"]}
    assert call.world.orders.records() == [], "nothing is stored"


def test_fault_30_every_field_that_does_not_fit_is_named_at_once(call: Caller) -> None:
    wrong = {
        "service_time": "soon",
        "customer": {"phone": 7, "age": 30},
        "parking": {"needs": "ev"},
    }
    status, problem = call.put(wrong)
    assert status == 422
    assert {one["field"] for one in problem["errors"]} == {
        "service_time",
        "customer.phone",
        "customer.age",
        "parking.needed",
        "parking.needs",
    }
    reason = {one["field"]: one["reason"] for one in problem["errors"]}
    assert reason["customer.phone"] == "a phone number with its country code, as in +8613800138000"
    assert reason["parking.needed"] == "missing: true or false"


@pytest.mark.parametrize(
    "written",
    [
        "2026-12-01T10:30Z",
        "2026-12-01t10:30:00z",
        "2026-12-01T10:30:00.123456789Z",
        "2026-12-01T18:30+08:00",
        "2026-11-30T20:30:00-14:00",
    ],
)
def test_same_moment_in_other_words(call: Caller, written: str) -> None:
    status, body = call.put(booking(service_time=written))
    assert (status, body["service_time"]) == (201, "2026-12-01T10:30:00Z")


def test_white_space_around_a_line_is_not_kept(call: Caller) -> None:
    name, plate = "\u3000" * 50 + "x" * 80 + "\n", f"  {BOOKING['parking']['plate']} "
    status, body = call.put(booking(customer__name=name, parking__plate=plate))
    assert (status, body["parking"]["plate"]) == (201, BOOKING["parking"]["plate"])
    assert "x" * 80 not in str(item_of(call.world.order(order_id(NOODLES, REFERENCE))))


@pytest.mark.parametrize(
    "reference", ["%20" * 129, "x" * 129, "a%00b", "a%0Ab", "%FF", "%ED%A0%80"]
)
def test_fault_30_reference_that_cannot_be_one(call: Caller, reference: str) -> None:
    status, problem = call.put(BOOKING, reference=reference)
    assert (status, problem["errors"][0]["field"]) == (422, "reference")


@pytest.mark.parametrize("reference", ["nope", "x" * 5_000, "%FF%FE", "%ED%A0%80", "a%00b"])
def test_no_such_booking(call: Caller, reference: str) -> None:
    assert call.get(reference)[0] == 404
    assert call.delete(reference)[0] == 404


@pytest.mark.parametrize(
    "name", ["nope", "ord_aaaaaaaaaaaa", "ord_", "x" * 5_000, "%00", "%ED%A0%80", "ORD_", "锁"]
)
def test_no_such_order(call: Caller, name: str) -> None:
    assert call.order(name)[0] == 404


def test_fault_29_another_merchants_is_as_good_as_none(call: Caller) -> None:
    theirs = call.world.book("THEIRS", merchant=CINEMA)
    ours = call.order("ord_aaaaaaaaaaaa")
    assert call.order(theirs.id) == ours
    assert call.get("THEIRS")[0] == call.delete("THEIRS")[0] == 404
    assert call.orders()[1]["orders"] == []
    assert call.world.order(theirs) == theirs


def test_same_reference_of_two_merchants_does_not_meet(call: Caller) -> None:
    theirs = call.world.book(REFERENCE, merchant=CINEMA)
    assert call.put(BOOKING)[0] == 201
    assert call.world.order(theirs) == theirs


def test_key_of_a_merchant_that_its_mall_no_longer_lists(call: Caller) -> None:
    event = call.on("PUT", "/v1/bookings/{reference}", REFERENCE)
    event["body"] = json.dumps(BOOKING)
    event["requestContext"]["authorizer"]["merchant"] = "gone"
    assert call(event)[0] == 403


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "101"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"limit": "²"}, "limit"),
        ({"limit": "9" * 5_000}, "limit"),
        ({"state": "open"}, "state"),
        ({"state": "reserved,open"}, "state"),
        ({"from": "yesterday"}, "from"),
        ({"from": "2026-12-01T00:00:00"}, "from"),
        ({"to": "0001-01-01T00:00:00+14:00"}, "to"),
        ({"cursor": "x"}, "cursor"),
        ({"cursor": "锁"}, "cursor"),
        ({"cursor": "AAAA" * 500}, "cursor"),
    ],
)
def test_fault_30_query_that_does_not_fit(call: Caller, query: dict[str, str], field: str) -> None:
    status, problem = call.orders(**query)
    assert (status, [one["field"] for one in problem["errors"]]) == (422, [field])


SCOPED = [route for route in every_route() if route.scope]


@pytest.mark.parametrize("route", SCOPED, ids=lambda one: f"{one.method} {one.path}")
def test_key_without_the_scope_is_told_which_it_lacks(call: Caller, route: Route) -> None:
    event = call.on(route.method, route.path, "x")
    event["body"] = "not JSON"
    event["requestContext"]["authorizer"]["scopes"] = " ".join(DEFAULT_SCOPES - {route.scope})
    status, problem = call(event)
    assert (status, problem["type"]) == (403, "/v1/problems/missing-scope")
    assert problem["scope"] == route.scope


def test_call_without_a_key_is_answered_where_none_is_needed(call: Caller) -> None:
    event = call.on("GET", "/v1/openapi.json", "")
    del event["requestContext"]["authorizer"]
    assert call(event)[0] == 200


def test_no_such_path_and_method(call: Caller) -> None:
    assert call(call.on("GET", "/v2/nothing", ""))[0] == 404
    assert call(call.on("POST", "/v1/bookings/{reference}", REFERENCE))[0] == 405


def test_every_route_of_the_api_is_an_event_of_the_template_and_needs_the_same_key() -> None:
    template = (Path(__file__).parents[2] / "template.yaml").read_text()
    events = re.findall(
        r"Ref Api, Method: (\w+), Path: \"(.+?)\"(, Auth: { Authorizer: NONE })? }", template
    )
    ours = {(route.method.lower(), route.path, route.needs_key) for route in every_route()}
    ours |= {("any", path, needs_key) for _, path, needs_key in ours}
    # What is not below /v1 is the driver's page, which is no merchant's.
    found = {
        (method, path.replace("+}", "}"), not auth)
        for method, path, auth in events
        if path.startswith("/v1/")
    }
    assert found == ours


def test_reference_with_a_slash_is_a_greedy_parameter(call: Caller) -> None:
    """The name that AWS gives to a resource with a greedy parameter."""
    event = call.on("PUT", "/v1/bookings/{reference}", "a/b")
    event["resource"] = "/v1/bookings/{reference+}"
    event["body"] = json.dumps(BOOKING)
    assert call(event)[1]["reference"] == "a/b"


@pytest.mark.parametrize("reference", ["a//b", "a/b/", "/a/b"])
@pytest.mark.parametrize("base", ["", "/parking"])
def test_no_slash_of_a_reference_is_lost(call: Caller, reference: str, base: str) -> None:
    """The local gateway drops the empty segments of a greedy parameter, as others may."""
    event = call.on("PUT", "/v1/bookings/{reference}", quote(reference, safe=""))
    event["resource"] = "/v1/bookings/{reference+}"
    event["path"] = base + event["path"]
    event["pathParameters"] = {"reference": "a/b"}
    event["body"] = json.dumps(BOOKING)
    assert call(event)[1]["reference"] == reference


def test_full_names_the_next_times(call: Caller) -> None:
    call.put(BOOKING)
    status, problem = call.put(BOOKING, reference="TBL-2")
    assert (status, problem["type"]) == (409, "/v1/problems/no-space")
    assert problem["next_free"] == [
        "2026-12-01T12:30:00Z",
        "2026-12-01T12:45:00Z",
        "2026-12-01T13:00:00Z",
    ]


def test_locks_that_were_never_heard_from_have_a_problem_of_their_own(
    call: Caller, world: World
) -> None:
    world.never_heard("B2-017", "B2-018", "B2-019", "B2-020", "R1")
    status, problem = call.put(BOOKING)
    assert (status, problem["type"]) == (409, "/v1/problems/no-lock-heard")
    assert problem["detail"] == (
        "the locks of the free spaces have never reported: ask the operator of the mall to install "
        "and connect them; a space can be booked from its lock's first report on"
    )
    assert problem["next_free"] == problem["sister_lots"] == []
    assert world.orders.records() == []


def test_full_names_what_other_lots_have(call: Caller) -> None:
    """Three spaces without a charger in the garage, one on the roof."""
    call.put(BOOKING)
    _, problem = call.put(BOOKING, reference="TBL-2")
    assert problem["sister_lots"] == [
        {"lot": "P1", "free_without_needs": 3, "next_free": problem["next_free"]},
        {"lot": "P2", "free_without_needs": 1, "next_free": []},
    ]


def test_full_for_everybody_has_nothing_to_offer_but_later(call: Caller) -> None:
    anything = booking(parking__needs=[])
    for number in range(5):
        assert call.put(anything, reference=f"T-{number}")[0] == 201
    _, problem = call.put(anything, reference="T-5")
    lots = [(lot["lot"], lot["free_without_needs"]) for lot in problem["sister_lots"]]
    assert lots == [("P1", 0), ("P2", 0)]
    assert all(lot["next_free"] == problem["next_free"] for lot in problem["sister_lots"])


def test_too_late(call: Caller) -> None:
    call.world.arrived()
    status, problem = call.delete("TBL-1")
    assert (status, problem["type"]) == (409, "/v1/problems/too-late")


def test_fault_07_busy_says_when_to_come_back(
    call: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy() -> None:
        raise Busy

    call.world.orders.before["snapshot"] = busy
    event = call.on("PUT", "/v1/bookings/{reference}", REFERENCE)
    event["body"] = json.dumps(BOOKING)
    answer = merchant_api.app.handler(event, call.context)
    assert answer["statusCode"] == 503
    assert int(answer["multiValueHeaders"]["Retry-After"][0]) > 0


def test_what_breaks_is_answered_without_its_insides(call: Caller, logged: Logged) -> None:
    def breaks() -> None:
        raise RuntimeError("could not text +14255550123")

    call.world.orders.before["snapshot"] = breaks
    status, problem = call.put(BOOKING)
    assert (status, problem["type"]) == (500, "/v1/problems/broken")
    assert "RuntimeError" not in json.dumps(problem)
    assert "broken" in logged.messages()


def test_fault_35_log_names_route_and_merchant_but_no_reference_or_number(
    call: Caller, logged: Logged
) -> None:
    call.put(BOOKING, reference="%2B14255550123")
    (line,) = logged.read()
    assert (line["status"], line["method"]) == (201, "PUT")
    assert line["route"] == "/v1/bookings/{reference}"
    assert line["merchant"] == "harbour/noodles"
    assert line["request_id"]


def test_held_order_of_a_full_day(call: Caller) -> None:
    order: Order = call.world.held("TBL-1")
    _, body = call.get("TBL-1")
    assert body["order"]["state"] == "held"
    call.world.at(order.claim.window.start + timedelta(minutes=1))
    call.world.admit(order.id)
    assert call.get("TBL-1")[1]["order"]["version"] == order.version + 1
