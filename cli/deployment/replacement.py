"""The identity of one lock: revoked, replaced while it works, or expected of a new device."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path

from baylock.domain.locks.lock import Lock
from baylock.domain.venue.mall import ThingName
from baylock.usecases.change import change_lock
from baylock.usecases.orders.revoke_lock import Emptied
from baylock_lock.identity import (
    CERTIFICATE,
    NEXT,
    PRIVATE_KEY,
    REQUEST,
    make_next_request,
    write,
)
from deployment.deployment import Deployment
from deployment.errors import DeploymentError
from deployment.identities import Certificate, Identities, read_request
from deployment.provisioning import identities_of


@dataclass(frozen=True)
class Revoked:
    """The number of certificates that were made useless, and what became of the orders."""

    certificates: int
    orders: Emptied


def revoke_lock(deployment: Deployment, thing: ThingName) -> Revoked:
    """Take a lock out of service: its certificates, then its orders. It may be repeated.

    First of all Baylock stops listening, as AWS IoT takes minutes to end a connection.
    """
    lock = deployment.revoke_lock(thing)
    if lock is None:
        raise DeploymentError(f"there is no lock {thing}; `baylock lock list` lists them")
    identities = identities_of(deployment)
    held = identities.of(thing)
    for certificate in held:
        identities.retire(thing, certificate)
    identities.forget_shadow(thing)
    return Revoked(len(held), deployment.revoke_lock.move_orders(lock))


class Step(Enum):
    """How far the replacement of an identity has come."""

    REQUESTED = "requested"
    """The lock has to make its next request."""
    ISSUED = "issued"
    """Both identities can be used, until the lock has connected with the next one."""
    DONE = "done"
    """The one before is retired."""


def rotate_lock(deployment: Deployment, thing: ThingName, folder: Path) -> Step:
    """Take the next step of the replacement of a working lock's identity.

    `<folder>/<thing>/next/` gets the next certificate; its request comes from the lock, or is made
    there where the lock's key is there too. The identity before stays until the broker has seen the
    lock with the next one. Raises DeploymentError.
    """
    lock = _known(deployment, thing)
    if lock.identity.is_revoked:
        raise DeploymentError(f"{thing} was revoked: `baylock lock provision` gives a new identity")
    identities = identities_of(deployment)
    held = identities.of(thing)
    active = [one for one in held if one.is_active]
    if not active:
        raise DeploymentError(f"{thing} has no identity: `baylock lock provision` gives it one")
    place = folder / thing
    in_use = lock.session.certificate if lock.session and lock.online else None
    if len(active) > 1 and _is_in_place(place, active[-1]):
        if in_use != active[-1].id:
            return Step.ISSUED
        _finish(deployment, identities, thing, held, active[-1])
        return Step.DONE
    if (place / PRIVATE_KEY).is_file():
        make_next_request(place, thing)
    request = place / NEXT / REQUEST
    if not request.is_file():
        return Step.REQUESTED
    asked = read_request(request.read_bytes(), thing)
    if any(one.key == asked.key for one in active[:1]):
        raise DeploymentError(f"the next request of {thing} is for the key that it has")
    certificate = identities.issue(thing, asked, held)
    write(place / NEXT / CERTIFICATE, certificate.pem.encode())
    return Step.ISSUED


def _is_in_place(place: Path, newest: Certificate) -> bool:
    """Whether the newest certificate has got where the lock takes it from."""
    written = (place / NEXT / CERTIFICATE, place / CERTIFICATE)
    return any(path.is_file() and path.read_text() == newest.pem for path in written)


def _finish(
    deployment: Deployment,
    identities: Identities,
    thing: ThingName,
    held: Sequence[Certificate],
    in_use: Certificate,
) -> None:
    """Retire all others, also a newer one that was issued by half and is used by nobody."""
    for certificate in held:
        if certificate.id != in_use.id:
            identities.retire(thing, certificate)
    change_lock(deployment.locks, thing, lambda lock: lock.renew(in_use.ends_at))


def expect_lock(deployment: Deployment, thing: ThingName, until: datetime) -> None:
    """Let a new device claim the identity of a lock, once, until then.

    DeploymentError where another device has it still.
    """
    _known(deployment, thing)
    identities = identities_of(deployment)
    if any(one.is_active for one in identities.of(thing)):
        raise DeploymentError(
            f"{thing} has an identity in use: `baylock lock revoke {thing}` first, then expect "
            "the device that takes its place"
        )
    identities.forget_shadow(thing)
    change_lock(deployment.locks, thing, lambda lock: lock.expect(until))


def _known(deployment: Deployment, thing: ThingName) -> Lock:
    lock = deployment.locks.find(thing)
    if lock is None:
        raise DeploymentError(f"there is no lock {thing}; `baylock lock list` lists them")
    return lock
