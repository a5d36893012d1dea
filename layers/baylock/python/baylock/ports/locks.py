"""Locks and their shadows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from baylock.domain.locks.lock import Desired, Lock, LockReport, Shadow
    from baylock.domain.venue.mall import (
        LotRef,
        MallRef,
        ThingName,
    )


class Locks(Protocol):
    """Locks as known in the cloud, and the spaces that take no orders because of their lock."""

    def find(self, thing: ThingName) -> Lock | None:
        """The lock, if it was provisioned."""

    def of_lot(self, mall: MallRef, lot: LotRef) -> Iterable[Lock]:
        """Every provisioned lock of a lot."""

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
