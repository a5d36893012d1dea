"""The hardware that the agent drives: a motor, a vehicle sensor, a battery gauge."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from baylock_lock.shadow import Barrier, Fault, Rest


class Change(StrEnum):
    MOVED = "moved"
    """A movement ended, at its target or before it."""
    BY_HAND = "by_hand"
    """A person moved the barrier at the lock, with a key."""
    RESET = "reset"
    """A person freed the barrier: it may try again."""
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
    """The target of the current movement."""
    stopped_by: Fault | None = None
    """The fault that stopped the last movement: jammed or obstructed."""
    tampered: bool = False

    @property
    def fault(self) -> Fault | None:
        """The fault to report: of several, the most urgent."""
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
        """Start a movement, or reverse one; it ends with `Change.MOVED`."""
        ...

    def listen(self, changed: Callable[[Change], None]) -> None:
        """Call `changed` at every change from now on, in place of the listener before."""
        ...
