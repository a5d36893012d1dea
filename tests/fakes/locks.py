"""Locks and their shadows in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, MutableMapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import RLock

from baylock.domain.errors import LockChanged
from baylock.domain.locks.lock import BarrierReport, Desired, Lock, LockReport, Shadow
from baylock.domain.venue.mall import Lot, LotRef, MallRef, SpaceId, ThingName


@dataclass
class FakeLocks:
    """The Locks port.

    FakeOrders reads `out`, `vehicles`, `found` and `unheard` to skip unusable spaces.
    """

    out: MutableMapping[tuple[MallRef, LotRef], set[str]]
    vehicles: MutableMapping[tuple[MallRef, LotRef], set[str]] = field(default_factory=dict)
    found: MutableMapping[tuple[MallRef, LotRef], dict[str, datetime]] = field(default_factory=dict)
    unheard: MutableMapping[tuple[MallRef, LotRef], set[str]] = field(default_factory=dict)
    before_save: Callable[[], object] | None = None
    _registered: set[MallRef] | None = field(default_factory=set)
    _locks: dict[ThingName, Lock] = field(default_factory=dict)
    _alone: RLock = field(default_factory=RLock, repr=False, compare=False)

    def find(self, thing: ThingName) -> Lock | None:
        return self._locks.get(thing)

    def of_lot(self, mall: MallRef, lot: LotRef) -> Iterable[Lock]:
        with self._alone:
            locks = list(self._locks.values())
        return [lock for lock in locks if (lock.space.mall, lock.space.lot) == (mall, lot)]

    def register(self, mall: MallRef, lot: Lot) -> int:
        with self._alone:
            for space in lot.spaces:
                if space.thing not in self._locks:
                    self.save(None, Lock(space.thing, SpaceId(mall, lot.ref, space.ref)))
            silent = {space.ref for space in lot.spaces if not self._locks[space.thing].was_heard}
            self.out.setdefault((mall, lot.ref), set()).update(silent)
            self.unheard.setdefault((mall, lot.ref), set()).update(silent)
        return len(silent)

    def upgraded(self) -> None:
        """Let no mall's locks be registered, as after an upgrade."""
        self._registered = set()

    def forget(self, thing: ThingName) -> None:
        """Let a lock be unknown, for a test that begins before it was registered."""
        self._locks.pop(thing, None)

    def registered_malls(self) -> frozenset[MallRef] | None:
        return None if self._registered is None else frozenset(self._registered)

    def note_registered(self, mall: MallRef | None) -> None:
        if mall is None:
            self._registered = None
        elif self._registered is not None:
            self._registered.add(mall)

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
                (self.unheard, not new.was_heard),
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
        """Write the desired state; as in AWS IoT, version 0 (there was no shadow) is always
        accepted."""
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
        """Write the reported state, as the lock; returns the version."""
        with self._alone:
            known = self.read(thing)
            after = replace(known, version=known.version + 1, barrier=barrier, vehicle=vehicle)
            self._shadows[thing] = after
            return after.version
