"""What forged texts, shared phones and altered forms can do: through the deployed stack."""

from __future__ import annotations

import re
from http import HTTPStatus
from secrets import token_bytes
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, build_opener

import pytest
from tests.e2e.conftest import CINEMA, World, eventually, tomorrow

from baylock.domain.orders.order import Order
from baylock.domain.orders.state import State
from baylock.domain.venue.mall import MerchantId, MerchantRef
from baylock.domain.venue.quotas import USUAL
from baylock.usecases.texting.change_text_key import ChangePin
from local_cloud.stack import Merchant

pytestmark = [pytest.mark.e2e, pytest.mark.threat(3)]


def cancels_at(world: World, merchant: Merchant, reference: str) -> str | None:
    """Return when the booking's cancellation takes effect, by the API."""
    order = world.api(merchant).booking(reference).body["order"]
    at: str | None = order.get("cancels_at")
    return at


def cinema(world: World) -> Merchant:
    """Return the merchant that no other test texts as."""
    (found,) = (one for one in world.seeded.stack.merchants if one.ref == CINEMA)
    return found


def test_number_alone_does_not_move_a_driver_off_a_space(world: World) -> None:
    merchant, phone = world.merchant(), world.phone()
    world.book(merchant, "FORGED-TAKEN", phone)
    order = world.held(merchant, "FORGED-TAKEN")
    code = world.code_told(phone)
    asked = world.reply(phone, "HELP TAKEN")
    assert re.search(r"HELP TAKEN 4821|帮助 被占 4821", asked), asked
    after = world.order(merchant, "FORGED-TAKEN")
    assert after is not None
    assert (after.claim.space, after.state) == (order.claim.space, State.HELD)
    world.text(phone, f"HELP TAKEN {code}")
    eventually(
        lambda: (now := world.order(merchant, "FORGED-TAKEN")) and now.promise.moves == 1,
        "the move by the code",
    )
    world.free_again(order)


def test_forged_drop_is_undone_and_nobody_gets_the_space_meanwhile(world: World) -> None:
    merchant, phone = world.merchant(), world.phone()
    world.book(merchant, "FORGED-DROP", phone, service_time=tomorrow().isoformat())
    eventually(lambda: world.told(phone), "the driver's text")
    assert "KEEP" in world.reply(phone, "DROP")
    order = world.order(merchant, "FORGED-DROP")
    assert order is not None
    assert order.cancelling
    assert world.holders(order) == 1
    assert cancels_at(world, merchant, "FORGED-DROP")
    world.text(phone, "KEEP")
    eventually(lambda: not _cancelling(world, merchant, "FORGED-DROP"), "the undoing")
    assert cancels_at(world, merchant, "FORGED-DROP") is None


def test_forged_cancellation_is_undone_by_text_and_by_the_api(world: World) -> None:
    merchant, phone = world.merchant(), world.phone()
    at = tomorrow(4).isoformat()
    world.book(merchant, "FORGED-OFF", phone, service_time=at)
    assert "KEEP ref:FORGED-OFF" in world.reply(merchant.phone, "NOPARK ref:FORGED-OFF")
    assert cancels_at(world, merchant, "FORGED-OFF")
    assert "FORGED-OFF" in world.reply(merchant.phone, "KEEP ref:FORGED-OFF")
    eventually(lambda: not _cancelling(world, merchant, "FORGED-OFF"), "the undoing")
    assert "KEEP" in world.reply(merchant.phone, "NOPARK ref:FORGED-OFF")
    again = world.book(merchant, "FORGED-OFF", phone, service_time=at)
    assert (again.status, again.body["order"]["state"]) == (200, "reserved")
    assert cancels_at(world, merchant, "FORGED-OFF") is None


def _cancelling(world: World, merchant: Merchant, reference: str) -> bool:
    order = world.order(merchant, reference)
    return isinstance(order, Order) and order.cancelling is not None


def test_unsigned_texts_book_so_many_and_a_pin_so_many_more(world: World) -> None:
    """The hour may turn meanwhile, and then counts anew: so the day's quota is used up."""
    merchant = cinema(world)
    who = MerchantId(world.seeded.mall.ref, MerchantRef(merchant.ref))
    for _ in range(USUAL.texts_a_day):
        world.deployment.message_log.count_text_in(merchant.phone, books=True)
    try:
        day = tomorrow().astimezone(world.seeded.mall.zone)
        park = f"PARK {day:%Y-%m-%d} 18:30 {world.phone()} ref:"
        refused = world.reply(merchant.phone, f"{park}FORGED-1")
        assert re.search(r"PIN|密码", refused), refused
        assert world.order(merchant, "FORGED-1") is None
        ChangePin(world.deployment.signatures).give(who, "482163", token_bytes(16))
        wrong = world.reply(merchant.phone, f"PIN 482164 {park}FORGED-1")
        assert world.reply(merchant.phone, f"{park}FORGED-1") == wrong
        assert world.order(merchant, "FORGED-1") is None
        world.text(merchant.phone, f"PIN 482163 {park}FORGED-1")
        eventually(lambda: world.order(merchant, "FORGED-1"), "the booking with the PIN")
    finally:
        ChangePin(world.deployment.signatures).take_away(who)


@pytest.mark.threat(9)
def test_a_phone_has_so_many_live_orders_over_all_merchants(world: World) -> None:
    phone, most = world.phone(), USUAL.orders_per_phone
    assert most
    at = [tomorrow(hour).isoformat() for hour in range(1, most + 2)]
    answers = [
        world.book(world.merchant(), f"SHARED-{number}", phone, service_time=time)
        for number, time in enumerate(at)
    ]
    assert [answer.status for answer in answers] == [201] * most + [409]
    problem = answers[-1].body
    assert problem["type"].endswith("over-quota")
    assert (problem["quota"], problem["most"]) == ("orders_per_phone", most)


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def _post(link: str, **form: str) -> int:
    try:
        with build_opener(_NoRedirect).open(link, urlencode(form).encode(), timeout=30) as answer:
            return int(answer.status)
    except HTTPError as answer:
        return answer.code


@pytest.mark.threat(9)
def test_form_acts_once_whatever_number_it_is_sent_with(world: World) -> None:
    merchant, phone = world.merchant(), world.phone()
    world.book(merchant, "FORMS", phone)
    order = world.held(merchant, "FORMS")
    links = eventually(
        lambda: [text for text in world.inbox(phone) if "/d/" in text], "the link to the page"
    )
    link = links[0].rpartition(" ")[2]
    with build_opener().open(f"{link}?do=taken", timeout=30) as answer:
        page = answer.read().decode()
    form = dict(re.findall(r'name="(act|form|space)" value="([^"]+)"', page))
    assert [_post(link, **form) for _ in range(3)] == [HTTPStatus.SEE_OTHER] * 3
    moved = world.order(merchant, "FORMS")
    assert moved is not None
    assert moved.promise.moves == 1
    altered = form | {"form": "0" * 24, "space": moved.claim.place}
    assert _post(link, **altered) == HTTPStatus.CONFLICT
    assert _post(link, act="taken", version="1", space=moved.claim.place) == HTTPStatus.BAD_REQUEST
    after = world.order(merchant, "FORMS")
    assert after is not None
    assert (after.promise.moves, after.claim.space) == (1, moved.claim.space)
    world.free_again(order)
