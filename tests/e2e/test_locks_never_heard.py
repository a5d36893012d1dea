"""A space can be booked from its lock's first report on: imported, refused, installed, booked."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.e2e.conftest import World, eventually, one_space_mall, tomorrow

from baylock.domain.venue.mall import MallRef, MerchantId
from deployment.provisioning import provision_locks
from local_cloud import Cloud, Merchant
from local_cloud.seed import ON_A_LAPTOP, Seeded
from venue_import import import_venue

pytestmark = pytest.mark.e2e


@pytest.fixture
def empty(world: World, tmp_path: Path) -> World:
    """A mall of one space as it is right after its import: no lock is installed."""
    number = next(world.numbers)
    plan = tmp_path / f"empty{number}.geojson"
    plan.write_text(json.dumps(one_space_mall(f"empty{number}", f"+1206555{number}")))
    deployment = world.deployment
    imported = import_venue(plan, deployment.venues, register_locks=deployment.register_locks)
    assert (imported.errors, imported.unheard) == ((), 1)
    (merchant,) = imported.merchants
    who = MerchantId(MallRef(imported.mall.ref), merchant.ref)
    key = deployment.mint_key(who, limits=ON_A_LAPTOP).secret
    known = Merchant(merchant.ref, merchant.name, key, merchant.phone or "")
    stack = world.seeded.stack.__class__(**{**vars(world.seeded.stack), "merchants": (known,)})
    return World(Seeded(stack, deployment, imported.mall, world.seeded.control), world.numbers)


@contextmanager
def devices(cloud: Cloud, identities: Path) -> Iterator[None]:
    """Run the agents of these locks."""
    iot = cloud.address.iot
    agents = subprocess.Popen(
        [sys.executable, "-m", "baylock_lock", "--host", iot.host, "--port", str(iot.port),
         "--ca", iot.ca, "--identities", str(identities), "--simulate", "--reconnect-max", "3"],
    )  # fmt: skip
    try:
        yield
    finally:
        agents.send_signal(signal.SIGINT)
        try:
            agents.wait(20)
        except subprocess.TimeoutExpired:
            agents.kill()


def test_space_is_booked_from_its_locks_first_report_on(
    cloud: Cloud, empty: World, tmp_path: Path
) -> None:
    (merchant,) = empty.seeded.stack.merchants
    deployment, mall, phone = empty.deployment, empty.seeded.mall, empty.phone()
    thing = mall.lots[0].spaces[0].thing
    noon, night = tomorrow(12), tomorrow(3)

    refused = empty.book(merchant, "A", phone, service_time=noon.isoformat())
    assert (refused.status, refused.body["type"]) == (409, "/v1/problems/no-lock-heard")
    assert "install and connect" in refused.body["detail"]
    assert refused.body["next_free"] == []
    seen = empty.api(merchant).call("GET", f"/v1/availability?service_time={noon:%Y-%m-%dT%H:%MZ}")
    assert (seen.body["free"], seen.body["reason"]) == (0, "no-lock-heard")
    local = noon.astimezone(mall.zone)
    empty.text(merchant.phone, f"PARK {local:%Y-%m-%d %H:%M} {phone} ref:T")
    (reply,) = eventually(lambda: empty.inbox(merchant.phone), "the reply")
    assert "no free one has a working lock yet" in reply
    assert empty.inbox(phone) == [], "nobody was promised anything"

    identities = tmp_path / "locks"
    provision_locks(deployment, mall, mall.lots, identities, lambda _done, _total: None)
    assert empty.book(merchant, "A", phone, service_time=noon.isoformat()).status == 409
    with devices(cloud, identities):

        def is_heard() -> bool:
            lock = deployment.locks.find(thing)
            return lock is not None and lock.is_usable

        eventually(is_heard, "the lock's first report")
        booked = empty.book(merchant, "A", phone, service_time=noon.isoformat())
        assert (booked.status, booked.body["order"]["space"]) == (201, "1")

    def is_gone() -> bool:
        lock = deployment.locks.find(thing)
        return lock is not None and not lock.online

    eventually(is_gone, "the lock to be out of contact")
    away = empty.book(merchant, "B", phone, service_time=night.isoformat())
    assert (away.status, away.body["type"]) == (409, "/v1/problems/no-space"), "as before"
    order = empty.order(merchant, "A")
    assert order is not None
    assert order.is_live, "it keeps its space"
