"""A stack whose items an earlier version wrote, which had one key for codes, links and text keys.

`data/stored_with_one_key.json` is what that version stored, and what it told merchants and drivers.
All of it goes on working after `baylock keys adopt`, through the stores as they are now.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.fakes.booking_systems import signature
from tests.fakes.keys import FakeKeyRings, key_of
from tests.fakes.mall import DRIVER, NOODLES, NOODLES_PHONE
from tests.fakes.venues import FakePlans
from tests.fakes.world import OWN_NUMBER, World

from baylock.adapters.dynamodb.connections import DynamoDBConnections
from baylock.adapters.dynamodb.keys import DynamoDBMerchantKeys
from baylock.adapters.dynamodb.links import DynamoDBLinks
from baylock.adapters.dynamodb.messages import DynamoDBMessageLog
from baylock.adapters.dynamodb.orders import DynamoDBOrders
from baylock.adapters.dynamodb.phone_keys import PhoneKeys
from baylock.adapters.dynamodb.signatures import DynamoDBSignatures
from baylock.adapters.dynamodb.venues import DynamoDBVenues
from baylock.adapters.dynamodb.webhooks import DynamoDBWebhooks
from baylock.domain.access.key_ring import Purpose, ring_of
from baylock.domain.connect.connection import ConnectionId, System
from baylock.domain.connect.signature import SignedBody
from baylock.domain.errors import NoSuchKey, NoSuchLink
from baylock.domain.orders.order import Order
from baylock.domain.orders.state import State
from baylock.domain.texting.inbound_text import InboundText
from baylock.domain.texting.signature import newest_key, signed
from baylock.domain.venue.sandbox_ref import sandbox_of
from baylock.domain.webhooks.webhook import signing_secrets
from baylock.usecases.access.authenticate_key import AuthenticateKey
from baylock.usecases.access.change_keys import ChangeKeys
from baylock.usecases.venue.end_credentials import EndCredentials
from baylock.usecases.venue.list_credentials import ListCredentials
from baylock.usecases.venue.retire_merchant import RetireMerchant

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

pytestmark = [pytest.mark.threat(10), pytest.mark.threat(1), pytest.mark.threat(7)]

STORED = json.loads((Path(__file__).with_name("data") / "stored_with_one_key.json").read_text())
KNOWN: dict[str, Any] = STORED["known"]
MADE_AT = datetime.fromisoformat(KNOWN["made_at"])


def known(name: str) -> str:
    """Return what was told; it is written with blanks, so that no scan takes it for a secret."""
    return str(KNOWN[name]).replace(" ", "")


def _item(written: Any) -> Any:
    """Return an item with its binary attributes, which are written in hexadecimal."""
    match written:
        case {"B": str(hexadecimal)}:
            return {"B": bytes.fromhex(hexadecimal)}
        case dict():
            return {name: _item(value) for name, value in written.items()}
        case list():
            return [_item(value) for value in written]
        case _:
            return written


@dataclass
class Later(FakeKeyRings):
    """The key of codes and that of webhooks as they were; the others are made by the upgrade."""

    at: datetime = field(default=MADE_AT + timedelta(hours=1, minutes=30))

    def __post_init__(self) -> None:
        self.rings = {purpose: ring_of(key_of(purpose), self.at) for purpose in Purpose}
        for purpose, name in ((Purpose.CODES, "codes"), (Purpose.WEBHOOKS, "webhooks")):
            self.rings[purpose] = ring_of(KNOWN[name].encode(), MADE_AT - timedelta(days=90))


class Upgraded(World):
    """A world on the tables, an hour and a half later; the deployment is some minutes old."""

    def __init__(self, client: DynamoDBClient) -> None:
        self.client = client
        for table, items in STORED["tables"].items():
            for item in items:
                client.put_item(TableName=table, Item=_item(item))
        super().__init__()

    def _make_stores(self, spaces: Any, settings: Any) -> None:
        super()._make_stores(spaces, settings)
        rings = Later()
        self.clock.now = rings.at + timedelta(minutes=5)
        self.key_rings = rings
        stores: dict[str, Any] = {
            "orders": DynamoDBOrders(self.client, "orders", "occupancy"),
            "venues": DynamoDBVenues(self.client, "venue", self.clock),
            "merchant_keys": DynamoDBMerchantKeys(self.client, "venue"),
            "links": DynamoDBLinks(self.client, "texts"),
            "signatures": DynamoDBSignatures(self.client, "texts"),
            "connections": DynamoDBConnections(self.client, "connections"),
            "webhooks": DynamoDBWebhooks(self.client, "webhooks"),
            "message_log": DynamoDBMessageLog(
                self.client,
                "texts",
                self.clock,
                PhoneKeys(lambda: self.ring(Purpose.PRIVACY), lambda: True),
            ),
        }
        vars(self).update(stores)

    def adopt(self) -> None:
        ChangeKeys(self.key_rings, lambda: b"made", self.clock).adopt()

    def receive(self, id_: str, sender: str, text: str) -> str:
        return self.answer(InboundText(id_, sender, text, self.clock.now, OWN_NUMBER))


@pytest.fixture
def world(tables_made: DynamoDBClient) -> Upgraded:
    return Upgraded(tables_made)


@pytest.fixture
def adopted(world: Upgraded) -> Upgraded:
    world.adopt()
    return world


def order_of(world: Upgraded, reference: str) -> Order:
    found = world.find_booking(NOODLES, reference)
    assert isinstance(found, Order), reference
    return found


def count_of(world: Upgraded) -> int:
    return len(world.client.scan(TableName="orders")["Items"])


def test_bookings_are_found_by_reference_and_none_is_placed_twice(adopted: Upgraded) -> None:
    before = count_of(adopted)
    for reference in KNOWN["by_text"]:
        assert order_of(adopted, reference).booking.reference == reference
    assert adopted.find_booking(NOODLES, "TBL-3"), "needs no space"
    first = order_of(adopted, "TBL-1")
    assert first.id == KNOWN["order"]["id"]
    assert adopted.place(replace(first.booking, said_at=adopted.clock.now)).record == first
    listed = adopted.orders.of_merchant(NOODLES).orders
    assert [one.booking.reference for one in listed] == KNOWN["by_text"]
    assert count_of(adopted) == before


def test_bookings_are_found_before_the_command_is_run_and_after_a_rotation(
    world: Upgraded,
) -> None:
    assert order_of(world, "TBL-1").id == KNOWN["order"]["id"]
    world.adopt()
    ChangeKeys(world.key_rings, lambda: b"made", world.clock).rotate(Purpose.ORDER_IDS)
    world.clock.forward(minutes=16)
    assert order_of(world, "TBL-1").id == KNOWN["order"]["id"]


def test_booking_that_was_cancelled_before_is_placed_again_under_its_id(adopted: Upgraded) -> None:
    before, cancelled = count_of(adopted), order_of(adopted, "TBL-2")
    assert cancelled.state is State.CANCELLED
    again = adopted.place(
        adopted.booking("TBL-2", phone="+12065550178", said_at=adopted.clock.now)
    ).record
    assert isinstance(again, Order)
    assert (again.id, again.is_live) == (cancelled.id, True)
    assert count_of(adopted) == before
    assert not again.promise.early_code, "a life that begins now has a code of its own"


def test_code_and_link_that_a_driver_was_told_open(adopted: Upgraded) -> None:
    order = order_of(adopted, "TBL-1")
    assert adopted.code(order) == KNOWN["order"]["code"]
    assert adopted.follow_link(known("link")) == order
    assert list(adopted.message_log.orders_texted_to(DRIVER)) == [order.id]
    adopted.clock.now = order.claim.window.start
    assert adopted.receive("in-9", DRIVER, f"HERE {KNOWN['order']['code']}") == (
        "answered: driver_welcome"
    )


def test_link_needs_the_command(world: Upgraded) -> None:
    with pytest.raises(NoSuchLink):
        world.follow_link(known("link"))


def test_keys_webhook_and_connection_are_the_merchants(adopted: Upgraded) -> None:
    authenticate = AuthenticateKey(adopted.merchant_keys, adopted.clock)
    assert authenticate(known("live")).key.acts_as == NOODLES
    assert authenticate(known("trial")).key.acts_as == sandbox_of(NOODLES)
    endpoint = adopted.webhooks.endpoint(NOODLES)
    assert endpoint
    assert not endpoint.pending
    ring = adopted.ring(Purpose.WEBHOOKS)
    assert signing_secrets(endpoint, ring, adopted.clock.now) == [known("signs_events")]
    id_ = ConnectionId(KNOWN["connection"])
    connection = adopted.connections.find(id_)
    assert connection
    headers = {name.lower(): value for name, value in signature(connection, "{}", 0).items()}
    accepted = adopted.accept_webhook(id_, System.CALCOM, SignedBody(headers, b"{}"))
    assert adopted.venues.merchant(accepted.merchant).phone == NOODLES_PHONE


def test_text_keys_go_on_signing_and_a_used_signature_stays_used(adopted: Upgraded) -> None:
    ring = adopted.ring(Purpose.TEXT_KEYS)
    older, newest = (key.replace(" ", "") for key in KNOWN["signs_texts"])
    assert newest_key(NOODLES, adopted.signatures.text_key(NOODLES), ring) == newest
    before = count_of(adopted)
    assert adopted.receive("again", NOODLES_PHONE, KNOWN["signed"]) != "answered: merchant_booked"
    assert count_of(adopted) == before
    for number, key in enumerate((older, newest)):
        text = signed(f"PARK 17:3{number} +1206555018{number} ref:B{number}", key)
        assert adopted.receive(f"new-{number}", NOODLES_PHONE, text) == "answered: merchant_booked"


def test_text_without_a_reference_means_the_booking_of_before(adopted: Upgraded) -> None:
    before = count_of(adopted)
    adopted.receive("again", NOODLES_PHONE, "PARK 16:30 +12065550180 ABC123")
    assert count_of(adopted) == before
    (derived,) = (one for one in KNOWN["by_text"] if one.startswith("T-"))
    assert order_of(adopted, derived).booking.plate == "ABC123"


def test_number_that_wants_no_texts_gets_none(adopted: Upgraded) -> None:
    assert adopted.message_log.opted_out("+12065550181")


def test_merchant_of_before_is_retired_with_all_it_has(adopted: Upgraded) -> None:
    credentials = ListCredentials(
        adopted.merchant_keys, adopted.webhooks, adopted.connections, adopted.signatures
    )
    had = credentials(NOODLES)
    assert (len(had.keys), len(had.endpoints), len(had.connections)) == (2, 1, 1)
    retire = RetireMerchant(
        adopted.venues,
        FakePlans(),
        adopted.orders,
        EndCredentials(credentials, adopted.clock),
        adopted.clock,
    )
    retire(adopted.venues.mall(NOODLES.mall), NOODLES.merchant)
    assert not credentials(NOODLES)
    with pytest.raises(NoSuchKey):
        AuthenticateKey(adopted.merchant_keys, adopted.clock)(known("live"))
    assert adopted.venues.merchant_with_phone(NOODLES_PHONE) is None
    assert adopted.follow_link(known("link")).id == KNOWN["order"]["id"], "its drivers stay"
