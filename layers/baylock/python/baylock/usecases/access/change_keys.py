"""The platform's keys: rotate one, drop a version, adopt what was in force before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from baylock.domain.access.key_ring import KeyRing, Purpose
from baylock.domain.booking.order_ids import UNKEYED
from baylock.domain.errors import KeyVersionInUse, NoFormerKey, NoSuchKeyVersion
from baylock.ports.access import KeyRings
from baylock.ports.clock import Clock


@dataclass(frozen=True)
class ChangeKeys:
    """Change the ring of a purpose; returns it as it is then. Raises Busy.

    `make` makes a key of at least 256 random bits.
    """

    rings: KeyRings
    make: Callable[[], bytes]
    clock: Clock

    def rotate(self, purpose: Purpose) -> KeyRing:
        """Add a version, which counts in a quarter of an hour; what exists keeps its version."""
        return self._save(purpose, self.rings.ring(purpose).rotate(self.make(), self.clock()))

    def drop(self, purpose: Purpose, number: int) -> KeyRing:
        """Drop a version: what is derived with it is not valid any more.

        Raises NoSuchKeyVersion; KeyVersionInUse for a version that was not replaced yet.
        """
        ring = self.rings.ring(purpose)
        was_replaced = ring.was_replaced(number, self.clock())
        if was_replaced is None:
            raise NoSuchKeyVersion(number)
        if not was_replaced:
            raise KeyVersionInUse(number)
        return self._save(purpose, ring.drop(number))

    def adopt(self) -> dict[Purpose, KeyRing]:
        """After an upgrade from a version with one key: let what it derived go on counting.

        Links and text keys were derived with the key of codes, and order ids without a key.
        Repeating it changes nothing. Raises NoFormerKey where there was no such version.
        """
        former = self.rings.ring(Purpose.CODES)
        adopted = {}
        for purpose in (Purpose.ORDER_IDS, Purpose.LINKS, Purpose.TEXT_KEYS):
            ring = self.rings.ring(purpose)
            if not ring.follows(former):
                raise NoFormerKey
            key = UNKEYED if purpose is Purpose.ORDER_IDS else former.versions[0].key
            adopted[purpose] = ring.adopt(key)
        return {purpose: self._save(purpose, ring) for purpose, ring in adopted.items()}

    def _save(self, purpose: Purpose, ring: KeyRing) -> KeyRing:
        self.rings.save(purpose, ring)
        return ring
