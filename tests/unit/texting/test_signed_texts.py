"""Texts with a signature under them, and merchants whose texts must have one."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace

import pytest
from tests.fakes.keys import key_of, order_id
from tests.fakes.mall import CINEMA, DRIVER, NOODLES, NOODLES_PHONE
from tests.fakes.world import OWN_NUMBER, World

from baylock.domain.access.key_ring import Purpose
from baylock.domain.errors import Busy
from baylock.domain.texting.inbound_text import InboundText
from baylock.domain.texting.signature import TextKey, signature, signed, text_key
from baylock.domain.venue.mall import MerchantId

pytestmark = pytest.mark.threat(3)

PLATFORM_KEY = key_of(Purpose.TEXT_KEYS)
PARK = f"PARK 18:30 {DRIVER} ref:TBL-1"
KEY = text_key(NOODLES, 1, PLATFORM_KEY)


@pytest.fixture
def strict(world: World) -> World:
    world.signatures.save_text_key(NOODLES, TextKey(demanded=True))
    return world


def booked(world: World) -> bool:
    return world.orders.find(order_id(NOODLES, "TBL-1")) is not None


def test_signed_text_books(strict: World) -> None:
    assert strict.text(NOODLES_PHONE, signed(PARK, KEY)) == "answered: merchant_booked"


@pytest.mark.parametrize("text", [PARK, "NOPARK ref:TBL-1"])
def test_unsigned_text_changes_nothing_where_signatures_are_demanded(
    strict: World, text: str
) -> None:
    assert strict.text(NOODLES_PHONE, text) == "answered: merchant_unsigned"
    assert not booked(strict)


def test_unsigned_text_books_where_they_are_not(world: World) -> None:
    assert world.text(NOODLES_PHONE, PARK) == "answered: merchant_booked"


@pytest.mark.parametrize(
    "text",
    [
        f"{PARK} *ABCDEFGH",
        signed(PARK, text_key(CINEMA, 1, PLATFORM_KEY)),
        signed(PARK, text_key(NOODLES, 2, PLATFORM_KEY)),
        signed(PARK, text_key(NOODLES, 1, b"another platform's")),
        signed(PARK, KEY).replace("18:30", "19:30"),
        signed(PARK, KEY).replace("PARK", "NOPARK"),
    ],
)
@pytest.mark.parametrize("demanded", [True, False])
def test_wrong_signature_changes_nothing(world: World, text: str, demanded: bool) -> None:
    world.signatures.save_text_key(NOODLES, TextKey(demanded=demanded))
    assert world.text(NOODLES_PHONE, text) == "answered: merchant_bad_signature"
    assert world.orders.records() == []


def test_replayed_text_changes_nothing(strict: World) -> None:
    later = signed("PARK ref:TBL-1 19:15", KEY)
    strict.text(NOODLES_PHONE, signed(PARK, KEY))
    strict.text(NOODLES_PHONE, later)
    strict.text(NOODLES_PHONE, signed("PARK ref:TBL-1 20:30", KEY))
    order = strict.order(order_id(NOODLES, "TBL-1"))
    strict.clock.forward(hours=2)
    assert strict.text(NOODLES_PHONE, later) == "answered: merchant_replayed"
    assert strict.order(order) == order
    strict.clock.forward(days=200)
    assert strict.text(NOODLES_PHONE, signed(PARK, KEY)) == "answered: merchant_replayed"
    assert strict.order(order) == order


def test_replayed_cancellation_changes_nothing(strict: World) -> None:
    strict.text(NOODLES_PHONE, signed(PARK, KEY))
    strict.text(NOODLES_PHONE, signed("NOPARK ref:TBL-1", KEY))
    strict.text(NOODLES_PHONE, signed(f"{PARK} #2", KEY))
    order = strict.order(order_id(NOODLES, "TBL-1"))
    assert order.is_live
    outcome = strict.text(NOODLES_PHONE, signed("NOPARK ref:TBL-1", KEY))
    assert outcome == "answered: merchant_replayed"
    assert strict.order(order) == order


def test_same_words_with_another_number_are_another_text(strict: World) -> None:
    for number in ("", " #2", " #3"):
        outcome = strict.text(NOODLES_PHONE, signed(f"PARK 18:30 {DRIVER}{number}", KEY))
        assert outcome == "answered: merchant_booked"
    assert len(strict.orders.records()) == 1


def test_number_means_nothing_without_a_signature(world: World) -> None:
    assert world.text(NOODLES_PHONE, f"{PARK} #2") == "answered: merchant_unknown_word"


def test_fault_01_same_signed_message_several_times_is_one_booking_and_one_reply(
    strict: World,
) -> None:
    for _ in range(3):
        outcome = strict.text(NOODLES_PHONE, signed(PARK, KEY), id_="in-1")
        assert outcome == "answered: merchant_booked"
    assert len(strict.phones.texts_to(NOODLES_PHONE)) == 1


def test_fault_05_fall_after_the_signature_was_noted(strict: World) -> None:
    strict.effect_queues.failures = 1
    text = InboundText("in-1", NOODLES_PHONE, signed(PARK, KEY), strict.clock.now, OWN_NUMBER)
    with pytest.raises(Busy):
        strict.answer(text)
    strict.message_log._answers.clear()  # it fell before the answer was recorded
    assert strict.answer(text) == "answered: merchant_booked"


def test_text_that_could_not_be_dealt_with_may_be_sent_again(strict: World) -> None:
    def busy() -> None:
        raise Busy

    strict.orders.before["snapshot"] = busy
    text = InboundText("first", NOODLES_PHONE, signed(PARK, KEY), strict.clock.now, OWN_NUMBER)
    with pytest.raises(Busy):
        strict.answer(text)
    strict.answer.give_up(text)
    assert strict.text(NOODLES_PHONE, signed(PARK, KEY)) == "answered: merchant_booked"


def test_older_key_counts_until_it_is_ended(strict: World) -> None:
    counts = TextKey(demanded=True).renew(strict.clock.now)
    strict.signatures.save_text_key(NOODLES, counts)
    new = text_key(NOODLES, 2, PLATFORM_KEY)
    assert strict.text(NOODLES_PHONE, signed(PARK, KEY)) == "answered: merchant_booked"
    outcome = strict.text(NOODLES_PHONE, signed("PARK ref:TBL-1 19:15", new))
    assert outcome == "answered: merchant_changed"
    strict.signatures.save_text_key(NOODLES, counts.end_older())
    outcome = strict.text(NOODLES_PHONE, signed("PARK ref:TBL-1 20:15", KEY))
    assert outcome == "answered: merchant_bad_signature"


def test_questions_and_help_need_no_signature(strict: World) -> None:
    assert strict.text(NOODLES_PHONE, "HELP") == "answered: merchant_help"
    assert strict.text(NOODLES_PHONE, f"PARK 3/4 18:30 {DRIVER}") == "answered: merchant_which_time"
    assert strict.text(NOODLES_PHONE, "STOP") == "done, no answer"


def test_keys_differ_by_merchant_generation_and_platform() -> None:
    other = MerchantId(NOODLES.mall, CINEMA.merchant)
    keys = {
        text_key(NOODLES, 1, PLATFORM_KEY),
        text_key(NOODLES, 2, PLATFORM_KEY),
        text_key(other, 1, PLATFORM_KEY),
        text_key(NOODLES, 1, b"other"),
    }
    assert len(keys) == 4
    assert {len(key) for key in keys} == {32}
    assert text_key(NOODLES, 1, PLATFORM_KEY) == KEY


def test_signature_as_in_the_documentation() -> None:
    """The recipe of docs/texts.md, with openssl where it is installed."""
    key, text = "abcdefghijklmnopqrstuvwxyz234567", "PARK 18:30 13800138000 粤B12345 #7"
    assert signature(text, key) == "BENDLHDJ"
    if shutil.which("openssl") is None:
        pytest.skip("no openssl here")
    recipe = 'printf %s "$T" | openssl dgst -sha256 -hmac "$K" -r | cut -c1-8 | tr 0-9a-f A-P'
    openssl = subprocess.run(
        ["sh", "-c", recipe],
        env={"T": text, "K": key, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert openssl.stdout.strip() == signature(text, key)


def test_merchants_do_not_share_what_was_used(world: World) -> None:
    world.signatures.use(CINEMA, "digest", "in-1")
    assert world.signatures.used_by(NOODLES, "digest") is None
    assert replace(TextKey(), demanded=True) != TextKey()
