"""Identities for locks: a thing, and a certificate for the key that the lock has made."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from baylock.domain.errors import LockChanged
from baylock.domain.locks.lock import Lock
from baylock.domain.venue.mall import Lot, Mall, Space, SpaceId
from baylock.usecases.change import change_lock
from baylock.usecases.progress import Progress
from baylock_lock.identity import (
    CERTIFICATE,
    REQUEST,
    discard,
    folder_in_use,
    make_request,
    write,
)
from deployment.deployment import Deployment
from deployment.errors import DeploymentError
from deployment.identities import (
    Certificate,
    Identities,
    Request,
    key_of_certificate,
    read_request,
)

AT_ONCE = 4
DRAFT = "certificate.new"
"""The certificate, until the identities before it are retired."""


@dataclass(frozen=True)
class Provisioned:
    """How many locks were given an identity, had theirs already, and have no request yet."""

    new: int
    known: int
    waiting: int = 0


def identities_of(deployment: Deployment) -> Identities:
    """Return the identities of a deployment's locks."""
    return Identities(
        deployment.client("iot"), deployment.outputs["LockPolicy"], deployment.client("iot-data")
    )


def provision_locks(
    deployment: Deployment,
    mall: Mall,
    lots: Sequence[Lot],
    folder: Path,
    progress: Progress,
    *,
    requests_only: bool = False,
) -> Provisioned:
    """Provision every lock of these lots that has no identity in `folder` yet.

    A lock's request is `<folder>/<thing>/request.csr`, and `certificate.pem` comes beside it. Where
    there is no request, the lock's own tool makes it there, with its key; or the lock is left out
    (`requests_only`), because its key is on the lock. A lock stays out of allocation until it has
    reported. An identity that it had before, elsewhere, is retired: it is another device now. Every
    step may be interrupted and repeated. `progress` counts locks. Raises DeploymentError.
    """
    spaces = [(lot, space) for lot in lots for space in lot.spaces]
    known = {
        lock.thing: lock for lot in lots for lock in deployment.locks.of_lot(mall.ref, lot.ref)
    }
    for _, space in spaces:
        check_rights(deployment, space)
    work = _Provisioning(deployment, identities_of(deployment), mall, folder)
    fresh = [
        (lot, space, known.get(space.thing))
        for lot, space in spaces
        if not _has_identity(folder / space.thing, known.get(space.thing))
    ]
    due = [
        place
        for place in fresh
        if not requests_only or (folder / place[1].thing / REQUEST).is_file()
    ]
    with ThreadPoolExecutor(AT_ONCE) as threads:
        for done, _ in enumerate(threads.map(lambda place: work(*place), due), start=1):
            progress(done, len(due))
    return Provisioned(len(due), len(spaces) - len(fresh), len(fresh) - len(due))


def check_rights(deployment: Deployment, space: Space) -> None:
    """Raise DeploymentError where Baylock may not move the lock of a space (`Malls`)."""
    malls = deployment.outputs.get("Malls", "*").split(",")
    if malls != ["*"] and not any(space.thing.startswith(f"{mall}-") for mall in malls):
        raise DeploymentError(
            f"the stack has no right to move {space.thing}: deploy it with Malls set to what the "
            "names of its locks begin with, besides those of the other malls"
        )


def _has_identity(folder: Path, lock: Lock | None) -> bool:
    is_revoked = lock is not None and lock.identity.is_revoked
    return (folder / CERTIFICATE).is_file() and not is_revoked


@dataclass(frozen=True)
class _Provisioning:
    deployment: Deployment
    identities: Identities
    mall: Mall
    folder: Path

    def __call__(self, lot: Lot, space: Space, lock: Lock | None) -> None:
        folder, thing = self.folder / space.thing, space.thing
        request = self._request(folder, space)
        attributes = {"mall": _attribute(self.mall.ref), "lot": _attribute(lot.ref)}
        self.identities.create_thing(thing, attributes)
        held = self.identities.of(thing)
        if lock and lock.identity.is_revoked and any(one.key == request.key for one in held):
            raise DeploymentError(f"the key of {thing} was revoked: let the lock make another")
        certificate = self.identities.issue(thing, request, held)
        # On disk before anything is retired: from here on nothing can be lost.
        write(folder / DRAFT, certificate.pem.encode())
        before = [one for one in held if one.id != certificate.id]
        takes_over = self._note(lot, space, certificate, is_another=bool(before))
        for one in before:
            self.identities.retire(thing, one)
        if takes_over:
            self.identities.forget_shadow(thing)
        # Last: a certificate in the folder marks the lock as provisioned.
        (folder / DRAFT).replace(folder / CERTIFICATE)

    def _request(self, folder: Path, space: Space) -> Request:
        """The lock's request; a new one in place of that of an identity that was revoked."""
        path = folder / REQUEST
        if (folder / CERTIFICATE).is_file():
            revoked = key_of_certificate((folder_in_use(folder) / CERTIFICATE).read_text())
            if not path.is_file() or read_request(path.read_bytes(), space.thing).key == revoked:
                discard(folder)
            (folder / CERTIFICATE).unlink(missing_ok=True)
        return read_request(make_request(folder, space.thing).read_bytes(), space.thing)

    def _note(self, lot: Lot, space: Space, certificate: Certificate, *, is_another: bool) -> bool:
        """Note the identity; return whether it is another device's.

        What the device before it says then counts no more from here on.
        """
        fresh = Lock(space.thing, SpaceId(self.mall.ref, lot.ref, space.ref))
        with suppress(LockChanged):
            self.deployment.locks.save(None, fresh)

        def renewed(known: Lock) -> Lock:
            replaced = is_another or known.identity.is_revoked or known.identity.awaits
            instead = certificate.id if replaced else None
            return known.renew(certificate.ends_at, instead=instead)

        lock = change_lock(self.deployment.locks, space.thing, renewed)
        return lock is not None and lock.identity.awaits is not None


def _attribute(text: str) -> str:
    """Replace the characters that AWS IoT refuses in an attribute's value."""
    return "".join(char if char.isascii() and char.isalnum() else "_" for char in text)[:800]
