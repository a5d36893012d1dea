"""The faults of a simulated lock, on command."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial

from baylock_lock.agent import Later, Timer
from baylock_lock.network import Network
from baylock_lock.shadow import Fault
from baylock_lock.simulated import FULL, SimulatedHardware

MINUTE_S = 60.0


class Kind(StrEnum):
    """The names of faults, in commands too."""

    JAM = "jam"
    """The motor jams: a movement stops half-way."""
    OBSTRUCT = "obstruct"
    """Something is in the barrier's way."""
    TAMPER = "tamper"
    SENSOR = "sensor"
    """The vehicle sensor does not answer."""
    STUCK_VEHICLE = "stuck-vehicle"
    """The sensor reports a vehicle, whether there is one or not."""
    STUCK_EMPTY = "stuck-empty"
    POWER = "power"
    POWER_MOVING = "power-moving"
    """The power fails half-way through the next movement."""
    NETWORK = "network"
    FLAKY = "flaky"
    """Messages are late, in any order, and some come twice."""
    LOSSY = "lossy"
    """Some messages are lost."""
    DRAIN = "drain"
    CLOCK = "clock"


AMOUNTS = {Kind.FLAKY: 2.0, Kind.LOSSY: 20.0, Kind.DRAIN: 5.0, Kind.CLOCK: -60.0}
"""Longest delay in seconds; percent lost; percent a second; minutes ahead (slow: negative)."""
REPEATED_SHARE = 0.3

Begin = Callable[[float], None]
"""Takes the amount; 0 for a fault without one."""
End = Callable[[], None]

_INSTEAD = (
    frozenset({Kind.JAM, Kind.OBSTRUCT}),
    frozenset({Kind.SENSOR, Kind.STUCK_VEHICLE, Kind.STUCK_EMPTY}),
    frozenset({Kind.POWER, Kind.POWER_MOVING}),
)
"""Groups of faults that replace one another."""


@dataclass
class Faults:
    """The faults of one simulated lock. `power` switches its agent on and off."""

    hardware: SimulatedHardware
    network: Network
    power: Callable[[bool], None]
    later: Later
    _playing: dict[Kind, Timer | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.hardware.emptied = self._fail

    @property
    def playing(self) -> tuple[Kind, ...]:
        return tuple(sorted(self._playing))

    def play(self, kind: Kind, by: float | None = None, for_s: float | None = None) -> None:
        """Play a fault until it is mended, or for `for_s` seconds; `by` is its amount (AMOUNTS).

        A fault that is playing already starts again. Raises ValueError for an invalid amount.
        """
        if by is not None and kind not in AMOUNTS:
            raise ValueError(f"{kind} has no amount")
        amount = AMOUNTS.get(kind, 0.0) if by is None else by
        if kind in AMOUNTS and kind is not Kind.CLOCK and amount <= 0:
            raise ValueError(f"{kind} by more than 0")
        instead = next((group for group in _INSTEAD if kind in group), frozenset({kind}))
        for other in instead & self._playing.keys():
            self.mend(other)
        # The seconds of a power cut half-way through a movement count from its beginning.
        timed = for_s is not None and kind is not Kind.POWER_MOVING
        self._playing[kind] = self.later(for_s or 0, partial(self.mend, kind)) if timed else None
        begin, _ = self._how(kind, for_s)
        begin(amount)

    def mend(self, kind: Kind) -> None:
        """Mend a fault; nothing happens where it is not playing."""
        if kind not in self._playing:
            return
        timer = self._playing.pop(kind)
        if timer:
            timer.cancel()
        _, end = self._how(kind, None)
        end()

    def mend_all(self) -> None:
        """Mend every fault, and charge the battery."""
        # Power last: the agent then starts with everything else in order.
        for kind in sorted(self._playing, key=lambda kind: kind is Kind.POWER):
            self.mend(kind)
        self.hardware.free()
        self.hardware.charge(FULL)
        self.power(True)

    def _how(self, kind: Kind, for_s: float | None) -> tuple[Begin, End]:
        """Return the functions that begin and end a fault."""
        hardware, network = self.hardware, self.network
        fail_then = partial(self.play, Kind.POWER, for_s=for_s)
        table: dict[Kind, tuple[Begin, End]] = {
            Kind.JAM: (lambda _: hardware.block(Fault.JAMMED), hardware.free),
            Kind.OBSTRUCT: (lambda _: hardware.block(Fault.OBSTRUCTED), hardware.free),
            Kind.TAMPER: (lambda _: hardware.tamper(True), lambda: hardware.tamper(False)),
            Kind.SENSOR: (
                lambda _: hardware.sensor_dead(True),
                lambda: hardware.sensor_dead(False),
            ),
            Kind.STUCK_VEHICLE: (
                lambda _: hardware.sensor_stuck(True),
                lambda: hardware.sensor_stuck(None),
            ),
            Kind.STUCK_EMPTY: (
                lambda _: hardware.sensor_stuck(False),
                lambda: hardware.sensor_stuck(None),
            ),
            Kind.POWER: (lambda _: self._fail(), lambda: self.power(True)),
            Kind.POWER_MOVING: (
                lambda _: hardware.when_half_way(fail_then),
                lambda: hardware.when_half_way(None),
            ),
            Kind.NETWORK: (lambda _: network.cut(), network.restore),
            Kind.FLAKY: (lambda by: network.delay(by, REPEATED_SHARE), lambda: network.delay(0, 0)),
            Kind.LOSSY: (lambda by: network.lose(by / 100), lambda: network.lose(0)),
            Kind.DRAIN: (hardware.drain, self._charge),
            Kind.CLOCK: (
                lambda by: hardware.set_clock(by * MINUTE_S),
                lambda: hardware.set_clock(0),
            ),
        }
        return table[kind]

    def _fail(self) -> None:
        self.power(False)
        self.hardware.lose_power()

    def _charge(self) -> None:
        self.hardware.drain(0)
        self.hardware.charge(FULL)
        if Kind.POWER not in self._playing:
            self.power(True)
