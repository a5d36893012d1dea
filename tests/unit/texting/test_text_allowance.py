"""What texts may cost: of a number, a range of numbers, a merchant, a mall, and all of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.fakes.mall import (
    CINEMA,
    DRIVER,
    HARBOUR,
    NOODLES,
    NOODLES_PHONE,
    NOON,
    Watch,
)
from tests.fakes.texts import FakeMessageLog
from tests.fakes.world import World

from baylock.domain.booking.booking import Channel
from baylock.domain.errors import Busy, Unreachable
from baylock.domain.orders.notice import Notice
from baylock.domain.texting.allowance import (
    MAX_HINTS_TO_DRIVER,
    MAX_OTHER_TEXTS_TO_DRIVER,
    MAX_TEXTS_BY_FORMS,
    MAX_TEXTS_BY_FORMS_OF_ALL,
    MAX_TEXTS_FROM_DRIVER,
    MAX_TEXTS_TO_DRIVER,
    MAX_TEXTS_TO_DRIVER_OF_ALL,
    MERCHANT_SHARE,
    OTHER_SHARE,
    PREFIX_USD,
    PREFIX_USD_BY_FORMS,
    Charge,
    Outgoing,
    Purpose,
    Quota,
    Spending,
    accounts,
)
from baylock.domain.texting.prices import MICROS, UNKNOWN, TextPrices, micros
from baylock.domain.venue.mall import TEXTS_USD_A_DAY, MallRef, MerchantId, MerchantRef
from baylock.texts.writing.kinds import TextKind
from baylock.usecases.texting.text_allowance import TextAllowance

pytestmark = pytest.mark.threat(2)

AIRPORT = MallRef("airport")
KIOSK = MerchantId(AIRPORT, MerchantRef("kiosk"))
CENT = MICROS // 100


@pytest.fixture
def clock() -> Watch:
    return Watch()


@pytest.fixture
def allowance(clock: Watch) -> TextAllowance:
    return TextAllowance(FakeMessageLog(clock), clock)


def text(phone: str = DRIVER, who: MerchantId | None = NOODLES, **changes: object) -> Outgoing:
    outgoing = Outgoing(
        phone=phone,
        segments=1,
        price=CENT,
        purpose=Purpose.PROMISE,
        to_driver=True,
        mall=who.mall if who else None,
        merchant=who,
    )
    return replace(outgoing, **changes)  # type: ignore[arg-type]


def spent(allowance: TextAllowance, outgoing: Outgoing, most: int = 100_000) -> tuple[int, Quota]:
    """Send a text until it is held back; returns how often it left, and what was used up."""
    for left in range(most):
        if quota := allowance.spend(outgoing):
            return left, quota
    raise AssertionError("never held back")


def numbers(prefix: str = "+1206555") -> list[str]:
    return [f"{prefix}{n:04}" for n in range(1_000)]


# ── a number ─────────────────────────────────────────────────────────────────────────────────────


def test_answers_leave_a_number_its_notices(allowance: TextAllowance) -> None:
    assert spent(allowance, text(purpose=Purpose.OTHER)) == (
        MAX_OTHER_TEXTS_TO_DRIVER,
        Quota.NUMBER,
    )
    left = MAX_TEXTS_TO_DRIVER - MAX_OTHER_TEXTS_TO_DRIVER
    assert spent(allowance, text()) == (left, Quota.NUMBER)


def test_no_mall_uses_up_what_another_may_send_to_a_number(allowance: TextAllowance) -> None:
    spent(allowance, text())
    assert spent(allowance, text(who=KIOSK)) == (MAX_TEXTS_TO_DRIVER, Quota.NUMBER)


def test_all_malls_together_send_a_number_no_more_than_this(allowance: TextAllowance) -> None:
    malls = [MerchantId(MallRef(f"mall {n}"), MerchantRef("shop")) for n in range(5)]
    assert sum(spent(allowance, text(who=who))[0] for who in malls) == MAX_TEXTS_TO_DRIVER_OF_ALL


def test_long_and_dear_texts_count_as_what_they_cost(allowance: TextAllowance) -> None:
    assert spent(allowance, text(segments=2)) == (MAX_TEXTS_TO_DRIVER // 2, Quota.NUMBER)
    other = "+37121234567"
    assert spent(allowance, text(other, price=UNKNOWN))[0] == 5 * MICROS // UNKNOWN


# ── public forms ─────────────────────────────────────────────────────────────────────────────────


def test_stranger_gets_few_texts_from_all_forms_of_all_malls(allowance: TextAllowance) -> None:
    malls = [NOODLES, CINEMA, KIOSK, MerchantId(MallRef("pier"), MerchantRef("cafe"))]
    sent = [allowance.spend(text(who=who, purpose=Purpose.FORM)) for who in malls * 10]
    assert sent.count(None) == MAX_TEXTS_BY_FORMS_OF_ALL
    assert set(sent) == {None, Quota.FORMS}
    assert allowance.spend(text()) is None, "a booking that the merchant made itself"


def test_form_of_one_mall_leaves_a_number_texts_of_another(allowance: TextAllowance) -> None:
    form = text(purpose=Purpose.FORM)
    assert spent(allowance, form) == (MAX_TEXTS_BY_FORMS, Quota.FORMS)
    assert allowance.spend(text(who=KIOSK, purpose=Purpose.FORM)) is None


def form_texts(world: World, phone: str = DRIVER, bookings: int = 20) -> int:
    before = len(world.phones.texts_to(phone))
    for n in range(bookings):
        merchant = (NOODLES, CINEMA)[n % 2]
        order = world.book(f"F-{n}", merchant=merchant, channel=Channel.FORM, phone=phone)
        world.settle()
        world.cancel(merchant, order.booking.reference)
        world.settle()
    return len(world.phones.texts_to(phone)) - before


@pytest.mark.parametrize("link_base", ["", "https://park.example"])
def test_bombed_phone_gets_few_texts_with_their_links(link_base: str) -> None:
    assert form_texts(World(link_base=link_base)) == MAX_TEXTS_BY_FORMS


def test_driver_who_answers_is_no_stranger(world: World) -> None:
    order = world.book("MINE", channel=Channel.FORM)
    world.settle()
    world.text(DRIVER, "MORE 15")
    assert form_texts(world) < MAX_TEXTS_BY_FORMS
    world.place(replace(world.order(order).booking, service_time=NOON + timedelta(hours=5)))
    world.settle()
    assert world.last_text_to(DRIVER).startswith("Changed")


def test_busy_day_of_a_driver_is_not_silenced(world: World) -> None:
    """Five bookings by forms, each with its space and a code that is used."""
    for n in range(5):
        order = world.arrived(f"F-{n}", channel=Channel.FORM)
        assert world.code(order) in "".join(world.phones.texts_to(DRIVER)), n
        world.leave(order.id, f"left-{n}")
        world.settle()
        world.clock.forward(minutes=30)
    assert world.order(order).notes.unreachable is None


def test_attackers_own_answer_is_no_word_of_the_next_phone(world: World) -> None:
    """Who books for themselves, answers, and then enters another's phone is a stranger to that."""
    victim = "+14255550177"
    for n in range(20):
        own = f"+1206555{n:04}"
        order = world.book(f"F-{n}", channel=Channel.FORM, phone=own)
        world.settle()
        world.text(own, "MORE 15")
        world.place(replace(world.order(order).booking, phone=victim))
        world.settle()
        world.cancel(NOODLES, order.booking.reference)
        world.settle()
    assert len(world.phones.texts_to(victim)) <= MAX_TEXTS_BY_FORMS


# ── a range of numbers ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("purpose", "usd"), [(Purpose.PROMISE, PREFIX_USD), (Purpose.FORM, PREFIX_USD_BY_FORMS)]
)
def test_range_of_numbers_can_not_be_pumped(
    allowance: TextAllowance, clock: Watch, purpose: Purpose, usd: int
) -> None:
    quotas = [allowance.spend(text(phone, purpose=purpose)) for phone in 2 * numbers()]
    assert quotas.count(None) == usd * 100
    assert set(quotas) == {None, Quota.PREFIX}
    assert allowance.spend(text("+12065551000", purpose=purpose)) is None, "the next range"
    same = numbers()[-1]
    assert allowance.spend(text(same, purpose=Purpose.OTHER)) is None, "an answer"
    assert allowance.spend(text(same, KIOSK, purpose=purpose)) is None, "another mall's"
    clock.forward(hours=1)
    assert allowance.spend(text(same, purpose=purpose)) is None


def test_dear_range_is_stopped_earlier(allowance: TextAllowance) -> None:
    quotas = [allowance.spend(text(phone, price=UNKNOWN)) for phone in numbers()[:200]]
    assert quotas.count(None) == PREFIX_USD * MICROS // UNKNOWN


# ── a merchant, a mall, the account ──────────────────────────────────────────────────────────────


def everybody(**changes: object) -> list[Outgoing]:
    """Texts to people with nothing in common but the mall that pays."""
    return [text(f"+1{n:06}0123", **changes) for n in range(200_000, 212_000)]  # type: ignore[arg-type]


def left(allowance: TextAllowance, texts: list[Outgoing]) -> tuple[int, Quota]:
    for n, outgoing in enumerate(texts):
        if quota := allowance.spend(outgoing):
            return n, quota
    raise AssertionError("never held back")


def test_answers_leave_a_merchant_and_a_mall_their_notices(allowance: TextAllowance) -> None:
    merchants = int(TEXTS_USD_A_DAY * 100 * MERCHANT_SHARE)
    answers = everybody(purpose=Purpose.OTHER)
    assert left(allowance, answers) == (merchants * OTHER_SHARE, Quota.MERCHANT)
    for n in range(3):
        more = MerchantId(HARBOUR, MerchantRef(f"more {n}"))
        left(allowance, everybody(who=more, purpose=Purpose.OTHER))
    _, used_up = left(allowance, everybody(who=CINEMA, purpose=Purpose.OTHER))
    assert used_up is Quota.MALL
    assert allowance.spend(text("+12125550123")) is None
    assert allowance.spend(text("+12125550124", CINEMA)) is None


def test_forms_leave_a_merchant_its_own_bookings(allowance: TextAllowance) -> None:
    assert left(allowance, everybody(purpose=Purpose.FORM))[1] is Quota.MERCHANT
    assert allowance.spend(text("+12125550123")) is None


def test_no_mall_uses_up_anothers_money(allowance: TextAllowance) -> None:
    for n in range(4):
        left(allowance, everybody(who=MerchantId(HARBOUR, MerchantRef(f"shop {n}"))))
    assert allowance.spend(text("+12125550123", CINEMA)) is Quota.MALL
    assert allowance.spend(text("+12125550123", KIOSK)) is None


@pytest.mark.parametrize(
    ("one", "other"), [(("a", "b/c"), ("a/b", "c")), (("a", "b#c"), ("a#b", "c"))]
)
def test_refs_with_separators_share_no_counts(one: tuple[str, str], other: tuple[str, str]) -> None:
    def keys(mall: str, merchant: str) -> set[str]:
        who = MerchantId(MallRef(mall), MerchantRef(merchant))
        return {account.key for account in accounts(text(who=who), NOON)[1:]}

    assert not keys(*one) & keys(*other)


def test_account_is_the_last_line(clock: Watch) -> None:
    """Within a dollar for each mall: malls report whole dollars, to spare a write for each text."""
    log = FakeMessageLog(clock)
    allowance = TextAllowance(log, clock, account_usd=30)
    sent, used_up = left(allowance, everybody(purpose=Purpose.OTHER, mall_usd=1_000))
    assert used_up is Quota.ACCOUNT
    assert 24 * 100 <= sent < 25 * 100
    more, used_up = left(allowance, everybody(who=CINEMA, mall_usd=1_000))
    assert used_up is Quota.ACCOUNT, "the reserve of notices is used up too"
    assert 30 * 100 <= sent + more < 31 * 100
    elsewhere, used_up = left(allowance, everybody(who=KIOSK, mall_usd=1_000))
    assert (elsewhere, used_up) == (99, Quota.ACCOUNT)
    clock.forward(days=1)
    assert allowance.spend(text()) is None


def test_text_that_did_not_leave_costs_nobody_anything(clock: Watch) -> None:
    """Also where it was the one that reported a dollar, however often it is tried again."""
    log = FakeMessageLog(clock)
    allowance = TextAllowance(log, clock, account_usd=3)
    for outgoing in everybody(mall_usd=1_000)[:250]:
        for _ in range(3):
            assert allowance.spend(outgoing) is None
            allowance.refund(outgoing)
        assert allowance.spend(outgoing) is None
    dollar = Charge("all", MICROS, 0, Quota.ACCOUNT)
    assert log.refund("account", [dollar])["all"] == MICROS, "two were reported"


def test_text_costs_three_writes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A number, its range and its hour are one item; the account has a write a dollar."""
    written: list[str] = []
    spend = world.message_log.spend

    def noted(whose: str, charges: Sequence[Charge]) -> Spending:
        written.append(whose)
        return spend(whose, charges)

    monkeypatch.setattr(world.message_log, "spend", noted)
    order = world.book()
    assert world.send.notice(order.id, 1, Notice.DRIVER_RESERVED) == "sent"
    assert [key.split("#")[0] for key in written] == ["range", "merchant", "mall"]


# ── through the use cases ────────────────────────────────────────────────────────────────────────


def test_flood_of_answers_leaves_the_notice_of_the_place(world: World) -> None:
    order = world.book()
    world.settle()
    for _ in range(MAX_TEXTS_FROM_DRIVER + 5):
        world.text(DRIVER, "WHERE")
    assert len(world.phones.texts_to(DRIVER)) == 1 + MAX_OTHER_TEXTS_TO_DRIVER
    world.place(replace(order.booking, service_time=NOON + timedelta(hours=5)))
    world.settle()
    assert world.last_text_to(DRIVER).startswith("Changed")
    assert world.order(order).notes.unreachable is None


def test_what_is_held_back_is_told_once_a_day(world: World) -> None:
    mall = world.venues.mall(HARBOUR)
    poor = replace(mall, texts_usd_a_day=1, version="2")
    world.venues.save(poor, list(world.venues.merchants(HARBOUR)))
    for n in range(40):
        world.book(f"F-{n}", channel=Channel.FORM, phone=f"+14255{n:02}0123")
        world.settle()
        world.cancel(NOODLES, f"F-{n}")
    (told,) = world.phones.texts_to(NOODLES_PHONE)
    assert "no texts today" in told
    world.clock.forward(days=1)
    for n in range(40):
        world.book(f"G-{n}", channel=Channel.FORM, phone=f"+14255{n:02}0123")
        world.settle()
        world.cancel(NOODLES, f"G-{n}")
    assert len(world.phones.texts_to(NOODLES_PHONE)) == 2


@pytest.mark.parametrize("minutes", [0, 58, 60 * 4 + 58, 60 * 12 - 2])
def test_robot_gets_three_hints_also_across_the_end_of_an_hour_or_day(
    world: World, minutes: int
) -> None:
    world.clock.forward(minutes=minutes)
    world.book()
    world.settle()
    before = len(world.phones.texts_to(DRIVER))
    for _ in range(12):
        world.text(DRIVER, "I am driving and will answer later.")
        world.clock.forward(seconds=20)
    assert len(world.phones.texts_to(DRIVER)) - before == MAX_HINTS_TO_DRIVER[0]


def test_replies_are_on_account_of_whom_they_are_for(world: World) -> None:
    world.book()
    world.settle()
    for n, (sender, body) in enumerate(
        [(NOODLES_PHONE, "HELP"), (DRIVER, "HELP"), (DRIVER, "WHERE"), (NOODLES_PHONE, "what?")]
    ):
        world.text(sender, body, id_=f"m-{n}")
        reply = world.message_log.reply(f"m-{n}")
        assert reply
        assert reply.merchant == NOODLES


# ── prices ───────────────────────────────────────────────────────────────────────────────────────


def test_operators_prices_go_before_the_table() -> None:
    prices = TextPrices.parse("DE=0.11 PE=0.24 SM=0.02")
    assert [prices.of(country) for country in ("DE", "PE", "SM")] == [110_000, 240_000, 20_000]
    assert TextPrices.parse("").of("US") == 12_000
    assert TextPrices().of("SM") == TextPrices().of(None) == UNKNOWN


def test_unknown_country_is_dearer_than_all_others() -> None:
    table: Mapping[str, object] = {"US": 0, "CN": 0, "DE": 0, "ID": 0, "PE": 0}
    assert all(TextPrices().of(country) < UNKNOWN for country in table)


@pytest.mark.parametrize("written", ["x", "-1", "NaN", "Infinity", "1,5"])
def test_what_is_no_price_is_an_error(written: str) -> None:
    with pytest.raises(ValueError, match=re.escape(written)):
        micros(written)


def test_carriers_failure_costs_nothing(world: World) -> None:
    order = world.book()
    world.phones.failures = 3 * MAX_TEXTS_TO_DRIVER
    for _ in range(3 * MAX_TEXTS_TO_DRIVER):
        with pytest.raises(Busy):
            world.send.notice(order.id, 1, Notice.DRIVER_RESERVED)
    assert world.send.notice(order.id, 1, Notice.DRIVER_RESERVED) == "sent"
    assert world.order(order).notes.unreachable in {None, Unreachable.REFUSED}


def test_every_notice_to_a_driver_of_a_form_counts_as_such(world: World) -> None:
    from baylock.usecases.texting.purpose import purpose_of

    order = world.book(channel=Channel.FORM)
    kinds = [TextKind(notice.value) for notice in Notice if notice.startswith("driver")]
    assert {purpose_of(kind, order) for kind in kinds} == {Purpose.FORM}
    assert purpose_of(TextKind.DRIVER_WHERE, None) is Purpose.OTHER


# ── answers about a cancellation ─────────────────────────────────────────────────────────────────


def test_questions_about_a_pending_cancellation_leave_the_driver_notices(world: World) -> None:
    """`DROP` and then `WHERE` for ever, in the driver's name: no answer spends the reserve."""
    order = world.book()
    world.settle()
    assert world.text(DRIVER, "DROP") == "answered: driver_dropping"
    for number in range(MAX_TEXTS_FROM_DRIVER - 2):
        world.text(DRIVER, "DROP" if number % 2 else "WHERE")
    world.place(replace(order.booking, service_time=NOON + timedelta(hours=5)))
    world.settle()
    assert world.last_text_to(DRIVER).startswith("Changed")


def test_cancellation_that_is_sent_again_and_again_leaves_the_merchant_notices(
    world: World,
) -> None:
    order = world.book()
    for number in range(30):
        world.text(NOODLES_PHONE, "NOPARK ref:TBL-1")
        world.clock.forward(seconds=1)
        assert world.order(order).cancelling, number
    sent, answers = (
        sum(count for (_, name, _), count in world.message_log._counts.items() if mark in name)
        for mark in (f"n{NOODLES_PHONE[-3:]}:", f"o{NOODLES_PHONE[-3:]}:")
    )
    assert (sent, answers) == (30, 29), "the first tells of it"
