"""A lock has come into contact, or gone out of it."""

from __future__ import annotations

from dataclasses import dataclass

from baylock.domain.lock import Session
from baylock.domain.venue import ThingName
from baylock.ports import Locks, Outbox
from baylock.usecases.change import change_lock


@dataclass(frozen=True)
class RecordPresence:
    """Keep whether a lock is in contact; one that comes back is looked at, it may have missed much.

    Raises Busy.
    """

    locks: Locks
    outbox: Outbox

    def __call__(self, thing: ThingName, session: Session) -> None:
        lock = change_lock(self.locks, thing, lambda lock: lock.in_session(session))
        # One that has never spoken has never been asked for anything either.
        if lock is not None and lock.session == session and lock.online and lock.report:
            self.outbox.put_lock(thing)
