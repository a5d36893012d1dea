"""Numbers that cost, ranges that are pumped, and floods of answers, through the deployed stack."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.e2e.conftest import World, eventually, tomorrow
from tests.e2e.test_connect import EVENTS, BookingSystem
from tests.fakes.booking_systems import QUESTIONS
from tests.fakes.hostile_phones import HOSTILE

from baylock.domain.connect.connection import System
from baylock.domain.errors import Unreachable
from baylock.domain.texting.allowance import Outgoing, Purpose, accounts
from baylock.domain.texting.prices import TextPrices
from baylock.domain.venue.mall import MerchantId, MerchantRef
from baylock.usecases.connect.add_connection import AddConnection
from deployment.deployment import now
from local_cloud import Merchant

pytestmark = [pytest.mark.e2e, pytest.mark.threat(2)]

NAMES = ("premium rate, US", "Jamaica, with North America's code", "satellite, Iridium")


def spend_all(world: World, merchant: Merchant, phone: str, purpose: Purpose, only: str) -> None:
    """Use up the counts of a number's item whose names begin so, of this hour and the next.

    As the text function counts them: the test does not depend on the hour in which it runs.
    """
    who = MerchantId(world.seeded.mall.ref, MerchantRef(merchant.ref))
    for later in (timedelta(0), timedelta(hours=1)):
        at = now() + later

        def clock(at: datetime = at) -> datetime:
            return at

        log = replace(world.deployment.message_log, clock=clock)
        text = Outgoing(phone, 1, TextPrices().of("US"), purpose, True, who.mall, merchant=who)
        (account, *_) = accounts(text, at)
        charges = [
            one._replace(amount=one.limit) for one in account.charges if one.name.startswith(only)
        ]
        assert charges
        log.spend(account.key, charges)


def form(world: World, merchant: Merchant, phone: str) -> BookingSystem:
    """Connect a booking system in whose public form somebody enters this phone."""
    who = MerchantId(world.seeded.mall.ref, MerchantRef(merchant.ref))
    add = AddConnection(world.deployment.connections, world.deployment.api, world.deployment.now)
    known = world.deployment.connections.find(add(System.CALCOM, who, QUESTIONS[System.CALCOM]).id)
    assert known
    return BookingSystem(world, merchant, known, phone)


@pytest.mark.parametrize("name", NAMES)
def test_number_that_costs_gets_no_booking_by_any_way(world: World, name: str) -> None:
    merchant, phone = world.merchant(), HOSTILE[name]
    refused = world.book(merchant, "COST-A", phone)
    assert refused.status == 422
    (error,) = refused.body["errors"]
    assert error["field"] == "customer.phone"
    assert "CN, US" in error["reason"]

    before = len(world.inbox(merchant.phone))
    world.text(merchant.phone, f"PARK tomorrow 18:30 {phone} ref:COST-T")
    (told,) = eventually(lambda: world.inbox(merchant.phone)[before:], "the reply")
    assert phone[-4:] in told
    assert "CN, US" in told

    system = form(world, merchant, phone)
    event = json.loads((EVENTS / "calcom_created.json").read_text())
    for number in range(3):
        event["payload"]["uid"] = f"cost-{phone[1:]}-{number}"
        status, said = system.send(event)
        assert (status, said["outcome"], said["order"]) == (200, "phone-refused", None)
    world.settle()
    assert 1 <= len(world.inbox(merchant.phone)[before + 1 :]) <= 2, "one an hour, not one each"
    assert world.inbox(phone) == []


def test_range_of_numbers_that_is_pumped_is_stopped_and_no_other(world: World) -> None:
    merchant = world.merchant()
    pumped, other = "+14155560001", "+14155570001"
    spend_all(world, merchant, "+14155560999", Purpose.PROMISE, only="h")
    for reference, phone in (("PUMP-1", pumped), ("PUMP-2", other)):
        booked = world.book(merchant, reference, phone, service_time=tomorrow().isoformat())
        assert booked.status == 201
    eventually(lambda: world.inbox(other), "the text to the other range")

    def held_back() -> bool:
        order = world.order(merchant, "PUMP-1")
        return bool(order and order.notes.unreachable is Unreachable.SPEND_LIMIT)

    eventually(held_back, "the order to say that its driver was not told")
    assert world.inbox(pumped) == []


def test_answers_that_are_used_up_leave_the_notice_of_the_place(world: World) -> None:
    merchant, phone = world.merchant(), world.phone()
    world.book(merchant, "FLOOD", phone, service_time=tomorrow().isoformat())
    eventually(lambda: world.told(phone), "the driver's text")
    spend_all(world, merchant, phone, Purpose.OTHER, only=f"o{phone[-3:]}")
    world.text(phone, "WHERE")
    world.settle()
    assert len(world.told(phone)) == 1, "no answer is left"
    later = (tomorrow() + timedelta(hours=2)).isoformat()
    assert world.book(merchant, "FLOOD", phone, service_time=later).status == 200
    changed = eventually(lambda: world.told(phone)[1:], "the notice of the change")
    assert changed[0].startswith("Changed")
