"""Decide whether a new device may have the identity of a lock."""

from __future__ import annotations

from dataclasses import dataclass

from baylock.domain.venue.mall import ThingName
from baylock.ports.clock import Clock
from baylock.ports.locks import Locks
from baylock.usecases.change import change_lock


@dataclass(frozen=True)
class ClaimLock:
    """Give the identity of an expected lock to the device that claims it first, and to no other.

    Only a lock of a venue can be expected, after an operator has said so, and for a time. Raises
    Busy.
    """

    locks: Locks
    clock: Clock

    def __call__(self, thing: ThingName, certificate: str) -> bool:
        """Whether the device with this certificate (its id) is the one."""
        now = self.clock()
        claimed = change_lock(self.locks, thing, lambda lock: lock.claim(certificate, now))
        return claimed is not None and claimed.identity.awaits == certificate
