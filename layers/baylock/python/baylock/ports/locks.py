"""Locks and their shadows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from baylock.domain.locks.lock import Desired, Lock, LockReport, Shadow
    from baylock.domain.venue.mall import (
        Lot,
        LotRef,
        MallRef,
        ThingName,
    )


class Locks(Protocol):
    """Locks as known in the cloud, and the spaces that take no orders because of their lock."""

    def find(self, thing: ThingName) -> Lock | None:
        """The lock, if it is registered."""

    def of_lot(self, mall: MallRef, lot: LotRef) -> Iterable[Lock]:
        """Every registered lock of a lot."""

    def register(self, mall: MallRef, lot: Lot) -> int:
        """Register the locks of a lot that are not known yet; return how many never reported.

        The space of each of these takes no orders until its lock reports. Repeating it is safe.
        """

    def registered_malls(self) -> frozenset[MallRef] | None:
        """The malls whose locks are registered; None if those of every mall are."""

    def note_registered(self, mall: MallRef | None) -> None:
        """Note that the locks of a mall are registered; None for those of every mall."""

    def save(self, old: Lock | None, new: Lock) -> None:
        """Replace what is known of a lock, and open or close its space for allocation with it.

        LockChanged if `old` is no longer what is stored.
        """


class Things(Protocol):
    """The devices that AWS IoT knows."""

    def create(self, thing: ThingName) -> None:
        """Create a thing without a certificate; nothing changes where it exists already."""


class Shadows(Protocol):
    """The shadows of locks, by which they are asked to move."""

    def read(self, thing: ThingName) -> Shadow:
        """The shadow; an empty one where the lock has none yet."""

    def ask(self, thing: ThingName, desired: Desired, version: int) -> None:
        """Write a desired state; LockChanged if the shadow is no longer at this version."""

    def write_report(self, report: LockReport) -> None:
        """Report for a simulated lock; LockChanged if the shadow is not at the report's version."""
