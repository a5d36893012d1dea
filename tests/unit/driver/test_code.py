"""The code that a driver sends on arrival."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes.keys import order_id
from tests.fakes.mall import NOODLES, NOON
from tests.fakes.world import World

from baylock.domain.access.key_ring import COUNTS_AFTER, ring_of
from baylock.domain.booking.booking import OrderId, Reference
from baylock.domain.driver.code import arrival_code
from baylock.domain.orders.order import Order
from baylock.domain.orders.state import Reason

ORDER = World().book()


def of(reference: str) -> Order:
    booking = replace(ORDER.booking, reference=Reference(reference))
    return replace(ORDER, id=order_id(NOODLES, reference), booking=booking)


@given(st.binary(min_size=1))
def test_code_is_four_digits_and_always_the_same(key: bytes) -> None:
    code = arrival_code(ORDER, ring_of(key))
    assert re.fullmatch(r"\d{4}", code)
    assert arrival_code(ORDER, ring_of(key)) == code


@pytest.mark.threat(4)
def test_code_belongs_to_a_life_of_an_order_and_to_a_phone() -> None:
    others = [
        replace(ORDER, id=OrderId("ord_aaaaaaaaaaaa")),
        replace(ORDER, booking=replace(ORDER.booking, phone="+14255550188")),
        replace(ORDER, promise=replace(ORDER.promise, created_at=NOON + timedelta(seconds=1))),
    ]
    codes = [
        {arrival_code(one, ring_of(bytes([n]))) for n in range(50)} for one in (ORDER, *others)
    ]
    assert all(len(codes[0] & other) < 5 for other in codes[1:])
    same = replace(ORDER, version=7, booking=replace(ORDER.booking, plate="7ABC123"))
    assert arrival_code(same, ring_of(b"key")) == arrival_code(ORDER, ring_of(b"key"))


@pytest.mark.threat(4)
def test_code_that_was_told_before_an_upgrade_stays_until_another_has_the_booking() -> None:
    world = World()
    early = replace(world.book(), promise=replace(world.book().promise, early_code=True))
    ring = ring_of(b"a secret of version 0.1")
    digest = hmac.digest(b"a secret of version 0.1", early.id.encode(), hashlib.sha256)
    assert arrival_code(early, ring) == f"{int.from_bytes(digest[:8]) % 10_000:04}"
    world.orders._records[early.id] = early
    assert world.book(plate="7ABC123").promise.early_code
    assert not world.book(phone="+14255550188").promise.early_code
    world.cancel(NOODLES, "TBL-1")
    world.orders._records[early.id] = replace(early, version=4).cancel(Reason.DRIVER, NOON)
    assert not world.book(plate="2ABC123").promise.early_code


@pytest.mark.threat(10)
def test_code_from_before_a_rotation_stays() -> None:
    old = ring_of(b"old", NOON - timedelta(days=9))
    rotated = old.rotate(b"new", NOON)
    assert arrival_code(ORDER, rotated) == arrival_code(ORDER, old)
    later = replace(ORDER, promise=replace(ORDER.promise, created_at=NOON + COUNTS_AFTER))
    assert arrival_code(later, rotated) == arrival_code(later, ring_of(b"new"))


def test_codes_differ_by_order_and_by_key_and_are_spread_evenly() -> None:
    codes = Counter(arrival_code(of(str(n)), ring_of(b"key")) for n in range(20_000))
    assert len(codes) > 8_000
    assert max(codes.values()) < 15
    assert len({arrival_code(ORDER, ring_of(bytes([n]))) for n in range(50)}) > 40
