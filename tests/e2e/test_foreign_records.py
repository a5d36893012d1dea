"""A record of another booking under an id that a merchant's booking could have.

At every entry point of the deployed stack the answers are those of a booking that does not exist.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from tests.e2e.conftest import World, tomorrow

from baylock.domain.booking.booking import OrderId
from baylock.domain.booking.order_ids import UNKEYED, order_ids
from baylock.domain.orders.order import Order
from baylock.domain.orders.state import Reason
from baylock.domain.venue.mall import MerchantId, MerchantRef
from baylock.domain.venue.sandbox_ref import sandbox_of
from deployment import now
from deployment.api import MerchantApi
from local_cloud import Merchant

pytestmark = [pytest.mark.e2e, pytest.mark.threat(1)]

PLATE = "TELL-NOBODY"
BODY = {
    "service_time": tomorrow(11).isoformat(),
    "customer": {"phone": "+14255550188"},
    "parking": {"needed": True},
}


@dataclass(frozen=True)
class Scene:
    """A merchant's order, planted under the ids of another merchant's bookings."""

    world: World
    victim: Order
    merchant: Merchant
    test_key: str

    def who(self, mall: str) -> MerchantId:
        own = MerchantId(self.world.seeded.mall.ref, MerchantRef(self.merchant.ref))
        return sandbox_of(own) if mall == "sandbox" else own

    def api(self, mall: str) -> MerchantApi:
        key = self.test_key if mall == "sandbox" else self.merchant.key
        return MerchantApi(self.world.seeded.stack.api, key)

    def plant(self, mall: str, reference: str) -> Order:
        """Store the victim's order, live, under the id of this booking."""
        id_ = self.world.deployment.find_booking.place(self.who(mall), reference).id
        planted = replace(self.victim, id=id_)
        self.world.deployment.orders.add(planted, replacing=None)
        return planted

    def stored(self, id_: OrderId) -> Order:
        order = self.world.deployment.orders.find(id_)
        assert isinstance(order, Order)
        return order


@pytest.fixture(scope="module")
def scene(seeded: Any, numbers: Iterator[int]) -> Scene:
    world = World(seeded, numbers)
    owner, merchant = world.merchant(), world.merchant()
    booked = world.book(
        owner,
        "VICTIM",
        world.phone(),
        service_time=tomorrow(9).isoformat(),
        parking={"needed": True, "plate": PLATE},
    )
    assert booked.status == 201
    order = world.order(owner, "VICTIM")
    assert order is not None
    deployment = world.deployment
    who = MerchantId(seeded.mall.ref, MerchantRef(merchant.ref))
    deployment.make_sandbox(who)
    return Scene(world, order, merchant, deployment.mint_key(who, test=True).secret)


CALLS: dict[str, Callable[[MerchantApi, str], Any]] = {
    "read": lambda api, ref: api.call("GET", f"/v1/bookings/{quote(ref, safe='')}"),
    "cancel": lambda api, ref: api.call("DELETE", f"/v1/bookings/{quote(ref, safe='')}"),
    "a malformed booking": lambda api, ref: api.put_booking(ref, {**BODY, "parking": {}}),
    "a booking in the past": lambda api, ref: api.put_booking(
        ref, {**BODY, "service_time": (now() - timedelta(days=2)).isoformat()}
    ),
}


@pytest.mark.parametrize("mall", ["its mall", "sandbox"])
@pytest.mark.parametrize("call", CALLS)
def test_answer_is_that_of_a_booking_that_does_not_exist(
    scene: Scene, call: str, mall: str
) -> None:
    planted = scene.plant(mall, f"MINE {call}")
    answers = [CALLS[call](scene.api(mall), f"{ref} {call}") for ref in ("MINE", "NONE")]
    for answer in answers:
        answer.body.pop("request_id", None)
    (mine, none) = answers
    assert (mine.status, mine.body) == (none.status, none.body)
    assert PLATE not in json.dumps(mine.body)
    by_id = scene.api(mall).call("GET", f"/v1/orders/{planted.id}")
    assert by_id.status == 404
    assert scene.stored(planted.id) == planted


@pytest.mark.parametrize("mall", ["its mall", "sandbox"])
def test_booking_is_made_under_another_id_and_lives_there(scene: Scene, mall: str) -> None:
    api, reference = scene.api(mall), "MINE/to book"
    planted = scene.plant(mall, reference)
    made = api.put_booking(reference, BODY)
    assert made.status == 201
    order = made.body["order"]["id"]
    assert order not in {planted.id, scene.victim.id}
    assert PLATE not in json.dumps(made.body)
    assert api.put_booking(reference, BODY).status == 200
    assert api.booking(reference).body["order"]["id"] == order
    assert api.call("GET", f"/v1/orders/{order}").status == 200
    cancelled = api.call("DELETE", f"/v1/bookings/{quote(reference, safe='')}")
    assert (cancelled.status, cancelled.body["order"]["state"]) == (200, "cancelled")
    assert scene.stored(planted.id) == planted
    assert scene.stored(scene.victim.id) == scene.victim


def test_texts_say_what_they_say_of_no_booking(scene: Scene) -> None:
    world, merchant = scene.world, scene.merchant
    planted = scene.plant("its mall", "TXMINE")

    for text in ("NOPARK ref:{}", "PARK ref:{} 19:15", "PARK ref:{}"):
        mine, none = (
            world.reply(merchant.phone, text.format(reference))
            for reference in ("TXMINE", "TXNONE")
        )
        assert mine.replace("TXMINE", "") == none.replace("TXNONE", "")
        assert PLATE not in mine
    assert scene.stored(planted.id) == planted


def test_ids_need_the_key_and_orders_from_before_it_are_found(scene: Scene) -> None:
    """As after an upgrade: in the first day of the key even without `baylock keys adopt`."""
    who, deployment = scene.who("its mall"), scene.world.deployment
    api = scene.api("its mall")
    made = api.put_booking("KEYED", BODY).body["order"]["id"]
    assert made != next(order_ids(UNKEYED, who, "KEYED"))
    booked = deployment.find_booking(who, "KEYED")
    assert isinstance(booked, Order)
    old = replace(
        booked.cancel(Reason.MERCHANT, now()),
        id=next(order_ids(UNKEYED, who, "EARLY")),
        booking=replace(booked.booking, reference=type(booked.booking.reference)("EARLY")),
    )
    deployment.orders.add(old, replacing=None)
    found = api.booking("EARLY").body
    assert (found["order"]["id"], found["order"]["state"]) == (old.id, "cancelled")
    again = api.put_booking("EARLY", BODY)
    assert (again.status, again.body["order"]["id"]) == (200, old.id)
    assert again.body["order"]["state"] == "reserved"
