"""What the agent needs of the lock beside it: a motor, a vehicle sensor, a battery gauge."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from baylock_lock.shadow import Barrier, Fault, Rest


class Change(StrEnum):
    MOVED = "moved"
    """A movement ended, where it should or not."""
    BY_HAND = "by_hand"
    """Someone moved the barrier at the lock, with a key."""
    RESET = "reset"
    """Someone put right what was in the barrier's way: it may try again."""
    VEHICLE = "vehicle"
    SENSOR = "sensor"
    BATTERY = "battery"
    TAMPER = "tamper"


@dataclass(frozen=True, slots=True)
class Sensed:
    """One reading of the hardware."""

    barrier: Barrier
    vehicle: bool | None
    """None when the sensor does not answer."""
    battery: int
    """Percent, 0 to 100."""
    heading: Rest | None = None
    """Where the barrier is going, while it moves."""
    stopped_by: Fault | None = None
    """Why a movement did not reach its end: jammed or obstructed."""
    tampered: bool = False

    @property
    def fault(self) -> Fault | None:
        """The one fault to report, the one that needs a person soonest first."""
        if self.tampered:
            return Fault.TAMPERED
        if self.stopped_by:
            return self.stopped_by
        if self.vehicle is None:
            return Fault.SENSOR
        return None


class Hardware(Protocol):
    """One lock. Every call is made on the agent's event loop and returns at once.

    A driver whose interrupts come on threads of its own hands its changes over with
    `loop.call_soon_threadsafe`.
    """

    def sense(self) -> Sensed: ...

    def move(self, to: Rest) -> None:
        """Start moving, or turn round if it moves the other way; ends in a `Change.MOVED`."""
        ...

    def listen(self, changed: Callable[[Change], None]) -> None:
        """Tell `changed` of every change from now on, and nobody else."""
        ...
