"""The code that a driver sends on arrival."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from tests.fakes.world import World

from baylock.domain.access.key_ring import ring_of
from baylock.domain.booking.booking import Reference
from baylock.domain.driver.code import arrival_code
from baylock.domain.orders.order import Order

ORDER = World().book()


def of(reference: str) -> Order:
    return replace(ORDER, booking=replace(ORDER.booking, reference=Reference(reference)))


@given(st.binary(min_size=1))
def test_code_is_four_digits_and_always_the_same(key: bytes) -> None:
    code = arrival_code(ORDER, ring_of(key))
    assert re.fullmatch(r"\d{4}", code)
    assert arrival_code(ORDER, ring_of(key)) == code


def test_codes_differ_by_order_and_by_key_and_are_spread_evenly() -> None:
    codes = Counter(arrival_code(of(str(n)), ring_of(b"key")) for n in range(20_000))
    assert len(codes) > 8_000
    assert max(codes.values()) < 15
    assert len({arrival_code(ORDER, ring_of(bytes([n]))) for n in range(50)}) > 40
