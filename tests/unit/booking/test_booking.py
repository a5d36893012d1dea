"""The id of an order."""

from __future__ import annotations

import re
from base64 import b32encode

from hypothesis import given
from hypothesis import strategies as st
from tests.fakes.mall import CINEMA, NOODLES, NOON

from baylock.domain.booking.booking import Booking, OrderId, Reference, order_id, order_tag
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


def test_booking_knows_its_orders_id() -> None:
    booking = Booking(NOODLES, Reference("TBL-1"), NOON, phone="+14255550123")
    assert booking.order_id == order_id(NOODLES, "TBL-1")
