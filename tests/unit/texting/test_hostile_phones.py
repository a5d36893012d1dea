"""Numbers that cost are no driver's, by whichever way they come; nor are texts sent to them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from phonenumbers import is_valid_number, parse
from tests.fakes.hostile_phones import ABROAD, HOSTILE, PAID_BY_SOMEBODY
from tests.fakes.keys import order_id
from tests.fakes.mall import DRIVER, HARBOUR, MALL_PHONE, NOODLES, NOODLES_PHONE
from tests.fakes.sandbox import Sandbox
from tests.fakes.world import World

from baylock.domain.errors import InvalidSupplement, PhoneRefusal, PhoneRefused, Unreachable
from baylock.domain.locks.lock import Fault
from baylock.domain.orders.notice import Notice
from baylock.domain.orders.order import Order
from baylock.domain.sandbox.sandbox import OUTCOMES, SandboxOutcome
from baylock.domain.texting.reply import Reply
from baylock.domain.venue.mall import MerchantSupplement
from baylock.texts.reading.registered_phone import registered_phone
from baylock.texts.reading.texted_phone import country_of, refusal_of
from baylock.usecases.venue.supplement_merchant import SupplementMerchant

pytestmark = pytest.mark.threat(2)

COUNTRIES = ("US", "CN", "FR", "GB", "DE")


def live(world: World) -> list[Order]:
    return [one for one in world.orders.records() if isinstance(one, Order) and one.is_live]


def texting_only(world: World, *countries: str) -> None:
    mall = world.venues.mall(HARBOUR)
    world.venues.save(
        replace(mall, countries=countries, version=mall.version + "+"),
        list(world.venues.merchants(HARBOUR)),
    )


@pytest.mark.parametrize("phone", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_number_exists_so_that_only_its_kind_or_country_tells(phone: str) -> None:
    assert is_valid_number(parse(phone))


@pytest.mark.parametrize("phone", PAID_BY_SOMEBODY.values(), ids=PAID_BY_SOMEBODY.keys())
def test_kind_is_refused_in_a_country_that_gets_texts(phone: str) -> None:
    assert country_of(phone) in COUNTRIES
    assert refusal_of(phone, COUNTRIES) is PhoneRefusal.KIND


@pytest.mark.parametrize("phone", ABROAD.values(), ids=ABROAD.keys())
def test_country_is_the_numbers_own_and_not_its_calling_codes(phone: str) -> None:
    assert refusal_of(phone, COUNTRIES) is not None
    country = country_of(phone)
    if country:
        assert refusal_of(phone, [country]) is None


@pytest.mark.parametrize(
    ("phone", "country"),
    [
        ("+14255550123", "US"),
        ("+8613800138000", "CN"),
        ("+491713920012", "DE"),
        ("+33612345678", "FR"),
        ("+447400123456", "GB"),
        ("+393123456789", "IT"),
        ("+61491570156", "AU"),
        ("+819012345678", "JP"),
        ("+5215512345678", "MX"),
        ("+5491123456789", "AR"),
    ],
)
def test_mobile_phones_of_a_mall_are_accepted(phone: str, country: str) -> None:
    """Also where the numbering plan does not tell them from landlines."""
    number = parse(phone)
    if is_valid_number(number):
        assert refusal_of(phone, [country]) is None
    else:
        assert country == "MX", "the old way to write it, with a 1 that is no longer dialled"


# ── where a phone becomes a booking ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize("phone", HOSTILE.values(), ids=HOSTILE.keys())
def test_no_booking_is_placed(world: World, phone: str) -> None:
    with pytest.raises(PhoneRefused, match="US, CN"):
        world.book(phone=phone)
    assert live(world) == []
    assert world.kept() == set()


@pytest.mark.parametrize("phone", HOSTILE.values(), ids=HOSTILE.keys())
def test_no_booking_is_given_another_drivers_phone(world: World, phone: str) -> None:
    order = world.book()
    with pytest.raises(PhoneRefused):
        world.place(replace(order.booking, phone=phone))
    assert world.order(order) == order


def test_no_phone_slips_in_by_a_booking_that_needs_no_parking(world: World) -> None:
    """Neither one that never had parking, nor one that was cancelled with another phone."""
    order = world.book()
    phone = HOSTILE["premium rate, US"]
    for reference in ("TBL-1", "TBL-2"):
        booking = replace(order.booking, reference=reference, phone=phone)  # type: ignore[arg-type]
        world.place(replace(booking, parking_needed=False))
        with pytest.raises(PhoneRefused):
            world.place(booking)
    world.settle()
    assert world.phones.texts_to(phone) == []


def test_malls_own_country_alone_gets_texts_by_default(world: World) -> None:
    texting_only(world)
    assert world.venues.mall(HARBOUR).texted_countries == ("US",)
    with pytest.raises(PhoneRefused, match="US"):
        world.book(phone="+8613800138000")
    assert world.book().is_live


def test_live_order_of_before_can_still_be_changed_and_cancelled(world: World) -> None:
    order = world.book(phone="+8613800138000")
    texting_only(world, "US")
    moved = replace(order.booking, plate="ABC1234")
    assert world.place(moved).record.booking.plate == "ABC1234"
    world.cancel(NOODLES, "TBL-1")
    assert not world.order(order).is_live
    with pytest.raises(PhoneRefused):
        world.place(moved)


@pytest.mark.parametrize("phone", HOSTILE.values(), ids=HOSTILE.keys())
def test_text_of_a_merchant_is_told_which_countries(world: World, phone: str) -> None:
    assert world.text(NOODLES_PHONE, f"PARK 18:30 {phone}") == "answered: merchant_phone_refused"
    (told,) = world.phones.texts_to(NOODLES_PHONE)
    assert f"..{phone[-4:]}" in told
    assert "US, CN" in told
    assert live(world) == []
    world.text(NOODLES_PHONE, f"PARK 18:30 {DRIVER} ref:A1")
    outcome = world.text(NOODLES_PHONE, f"PARK ref:A1 {phone}")
    assert outcome == "answered: merchant_phone_refused"
    assert world.order(order_id(NOODLES, "A1")).booking.phone == DRIVER
    assert {to for to, _ in world.phones.sent} == {NOODLES_PHONE, DRIVER}


# ── before a text is sent ────────────────────────────────────────────────────────────────────────


def test_no_text_leaves_to_a_driver_whose_country_no_longer_gets_them(world: World) -> None:
    order = world.book(phone="+8613800138000")
    texting_only(world, "US")
    outcome = world.send.notice(order.id, 1, Notice.DRIVER_RESERVED)
    assert outcome == "not sent: refused: country"
    assert world.order(order).notes.unreachable is Unreachable.REFUSED
    world.message_log.record_reply("in-1", Reply("+8613800138000", "driver_where", "en", order.id))
    assert world.send.answer("in-1") == "not sent: refused: country"
    assert world.phones.sent == []


@pytest.mark.parametrize("phone", PAID_BY_SOMEBODY.values(), ids=PAID_BY_SOMEBODY.keys())
def test_no_text_leaves_to_a_number_that_was_stored_before_it_was_refused(
    world: World, phone: str
) -> None:
    order = world.book()
    old = replace(order, booking=replace(order.booking, phone=phone), version=2)
    world.orders.change(order, old)
    assert world.send.notice(order.id, 2, Notice.DRIVER_RESERVED) == "not sent: refused: kind"
    assert world.message_log.orders_texted_to(phone) == []
    assert world.phones.sent == []


@pytest.mark.parametrize("name", ["premium rate, US", "Latvia", "satellite, Iridium"])
def test_no_alarm_and_no_reply_leaves_to_a_number_that_costs(world: World, name: str) -> None:
    phone = HOSTILE[name]
    mall = replace(world.venues.mall(HARBOUR), phone=phone, version="2")
    shops = [
        replace(one, phone=phone if one.ref == NOODLES.merchant else None)
        for one in world.venues.merchants(HARBOUR)
    ]
    world.venues.save(mall, shops)
    order = world.held()
    world.lock_says(order.claim.space.space, fault=Fault.JAMMED, order=order)
    reply = Reply(phone, "merchant_help", facts={"example_phone": "1"}, merchant=NOODLES)
    world.message_log.record_reply("in-1", reply)
    assert world.send.answer("in-1").startswith("not sent: refused")
    world.settle()
    assert world.phones.texts_to(phone) == []


def test_text_that_costs_more_than_any_may_is_not_sent(world: World) -> None:
    order = world.book()
    dear = replace(world.send, max_usd="0.01")
    outcome = dear.notice(order.id, 1, Notice.DRIVER_RESERVED)
    assert outcome == "not sent: refused: price"
    assert world.phones.sent == []


# ── what operators register ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", [*ABROAD, "premium rate, US", "pager, GB", "premium rate, FR"])
def test_no_merchant_and_no_mall_registers_a_number_that_costs(name: str) -> None:
    read = registered_phone(HOSTILE[name], "US", COUNTRIES)
    assert read.phone is None
    assert read.refusal is not None
    assert "texts" in read.problem(COUNTRIES)
    both = registered_phone(f"{HOSTILE[name]};{MALL_PHONE}", "US", COUNTRIES)
    assert both.phone == MALL_PHONE


def test_a_text_enabled_landline_can_be_registered() -> None:
    assert registered_phone("+86 755 5550 0107", "CN", ["CN"]).phone == "+8675555500107"


def test_supplement_says_why_a_phone_is_not_registered(world: World) -> None:
    supplement = SupplementMerchant(world.venues, world.plans, world.clock)
    mall = world.venues.mall(HARBOUR)
    for name, why in (("premium rate, US", "premium rate"), ("Latvia", "US, CN")):
        own = MerchantSupplement(NOODLES.merchant, phone=HOSTILE[name])
        with pytest.raises(InvalidSupplement, match=why):
            supplement(mall, own)


# ── sandboxes ────────────────────────────────────────────────────────────────────────────────────


def test_sandbox_has_the_rules_of_its_mall_and_its_own_phones_besides(world: World) -> None:
    texting_only(world, "CN")
    world.mall = world.venues.mall(HARBOUR)
    sandbox = Sandbox(world)
    with pytest.raises(PhoneRefused, match="CN"):
        sandbox.book(phone="+37121234567")
    for outcome in set(OUTCOMES.values()) - {SandboxOutcome.FULL}:
        assert sandbox.book(outcome, outcome.value).is_live
    assert world.phones.sent == []
