"""A key that has expired is refused, and only its holder is told why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.fakes.world import World
from tests.functions.caller import BOOKING, Caller
from tests.functions.conftest import Load

pytestmark = pytest.mark.threat(11)


def expiring(load: Load, at: datetime) -> Load:
    """Load events of a key that expires then."""

    def loaded(name: str) -> dict[str, Any]:
        event = load(name)
        event["requestContext"]["authorizer"]["expires"] = at.isoformat()
        return event

    return loaded


def test_expired_key_is_told_that_it_has_expired(world: World, load: Load, call: Caller) -> None:
    call.load = expiring(load, world.clock.now)
    status, problem = call.put(BOOKING)
    assert (status, problem["type"]) == (401, "/v1/problems/key-expired")
    until = world.clock.now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert problem["detail"] == f"this key was valid until {until}"
    assert call.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
    assert world.orders.changes == []


def test_key_works_until_the_very_moment(world: World, load: Load, call: Caller) -> None:
    """Also where the gateway still has the authorizer's answer from before."""
    call.load = expiring(load, world.clock.now + timedelta(seconds=1))
    assert call.put(BOOKING)[0] == 201
    world.clock.forward(seconds=1)
    assert call.put(BOOKING)[0] == 401
