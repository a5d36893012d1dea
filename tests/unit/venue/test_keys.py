"""Refs are joined into keys that name one thing each, whatever characters the refs hold."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baylock.adapters.dynamodb.zones import lot_day_key, out_key
from baylock.domain.venue.keys import (
    lot_key,
    lot_of_key,
    merchant_key,
    phone_key,
    quoted_merchant_key,
    space_key,
)
from baylock.domain.venue.mall import LotRef, MallRef, MerchantId, MerchantRef, SpaceRef, Tenancy

pytestmark = pytest.mark.threat(11)

REFS = st.text(alphabet="ab/#%@2F50-é", min_size=1, max_size=8)
TENANCIES = st.just("") | st.text(alphabet="0123456789abcdef", min_size=16, max_size=16)
MERCHANTS = st.builds(
    lambda mall, ref, tenancy: MerchantId(MallRef(mall), MerchantRef(ref), Tenancy(tenancy)),
    REFS,
    REFS,
    TENANCIES,
)


@given(one=MERCHANTS, other=MERCHANTS)
def test_two_merchants_never_have_one_key(one: MerchantId, other: MerchantId) -> None:
    for key in (merchant_key, quoted_merchant_key, lambda who: who.named):
        assert (key(one) == key(other)) == (one == other)


@given(mall=REFS, rest=REFS, cut=st.integers(min_value=0, max_value=8))
def test_a_slash_may_be_on_either_side(mall: str, rest: str, cut: int) -> None:
    """The pairs that met: the same text, cut in two at another place."""
    whole = f"{mall}/{rest}"
    places = [
        at for at, letter in enumerate(whole) if letter == "/" and whole[:at] and whole[at + 1 :]
    ]
    pairs = {(whole[:at], whole[at + 1 :]) for at in places}
    merchants = {MerchantId(MallRef(first), MerchantRef(last)) for first, last in pairs}
    assert len({merchant_key(who) for who in merchants}) == len(merchants)
    lots = {lot_key(MallRef(first), LotRef(last)) for first, last in pairs}
    assert len(lots) == len(pairs)
    phones = {phone_key(MallRef(first), last) for first, last in pairs}
    assert len(phones) == len(pairs)
    spaces = {space_key(LotRef(first), SpaceRef(last)) for first, last in pairs}
    assert len(spaces) == len(pairs)
    days = [date(2026, 12, 1), date(2026, 12, 2)]
    keys = {lot_day_key(MallRef(a), LotRef(b), day) for a, b in pairs for day in days}
    keys |= {out_key(MallRef(a), LotRef(b))["pk"]["S"] for a, b in pairs}
    assert len(keys) == 3 * len(pairs)


@given(mall=REFS, lot=REFS)
def test_a_lot_is_read_from_its_key(mall: str, lot: str) -> None:
    assert lot_of_key(lot_key(MallRef(mall), LotRef(lot))) == (mall, lot)


@pytest.mark.parametrize(
    ("mall", "ref"), [("harbour", "M07"), ("ifc-2", "L1/12"), ("海港城", "一楼 3#"), ("a.b", "50%")]
)
def test_usual_refs_have_the_keys_that_they_always_had(mall: str, ref: str) -> None:
    """What is stored is found again after an upgrade."""
    assert merchant_key(MerchantId(MallRef(mall), MerchantRef(ref))) == f"{mall}/{ref}"
    assert lot_key(MallRef(mall), LotRef(ref)) == f"{mall}/{ref}"


def test_two_malls_whose_refs_contain_the_separator_share_nothing() -> None:
    one = MerchantId(MallRef("a/b"), MerchantRef("c"))
    other = MerchantId(MallRef("a"), MerchantRef("b/c"))
    assert merchant_key(one) != merchant_key(other)
    assert merchant_key(other) == "a/b/c"
