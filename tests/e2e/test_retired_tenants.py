"""The tenancy matrix of merchants that have moved out, and of malls whose refs hold separators.

Every credential of a former tenant at every entry point: all denied. What the successor sees of its
predecessor at its own entry points: nothing.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from tests.e2e.conftest import World, eventually, opened, tomorrow
from tests.e2e.test_tenancy import WITH_A_KEY, Scene, _less_ids, named
from tests.fakes.booking_systems import signature

from baylock.domain.access.key_ring import Purpose
from baylock.domain.access.merchant_key import digest_of
from baylock.domain.connect.connection import Connection, Questions, System
from baylock.domain.texting.signature import signed, text_key
from baylock.domain.venue.mall import MerchantId
from baylock.usecases.connect.add_connection import AddConnection
from deployment.api import MerchantApi
from deployment.phones import send_text
from local_cloud import Merchant
from local_cloud.seed import ON_A_LAPTOP, Seeded

pytestmark = [pytest.mark.e2e, pytest.mark.threat(7)]


@dataclass(frozen=True)
class Lease:
    """A merchant that has moved out, with all that it had, and the one that has moved in."""

    world: World
    scene: Scene
    former: MerchantId
    keys: dict[str, str]
    connection: Connection
    phone: str
    driver: str
    successor: Merchant


@pytest.fixture(scope="module")
def lease(
    seeded: Seeded, numbers: Iterator[int], tmp_path_factory: pytest.TempPathFactory
) -> Lease:
    everywhere = World(seeded, numbers)
    path = tmp_path_factory.mktemp("lease")
    world = opened(everywhere, path, mall=f"lease{next(numbers)}")
    deployment, mall, (tenant,) = world.deployment, world.seeded.mall, world.seeded.stack.merchants
    who = deployment.venues.merchant_at(mall.ref, tenant.ref).id_in(mall.ref)  # type: ignore[arg-type]
    deployment.make_sandbox(who)
    keys = {
        "a key in use": tenant.key,
        "a key never used": deployment.mint_key(who).secret,
        "a test key": deployment.mint_key(who, test=True).secret,
        "a key that is not revoked": deployment.mint_key(who).secret,
    }
    add = AddConnection(deployment.connections, deployment.api, deployment.now)
    connection = add(System.CALCOM, who, Questions("Car?"))
    hook = {"url": "https://former.example.com/hook"}
    assert MerchantApi(deployment.api, tenant.key).call("PUT", "/v1/webhook", hook).status == 200
    driver = world.phone()
    booked = world.book(tenant, "SHARED-7", driver, service_time=tomorrow(hour=7).isoformat())
    assert booked.status == 201
    eventually(lambda: world.told(driver), "the driver's text")
    deployment.retire_merchant(deployment.venues.mall(mall.ref), who.merchant)
    stored = deployment.merchant_keys.key(digest_of(keys["a key that is not revoked"]))
    assert stored is not None
    assert stored.revoked_at is not None
    # As if the command had failed before it came to this key.
    deployment.merchant_keys.save_key(replace(stored, revoked_at=None))

    def is_refused() -> bool:
        """The gateway may let a key in for thirty seconds that it has just let in."""
        return MerchantApi(deployment.api, tenant.key).call("GET", "/v1/merchant").status == 401

    eventually(is_refused, "the gateway to ask again", 60)
    now = deployment.venues.merchant_at(mall.ref, who.merchant).id_in(mall.ref)
    successor = Merchant(
        tenant.ref, tenant.name, deployment.mint_key(now, limits=ON_A_LAPTOP).secret, ""
    )
    scene = Scene(
        world, successor, successor, "SHARED-7", booked.body["order"]["id"], "TELL-NOBODY"
    )
    return Lease(world, scene, who, keys, connection, tenant.phone, driver, successor)


@pytest.mark.parametrize("name", WITH_A_KEY)
@pytest.mark.parametrize(
    "kind", ["a key in use", "a key never used", "a test key", "a key that is not revoked"]
)
def test_key_of_a_former_tenant_is_refused_at_every_route(
    lease: Lease, name: str, kind: str
) -> None:
    before = lease.world.deployment.orders.find(lease.scene.order)  # type: ignore[arg-type]
    answer = lease.scene.call(name, lease.keys[kind])
    assert answer.status == 401
    assert _less_ids(answer) == _less_ids(lease.scene.call(name, None))
    assert lease.world.deployment.orders.find(lease.scene.order) == before  # type: ignore[arg-type]


@pytest.mark.parametrize("name", [name for name in WITH_A_KEY if not name.startswith("PUT ")])
def test_successor_sees_nothing_of_the_former_tenant(lease: Lease, name: str) -> None:
    answer = lease.scene.call(name, lease.successor.key)
    if named(name):
        not_there = lease.scene.call(
            name, lease.successor.key, reference="NOTHING-7", order="ord_aaaaaaaaaaaa"
        )
        assert answer.status == not_there.status
        assert _less_ids(answer) == _less_ids(not_there)
    content = json.dumps(answer.body, ensure_ascii=False)
    assert lease.scene.order not in content
    assert "former.example.com" not in content


def test_the_same_reference_is_another_booking(lease: Lease) -> None:
    before = lease.world.deployment.orders.find(lease.scene.order)  # type: ignore[arg-type]
    answer = lease.world.book(
        lease.successor,
        "SHARED-7",
        lease.world.phone(),
        service_time=tomorrow(hour=12).isoformat(),
    )
    assert answer.status == 201
    assert answer.body["order"]["id"] != lease.scene.order
    assert lease.world.deployment.orders.find(lease.scene.order) == before  # type: ignore[arg-type]


def test_connection_of_a_former_tenant_is_no_connection(lease: Lease) -> None:
    body = json.dumps({"triggerEvent": "PING"})
    request = Request(  # noqa: S310 (the local cloud's own http)
        lease.connection.url,
        data=body.encode(),
        method="POST",
        headers=signature(lease.connection, body, int(time.time())),
    )
    with pytest.raises(HTTPError) as refused, urlopen(request, timeout=30):  # noqa: S310
        pass
    with refused.value:
        assert refused.value.code == 401


def test_texts_of_a_former_tenant_are_a_strangers(lease: Lease) -> None:
    deployment = lease.world.deployment
    key = text_key(lease.former, 1, deployment.ring(Purpose.TEXT_KEYS).at(None))
    body = f"PARK tomorrow 09:30 {lease.world.phone()} ref:SIGNED-7"
    had = len(lease.world.inbox(lease.phone))
    for text in (body, signed(body, key)):
        send_text(deployment, lease.phone, text)
    lease.world.settle()
    assert len(lease.world.inbox(lease.phone)) == had
    assert deployment.venues.merchant_with_phone(lease.phone) is None


def test_endpoint_and_deliveries_of_a_former_tenant_are_gone(lease: Lease) -> None:
    webhooks = lease.world.deployment.webhooks
    assert webhooks.endpoint(lease.former) is None
    assert not [one for one in webhooks.deliveries(lease.former) if one.is_waiting]
    answer = MerchantApi(lease.world.deployment.api, lease.successor.key).call("GET", "/v1/webhook")
    assert (answer.status, answer.body["url"]) == (200, None)


def test_promise_to_the_driver_is_kept(lease: Lease) -> None:
    """The driver of a live order of the former tenant is still told where the space is."""
    had = len(lease.world.told(lease.driver))
    lease.world.text(lease.driver, "WHERE")
    told = eventually(
        lambda: lease.world.told(lease.driver)[had:], "the answer to the driver's text"
    )
    assert "1" in told[0]


@pytest.mark.threat(11)
def test_malls_whose_refs_contain_the_separator_share_nothing(world: World, tmp_path: Path) -> None:
    """`x/y` + `K1` and `x` + `y/K1`: orders, spaces, webhooks and counts of each are its own."""
    outer = f"sep{next(world.numbers)}"
    one = opened(world, tmp_path, mall=f"{outer}/y")
    two = opened(world, tmp_path, mall=outer, shop="y/K1", lot="y/P")
    (a,), (b,) = one.seeded.stack.merchants, two.seeded.stack.merchants
    when = tomorrow(hour=9).isoformat()
    first = one.book(a, "SEP-1", world.phone(), service_time=when)
    assert first.status == 201
    api_a, api_b = (MerchantApi(world.deployment.api, who.key) for who in (a, b))
    assert len(api_a.call("GET", "/v1/orders").body["orders"]) == 1
    assert api_b.call("GET", "/v1/orders").body["orders"] == []
    order = first.body["order"]["id"]
    assert api_b.call("GET", f"/v1/orders/{order}").status == 404
    # Each has a space of its own at the same time.
    second = two.book(b, "SEP-1", world.phone(), service_time=when)
    assert second.status == 201
    assert second.body["order"]["id"] != order
    hook = {"url": "https://a.example.com/hook"}
    assert api_a.call("PUT", "/v1/webhook", hook).status == 200
    assert api_b.call("GET", "/v1/webhook").body["url"] is None
    assert {one.seeded.mall.ref, two.seeded.mall.ref} == {f"{outer}/y", outer}


@pytest.mark.threat(11)
def test_merchant_is_told_when_its_webhook_is_changed(world: World, tmp_path: Path) -> None:
    here = opened(world, tmp_path, mall=f"told{next(world.numbers)}")
    (tenant,) = here.seeded.stack.merchants
    hook = {"url": "https://thief.example.com/hook"}
    api = MerchantApi(world.deployment.api, tenant.key)
    for _ in range(3):
        assert api.call("PUT", "/v1/webhook", hook | {"rotate_secret": True}).status == 200
    eventually(
        lambda: [text for text in here.inbox(tenant.phone) if "webhook was changed" in text],
        "the merchant to be told",
    )
    here.settle()
    told = [text for text in here.inbox(tenant.phone) if "webhook was changed" in text]
    # Rationed by the hour, of which a second one may just have begun.
    assert len(told) <= 2
