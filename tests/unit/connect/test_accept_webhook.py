"""A booking system's webhook is accepted if its connection has signed it and has calls left."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.fakes.booking_systems import QUESTIONS, signature
from tests.fakes.mall import NOODLES, NOON
from tests.fakes.world import World

from baylock.domain.connect.connection import LIMITS, Connection, ConnectionId, System
from baylock.domain.connect.signature import MAX_AGE, SignedBody
from baylock.domain.errors import BadSignature, TooManyCalls

pytestmark = pytest.mark.threat(11)

BODY = '{"booking": "桌 7"}'

each_system = pytest.mark.parametrize("system", list(System))


def connection(system: System) -> Connection:
    return Connection(
        id=ConnectionId(f"con_{system}"),
        system=system,
        merchant=NOODLES,
        url=f"https://api.example/v1/connect/{system}?c=con_{system}",
        questions=QUESTIONS[system],
        created_at=NOON,
        secret="a secret",
    )


def signed(known: Connection, world: World) -> SignedBody:
    headers = signature(known, BODY, int(world.clock.now.timestamp()))
    return SignedBody({name.lower(): value for name, value in headers.items()}, BODY.encode())


@pytest.fixture
def world() -> World:
    world = World()
    for system in System:
        world.connections.save(connection(system))
    return world


@each_system
def test_signed_webhook_is_accepted_for_its_connection(world: World, system: System) -> None:
    known = connection(system)
    assert world.accept_webhook(known.id, system, signed(known, world)) == known


@each_system
def test_unsigned_webhook_is_refused_and_not_counted(world: World, system: System) -> None:
    known = connection(system)
    with pytest.raises(BadSignature) as refused:
        world.accept_webhook(known.id, system, SignedBody({}, BODY.encode()))
    assert refused.value.connection == known.id
    assert world.usage_counters.adds == []


@each_system
def test_signature_of_another_secret_or_body_is_refused(world: World, system: System) -> None:
    known = connection(system)
    other = signed(replace(known, secret="another"), world)
    changed = signed(known, world)._replace(body=b"{}")
    for webhook in (other, changed):
        with pytest.raises(BadSignature):
            world.accept_webhook(known.id, system, webhook)


def test_connection_that_is_unknown_of_another_system_or_without_a_secret(world: World) -> None:
    known = connection(System.CALCOM)
    webhook = signed(known, world)
    with pytest.raises(BadSignature) as unknown:
        world.accept_webhook(ConnectionId("con_none"), System.CALCOM, webhook)
    assert unknown.value.connection is None
    with pytest.raises(BadSignature):
        world.accept_webhook(known.id, System.SQUARE, webhook)
    world.connections.save(replace(known, secret=""))
    with pytest.raises(BadSignature):
        world.accept_webhook(known.id, System.CALCOM, signed(replace(known, secret=""), world))


def test_signature_of_calendly_expires(world: World) -> None:
    known = connection(System.CALENDLY)
    webhook = signed(known, world)
    world.clock.now += MAX_AGE
    assert world.accept_webhook(known.id, System.CALENDLY, webhook) == known
    world.clock.now += timedelta(seconds=1)
    with pytest.raises(BadSignature):
        world.accept_webhook(known.id, System.CALENDLY, webhook)


def test_flood_of_one_connection_is_refused_and_another_is_not_affected(world: World) -> None:
    calcom, square = connection(System.CALCOM), connection(System.SQUARE)
    for _ in range(LIMITS.burst):
        world.accept_webhook(calcom.id, System.CALCOM, signed(calcom, world))
    with pytest.raises(TooManyCalls) as refused:
        world.accept_webhook(calcom.id, System.CALCOM, signed(calcom, world))
    assert refused.value.status.wait > timedelta(0)
    assert world.accept_webhook(square.id, System.SQUARE, signed(square, world)) == square
