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

from baylock.usecases.locks.register_locks import RegisterLocks
from deployment.provisioning import provision_locks
from local_cloud import Cloud
from venue_import import import_venue

pytestmark = pytest.mark.e2e


@pytest.fixture
def empty(world: World, tmp_path: Path) -> World:
    """A mall of one space as it is right after its import: no lock is installed."""
    return imported(world, tmp_path, world.deployment.register_locks)


def imported(world: World, folder: Path, register: RegisterLocks | None) -> World:
    """Import a mall of one space into the same cloud; without `register` as Baylock once did."""
    number = next(world.numbers)
    file = folder / f"empty{number}.geojson"
    file.write_text(json.dumps(one_space_mall(f"empty{number}", f"+1206555{number}")))
    deployment = world.deployment
    plan = import_venue(file, deployment.venues, register_locks=register)
    assert (plan.errors, plan.unheard) == ((), 1 if register else 0)
    return world.in_mall(plan)


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


def test_upgrade_takes_out_what_was_never_heard_from_without_a_step_by_hand(
    world: World, tmp_path: Path
) -> None:
    old = imported(world, tmp_path, register=None)
    deployment = world.deployment
    deployment.client("dynamodb").delete_item(
        TableName=deployment.outputs["OccupancyTable"],
        Key={"pk": {"S": "#registered"}, "sk": {"S": "-"}},
    )

    def is_done() -> bool:
        world.clock()
        return deployment.locks.registered_malls() is None

    eventually(is_done, "the clock to register all locks")
    (merchant,) = old.seeded.stack.merchants
    at = tomorrow(12).isoformat()
    refused = old.book(merchant, "A", old.phone(), service_time=at)
    assert (refused.status, refused.body["type"]) == (409, "/v1/problems/no-lock-heard")
    other = world.merchant()
    known = world.book(other, f"UP-{next(world.numbers)}", world.phone(), service_time=at)
    assert known.status == 201, "locks that have reported stay as they are"
    assert world.api(other).call("DELETE", f"/v1/bookings/{known.body['reference']}").status == 200
