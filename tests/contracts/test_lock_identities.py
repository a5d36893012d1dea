"""The identities of locks in AWS IoT (moto): given, replaced, revoked, repeated after a fall."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from tests.fakes.mall import P1, thing
from tests.fakes.world import World

from baylock.domain.locks.lock import BarrierReport, Session
from baylock.domain.venue.mall import Lot, Mall
from baylock.usecases.orders.revoke_lock import RevokeLock
from baylock_lock.fleet import read_identities
from baylock_lock.identity import make_next_request, make_request
from deployment import Deployment
from deployment.errors import DeploymentError
from deployment.identities import Identities, read_request
from deployment.provisioning import Provisioned, provision_locks
from deployment.replacement import Step, expect_lock, revoke_lock, rotate_lock

pytestmark = pytest.mark.threat(5)

THING = thing("B2-017")
POLICY = "lock-policy"


class Falling:
    """An IoT client whose power goes after some calls that change something."""

    def __init__(self, client: Any) -> None:
        self.client, self.left = client, 10**6

    def __getattr__(self, name: str) -> Any:
        if name == "create_certificate_from_csr":
            return self._sign
        call = getattr(self.client, name)
        if not name.startswith(("create", "attach", "detach", "update")):
            return call

        def changing(**given: Any) -> Any:
            self._count()
            given.pop("thingPrincipalType", None)  # moto does not know it
            return call(**given)

        return changing

    def _sign(self, certificateSigningRequest: str, setAsActive: bool) -> Any:  # noqa: N803
        """Sign a request as AWS does; moto's certificate is for a key of its own."""
        request = x509.load_pem_x509_csr(certificateSigningRequest.encode())
        authority = ec.generate_private_key(ec.SECP256R1())
        builder = x509.CertificateBuilder(
            issuer_name=x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "AWS")]),
            subject_name=request.subject,
            public_key=request.public_key(),
            serial_number=x509.random_serial_number(),
            not_valid_before=datetime(2026, 1, 1, tzinfo=UTC),
            not_valid_after=datetime(2049, 12, 31, tzinfo=UTC),
        )
        pem = builder.sign(authority, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        self._count()
        return self.client.register_certificate_without_ca(
            certificatePem=pem.decode(), status="ACTIVE" if setAsActive else "INACTIVE"
        )

    def _count(self) -> None:
        if self.left == 0:
            raise KeyboardInterrupt
        self.left -= 1


class Cloud:
    """A mall whose locks are in a world of fakes, and their identities in moto."""

    def __init__(self, folder: Path) -> None:
        self.world, self.folder = World(), folder
        self.iot = Falling(boto3.client("iot", region_name="eu-west-1"))
        self.iot.client.create_policy(policyName=POLICY, policyDocument="{}")
        self.deployment = Deployment(boto3.session.Session(), {"LockPolicy": POLICY}, api="")
        self.shadows = boto3.client("iot-data", region_name="eu-west-1")
        world = self.world
        revoke = RevokeLock(world.venues, world.locks, world.orders, world.move, world.clock)
        vars(self.deployment).update(
            locks=world.locks, venues=world.venues, now=world.clock, revoke_lock=revoke,
            client=lambda name: self.iot if name == "iot" else self.shadows,
        )  # fmt: skip
        self.identities = Identities(self.iot, POLICY)

    @property
    def mall(self) -> Mall:
        return self.world.venues.mall(self.world.booking().merchant.mall)

    @property
    def lot(self) -> Lot:
        lot = self.mall.lot(P1)
        assert lot
        return replace(lot, spaces=lot.spaces[:1])

    def provision(self, **options: bool) -> Provisioned:
        return provision_locks(
            self.deployment, self.mall, [self.lot], self.folder, lambda *_: None, **options
        )

    def lock(self) -> Any:
        return self.world.locks.find(THING)

    def active(self) -> list[str]:
        return [one.id for one in self.identities.of(THING) if one.is_active]

    def every(self) -> dict[str, str]:
        """The state of every certificate that there is, attached or not."""
        found = self.iot.client.list_certificates()["certificates"]
        return {one["certificateId"]: one["status"] for one in found}

    def connects_with(self, certificate: str) -> None:
        """Let the lock be seen with this certificate."""
        self.world.clock.forward(minutes=20)
        session = Session(1, self.world.clock.now, certificate=certificate)
        lock = self.lock()
        self.world.locks.save(lock, lock.in_session(session))


@pytest.fixture
def cloud(tmp_path: Path, tables_made: Any) -> Cloud:
    return Cloud(tmp_path / "locks")


# ── provisioning ─────────────────────────────────────────────────────────────────────────────────


def test_operator_signs_a_request_and_never_sees_the_key(cloud: Cloud, tmp_path: Path) -> None:
    device = tmp_path / "device"
    request = make_request(device, THING)
    (cloud.folder / THING).mkdir(parents=True)
    (cloud.folder / THING / "request.csr").write_bytes(request.read_bytes())
    assert cloud.provision(requests_only=True) == Provisioned(1, 0, 0)
    assert sorted(path.name for path in (cloud.folder / THING).iterdir()) == [
        "certificate.pem",
        "request.csr",
    ]
    signed = x509.load_pem_x509_certificate((cloud.folder / THING / "certificate.pem").read_bytes())
    private = serialization.load_pem_private_key((device / "private.key").read_bytes(), None)
    assert signed.public_key() == private.public_key()


def test_lock_without_a_request_waits_where_no_key_may_be_made_here(cloud: Cloud) -> None:
    assert cloud.provision(requests_only=True) == Provisioned(0, 0, 1)
    assert cloud.every() == {}


def test_key_that_the_tool_makes_is_for_its_owner_only(cloud: Cloud) -> None:
    cloud.provision()
    (identity,) = read_identities(cloud.folder, [THING])
    assert identity.private_key.stat().st_mode & 0o077 == 0
    assert identity.private_key.parent.stat().st_mode & 0o077 == 0


def signed(name: str, key: Any) -> bytes:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("harbour-P1-B2-018", ec.generate_private_key(ec.SECP256R1())),
        (THING, rsa.generate_private_key(65537, 1024)),  # noqa: S505 (too short: refused)
        (THING, ec.generate_private_key(ec.SECP256K1())),
    ],
)
def test_request_for_another_lock_or_of_a_weak_key_is_refused(name: str, key: Any) -> None:
    with pytest.raises(DeploymentError, match=THING):
        read_request(signed(name, key), THING)


@pytest.mark.parametrize("text", [b"", b"-----BEGIN CERTIFICATE REQUEST-----", b"\xff"])
def test_request_that_is_none_is_refused(text: bytes) -> None:
    with pytest.raises(DeploymentError, match="can't be read"):
        read_request(text, THING)


def test_new_identity_retires_the_one_before(cloud: Cloud, tmp_path: Path) -> None:
    cloud.provision()
    (old,) = cloud.active()
    cloud.folder = tmp_path / "another desk"
    cloud.provision()
    (new,) = cloud.active()
    assert cloud.every() == {old: "INACTIVE", new: "ACTIVE"}
    arn = cloud.iot.client.describe_certificate(certificateId=old)["certificateDescription"]
    assert cloud.iot.client.list_attached_policies(target=arn["certificateArn"])["policies"] == []
    lock = cloud.lock()
    assert (lock.was_heard, lock.is_usable) == (False, False)


def test_what_the_device_before_says_does_not_count(cloud: Cloud, tmp_path: Path) -> None:
    cloud.provision()
    (old,) = cloud.active()
    cloud.folder = tmp_path / "another desk"
    cloud.provision()
    (new,) = cloud.active()
    cloud.connects_with(old)
    cloud.world.lock_says("B2-017", version=99)
    assert not cloud.lock().was_heard
    cloud.connects_with(new)
    cloud.world.lock_says("B2-017", version=1)
    assert cloud.lock().is_usable


@pytest.mark.parametrize("another", [False, True])
def test_provisioning_that_is_interrupted_anywhere_is_completed_by_repeating_it(
    cloud: Cloud, tmp_path: Path, another: bool
) -> None:
    if another:
        cloud.provision()
    for calls in range(12):
        cloud.folder = tmp_path / f"desk {calls}"
        cloud.iot.left, before = calls, cloud.active()
        try:
            cloud.provision()
        except KeyboardInterrupt:
            assert not before or cloud.active(), "the lock is never without an identity"
        cloud.iot.left = 10**6
        cloud.provision()
        (active,) = cloud.active()
        written = (cloud.folder / THING / "certificate.pem").read_text()
        (held,) = cloud.identities.of(THING)
        assert (held.id, held.pem) == (active, written)


def test_lock_that_baylock_has_no_right_to_move_is_refused(cloud: Cloud) -> None:
    vars(cloud.deployment)["outputs"] = {"LockPolicy": POLICY, "Malls": "pier,harbou"}
    with pytest.raises(DeploymentError, match="Malls"):
        cloud.provision()


# ── revoking ─────────────────────────────────────────────────────────────────────────────────────


def test_revoked_lock_is_out_with_every_certificate(cloud: Cloud) -> None:
    cloud.provision()
    cloud.world.lock_says("B2-017")
    done = revoke_lock(cloud.deployment, THING)
    assert done.certificates == 1
    assert set(cloud.every().values()) == {"INACTIVE"}
    assert cloud.identities.of(THING) == []
    assert not cloud.lock().is_usable
    cloud.connects_with("0" * 64)
    cloud.world.lock_says("B2-017", BarrierReport.RAISED, version=500)
    assert not cloud.lock().online
    assert cloud.lock().report.version != 500
    assert revoke_lock(cloud.deployment, THING).certificates == 0


@pytest.mark.parametrize("end", ["revoked", "replaced"])
def test_device_that_takes_over_obeys_nothing_that_the_one_before_wrote(
    cloud: Cloud, tmp_path: Path, end: str
) -> None:
    cloud.provision()
    planted = {"state": {"desired": {"barrier": "raised", "valid_until": 2**33}}}
    cloud.shadows.update_thing_shadow(
        thingName=THING, shadowName="lock", payload=json.dumps(planted).encode()
    )
    if end == "revoked":
        revoke_lock(cloud.deployment, THING)
    else:
        cloud.folder = tmp_path / "another desk"
        cloud.provision()
    with pytest.raises(cloud.shadows.exceptions.ResourceNotFoundException):
        cloud.shadows.get_thing_shadow(thingName=THING, shadowName="lock")


def test_revoking_that_is_interrupted_anywhere_is_completed_by_repeating_it(cloud: Cloud) -> None:
    for calls in range(6):
        cloud.provision()
        cloud.iot.left = calls
        try:
            revoke_lock(cloud.deployment, THING)
        except KeyboardInterrupt:
            assert not cloud.lock().is_usable
        cloud.iot.left = 10**6
        revoke_lock(cloud.deployment, THING)
        assert set(cloud.every().values()) == {"INACTIVE"}


def test_revoked_lock_gets_another_key_and_serves_again(cloud: Cloud) -> None:
    cloud.provision()
    stolen = (cloud.folder / THING / "private.key").read_bytes()
    revoke_lock(cloud.deployment, THING)
    assert cloud.provision() == Provisioned(1, 0, 0)
    assert (cloud.folder / THING / "private.key").read_bytes() != stolen
    cloud.connects_with(cloud.active()[0])
    cloud.world.lock_says("B2-017", version=1)
    assert cloud.lock().is_usable


def test_unknown_lock_can_be_neither_revoked_nor_expected(cloud: Cloud) -> None:
    unknown = thing("B2-099")
    with pytest.raises(DeploymentError, match="no lock"):
        revoke_lock(cloud.deployment, unknown)
    with pytest.raises(DeploymentError, match="no lock"):
        expect_lock(cloud.deployment, unknown, cloud.world.clock.now)


# ── replacing the identity of a working lock ─────────────────────────────────────────────────────


def test_both_identities_serve_until_the_lock_was_seen_with_the_next(cloud: Cloud) -> None:
    cloud.provision()
    (old,) = cloud.active()
    for _ in range(3):
        assert rotate_lock(cloud.deployment, THING, cloud.folder) is Step.ISSUED
        cloud.connects_with(old)
    (_, new) = cloud.active()
    (identity,) = read_identities(cloud.folder, [THING])
    assert identity.certificate.read_text() == cloud.identities.of(THING)[-1].pem
    cloud.connects_with(new)
    assert rotate_lock(cloud.deployment, THING, cloud.folder) is Step.DONE
    assert cloud.every() == {old: "INACTIVE", new: "ACTIVE"}
    assert rotate_lock(cloud.deployment, THING, cloud.folder) is Step.ISSUED, "and again"
    assert cloud.active()[0] == new


def test_key_of_a_real_lock_is_replaced_by_its_request(cloud: Cloud, tmp_path: Path) -> None:
    device, place = tmp_path / "device", cloud.folder / THING
    place.mkdir(parents=True)
    (place / "request.csr").write_bytes(make_request(device, THING).read_bytes())
    cloud.provision(requests_only=True)
    assert rotate_lock(cloud.deployment, THING, cloud.folder) is Step.REQUESTED
    assert not (place / "private.key").exists()
    (place / "next").mkdir()
    (place / "next/request.csr").write_bytes((place / "request.csr").read_bytes())
    with pytest.raises(DeploymentError, match="key that it has"):
        rotate_lock(cloud.deployment, THING, cloud.folder)
    (place / "next/request.csr").write_bytes(make_next_request(device, THING).read_bytes())
    assert rotate_lock(cloud.deployment, THING, cloud.folder) is Step.ISSUED
    assert len(cloud.active()) == 2


def test_rotation_that_is_interrupted_anywhere_is_completed_by_repeating_it(cloud: Cloud) -> None:
    cloud.provision()
    for calls in range(6):
        cloud.iot.left = calls
        try:
            rotate_lock(cloud.deployment, THING, cloud.folder)
        except KeyboardInterrupt:
            assert cloud.active()
        cloud.iot.left = 10**6
        assert rotate_lock(cloud.deployment, THING, cloud.folder) is Step.ISSUED
        assert len(cloud.active()) == 2, "none too many"
        cloud.connects_with(cloud.active()[-1])
        assert rotate_lock(cloud.deployment, THING, cloud.folder) is Step.DONE
        assert len(cloud.active()) == 1


def test_request_that_was_signed_by_half_elsewhere_takes_no_working_identity(
    cloud: Cloud, tmp_path: Path
) -> None:
    cloud.provision()
    assert rotate_lock(cloud.deployment, THING, cloud.folder) is Step.ISSUED
    (_, new) = cloud.active()
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / THING / "next").mkdir(parents=True)
    other = make_request(tmp_path / "other", THING).read_bytes()
    (elsewhere / THING / "next/request.csr").write_bytes(other)
    cloud.iot.left = 2
    with pytest.raises(KeyboardInterrupt):
        rotate_lock(cloud.deployment, THING, elsewhere)
    cloud.iot.left = 10**6
    assert len(cloud.identities.of(THING)) == 3
    cloud.connects_with(new)
    assert rotate_lock(cloud.deployment, THING, cloud.folder) is Step.DONE
    assert cloud.active() == [new]
    assert len(cloud.identities.of(THING)) == 1


# ── claiming ─────────────────────────────────────────────────────────────────────────────────────


def test_only_an_expected_lock_without_an_identity_can_be_claimed_and_once(cloud: Cloud) -> None:
    soon = cloud.world.clock.now + timedelta(hours=1)
    cloud.provision()
    with pytest.raises(DeploymentError, match="revoke"):
        expect_lock(cloud.deployment, THING, soon)
    revoke_lock(cloud.deployment, THING)
    expect_lock(cloud.deployment, THING, soon)
    assert not cloud.lock().is_usable
    claim = cloud.world.claim_lock
    assert not claim(thing("B2-018"), "a" * 64), "a lock of the venue, and not expected"
    assert claim(THING, "b" * 64)
    assert claim(THING, "b" * 64), "AWS IoT may ask twice"
    assert not claim(THING, "c" * 64)


def test_claim_that_comes_too_late_is_refused(cloud: Cloud) -> None:
    expect_lock(cloud.deployment, THING, cloud.world.clock.now + timedelta(hours=1))
    cloud.world.clock.forward(minutes=61)
    assert not cloud.world.claim_lock(THING, "b" * 64)
