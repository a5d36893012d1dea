"""The hook of provisioning by claim: who may have the identity of a lock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.fakes.mall import thing
from tests.fakes.world import World
from tests.functions.conftest import Load

from baylock.bootstrap import locks
from baylock.domain.errors import Busy
from claim_lock.app import handler

pytestmark = pytest.mark.threat(5)

Event = Callable[..., dict[str, Any]]

THING = thing("B2-017")
NEW = "c" * 64


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    world = World()
    monkeypatch.setattr(locks, "claim_lock", lambda: world.claim_lock)
    lock = world.locks.find(THING)
    assert lock is not None
    world.locks.save(lock, lock.expect(world.clock.now + timedelta(hours=1)))
    return world


@pytest.fixture
def event(load: Load) -> Event:
    """Return what AWS IoT sends, with other parameters and fields."""

    def make(parameters: object = None, **more: object) -> dict[str, Any]:
        changed = {} if parameters is None else {"parameters": parameters}
        return {**load("iot_claim"), **changed, **more}

    return make


def test_expected_lock_is_claimed_once(world: World, event: Event, context: Any) -> None:
    assert handler(event(), context) == {"allowProvisioning": True}
    assert handler(event(certificateId="d" * 64), context) == {"allowProvisioning": False}
    lock = world.locks.find(THING)
    assert lock is not None
    assert lock.identity.awaits == NEW


@pytest.mark.parametrize(
    "parameters",
    [
        {"thing": thing("B2-018")},
        {"thing": "harbour-P1-B2-999"},
        {"thing": "printer"},
        {"thing": ""},
        {"thing": f"{THING}\n"},
        {"thing": THING.upper()},
        {"thing": [THING]},
        {"Thing": THING},
        {},
        None.__class__,
        "x",
    ],
)
@pytest.mark.usefixtures("world")
def test_everything_else_is_refused(parameters: object, event: Event, context: Any) -> None:
    assert handler(event(parameters), context) == {"allowProvisioning": False}


@pytest.mark.parametrize("certificate", [None, "", "x" * 64, "c" * 63, 7])
@pytest.mark.usefixtures("world")
def test_claim_without_a_certificate_is_refused(
    certificate: object, event: Event, context: Any
) -> None:
    assert handler(event(certificateId=certificate), context) == {"allowProvisioning": False}


def test_two_claims_at_once_have_one_winner(world: World, event: Event, context: Any) -> None:
    other = []
    world.locks.before_save = lambda: other.append(handler(event(certificateId="d" * 64), context))
    assert handler(event(), context) == {"allowProvisioning": False}
    assert other == [{"allowProvisioning": True}]


def test_store_that_does_not_answer_lets_nobody_in(
    world: World, event: Event, context: Any
) -> None:
    def fall() -> None:
        raise Busy

    world.locks.before_save = fall
    assert handler(event(), context) == {"allowProvisioning": False}
