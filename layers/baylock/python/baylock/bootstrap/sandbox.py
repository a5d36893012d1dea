"""The locks and drivers of sandboxes."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from baylock.bootstrap import aws, locks, queues, stores

if TYPE_CHECKING:
    from baylock.usecases.sandbox.read_texts import ReadTexts
    from baylock.usecases.sandbox.simulate_driver import SimulateDriver
    from baylock.usecases.sandbox.simulate_lock import SimulateLock


@cache
def read_texts() -> ReadTexts:
    from baylock.bootstrap import rings
    from baylock.usecases.sandbox.read_texts import ReadTexts

    return ReadTexts(stores.message_log(), rings.code_ring, rings.link_ring)


@cache
def simulate_lock() -> SimulateLock:
    from baylock.usecases.sandbox.simulate_lock import SimulateLock

    return SimulateLock(stores.orders(), locks.shadows(), queues.effect_queues(), aws.now)


@cache
def simulate_driver() -> SimulateDriver:
    from baylock.usecases.driver.admit_driver import AdmitDriver
    from baylock.usecases.driver.leave_space import LeaveSpace
    from baylock.usecases.sandbox.simulate_driver import SimulateDriver

    admit = AdmitDriver(stores.venues(), stores.orders(), aws.now)
    return SimulateDriver(
        stores.orders(), locks.shadows(), admit, LeaveSpace(stores.orders(), aws.now), aws.now
    )
