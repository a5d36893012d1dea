"""Identities of locks over MQTT: what a device may not do, and how one is revoked or replaced.

The local broker enforces the policies of infra/locks.yaml. It does not end the connection of a
certificate that is no longer active, as AWS IoT does within minutes.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.e2e.conftest import World, eventually, tomorrow
from tests.e2e.device import Device
from tests.e2e.test_locks_never_heard import devices, imported

from baylock.domain.locks.lock import Lock
from baylock.domain.venue.mall import ThingName
from baylock_lock.identity import CERTIFICATE, PRIVATE_KEY, make_request, write
from deployment import now
from deployment.identities import Identities, read_request
from deployment.provisioning import identities_of, provision_locks
from deployment.replacement import Step, expect_lock, revoke_lock, rotate_lock
from local_cloud import Cloud

pytestmark = [pytest.mark.e2e, pytest.mark.threat(5)]

SHADOW = "$aws/things/{}/shadow/name/lock"


@pytest.fixture
def empty(world: World, tmp_path: Path) -> World:
    """A mall of one space whose lock has no identity yet."""
    return imported(world, tmp_path, world.deployment.register_locks)


def thing_of(world: World) -> ThingName:
    return world.seeded.mall.lots[0].spaces[0].thing


def lock_of(world: World) -> Lock:
    lock = world.deployment.locks.find(thing_of(world))
    assert lock
    return lock


def provision(world: World, folder: Path) -> Path:
    """Give the only lock of a mall its identity; returns that lock's folder."""
    mall = world.seeded.mall
    provision_locks(world.deployment, mall, mall.lots, folder, lambda _done, _total: None)
    return folder / thing_of(world)


def bookable(world: World, reference: str) -> int:
    (merchant,) = world.seeded.stack.merchants
    at = tomorrow(12).isoformat()
    return world.book(merchant, reference, world.phone(), service_time=at).status


# ── fault 32: a lock that acts for others ────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def pair(seeded: Any, cloud: Cloud) -> Iterator[tuple[str, str, Path]]:
    """The thing of a lock that was taken over, that of another lock, and the first one's keys.

    The simulated lock has no network meanwhile: a client id is connected once only.
    """
    first, second = (str(space.thing) for space in seeded.mall.lots[0].spaces[-2:])
    seeded.control.fault(first, "network")
    yield first, second, cloud.home.scratch / "locks" / first
    seeded.control.mend(first, "network")


PUBLISH = [
    *(f"{SHADOW}/{end}".replace("{}", "OTHER") for end in (
        "update", "get", "delete", "update/accepted", "update/delta", "get/accepted")),
    *(f"$aws/things/{who}/shadow/{end}" for who in ("OTHER", "OWN") for end in (
        "update", "get", "delete", "name/other/update", "name/other/get", "name/lock/delete")),
    *(f"$aws/things/{who}/{end}" for who in ("OTHER", "OWN") for end in (
        "jobs/get", "jobs/start-next", "jobs/$next/get", "jobs/1/update", "defender/metrics/json",
        "streams/1/get", "tunnels/notify")),
    "$aws/things/OWN/shadow/name/lock/update/accepted",
    "$aws/events/presence/connected/OTHER",
    "$aws/events/presence/disconnected/OTHER",
    "$aws/rules/LockReportRule",
    "$aws/certificates/create/json",
    "$aws/certificates/create-from-csr/json",
    "$aws/provisioning-templates/TEMPLATE/provision/json",
    "OTHER", "anything", "baylock/OTHER",
]  # fmt: skip
SUBSCRIBE = [
    "#", "+/#", "$aws/#", "$aws/things/#", "$aws/things/OTHER/#", "$aws/things/OWN/#",
    "$aws/things/+/shadow/name/lock/update/delta", "$aws/things/+/shadow/name/lock/get/accepted",
    "$aws/things/+/shadow/#", "$aws/things/OWN/shadow/#",
    "$aws/things/OWN/shadow/name/+/get/accepted",
    *(f"$aws/things/OTHER/shadow/name/lock/{end}" for end in (
        "update/delta", "update/accepted", "update/documents", "get/accepted", "get/rejected")),
    *(f"$aws/things/{who}/{end}" for who in ("OTHER", "OWN") for end in (
        "shadow/update/delta", "shadow/get/accepted", "shadow/update/documents",
        "shadow/name/other/update/delta", "jobs/notify", "jobs/notify-next", "jobs/#",
        "jobs/get/accepted", "tunnels/notify")),
    "$aws/things/OWN/shadow/name/lock/update/accepted",
    "$aws/things/OWN/shadow/name/lock/update/documents",
    "$aws/events/#", "$aws/events/presence/+/+", "$aws/events/presence/connected/OTHER",
    "$share/group/$aws/things/OTHER/shadow/name/lock/update/delta", "$share/group/#",
    "$aws/certificates/create-from-csr/json/accepted",
    "$aws/provisioning-templates/TEMPLATE/provision/json/accepted",
    "anything", "OTHER/#",
]  # fmt: skip


def filled(topic: str, own: str, other: str, world: World) -> str:
    template = world.deployment.outputs["ClaimTemplate"]
    return topic.replace("OWN", own).replace("OTHER", other).replace("TEMPLATE", template)


def test_fault_32_lock_may_use_its_own_topics(
    world: World, cloud: Cloud, pair: tuple[str, str, Path]
) -> None:
    own, _, identity = pair
    shadow = SHADOW.format(own)
    with Device(cloud, identity, own) as device:
        assert device.is_connected
        for end in ("get/accepted", "get/rejected", "update/delta", "update/rejected"):
            assert device.subscribes(f"{shadow}/{end}"), end
        assert device.publishes(f"{shadow}/get")
        topic, _ = device.received.get(timeout=30)
        assert topic == f"{shadow}/get/accepted"
        report = json.dumps({"state": {"reported": {"nothing": None}}}).encode()
        assert device.publishes(f"{shadow}/update", report)
    assert world.deployment.outputs["LockPolicy"]


@pytest.mark.parametrize("topic", PUBLISH)
def test_fault_32_lock_publishes_nowhere_else(
    world: World, cloud: Cloud, pair: tuple[str, str, Path], topic: str
) -> None:
    own, other, identity = pair
    forged = {"state": {"reported": {"barrier": "raised", "battery": 1, "vehicle": True}}}
    before = world.deployment.locks.find(ThingName(other))
    with Device(cloud, identity, own) as device:
        assert device.is_connected
        assert not device.publishes(filled(topic, own, other, world), json.dumps(forged).encode())
    after = world.deployment.locks.find(ThingName(other))
    assert before
    assert after
    assert after.online
    assert after.report
    assert after.report.battery > 1


@pytest.mark.parametrize("topic", SUBSCRIBE)
def test_fault_32_lock_listens_nowhere_else(
    world: World, cloud: Cloud, pair: tuple[str, str, Path], topic: str
) -> None:
    own, other, identity = pair
    with Device(cloud, identity, own) as device:
        assert device.is_connected
        assert not device.subscribes(filled(topic, own, other, world))


def test_fault_32_lock_leaves_no_message_behind(cloud: Cloud, pair: tuple[str, str, Path]) -> None:
    own, _, identity = pair
    with Device(cloud, identity, own) as device:
        assert not device.publishes(f"{SHADOW.format(own)}/update", retain=True)


@pytest.mark.parametrize("client", ["OTHER", "OWN-2", "claim.OWN", "OWN/", "own", "*", "+"])
def test_fault_32_lock_connects_as_nobody_else(
    cloud: Cloud, pair: tuple[str, str, Path], client: str
) -> None:
    own, other, identity = pair
    name = client.replace("OWN", own).replace("OTHER", other)
    with Device(cloud, identity, name) as device:
        assert not device.is_connected


def certified(identities: Identities, folder: Path, thing: str) -> tuple[str, str]:
    """Make a key and have it signed; returns the id and the ARN of the active certificate."""
    request = read_request(make_request(folder, thing).read_bytes(), ThingName(thing))
    made = identities.iot.create_certificate_from_csr(
        certificateSigningRequest=request.pem, setAsActive=True
    )
    write(folder / CERTIFICATE, made["certificatePem"].encode())
    return made["certificateId"], made["certificateArn"]


@pytest.mark.parametrize("attached", ["to nothing", "policy", "thing", "another thing"])
def test_fault_32_second_certificate_speaks_for_no_lock(
    world: World, cloud: Cloud, pair: tuple[str, str, Path], tmp_path: Path, attached: str
) -> None:
    own, other, _ = pair
    identities = identities_of(world.deployment)
    folder = tmp_path / "second"
    id_, arn = certified(identities, folder, own)
    iot = identities.iot
    if attached in {"policy", "another thing"}:
        iot.attach_policy(policyName=identities.policy, target=arn)
    if attached == "thing":
        iot.attach_thing_principal(thingName=own, principal=arn)
    if attached == "another thing":
        iot.attach_thing_principal(thingName=other, principal=arn)
    try:
        with Device(cloud, folder, own) as device:
            assert not device.is_connected
    finally:
        iot.update_certificate(certificateId=id_, newStatus="INACTIVE")
        for thing in (own, other):
            iot.detach_thing_principal(thingName=thing, principal=arn)
        iot.detach_policy(policyName=identities.policy, target=arn)


def test_fault_32_certificate_of_another_authority_is_refused(
    cloud: Cloud, pair: tuple[str, str, Path], tmp_path: Path
) -> None:
    own, _, _ = pair
    make_request(tmp_path, own)
    key: Any = serialization.load_pem_private_key((tmp_path / PRIVATE_KEY).read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, own)])
    forged = x509.CertificateBuilder(
        issuer_name=name,
        subject_name=name,
        public_key=key.public_key(),
        serial_number=7,
        not_valid_before=now() - timedelta(days=1),
        not_valid_after=now() + timedelta(days=1),
    ).sign(key, hashes.SHA256())
    write(tmp_path / CERTIFICATE, forged.public_bytes(serialization.Encoding.PEM))
    with Device(cloud, tmp_path, own) as device:
        assert not device.is_connected


def test_thing_that_is_no_lock_of_a_venue_is_left_alone(world: World) -> None:
    deployment = world.deployment
    deployment.client("iot").create_thing(thingName="printer-1-2")
    shadows = deployment.client("iot-data")
    state = {"state": {"reported": {"barrier": "raised"}, "desired": {"barrier": "raised"}}}
    shadows.update_thing_shadow(
        thingName="printer-1-2", shadowName="lock", payload=json.dumps(state).encode()
    )

    def version() -> int:
        answer = shadows.get_thing_shadow(thingName="printer-1-2", shadowName="lock")
        return int(json.loads(answer["payload"].read())["version"])

    before = version()
    deployment.client("sqs").send_message(
        QueueUrl=world.queue("LockQueue"), MessageBody=json.dumps({"lock": "printer-1-2"})
    )
    world.settle()
    assert version() == before


# ── revoked, replaced, claimed ───────────────────────────────────────────────────────────────────


def test_stolen_lock_is_out_at_once_and_another_takes_its_place(
    cloud: Cloud, empty: World, tmp_path: Path
) -> None:
    thing, deployment = thing_of(empty), empty.deployment
    stolen = provision(empty, tmp_path / "old")
    with devices(cloud, tmp_path / "old"):
        eventually(lambda: lock_of(empty).is_usable, "the lock's first report")
        assert bookable(empty, "A") == 201
        done = revoke_lock(deployment, thing)
        assert (done.certificates, done.orders.stay) == (1, 1), "there is no other space"
        assert bookable(empty, "B") == 409
        # The connection that is open still: AWS IoT takes minutes to end it.
        version = lock_of(empty).report
        state = {"state": {"reported": {"battery": 3, "at": 1, "fault": "tampered"}}}
        deployment.client("iot-data").update_thing_shadow(
            thingName=thing, shadowName="lock", payload=json.dumps(state).encode()
        )
        empty.settle()
        assert lock_of(empty).report == version
    with Device(cloud, stolen, thing) as device:
        assert not device.is_connected
    provision(empty, tmp_path / "new")
    assert bookable(empty, "C") == 409, "until the new device has reported"
    with devices(cloud, tmp_path / "new"):
        eventually(lambda: lock_of(empty).is_usable, "the new device's first report")
        assert bookable(empty, "A") == 200


def test_identity_of_a_working_lock_is_replaced_without_a_gap(
    cloud: Cloud, empty: World, tmp_path: Path
) -> None:
    thing, deployment, folder = thing_of(empty), empty.deployment, tmp_path / "locks"
    identity = provision(empty, folder)
    identities = identities_of(deployment)

    def seen_with(certificate: str) -> bool:
        session = lock_of(empty).session
        return session is not None and session.certificate == certificate

    (old,) = identities.of(thing)
    with Device(cloud, identity, thing) as device:
        assert device.is_connected
        eventually(partial(seen_with, old.id), "the presence of the lock")
        assert rotate_lock(deployment, thing, folder) is Step.ISSUED
        assert rotate_lock(deployment, thing, folder) is Step.ISSUED, "not seen with it yet"
        assert device.publishes(f"{SHADOW.format(thing)}/get"), "the old one serves"
    new = identities.of(thing)[-1]
    with Device(cloud, identity / "next", thing) as device:
        assert device.is_connected
        eventually(partial(seen_with, new.id), "the presence of the lock")
        assert rotate_lock(deployment, thing, folder) is Step.DONE
    with Device(cloud, identity, thing) as device:
        assert not device.is_connected
    with Device(cloud, identity / "next", thing) as device:
        assert device.is_connected


def test_new_lock_claims_the_identity_of_an_expected_one(
    world: World, cloud: Cloud, empty: World, tmp_path: Path
) -> None:
    thing, deployment = thing_of(empty), empty.deployment
    iot, outputs = deployment.client("iot"), deployment.outputs
    claim, device = tmp_path / "claim", tmp_path / "device"
    id_, arn = certified(identities_of(deployment), claim, "claim")
    iot.attach_policy(policyName=outputs["ClaimPolicy"], target=arn)

    def claims(name: str) -> subprocess.CompletedProcess[str]:
        broker = cloud.address.iot
        return subprocess.run(
            [sys.executable, "-m", "baylock_lock", "claim", "--host", broker.host,
             "--port", str(broker.port), "--ca", broker.ca, "--claim", str(claim),
             "--template", outputs["ClaimTemplate"], "--thing", name,
             "--identities", str(device)],
            capture_output=True, text=True, check=False, timeout=180,
        )  # fmt: skip

    before = claims(thing)
    assert (before.returncode, "AccessDenied" in before.stderr) == (2, True), before.stderr
    expect_lock(deployment, thing, now() + timedelta(hours=1))
    other = world.seeded.mall.lots[0].spaces[0].thing
    assert claims(other).returncode == 2, "a lock of the venue that is not expected"
    done = claims(thing)
    assert done.returncode == 0, done.stderr
    assert (device / thing / PRIVATE_KEY).is_file()
    (device / other / PRIVATE_KEY).unlink()
    (device / other / "request.csr").unlink()
    (device / other).rmdir()
    with devices(cloud, device):
        eventually(lambda: lock_of(empty).is_usable, "the new device's first report")
    assert bookable(empty, "A") in {201, 409}, "it has just gone"
    device = tmp_path / "again"
    assert claims(thing).returncode == 2, "once only"
    shadow = SHADOW.format(thing)
    for client, tries in (
        (thing, None),
        (f"claim.{thing}", f"{shadow}/update"),
        (f"claim.{thing}", "$aws/certificates/create/json"),
    ):
        with Device(cloud, claim, client) as thief:
            assert thief.is_connected is (tries is not None)
            assert tries is None or not thief.publishes(tries)
    for topic in ("#", f"{shadow}/update/delta", "$aws/certificates/create/json/accepted"):
        with Device(cloud, claim, "claim.x") as thief:
            assert not thief.subscribes(topic)
    iot.update_certificate(certificateId=id_, newStatus="INACTIVE")
