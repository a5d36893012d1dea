"""The link in a driver's text: sent once, for a life of an order and a phone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.fakes.keys import key_of
from tests.fakes.mall import DRIVER, NOODLES
from tests.fakes.world import World

from baylock.domain.access.key_ring import Purpose, ring_of
from baylock.domain.driver.link import TOKEN_BYTES, is_token, link_token, opens, token_digest
from baylock.domain.orders.notice import Notice
from baylock.domain.orders.order import MAX_WRONG_CODES, Order
from baylock.texts.writing.encoding import Encoding, encoding, segments

BASE = "https://a1b2c3d4e5.execute-api.ap-southeast-1.amazonaws.com/live"
OTHER = "+14255550199"
LINKS = ring_of(key_of(Purpose.LINKS))


@pytest.fixture
def world() -> World:
    return World(link_base=BASE)


def links_to(world: World, phone: str) -> list[str]:
    return [text for text in world.phones.texts_to(phone) if "https://" in text]


def test_link_follows_the_reservation_in_one_cheap_segment(world: World) -> None:
    order = world.book(locale="zh-CN")
    world.settle()
    told, link = world.phones.texts_to(DRIVER)
    assert world.code(order) in told
    assert link == f"P1 B2-017: {BASE}/d/{link_token(order, LINKS)}"
    assert (segments(link), encoding(link)) == (1, Encoding.GSM_7)


def test_link_is_stored_as_its_hash_alone(world: World) -> None:
    order = world.book()
    world.settle()
    token = link_token(order, LINKS)
    assert world.links.orders == {token_digest(token): order.id}


def test_fault_11_link_is_told_once(world: World) -> None:
    order = world.book()
    world.send.notice(order.id, 1, Notice.DRIVER_RESERVED)
    world.send.notice(order.id, 1, Notice.DRIVER_RESERVED)
    assert len(links_to(world, DRIVER)) == 1


def test_only_the_link_that_could_not_leave_is_sent_by_the_retry(world: World) -> None:
    order = world.book()
    world.send.notice(order.id, 1, Notice.DRIVER_RESERVED)
    world.phones.sent.pop()
    world.message_log.not_sent(f"{order.id}#1#{Notice.DRIVER_RESERVED}#link")
    world.send.notice(order.id, 1, Notice.DRIVER_RESERVED)
    assert len(world.phones.texts_to(DRIVER)) == 2


def test_link_stays_the_same_when_the_booking_moves(world: World) -> None:
    first = world.book()
    later = world.book(service_time=first.booking.service_time.replace(minute=30))
    world.settle()
    assert later.version > first.version
    assert link_token(later, LINKS) == link_token(first, LINKS)
    assert len(links_to(world, DRIVER)) == 1


def test_another_driver_has_another_link_and_the_old_one_opens_nothing(world: World) -> None:
    first = world.book()
    world.settle()
    second = world.book(phone=OTHER)
    world.settle()
    assert len(links_to(world, OTHER)) == 1
    assert not opens(link_token(first, LINKS), second, LINKS)


def test_booking_placed_again_has_another_link(world: World) -> None:
    first = world.book()
    world.cancel(NOODLES, "TBL-1")
    world.clock.forward(minutes=1)
    again = world.book()
    assert again.id == first.id
    assert not opens(link_token(first, LINKS), again, LINKS)
    assert opens(link_token(again, LINKS), again, LINKS)


def test_fault_34_locked_code_is_answered_with_the_link(world: World) -> None:
    order = world.book()
    world.settle()
    for number in range(MAX_WRONG_CODES):
        world.text(DRIVER, f"HERE {_wrong(world, order)}", id_=f"in-{number}")
    first, again = links_to(world, DRIVER)
    assert first == again
    assert "link" in world.phones.texts_to(DRIVER)[-2]


def _wrong(world: World, order: Order) -> str:
    return "0000" if world.code(order) != "0000" else "1111"


def test_token_is_128_bits_in_letters_and_no_other_text_is_one() -> None:
    order = World().book()
    tokens = {link_token(replace(order, version=n), LINKS) for n in range(3)}
    (token,) = tokens
    assert is_token(token)
    assert 52 ** len(token) > 256**TOKEN_BYTES > 52 ** (len(token) - 1)
    for other in ("", token[:-1], token + "a", token[:-1] + "1", token[:-1] + "é", "../" * 9):
        assert not is_token(other)


def test_another_key_gives_another_token() -> None:
    order = World().book()
    assert link_token(order, ring_of(b"one")) != link_token(order, ring_of(b"other"))
