"""All that is stored about a person, and its end, over the raw items of every table."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from tests.fakes.example_orders import BOOKING, arrived, completed, reserved
from tests.fakes.keys import id_for
from tests.fakes.mall import DRIVER, NOODLES_PHONE, NOON, merchants, small_mall
from tests.fakes.tables import tables

from baylock.domain.access.key_ring import KeyRing, Purpose, ring_of
from baylock.domain.booking.booking import Reference
from baylock.domain.orders.notes import PreviousDriver
from baylock.domain.orders.order import Order
from baylock.domain.orders.record import Declined
from baylock.domain.orders.state import State
from baylock.domain.texting.kept_text import KeptText
from baylock.domain.texting.reply import Reply
from deployment import Deployment, person
from deployment.raw_tables import TABLES, Spellings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

pytestmark = pytest.mark.threat(8)

OTHER = "+8613800138000"
PLATE = "7ABC123"
KEY = b"a key that is only for tests"


class Local(Deployment):
    def ring(self, purpose: Purpose) -> KeyRing:
        del purpose
        return ring_of(KEY)

    @cached_property
    def raw(self) -> DynamoDBClient:
        made: DynamoDBClient = self.client("dynamodb")
        return made


@pytest.fixture
def deployment(tables_made: DynamoDBClient) -> Local:
    del tables_made
    outputs = {output: output.removesuffix("Table").lower() for output in TABLES}
    return Local(boto3.session.Session(region_name="us-east-1"), outputs, "http://api")


def another(order: Order, reference: str, **booking: Any) -> Order:
    changed = {"reference": Reference(reference), "plate": PLATE, **booking}
    made = replace(BOOKING, **changed)
    return replace(order, id=id_for(made), booking=made)


def fill(deployment: Local, *, live: bool = False) -> None:
    """Everything that can be stored about the driver."""
    orders, log = deployment.orders, deployment.message_log
    deployment.venues.save(small_mall(), merchants())
    ended = another(completed(), "ENDED")
    former = another(reserved(), "FORMER", phone=OTHER, plate="OTHER")
    drivers = (PreviousDriver(DRIVER, 2), PreviousDriver(OTHER, 3))
    former = replace(former, notes=replace(former.notes, previous_drivers=drivers))
    no = replace(BOOKING, reference=Reference("NO"), parking_needed=False)
    declined = Declined(id_for(no), no, 1, NOON)
    for record in (ended, former, declined, *([another(reserved(), "LIVE")] if live else ())):
        orders.add(record, replacing=None)
    log.note_order(DRIVER, ended)
    log.set_opted_out(DRIVER, True)
    log.count(f"number#{DRIVER}", "out")
    log.record_reply("in-1", Reply(DRIVER, "driver_where", order=ended.id))
    log.record_reply("in-2", Reply(NOODLES_PHONE, "merchant_two_phones", facts={"one": DRIVER[2:]}))
    log.record_reply("in-4", Reply(NOODLES_PHONE, "x", facts={"it": f"18:30 {DRIVER[2:]} 90"}))
    log.record_reply("in-3", Reply(OTHER, "driver_help"))
    log.keep(ended.id, "a", KeptText(NOON, DRIVER, "driver_where"))
    plain: Any = {"pk": {"S": f"number#{DRIVER}"}, "sk": {"S": "opted_out"}}
    deployment.raw.put_item(TableName="texts", Item=plain)


def raw(deployment: Local) -> Iterator[str]:
    for name in tables():
        for item in deployment.raw.scan(TableName=name)["Items"]:
            yield json.dumps(item, default=str)


def silent(count: int) -> None:
    del count


def find(deployment: Local) -> person.Person:
    return person.find_person(deployment, DRIVER, silent)


def test_export_has_everything(deployment: Local) -> None:
    fill(deployment, live=True)
    shown = person.export(find(deployment), NOON)
    assert {(one["reference"], one["as"]) for one in shown["orders"]} == {
        ("ENDED", "driver"),
        ("LIVE", "driver"),
        ("NO", "driver"),
        ("FORMER", "former driver or in the reference"),
    }
    (ended,) = (one for one in shown["orders"] if one["reference"] == "ENDED")
    assert (ended["plate"], ended["state"]) == (PLATE, "completed")
    (former,) = (one for one in shown["orders"] if one["reference"] == "FORMER")
    assert "plate" not in former, "that is the present driver's"
    assert shown["opted_out"]
    assert len(shown["texts"]) == 6
    assert OTHER not in json.dumps(shown)


def test_number_of_nobody_has_nothing(deployment: Local) -> None:
    fill(deployment)
    found = person.find_person(deployment, "+14255550199", silent)
    assert (found.records, found.others) == ((), ())


def test_erased_number_is_in_no_table(deployment: Local) -> None:
    fill(deployment)
    assert any(DRIVER[2:] in item for item in raw(deployment))
    erased = person.erase(deployment, find(deployment), silent)
    assert (erased.records, erased.left, erased.opted_out) == (3, (), True)
    assert not [item for item in raw(deployment) if DRIVER[2:] in item or PLATE in item]
    again = person.erase(deployment, find(deployment), silent)
    assert (again.records, again.left, again.opted_out) == (0, (), True)


def test_others_keep_what_is_theirs(deployment: Local) -> None:
    fill(deployment)
    before = deployment.message_log.reply("in-3")
    person.erase(deployment, find(deployment), silent)
    items = deployment.raw.scan(TableName="orders")["Items"]
    (former,) = (item for item in items if item["reference"] == {"S": "FORMER"})
    assert former["phone"] == {"S": OTHER}
    assert former["former"] == {"S": f"3{OTHER}"}
    assert deployment.message_log.reply("in-3") == before
    reply = deployment.message_log.reply("in-1")
    assert reply is not None, "the text is not answered again"
    assert reply.kind is None


def test_live_order_is_ended_first(deployment: Local) -> None:
    fill(deployment, live=True)
    found = find(deployment)
    assert [one.booking.reference for one in found.live] == ["LIVE"]
    assert person.end_live(deployment, found) == 1
    erased = person.erase(deployment, find(deployment), silent)
    assert erased.left == ()
    order = deployment.orders.find(found.live[0].id)
    assert isinstance(order, Order)
    assert (order.state, order.booking.phone) == (State.CANCELLED, None)


def test_stay_is_ended_too(deployment: Local) -> None:
    order = another(arrived(), "IN")
    deployment.venues.save(small_mall(), merchants())
    deployment.orders.add(order, replacing=None)
    assert person.end_live(deployment, find(deployment)) == 1
    ended = deployment.orders.find(order.id)
    assert isinstance(ended, Order)
    assert ended.state is State.COMPLETED


def test_number_in_a_merchants_reference_is_named(deployment: Local) -> None:
    deployment.venues.save(small_mall(), merchants())
    order = another(completed(), f"call {DRIVER[2:]}", phone=OTHER)
    deployment.orders.add(order, replacing=None)
    erased = person.erase(deployment, find(deployment), silent)
    assert [one.key for one in erased.left] == [order.id]


def test_customer_whose_booking_has_the_number_of_another_as_its_reference_stays(
    deployment: Local,
) -> None:
    deployment.venues.save(small_mall(), merchants())
    no = replace(BOOKING, reference=Reference(f"call {DRIVER}"), parking_needed=False)
    no = replace(no, phone=OTHER, plate=PLATE)
    declined = Declined(id_for(no), no, 1, NOON)
    deployment.orders.add(declined, replacing=None)
    erased = person.erase(deployment, find(deployment), silent)
    assert deployment.orders.find(declined.id) == declined
    assert (erased.records, [one.key for one in erased.left]) == (0, [declined.id])


def test_merchants_own_number_is_named(deployment: Local) -> None:
    deployment.venues.save(small_mall(), merchants())
    found = person.find_person(deployment, NOODLES_PHONE, silent)
    erased = person.erase(deployment, found, silent)
    assert {one.table for one in erased.left} == {"Venue"}


@pytest.mark.parametrize(
    "written",
    [
        DRIVER,
        DRIVER[1:],
        DRIVER[2:],
        "(425) 555-0123",
        "425.555.0123",
        "001 425 555 0123",
        "?to=%2014255550123",
        "425%20555%200123",
        '{"to": "+1 425 555 0123"}',
        "４２５５５５０１２３",
        "PARK 3/4 18:30 4255550123 90m",
        "18:30 425 555 0123 2",
        "at 7 (425) 555-0123 99",
        f"2{DRIVER} 3{OTHER}",
        f"2{OTHER} 3{DRIVER} 4{OTHER}",
        "+1 (0) 425 555 0123",
        "+1\u00a0425\u202f555\u20110123",
        f"number#{DRIVER}",
        f"x={DRIVER}&y",
    ],
)
def test_number_is_found_however_it_is_written(written: str) -> None:
    assert Spellings.of(DRIVER, ()).is_in(written)


@pytest.mark.parametrize(
    "written",
    [
        "+14255550124",
        "9" + DRIVER[2:],
        DRIVER[2:] + "9",
        "+49 4255550123",
        "+494255550123",
        "42555",
        "",
        "1796155200000",
    ],
)
def test_other_numbers_are_not(written: str) -> None:
    assert not Spellings.of(DRIVER, ()).is_in(written)
