"""The decision on a desired state: pure, with the time and the readings as arguments.

The rules are those of the shadow contract. Two guards keep an old desired state from moving a
barrier: the shadow's version (`is_news`) and `valid_until` (`decide`). A third keeps a barrier
from rising under a vehicle, before a movement and during it.
"""

from dataclasses import dataclass
from enum import StrEnum

from baylock_lock.hardware import Sensed
from baylock_lock.shadow import Barrier, Desired, Rest


class Refusal(StrEnum):
    EXPIRED = "expired"
    VEHICLE = "vehicle"
    SENSOR = "sensor"


@dataclass(frozen=True, slots=True)
class Memory:
    """A lock's copy of its shadow. Not kept over a restart: each connection reads it again."""

    version: int = 0
    """The newest shadow version acted on."""
    desired: Desired | None = None
    order: str | None = None
    """The order of the last desired state that was obeyed."""
    pending: bool = False
    """The desired state was refused for a temporary reason: try again when that is over."""


@dataclass(frozen=True, slots=True)
class Verdict:
    move: Rest | None
    order: str | None
    refusal: Refusal | None
    pending: bool


def is_news(version: int, memory: Memory) -> bool:
    """Whether a document of this version may be acted on; a repeat is as stale as an older one."""
    return version > memory.version


def decide(memory: Memory, sensed: Sensed, now: float, *, fresh: bool) -> Verdict:
    """Return the decision at `now` (epoch seconds).

    `fresh`: the cloud has just sent `memory.desired`, or a person at the lock wants another try.
    Otherwise something changed at the lock, and only a pending state is tried again: a barrier
    moved by hand or stopped by a jam stays as it is until the cloud sends a new desired state.
    """
    desired = memory.desired
    if desired and (fresh or memory.pending):
        refusal = _refusal(desired, sensed, now)
        if refusal is None:
            in_place = desired.barrier in (sensed.barrier, sensed.heading)
            return Verdict(
                move=None if in_place else desired.barrier,
                order=desired.order,
                refusal=None,
                pending=False,
            )
        if not _rising(sensed) or sensed.vehicle is False:
            pending = refusal is not Refusal.EXPIRED
            return Verdict(move=None, order=memory.order, refusal=refusal, pending=pending)
    if _rising(sensed) and sensed.vehicle is not False:
        # A vehicle came while the barrier rose: lower it, and report no order.
        wanted = desired is not None and desired.barrier is Barrier.RAISED
        return Verdict(
            move=Barrier.LOWERED, order=None, refusal=_blind_or_occupied(sensed), pending=wanted
        )
    return Verdict(move=None, order=memory.order, refusal=None, pending=memory.pending)


def _refusal(desired: Desired, sensed: Sensed, now: float) -> Refusal | None:
    if now >= desired.valid_until:
        return Refusal.EXPIRED
    if desired.barrier is Barrier.RAISED and sensed.barrier is not Barrier.RAISED:
        return _blind_or_occupied(sensed)
    return None


def _blind_or_occupied(sensed: Sensed) -> Refusal | None:
    match sensed.vehicle:
        case True:
            return Refusal.VEHICLE
        case None:
            return Refusal.SENSOR
        case False:
            return None


def _rising(sensed: Sensed) -> bool:
    return sensed.barrier is Barrier.MOVING and sensed.heading is Barrier.RAISED
