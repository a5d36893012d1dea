"""A text raises a real lock and the driver's reply lowers it: the demo, and more."""

from __future__ import annotations

import re

import pytest
from rich.console import Console
from tests.e2e.conftest import World, eventually, soon, tomorrow

from deployment.phones import sign_text
from local_cloud.demo import Demo
from local_cloud.seed import Seeded

pytestmark = pytest.mark.e2e


def test_demo_runs_to_its_end(seeded: Seeded) -> None:
    console = Console(record=True, width=140)
    Demo(seeded, console)()
    output = console.export_text()
    assert "2 spaces reserved, held, used and free again" in output


def test_changed_booking_moves_the_window_and_notifies_the_driver_once(world: World) -> None:
    merchant, phone = world.merchant(), world.phone()
    first = world.book(merchant, "MOVE-1", phone, service_time=tomorrow(3).isoformat())
    assert first.status == 201
    eventually(lambda: world.inbox(phone), "the driver's text")
    moved = world.book(merchant, "MOVE-1", phone, service_time=tomorrow(5).isoformat())
    assert moved.status == 200
    assert moved.body["order"]["version"] == 2
    assert moved.body["order"]["id"] == first.body["order"]["id"]
    assert moved.body["order"]["window"]["start"] == f"{tomorrow(5):%Y-%m-%d}T04:45:00Z"
    again = world.book(merchant, "MOVE-1", phone, service_time=tomorrow(5).isoformat())
    assert again.body == moved.body
    world.settle()
    assert len(world.inbox(phone)) == 3, "the space, the link to its page, the change"
    order = world.order(merchant, "MOVE-1")
    assert order is not None
    assert world.holders(order) == 1


def test_text_with_a_reference_moves_and_cancels_its_booking(world: World) -> None:
    merchant, phone = world.merchant(), world.phone()
    day = tomorrow().astimezone(world.seeded.mall.zone)
    world.text(merchant.phone, f"PARK {day:%Y-%m-%d} 18:30 {phone} ref:TBL-1")
    booked = eventually(lambda: world.order(merchant, "TBL-1"), "the order")
    world.text(merchant.phone, "PARK ref:TBL-1 19:15")
    eventually(
        lambda: (order := world.order(merchant, "TBL-1")) and order.version > booked.version,
        "the move",
    )
    moved = world.order(merchant, "TBL-1")
    assert moved is not None
    local = moved.booking.service_time.astimezone(world.seeded.mall.zone)
    assert (local.date(), local.hour, local.minute) == (day.date(), 19, 15)
    world.text(merchant.phone, "NOPARK ref:TBL-1")
    eventually(
        lambda: (order := world.order(merchant, "TBL-1")) and order.cancelling,
        "the cancellation that can still be undone",
    )
    assert world.holders(moved) == 1
    world.text(merchant.phone, sign_text(world.deployment, merchant.phone, "NOPARK ref:TBL-1"))
    eventually(
        lambda: (order := world.order(merchant, "TBL-1")) and not order.is_live, "the cancellation"
    )
    world.settle()
    assert len(world.inbox(merchant.phone)) >= 3
    assert world.holders(moved) == 0


def test_booking_that_needs_no_parking_releases_the_space(world: World) -> None:
    merchant, phone = world.merchant(), world.phone()
    world.book(merchant, "METRO-1", phone, service_time=tomorrow().isoformat())
    order = world.order(merchant, "METRO-1")
    assert order is not None
    declined = world.book(
        merchant,
        "METRO-1",
        phone,
        service_time=tomorrow().isoformat(),
        parking={"needed": False},
    )
    assert declined.status == 200
    assert declined.body["order"]["state"] == "cancelled"
    assert world.holders(order) == 0
    assert world.api(merchant).call("DELETE", "/v1/bookings/METRO-1").status == 200
    needed = world.book(merchant, "METRO-1", phone, service_time=tomorrow().isoformat())
    assert needed.body["order"]["state"] == "reserved"
    assert needed.body["order"]["id"] == order.id


def test_full_lot_is_reported_by_api_and_by_text(kiosk: World) -> None:
    (merchant,) = kiosk.seeded.stack.merchants
    noon = tomorrow(20)
    assert kiosk.book(merchant, "A", kiosk.phone(), service_time=noon.isoformat()).status == 201
    full = kiosk.book(merchant, "B", kiosk.phone(), service_time=noon.isoformat())
    assert full.status == 409
    assert full.headers["Content-Type"] == "application/problem+json"
    assert full.body["type"].endswith("no-space")
    assert full.body["next_free"][0] == f"{noon:%Y-%m-%d}T21:00:00Z"
    local = noon.astimezone(kiosk.seeded.mall.zone)
    kiosk.text(merchant.phone, f"PARK {local:%Y-%m-%d %H:%M} {kiosk.phone()} ref:C")
    answer = eventually(lambda: kiosk.inbox(merchant.phone), "the reply")
    assert re.search(r"full|no space", answer[-1], re.IGNORECASE)
    assert kiosk.order(merchant, "C") is None
    assert kiosk.api(merchant).booking("B").status == 404


def test_clock_raises_a_due_barrier(world: World) -> None:
    """The booking is just too early for its lead; the clock handles it once it is due."""
    merchant, phone = world.merchant(), world.phone()
    world.book(merchant, "LATER", phone, service_time=tomorrow().isoformat())
    order = world.order(merchant, "LATER")
    assert order is not None
    assert order.access.asked_at is None
    # The test advances the time instead of waiting.
    table = world.deployment.outputs["OrdersTable"]
    world.deployment.client("dynamodb").update_item(
        TableName=table,
        Key={"id": {"S": order.id}},
        UpdateExpression="SET secure_at = :now, due_at = :now",
        ExpressionAttributeValues={":now": {"N": str(int(soon().timestamp() - 3600) * 1000)}},
    )
    world.deployment.client("lambda").invoke(FunctionName=world.function("Clock"))
    world.held(merchant, "LATER")
    assert world.seeded.control.status(order.claim.thing)["barrier"] == "raised"


def test_orders_are_listed_newest_window_first_and_by_pages(world: World) -> None:
    merchant = world.merchant()
    api = world.api(merchant)
    for hour in (4, 6, 8):
        world.book(merchant, f"LIST-{hour}", world.phone(), service_time=tomorrow(hour).isoformat())
    found, cursor = [], ""
    while True:
        page = api.call("GET", f"/v1/orders?limit=1&state=reserved{cursor}").body
        found += [order["reference"] for order in page["orders"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    mine = [reference for reference in found if reference.startswith("LIST-")]
    assert mine == ["LIST-8", "LIST-6", "LIST-4"]
    order = api.booking("LIST-6").body["order"]
    assert api.call("GET", f"/v1/orders/{order['id']}").body == order
    assert api.call("GET", "/v1/orders?limit=0").status == 422
    assert api.call("GET", "/v1/orders?cursor=x").status == 422


@pytest.mark.parametrize("reference", ["TBL 1/2", "桌-12", "🚗", 'a"b#c?d`e', "A:1;(x)+~"])
def test_reference_may_have_spaces_slashes_and_any_script(world: World, reference: str) -> None:
    merchant = world.merchant()
    made = world.book(merchant, reference, world.phone(), service_time=tomorrow(9).isoformat())
    assert (made.status, made.body["reference"]) == (201, reference)
    assert world.api(merchant).booking(reference).body == made.body


def test_percent_sign_in_a_reference_is_refused(world: World) -> None:
    refused = world.book(world.merchant(), "100%", world.phone())
    assert (refused.status, refused.body["errors"][0]["field"]) == (422, "reference")
