"""The authorizer: from an API key to a policy."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.fakes.mall import NOODLES, NOON
from tests.fakes.world import World
from tests.functions.conftest import Load, Logged

import authorizer.app
from baylock.domain.access.limits import Limits
from baylock.domain.access.merchant_key import MerchantKey
from baylock.domain.errors import Busy
from baylock.domain.venue.mall import Tenancy
from baylock.domain.venue.sandbox_ref import sandbox_of
from baylock.domain.venue.tenancy import RefHistory

KEY = "blk_test_0123456789abcdefghij"


def save(world: World, key: str = KEY, **changes: Any) -> None:
    digest = hashlib.sha256(key.encode()).hexdigest()
    scopes = frozenset({"orders:read", "bookings:write"})
    world.merchant_keys.save_key(MerchantKey(digest, NOODLES, scopes, NOON, **changes))


def test_merchant_is_let_in_to_all_of_the_api(world: World, load: Load, context: Any) -> None:
    save(world)
    answer = authorizer.app.handler(load("authorizer_token"), context)
    assert answer["policyDocument"] == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Action": "execute-api:Invoke",
                "Effect": "Allow",
                "Resource": "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/live/*",
            }
        ],
    }
    assert answer["context"] == {
        "mall": "harbour",
        "merchant": "noodles",
        "scopes": "bookings:write orders:read",
        "key": hashlib.sha256(KEY.encode()).hexdigest()[:12],
        "kind": "live",
    }
    assert KEY not in str(answer)


def test_a_test_key_leads_to_the_sandbox_and_nowhere_else(
    world: World, load: Load, context: Any
) -> None:
    save(world, test=True)
    who = authorizer.app.handler(load("authorizer_token"), context)["context"]
    there = sandbox_of(NOODLES)
    assert (who["kind"], who["mall"], who["merchant"]) == ("test", there.mall, there.merchant)
    assert "harbour" not in str(who)


@pytest.mark.parametrize("sent", [f"bearer {KEY}", f"BEARER  {KEY}", f"Bearer {KEY}"])
def test_scheme_is_taken_in_any_case(world: World, load: Load, context: Any, sent: str) -> None:
    save(world)
    event = load("authorizer_token") | {"authorizationToken": sent}
    assert authorizer.app.handler(event, context)["principalId"]


@pytest.mark.parametrize(
    "sent",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        KEY,
        f"Basic {KEY}",
        f"Bearer {KEY}x",
        f"Bearer {KEY} ",
        f"Bearer {KEY}\n",
        f"Bearer {KEY.upper()}",
        "Bearer blk_test_short",
        "Bearer blk_test_" + "x" * 5_000,
        "Bearer blk_test_钥匙钥匙钥匙钥匙钥匙钥匙钥匙",
        "Bearer blk_live_0123456789abcdefghij",
    ],
)
def test_fault_29_wrong_key_is_refused(
    world: World, load: Load, context: Any, logged: Logged, sent: str | None
) -> None:
    save(world)
    event = load("authorizer_token") | {"authorizationToken": sent}
    with pytest.raises(authorizer.app.Unauthorized, match=r"\AUnauthorized\Z"):
        authorizer.app.handler(event, context)
    logged.read()
    assert "blk_" not in logged.text


def test_fault_29_revoked_key_is_refused_in_the_same_words(
    world: World, load: Load, context: Any
) -> None:
    save(world, revoked_at=NOON)
    with pytest.raises(authorizer.app.Unauthorized, match=r"\AUnauthorized\Z"):
        authorizer.app.handler(load("authorizer_token"), context)


def test_event_without_a_token(world: World, load: Load, context: Any) -> None:
    event = load("authorizer_token")
    del event["authorizationToken"]
    with pytest.raises(authorizer.app.Unauthorized):
        authorizer.app.handler(event, context)


def test_limits_of_a_key_are_passed_on(world: World, load: Load, context: Any) -> None:
    save(world, limits=Limits(burst=5, per_minute=60, per_day=700))
    answer = authorizer.app.handler(load("authorizer_token"), context)
    assert answer["context"]["limits"] == "5 60 700"


def test_last_use_is_noted_once_an_hour(world: World, load: Load, context: Any) -> None:
    save(world)
    digest = hashlib.sha256(KEY.encode()).hexdigest()
    noted = []
    for minutes in (0, 59, 60, 61):
        world.at(NOON + timedelta(minutes=minutes))
        authorizer.app.handler(load("authorizer_token"), context)
        key = world.merchant_keys.key(digest)
        assert key is not None
        noted.append(key.used_at)
    assert noted == [NOON, NOON, NOON + timedelta(hours=1), NOON + timedelta(hours=1)]


def test_last_use_of_a_refused_key_is_not_noted(world: World, load: Load, context: Any) -> None:
    save(world, revoked_at=NOON)
    with pytest.raises(authorizer.app.Unauthorized):
        authorizer.app.handler(load("authorizer_token"), context)
    key = world.merchant_keys.key(hashlib.sha256(KEY.encode()).hexdigest())
    assert key is not None
    assert key.used_at is None


def test_a_store_too_busy_to_note_the_use_keeps_nobody_out(
    world: World, load: Load, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> None:
        raise Busy

    save(world)
    monkeypatch.setattr(world.merchant_keys, "note_key_use", busy)
    assert authorizer.app.handler(load("authorizer_token"), context)["principalId"]


@pytest.mark.threat(7)
def test_key_of_a_merchant_that_has_moved_out_is_refused_before_it_is_revoked(
    world: World, load: Load, context: Any
) -> None:
    save(world)
    left = RefHistory(NOODLES.merchant, Tenancy("5f0c2a9be1d34786"), retired_at=NOON)
    world.venues.save_ref_history(NOODLES.mall, None, left)
    with pytest.raises(authorizer.app.Unauthorized):
        authorizer.app.handler(load("authorizer_token"), context)


@pytest.mark.threat(7)
def test_tenancy_is_passed_on(world: World, load: Load, context: Any) -> None:
    left = RefHistory(NOODLES.merchant, Tenancy("5f0c2a9be1d34786"), retired_at=NOON)
    world.venues.save_ref_history(NOODLES.mall, None, left)
    digest = hashlib.sha256(KEY.encode()).hexdigest()
    who = replace(NOODLES, tenancy=left.tenancy)
    world.merchant_keys.save_key(MerchantKey(digest, who, frozenset(), NOON))
    answer = authorizer.app.handler(load("authorizer_token"), context)
    assert answer["context"]["tenancy"] == left.tenancy


@pytest.mark.threat(11)
def test_expired_key_is_let_in_to_be_told_so(
    world: World, load: Load, context: Any, logged: Logged
) -> None:
    save(world, expires_at=NOON)
    answer = authorizer.app.handler(load("authorizer_token"), context)
    assert answer["context"]["expires"] == NOON.isoformat()
    assert "key expires soon" in logged.messages()
