"""A sandbox is made in AWS: its mall, its locks, and the things that are its locks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
import pytest
from tests.contracts.conftest import client
from tests.fakes.mall import CINEMA, HARBOUR, NOODLES, NOON, merchants, small_mall

from baylock.domain.errors import NotAMerchant
from baylock.domain.locks.lock import BarrierReport, LockReport
from baylock.domain.sandbox.sandbox import PREFIX, sandbox_of
from baylock.domain.venue.mall import MerchantRef
from baylock_cli.errors import CommandError
from baylock_cli.keys import new_key
from baylock_cli.sandbox import SPACES, make_sandbox
from baylock_cli.site import Site

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture
def site(tables_made: DynamoDBClient) -> Site:
    names = ("Orders", "Occupancy", "Venue", "Locks", "Texts")
    site = Site(boto3.session.Session(), {f"{name}Table": name.lower() for name in names})
    site.venues.save(small_mall(), merchants())
    return site


def things() -> set[str]:
    return {one["thingName"] for one in client("iot").list_things(maxResults=100)["things"]}


def test_sandbox_is_ready_for_orders(site: Site) -> None:
    who = make_sandbox(site, NOODLES)
    assert who == sandbox_of(NOODLES)
    mall, merchant = site.venues.mall(who.mall), site.venues.merchant(who)
    (lot,) = mall.lots
    assert (mall.timezone, mall.country, merchant.name) == (
        "America/Los_Angeles",
        "US",
        "Noodle House",
    )
    assert merchant.phone is None
    assert len(lot.spaces) == SPACES
    locks = [site.locks.find(space.thing) for space in lot.spaces]
    assert all(lock is not None and lock.is_usable for lock in locks)
    assert things() == {space.thing for space in lot.spaces}
    assert all(name.startswith(PREFIX) for name in things())


def test_sandbox_made_again_keeps_the_reports_of_its_locks(site: Site) -> None:
    who = make_sandbox(site, NOODLES)
    thing = site.venues.mall(who.mall).lots[0].spaces[0].thing
    lock = site.locks.find(thing)
    assert lock
    report = LockReport(thing, 7, BarrierReport.RAISED, None, False, 100, None, 7, NOON)
    site.locks.save(lock, lock.reporting(report))
    assert make_sandbox(site, NOODLES) == who
    assert site.locks.find(thing) == lock.reporting(report)
    assert len(things()) == SPACES


def test_operators_lists_leave_sandboxes_out(site: Site) -> None:
    make_sandbox(site, NOODLES)
    make_sandbox(site, CINEMA)
    assert len(things()) == 2 * SPACES
    assert list(site.venues.mall_refs()) == [HARBOUR]


def test_nobody_has_no_sandbox(site: Site) -> None:
    nobody = NOODLES.__class__(HARBOUR, MerchantRef("nobody"))
    with pytest.raises(NotAMerchant):
        make_sandbox(site, nobody)
    assert things() == set()


@pytest.mark.parametrize("test", [True, False])
def test_sandbox_has_no_keys_of_its_own(site: Site, test: bool) -> None:
    with pytest.raises(CommandError):
        new_key(site.venues, make_sandbox(site, NOODLES), NOON, test=test)
