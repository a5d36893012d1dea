"""The identities of locks: a thing, a certificate, and a key that never leaves this machine."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from baylock.domain.errors import LockChanged
from baylock.domain.locks.lock import Lock
from baylock.domain.venue.mall import Lot, Mall, Space, SpaceId
from baylock.usecases.progress import Progress
from deployment.deployment import Deployment

PRIVATE_KEY = "private.key"
CERTIFICATE = "certificate.pem"
AT_ONCE = 4


@dataclass(frozen=True)
class Provisioned:
    """The number of locks that were given an identity, and of those that had theirs already."""

    new: int
    known: int


def provision_locks(
    deployment: Deployment, mall: Mall, lots: Sequence[Lot], folder: Path, progress: Progress
) -> Provisioned:
    """Provision every lock of these lots that has no identity in `folder` yet.

    Each gets `<folder>/<thing>/private.key` and `certificate.pem`, and stays out of allocation
    until it has reported. `progress` counts locks.
    """
    spaces = [(lot, space) for lot in lots for space in lot.spaces]
    fresh = [(lot, space) for lot, space in spaces if not _has_identity(folder, space)]
    iot = deployment.client("iot")
    policy = deployment.outputs["LockPolicy"]

    def provision(place: tuple[Lot, Space]) -> None:
        lot, space = place
        _provision(iot, policy, mall, lot, space, folder / space.thing)
        lock = Lock(space.thing, SpaceId(mall.ref, lot.ref, space.ref))
        with suppress(LockChanged):  # provisioned before: it gets a new identity
            deployment.locks.save(None, lock)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        for done, _ in enumerate(threads.map(provision, fresh), start=1):
            progress(done, len(fresh))
    return Provisioned(len(fresh), len(spaces) - len(fresh))


def _has_identity(folder: Path, space: Space) -> bool:
    return (folder / space.thing / CERTIFICATE).exists()


def _provision(iot: Any, policy: str, mall: Mall, lot: Lot, space: Space, folder: Path) -> None:
    iot.create_thing(
        thingName=space.thing,
        attributePayload={"attributes": {"mall": _attribute(mall.ref), "lot": _attribute(lot.ref)}},
    )
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, space.thing[:64])])
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    certificate = iot.create_certificate_from_csr(
        certificateSigningRequest=request.public_bytes(serialization.Encoding.PEM).decode(),
        setAsActive=True,
    )
    iot.attach_policy(policyName=policy, target=certificate["certificateArn"])
    iot.attach_thing_principal(thingName=space.thing, principal=certificate["certificateArn"])
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    private = folder / PRIVATE_KEY
    private.touch(mode=0o600)
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    # Last: a certificate in the folder marks the lock as provisioned.
    (folder / CERTIFICATE).write_text(certificate["certificatePem"])


def _attribute(text: str) -> str:
    """Replace the characters that AWS IoT refuses in an attribute's value."""
    return "".join(char if char.isascii() and char.isalnum() else "_" for char in text)[:800]
