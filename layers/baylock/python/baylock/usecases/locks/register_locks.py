"""Register the locks of a mall: a space takes no orders before its lock has reported."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from baylock.domain.errors import LockChanged, NoSuchMall
from baylock.domain.locks.lock import Lock
from baylock.domain.sandbox.mall import sandbox_locks
from baylock.domain.venue.mall import Mall, MallRef
from baylock.domain.venue.sandbox_ref import is_sandbox
from baylock.ports.clock import Clock
from baylock.ports.locks import Locks
from baylock.ports.venue import Venues
from baylock.usecases.change import change_lock


@dataclass(frozen=True)
class RegisterLocks:
    """Register every lock of a mall, before the mall takes orders; repeating it is safe.

    The simulated locks of a sandbox report at once. `due` and `catch_up` are for malls that were
    saved before this was done for each. Raises Busy.
    """

    venues: Venues
    locks: Locks
    clock: Clock

    def __call__(self, mall: Mall) -> int:
        """Return how many of the locks have never reported."""
        if is_sandbox(mall.ref):
            for lock in sandbox_locks(mall, self.clock()):
                self._report_once(lock)
            return 0
        return sum(self.locks.register(mall.ref, lot) for lot in mall.lots)

    def due(self) -> Iterator[MallRef]:
        """The malls and sandboxes whose locks are not known to be registered, as they are found."""
        done = self.locks.registered_malls()
        if done is None:
            return
        is_complete = True
        for ref in self.venues.every_ref():
            if ref not in done:
                is_complete = False
                yield ref
        if is_complete:
            self.locks.note_registered(None)

    def catch_up(self, ref: MallRef) -> int:
        """Return how many locks of this mall have never reported."""
        try:
            unheard = self(self.venues.mall(ref))
        except NoSuchMall:
            unheard = 0
        self.locks.note_registered(ref)
        return unheard

    def _report_once(self, lock: Lock) -> None:
        try:
            self.locks.save(None, lock)
        except LockChanged:  # it exists already
            report = lock.report
            change_lock(
                self.locks,
                lock.thing,
                lambda known: known.reporting(report) if report and not known.report else known,
            )
