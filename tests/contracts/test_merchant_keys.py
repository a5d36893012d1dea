"""The contract of MerchantKeys: the fake of the tests, and DynamoDB."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.fakes.keys import FakeMerchantKeys

from baylock.adapters.dynamodb.keys import DynamoDBMerchantKeys
from baylock.adapters.dynamodb.venues import DynamoDBVenues
from baylock.domain.access.limits import Limits
from baylock.domain.access.merchant_key import MerchantKey
from baylock.domain.venue.mall import MallRef, MerchantId, MerchantRef, Tenancy
from baylock.domain.venue.tenancy import RefHistory
from baylock.ports.access import MerchantKeys

HARBOUR = MallRef("harbour")
NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


@pytest.fixture(params=["fake", "dynamodb"])
def merchant_keys(request: pytest.FixtureRequest) -> MerchantKeys:
    if request.param == "fake":
        return FakeMerchantKeys()
    return DynamoDBMerchantKeys(request.getfixturevalue("tables_made"), "venue")


def a_key(letters: str, merchant: str = "M1", **changes: Any) -> MerchantKey:
    who = MerchantId(HARBOUR, MerchantRef(merchant))
    return MerchantKey(letters * 32, who, frozenset({"orders:read"}), NOON, **changes)


def test_a_key_is_kept_and_may_be_revoked(merchant_keys: MerchantKeys) -> None:
    key = a_key("ab")
    assert merchant_keys.key(key.digest) is None
    merchant_keys.save_key(key)
    assert merchant_keys.key(key.digest) == key
    later = NOON + timedelta(days=1)
    revoked = replace(
        key,
        scopes=frozenset(),
        revoked_at=later,
        test=True,
        note="till 2",
        used_at=later,
        expires_at=later + timedelta(days=365),
        limits=Limits(burst=5, per_minute=1, per_day=100),
    )
    merchant_keys.save_key(revoked)
    assert merchant_keys.key(key.digest) == revoked


def test_the_keys_of_a_mall_are_listed_by_merchant_and_oldest_first(
    merchant_keys: MerchantKeys,
) -> None:
    second, first = a_key("a1"), replace(a_key("b2"), created_at=NOON - timedelta(days=1))
    others = a_key("c3", "M0", revoked_at=NOON)
    for key in (second, first, others):
        merchant_keys.save_key(key)
        merchant_keys.save_key(key)
    merchant_keys.save_key(
        replace(a_key("d4"), merchant=MerchantId(MallRef("airport"), MerchantRef("M")))
    )
    assert merchant_keys.keys_of(HARBOUR) == [others, first, second]
    assert merchant_keys.keys_of(MallRef("nowhere")) == []


def test_a_mall_may_have_more_keys_than_one_read_brings(merchant_keys: MerchantKeys) -> None:
    keys = [a_key(f"{number:02x}") for number in range(120)]
    for key in keys:
        merchant_keys.save_key(key)
    assert merchant_keys.keys_of(HARBOUR) == keys


def test_a_key_is_revoked_once_and_nothing_else_of_it_changes(merchant_keys: MerchantKeys) -> None:
    key = a_key("ab", note="till 2")
    merchant_keys.save_key(key)
    merchant_keys.revoke_key(key.digest, NOON)
    merchant_keys.revoke_key(key.digest, NOON + timedelta(days=1))
    assert merchant_keys.key(key.digest) == replace(key, revoked_at=NOON)
    merchant_keys.revoke_key("cd" * 32, NOON)
    assert merchant_keys.key("cd" * 32) is None


def test_a_key_is_given_limits_of_its_own_and_nothing_else_of_it_changes(
    merchant_keys: MerchantKeys,
) -> None:
    key, limits = a_key("ab", revoked_at=NOON), Limits(burst=5, per_minute=60, per_day=700)
    merchant_keys.save_key(key)
    merchant_keys.limit_key(key.digest, limits)
    assert merchant_keys.key(key.digest) == replace(key, limits=limits)
    merchant_keys.limit_key("cd" * 32, limits)
    assert merchant_keys.key("cd" * 32) is None


def test_the_last_use_of_a_key_never_goes_back_and_does_not_undo_a_revocation(
    merchant_keys: MerchantKeys,
) -> None:
    key = a_key("ab")
    merchant_keys.save_key(key)
    merchant_keys.note_key_use(key.digest, NOON)
    merchant_keys.note_key_use(key.digest, NOON - timedelta(hours=2))
    merchant_keys.revoke_key(key.digest, NOON)
    later = NOON + timedelta(hours=2)
    merchant_keys.note_key_use(key.digest, later)
    assert merchant_keys.key(key.digest) == replace(key, used_at=later, revoked_at=NOON)
    merchant_keys.note_key_use("cd" * 32, NOON)
    assert merchant_keys.key("cd" * 32) is None


@pytest.mark.threat(7)
def test_key_of_a_later_tenant_is_read_with_its_tenancy(merchant_keys: MerchantKeys) -> None:
    who = MerchantId(HARBOUR, MerchantRef("M1"), Tenancy("5f0c2a9be1d34786"))
    key = replace(a_key("ab"), merchant=who)
    merchant_keys.save_key(key)
    assert merchant_keys.key(key.digest) == key
    assert merchant_keys.keys_of(HARBOUR) == [key]


@pytest.mark.threat(7)
def test_tenancy_of_a_ref_is_the_first_until_it_is_left(request: pytest.FixtureRequest) -> None:
    client = request.getfixturevalue("tables_made")
    keys, venues = DynamoDBMerchantKeys(client, "venue"), DynamoDBVenues(client, "venue", None)  # type: ignore[arg-type]  # no clock is asked
    who = MerchantId(HARBOUR, MerchantRef("M1"))
    assert keys.tenancy(who) == ""
    first = RefHistory(who.merchant, Tenancy(""), "Noodle House", "+1")
    venues.save_ref_history(HARBOUR, None, first)
    assert keys.tenancy(who) == ""
    venues.save_ref_history(HARBOUR, first, replace(first, tenancy=Tenancy("5f0c")))
    assert keys.tenancy(who) == "5f0c"
    assert keys.tenancy(replace(who, merchant=MerchantRef("M2"))) == ""
