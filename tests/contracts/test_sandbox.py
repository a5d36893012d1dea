"""A sandbox in AWS: its mall, its locks, and their things."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import pytest
from tests.contracts.conftest import client
from tests.fakes.mall import CINEMA, HARBOUR, NOODLES, NOON, merchants, small_mall

from baylock.adapters.dynamodb.locks import LockItem
from baylock.domain.errors import Busy, InvalidKey, NotAMerchant
from baylock.domain.locks.lock import BarrierReport, Lock, LockReport
from baylock.domain.sandbox.mall import LOT, SPACES
from baylock.domain.venue.mall import MallRef, MerchantRef, SpaceId
from baylock.domain.venue.sandbox_ref import PREFIX, sandbox_of
from deployment import Deployment

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture
def deployment(tables_made: DynamoDBClient) -> Deployment:
    names = ("Orders", "Occupancy", "Venue", "Locks", "Texts")
    outputs = {f"{name}Table": name.lower() for name in names}
    deployment = Deployment(boto3.session.Session(), outputs, api="")
    deployment.venues.save(small_mall(), merchants())
    return deployment


def things() -> set[str]:
    return {known["thingName"] for known in client("iot").list_things(maxResults=100)["things"]}


def test_new_sandbox_is_ready_for_orders(deployment: Deployment) -> None:
    who = deployment.make_sandbox(NOODLES)
    assert who == sandbox_of(NOODLES)
    mall, merchant = deployment.venues.mall(who.mall), deployment.venues.merchant(who)
    (lot,) = mall.lots
    assert (mall.timezone, mall.country, merchant.name) == (
        "America/Los_Angeles",
        "US",
        "Noodle House",
    )
    assert merchant.phone is None
    assert len(lot.spaces) == SPACES
    locks = [deployment.locks.find(space.thing) for space in lot.spaces]
    assert all(lock is not None and lock.is_usable for lock in locks)
    assert things() == {space.thing for space in lot.spaces}
    assert all(name.startswith(PREFIX) for name in things())


def test_sandbox_made_again_keeps_the_reports_of_its_locks(deployment: Deployment) -> None:
    who = deployment.make_sandbox(NOODLES)
    thing = deployment.venues.mall(who.mall).lots[0].spaces[0].thing
    lock = deployment.locks.find(thing)
    assert lock
    report = LockReport(thing, 7, BarrierReport.RAISED, None, False, 100, None, 7, NOON)
    deployment.locks.save(lock, lock.reporting(report))
    assert deployment.make_sandbox(NOODLES) == who
    assert deployment.locks.find(thing) == lock.reporting(report)
    assert len(things()) == SPACES


def test_sandbox_of_an_earlier_version_is_usable_after_catching_up(deployment: Deployment) -> None:
    who = deployment.make_sandbox(NOODLES)
    silent, well, *_ = deployment.venues.mall(who.mall).lots[0].spaces
    for space in (silent, well):
        lock = Lock(space.thing, SpaceId(who.mall, LOT, space.ref), online=True)
        if space is well:
            lock = lock.reporting(
                LockReport(space.thing, 7, BarrierReport.RAISED, None, True, 99, None, 7, NOON)
            )
        client("dynamodb").put_item(TableName="locks", Item=LockItem.from_domain(lock).serialize())
    before = deployment.locks.find(well.thing)
    assert set(deployment.register_locks.due()) == {HARBOUR, who.mall}
    deployment.register_locks.catch_up(who.mall)
    found = deployment.locks.find(silent.thing)
    assert found
    assert found.is_usable
    assert deployment.locks.find(well.thing) == before


def test_catching_up_ends_when_every_mall_is_registered(deployment: Deployment) -> None:
    register = deployment.register_locks
    deployment.make_sandbox(NOODLES)
    spaces = sum(len(lot.spaces) for lot in small_mall().lots)
    for ref in register.due():
        assert register.catch_up(ref) == (spaces if ref == HARBOUR else 0)
    assert list(register.due()) == []
    assert deployment.locks.registered_malls() is None
    assert list(register.due()) == []


def test_catching_up_begins_before_every_mall_is_found(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list may take longer than the clock has: what was found is not looked for in vain."""

    def every_ref(_: object) -> Iterator[MallRef]:
        yield HARBOUR
        raise Busy

    monkeypatch.setattr(type(deployment.venues), "every_ref", every_ref)
    due = deployment.register_locks.due()
    assert next(due) == HARBOUR
    deployment.register_locks.catch_up(HARBOUR)
    with pytest.raises(Busy):
        next(due)
    assert deployment.locks.registered_malls() == frozenset({HARBOUR})


def test_operators_lists_omit_sandboxes(deployment: Deployment) -> None:
    deployment.make_sandbox(NOODLES)
    deployment.make_sandbox(CINEMA)
    assert len(things()) == 2 * SPACES
    assert list(deployment.venues.mall_refs()) == [HARBOUR]


def test_unknown_merchant_gets_no_sandbox(deployment: Deployment) -> None:
    nobody = NOODLES.__class__(HARBOUR, MerchantRef("nobody"))
    with pytest.raises(NotAMerchant):
        deployment.make_sandbox(nobody)
    assert things() == set()


@pytest.mark.parametrize("test", [True, False])
def test_sandbox_merchant_has_no_keys(deployment: Deployment, test: bool) -> None:
    with pytest.raises(InvalidKey):
        deployment.mint_key(deployment.make_sandbox(NOODLES), test=test)
