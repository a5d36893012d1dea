"""After a rotation all that exists goes on working, and what begins later has the new key."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.fakes.keys import key_of
from tests.fakes.mall import CINEMA, DRIVER, NOODLES, NOODLES_PHONE
from tests.fakes.world import World

from baylock.domain.access.key_ring import BEGINNING, COUNTS_AFTER, Purpose, ring_of
from baylock.domain.driver.link import link_token
from baylock.domain.errors import NoSuchLink
from baylock.domain.texting.signature import newest_key, signed, text_key
from baylock.domain.webhooks.webhook import Salt, secret_of
from baylock.usecases.access.change_keys import ChangeKeys
from baylock.usecases.texting.change_text_key import ChangeTextKey

pytestmark = pytest.mark.threat(10)

NEW = b"the new key"


@pytest.fixture
def world() -> World:
    return World(link_base="https://x.example")


def rotate(world: World, purpose: Purpose) -> None:
    ChangeKeys(world.key_rings, lambda: NEW, world.clock).rotate(purpose)
    world.clock.now += COUNTS_AFTER


def drop(world: World, purpose: Purpose) -> None:
    ChangeKeys(world.key_rings, lambda: NEW, world.clock).drop(purpose, 1)


def test_link_goes_on_opening_until_its_version_is_dropped(world: World) -> None:
    order = world.book()
    world.settle()
    token = link_token(order, world.ring(Purpose.LINKS))
    rotate(world, Purpose.LINKS)
    assert world.follow_link(token) == order
    later = world.book("TBL-2")
    world.settle()
    assert link_token(later, world.ring(Purpose.LINKS)) == link_token(later, ring_of(NEW))
    assert world.follow_link(link_token(later, ring_of(NEW))) == later
    drop(world, Purpose.LINKS)
    with pytest.raises(NoSuchLink):
        world.follow_link(token)


def test_code_goes_on_opening(world: World) -> None:
    order = world.held()
    code = world.code(order)
    rotate(world, Purpose.CODES)
    assert world.text(DRIVER, f"HERE {code}") == "answered: driver_welcome"


def test_webhook_keeps_its_secret_and_the_next_has_the_new_key(world: World) -> None:
    url = "https://noodles.example.com/hook"
    world.set_webhook(NOODLES, url)
    rotate(world, Purpose.WEBHOOKS)
    ring = world.ring(Purpose.WEBHOOKS)

    def secrets() -> list[str]:
        endpoint = world.webhooks.endpoint(NOODLES)
        assert endpoint
        signing = endpoint.signing(world.clock.now)
        return [secret_of(ring.at(one.made_at), NOODLES, one.salt) for one in signing]

    old = secret_of(key_of(Purpose.WEBHOOKS), NOODLES, Salt("salt-1"))
    assert secrets() == [old]
    world.set_webhook(NOODLES, url, new_secret=True)
    assert secrets() == [secret_of(NEW, NOODLES, Salt("salt-2")), old]


def test_text_key_goes_on_signing_and_the_next_generation_has_the_new_key(world: World) -> None:
    old = text_key(NOODLES, 1, key_of(Purpose.TEXT_KEYS))
    rotate(world, Purpose.TEXT_KEYS)
    ring = world.ring(Purpose.TEXT_KEYS)
    assert newest_key(NOODLES, world.signatures.text_key(NOODLES), ring) == old
    change = ChangeTextKey(world.signatures, world.clock)
    renewed = change(NOODLES, rotate=True, end_older=False, demand=True)
    new = newest_key(NOODLES, renewed, ring)
    assert new == text_key(NOODLES, 2, NEW)
    for reference, key in (("A", old), ("B", new)):
        text = signed(f"PARK 18:30 {DRIVER} ref:{reference}", key)
        assert world.text(NOODLES_PHONE, text) == "answered: merchant_booked"


def test_no_purpose_is_touched_by_the_rotation_of_another(world: World) -> None:
    order = world.book()
    before = [world.ring(purpose).at(BEGINNING) for purpose in Purpose]
    assert len(set(before)) == len(Purpose)
    for purpose in Purpose:
        rotate(world, purpose)
    assert [world.ring(purpose).at(BEGINNING) for purpose in Purpose] == before
    assert world.find_booking(NOODLES, "TBL-1") == order
    assert world.find_booking(CINEMA, "TBL-1") is None
    assert world.clock.now - order.changed_at > timedelta(hours=1)
