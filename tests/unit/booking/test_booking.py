"""The id of an order."""

from __future__ import annotations

import re
from base64 import b32encode
from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes.keys import order_id
from tests.fakes.mall import CINEMA, NOODLES, NOON

from baylock.domain.access.key_ring import ring_of
from baylock.domain.booking.booking import OrderId, order_tag
from baylock.domain.booking.order_ids import (
    PROBES,
    UNKEYED,
    UPGRADE_SEEN_WITHIN,
    keys_of_ids,
    order_ids,
)
from baylock.domain.venue.mall import MallRef, MerchantId, MerchantRef

refs = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20)


@given(refs, refs, refs)
def test_id_follows_from_mall_merchant_and_reference(mall: str, merchant: str, ref: str) -> None:
    who = MerchantId(MallRef(mall), MerchantRef(merchant))
    first = order_id(who, ref)
    assert first == order_id(who, ref)
    assert re.fullmatch(r"ord_[a-z2-7]{12}", first)
    assert len(order_tag(first)) == 7


@given(refs)
def test_others_have_other_ids(ref: str) -> None:
    assert order_id(NOODLES, ref) != order_id(CINEMA, ref)
    assert order_id(NOODLES, ref) != order_id(NOODLES, ref + "1")


def test_names_that_run_together_stay_apart() -> None:
    def named(mall: str, merchant: str) -> MerchantId:
        return MerchantId(MallRef(mall), MerchantRef(merchant))

    assert order_id(named("a", "bc"), "d") != order_id(named("ab", "c"), "d")


@given(st.binary(min_size=7, max_size=7))
def test_tag_is_what_the_id_is_made_of(tag: bytes) -> None:
    written = OrderId("ord_" + b32encode(tag).decode().rstrip("=").lower())
    assert order_tag(written) == tag


@pytest.mark.threat(1)
def test_id_cannot_be_computed_without_the_key() -> None:
    ids = {next(order_ids(key, NOODLES, "TBL-1")) for key in (b"one", b"other", UNKEYED)}
    assert len(ids) == 3


@pytest.mark.threat(1)
def test_no_two_bookings_share_a_name_whatever_separators_their_parts_hold() -> None:
    parts = ("a", "b", "a\0b", "\0", "a/b", "/", "a\0", "\0b", "1", "0")
    named = [
        (MerchantId(MallRef(mall), MerchantRef(merchant)), reference)
        for mall, merchant, reference in product(parts, repeat=3)
    ]
    assert len({one for who, ref in named for one in order_ids(b"key", who, ref)}) == (
        len(named) * PROBES
    )


def test_ids_without_a_key_are_those_of_earlier_versions() -> None:
    assert list(order_ids(UNKEYED, NOODLES, "TBL-1")) == ["ord_kvonjz6tkaxa"]


def test_ids_without_a_key_count_where_the_stack_was_upgraded_and_cost_others_a_day() -> None:
    ring = ring_of(b"key", NOON)
    day = UPGRADE_SEEN_WITHIN
    assert keys_of_ids(ring, NOON + day - timedelta(minutes=1)) == (b"key", UNKEYED)
    assert keys_of_ids(ring, NOON + day) == (b"key",)
    assert keys_of_ids(ring.adopt(UNKEYED), NOON) == (b"key", UNKEYED)
    assert keys_of_ids(ring.adopt(UNKEYED), NOON + 90 * day) == (b"key", UNKEYED)
