"""Record that a lock has connected or disconnected."""

from __future__ import annotations

from dataclasses import dataclass

from baylock.domain.locks.lock import Session
from baylock.domain.venue.mall import ThingName
from baylock.ports.locks import Locks
from baylock.ports.queues import EffectQueues
from baylock.usecases.change import change_lock


@dataclass(frozen=True)
class RecordPresence:
    """Keep whether a lock is connected. A lock that comes back is reconciled.

    Raises Busy.
    """

    locks: Locks
    effect_queues: EffectQueues

    def __call__(self, thing: ThingName, session: Session) -> None:
        lock = change_lock(self.locks, thing, lambda lock: lock.in_session(session))
        # A lock without a report has never been asked for anything either.
        if lock is not None and lock.session == session and lock.online and lock.report:
            self.effect_queues.put_lock(thing)
