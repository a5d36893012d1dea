"""Locks and their shadows, kept in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, MutableMapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import RLock

from baylock.domain.errors import LockChanged
from baylock.domain.locks.lock import BarrierReport, Desired, Lock, LockReport, Shadow
from baylock.domain.venue.mall import LotRef, MallRef, ThingName


@dataclass
class FakeLocks:
    """The Locks port. `out`, `vehicles`, `found`: where FakeOrders looks for what won't do."""

    out: MutableMapping[tuple[MallRef, LotRef], set[str]]
    vehicles: MutableMapping[tuple[MallRef, LotRef], set[str]] = field(default_factory=dict)
    found: MutableMapping[tuple[MallRef, LotRef], dict[str, datetime]] = field(default_factory=dict)
    before_save: Callable[[], object] | None = None
    _locks: dict[ThingName, Lock] = field(default_factory=dict)
    _alone: RLock = field(default_factory=RLock, repr=False, compare=False)

    def find(self, thing: ThingName) -> Lock | None:
        return self._locks.get(thing)

    def of_lot(self, mall: MallRef, lot: LotRef) -> Iterable[Lock]:
        with self._alone:
            locks = list(self._locks.values())
        return [lock for lock in locks if (lock.space.mall, lock.space.lot) == (mall, lot)]

    def save(self, old: Lock | None, new: Lock) -> None:
        if interruption := self.before_save:
            self.before_save = None
            interruption()
        with self._alone:
            if self._locks.get(new.thing) != old:
                raise LockChanged
            self._locks[new.thing] = new
            if old and old.has_vehicle and not new.has_vehicle:
                self.found.get((new.space.mall, new.space.lot), {}).pop(new.space.space, None)
            for listed, is_in in (
                (self.out, not new.is_usable),
                (self.vehicles, new.has_vehicle),
            ):
                spaces = listed.setdefault((new.space.mall, new.space.lot), set())
                (spaces.add if is_in else spaces.discard)(new.space.space)


@dataclass
class FakeShadows:
    """The Shadows port, and the locks' side of it (`report`)."""

    asked: list[tuple[ThingName, Desired]] = field(default_factory=list)
    said: list[LockReport] = field(default_factory=list)
    before_ask: Callable[[], object] | None = None
    _shadows: dict[ThingName, Shadow] = field(default_factory=dict)
    _alone: RLock = field(default_factory=RLock, repr=False, compare=False)

    def read(self, thing: ThingName) -> Shadow:
        return self._shadows.get(thing, Shadow())

    def ask(self, thing: ThingName, desired: Desired, version: int) -> None:
        """As in AWS IoT, a write that names no version (0: there was no shadow) is always taken."""
        if interruption := self.before_ask:
            self.before_ask = None
            interruption()
        with self._alone:
            known = self.read(thing)
            if version and version != known.version:
                raise LockChanged
            self._shadows[thing] = replace(known, version=known.version + 1, desired=desired)
            self.asked.append((thing, desired))

    def write_report(self, report: LockReport) -> None:
        if interruption := self.before_ask:
            self.before_ask = None
            interruption()
        with self._alone:
            if report.version and report.version != self.read(report.thing).version:
                raise LockChanged
            self.report(report.thing, report.barrier, vehicle=report.vehicle)
            self.said.append(report)

    def report(
        self, thing: ThingName, barrier: BarrierReport | None = None, *, vehicle: bool = False
    ) -> int:
        """Report as a lock does; returns the version."""
        with self._alone:
            known = self.read(thing)
            after = replace(known, version=known.version + 1, barrier=barrier, vehicle=vehicle)
            self._shadows[thing] = after
            return after.version
