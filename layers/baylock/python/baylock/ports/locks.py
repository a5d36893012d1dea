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
    """What is known of locks, and which spaces take no orders because of theirs."""

    def find(self, thing: ThingName) -> Lock | None:
        """The lock, if it was provisioned."""

    def of_lot(self, mall: MallRef, lot: LotRef) -> Iterable[Lock]:
        """Every provisioned lock of a lot."""

    def save(self, old: Lock | None, new: Lock) -> None:
        """Replace what is known of a lock, and let its space in or out of allocation with it.

        LockChanged if `old` is no longer what is stored.
        """


class Things(Protocol):
    """The devices that AWS IoT knows."""

    def create(self, thing: ThingName) -> None:
        """Create a thing without a certificate; nothing changes where it exists already."""


class Shadows(Protocol):
    """The shadows of locks, through which they are asked to move."""

    def read(self, thing: ThingName) -> Shadow:
        """The shadow; an empty one where the lock has none yet."""

    def ask(self, thing: ThingName, desired: Desired, version: int) -> None:
        """Ask for a position; LockChanged if the shadow is no longer at this version."""

    def write_report(self, report: LockReport) -> None:
        """Report in the place of a lock; LockChanged if the shadow is not at the report's version.

        For locks that are played: a real one does this by itself.
        """
