"""What was stored of a mall with a `/` in its ref, by the code before, is found again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from tests.fakes.example_orders import BOOKING, TERMS, claim
from tests.fakes.keys import id_for
from tests.fakes.mall import NOON, merchants, small_mall

from baylock.adapters.dynamodb.orders import DynamoDBOrders
from baylock.adapters.dynamodb.rekey import Rekey
from baylock.adapters.dynamodb.signatures import DynamoDBSignatures
from baylock.domain.booking.booking import Reference
from baylock.domain.orders.order import Order
from baylock.domain.orders.record import reserve
from baylock.domain.texting.signature import TextKey
from baylock.domain.venue import keys
from baylock.domain.venue.mall import LotSettings, MallRef, MerchantId

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

pytestmark = pytest.mark.threat(11)

REF = MallRef("a/b")
WHO = replace(BOOKING.merchant, mall=REF)


def booked(orders: DynamoDBOrders, reference: str, who: MerchantId = WHO) -> Order:
    booking = replace(BOOKING, merchant=who, reference=Reference(reference))
    taken = claim(booking)
    taken = replace(taken, space=replace(taken.space, mall=who.mall))
    order = reserve(id_for(booking), booking, taken, TERMS, NOON)
    seen = orders.snapshot(order.id, who.mall, {taken.space.lot: taken.spans}).occupancy
    assert orders.claim(order.id, taken, seen, NOON) is None
    orders.add(order, replacing=None)
    return order


def entries(orders: DynamoDBOrders, order: Order) -> Any:
    space = order.claim.space
    seen = orders.snapshot(None, space.mall, {space.lot: order.claim.spans}).occupancy
    return seen.zones


def test_orders_spaces_and_text_keys_are_found_again(
    tables_made: DynamoDBClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = DynamoDBOrders(tables_made, "orders", "occupancy")
    signatures = DynamoDBSignatures(tables_made, "texts")
    mall = replace(small_mall(LotSettings()), ref=REF)
    with monkeypatch.context() as before:
        before.setattr(keys, "_encoded", lambda ref: ref)
        order = booked(orders, "TBL-1")
        zones = entries(orders, order)
        signatures.save_text_key(WHO, TextKey(3, 2, demanded=True))
    assert zones
    assert orders.of_merchant(WHO).orders == ()
    rekey = Rekey(tables_made, "orders", "occupancy", "texts")
    who = [replace(one.id_in(REF), mall=REF) for one in merchants()]
    assert rekey(mall, who) >= 3
    assert [one.id for one in orders.of_merchant(WHO).orders] == [order.id]
    assert entries(orders, order) == zones
    assert signatures.text_key(WHO) == TextKey(3, 2, demanded=True)
    # Repeated, it changes nothing; what came meanwhile stays.
    rekey(mall, who)
    assert entries(orders, order) == zones


def test_usual_mall_has_nothing_to_find(tables_made: DynamoDBClient) -> None:
    orders = DynamoDBOrders(tables_made, "orders", "occupancy")
    booked(orders, "TBL-1", BOOKING.merchant)
    rekey = Rekey(tables_made, "orders", "occupancy", "texts")
    mall = small_mall(LotSettings())
    assert rekey(mall, [one.id_in(mall.ref) for one in merchants()]) == 0
