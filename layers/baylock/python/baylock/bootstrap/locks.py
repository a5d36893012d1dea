"""Locks and their shadows."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from baylock.bootstrap import aws, queues, stores

if TYPE_CHECKING:
    from baylock.ports.locks import Shadows
    from baylock.usecases.locks.claim_lock import ClaimLock
    from baylock.usecases.locks.reconcile_lock import ReconcileLock
    from baylock.usecases.locks.record_lock_report import RecordLockReport
    from baylock.usecases.locks.record_presence import RecordPresence
    from baylock.usecases.locks.register_locks import RegisterLocks


@cache
def shadows() -> Shadows:
    from baylock.adapters.iot import IotShadows

    return IotShadows(aws.client("iot-data"))


@cache
def reconcile_lock() -> ReconcileLock:
    from baylock.usecases.locks.reconcile_lock import ReconcileLock

    return ReconcileLock(stores.venues(), stores.orders(), stores.locks(), shadows(), aws.now)


@cache
def record_lock_report() -> RecordLockReport:
    from baylock.usecases.locks.record_lock_report import RecordLockReport

    return RecordLockReport(
        stores.venues(), stores.locks(), stores.orders(), queues.effect_queues(), aws.now
    )


@cache
def record_presence() -> RecordPresence:
    from baylock.usecases.locks.record_presence import RecordPresence

    return RecordPresence(stores.locks(), queues.effect_queues())


@cache
def register_locks() -> RegisterLocks:
    from baylock.usecases.locks.register_locks import RegisterLocks

    return RegisterLocks(stores.venues(), stores.locks(), aws.now)


@cache
def claim_lock() -> ClaimLock:
    from baylock.usecases.locks.claim_lock import ClaimLock

    return ClaimLock(stores.locks(), aws.now)
