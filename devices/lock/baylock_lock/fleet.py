"""Many locks in one process: one event loop, two native threads, no thread per lock."""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from baylock_lock import log
from baylock_lock.agent import LockAgent, Timing
from baylock_lock.control import CommandRefused
from baylock_lock.hardware import Hardware
from baylock_lock.link import Endpoint, Identity, MqttLink, Wire
from baylock_lock.shadow import Barrier, Fault, Topics
from baylock_lock.simulated import SimulatedHardware

CONNECTS_PER_S = 200
"""An AWS account takes 500 new connections a second; leave room for others."""


COMMANDS = "list, status, vehicle, fault, battery, by_hand, network"


class IdentityMissing(Exception):
    """A thing has no certificate or no key where it should."""


def read_identities(directory: Path, things: Sequence[str] = ()) -> list[Identity]:
    """The named things, or all in `directory`: `<thing>/certificate.pem` and `private.key`.

    Raises IdentityMissing, naming every file that is not there.
    """
    try:
        names = list(things) or sorted(p.name for p in directory.iterdir() if p.is_dir())
    except OSError as error:
        raise IdentityMissing(f"no identities in {directory}: {error.strerror}") from error
    identities = [
        Identity(name, directory / name / "certificate.pem", directory / name / "private.key")
        for name in names
    ]
    missing = [
        str(path)
        for identity in identities
        for path in (identity.certificate, identity.private_key)
        if not path.is_file()
    ]
    if missing or not identities:
        raise IdentityMissing(f"missing: {', '.join(missing)}" if missing else f"none: {directory}")
    return identities


class Fleet:
    """`hardware` makes the lock of a thing; `clock` gives epoch seconds."""

    def __init__(
        self,
        endpoint: Endpoint,
        identities: Iterable[Identity],
        hardware: Callable[[str], Hardware],
        *,
        loop: asyncio.AbstractEventLoop,
        timing: Timing | None = None,
        clock: Callable[[], float] = time.time,
        ready: Callable[[int, float], None] | None = None,
    ) -> None:
        self._endpoint = endpoint
        self._identities = {identity.thing: identity for identity in identities}
        self._loop = loop
        self._timing = timing
        self._clock = clock
        self._ready = ready
        self._began = 0.0
        self._announced = False
        self._wire = Wire()
        self._hardware = {thing: hardware(thing) for thing in self._identities}
        self._agents: dict[str, LockAgent] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def total(self) -> int:
        return len(self._identities)

    @property
    def connected(self) -> int:
        return sum(agent.online for agent in self._agents.values())

    async def start(self) -> None:
        """Start every agent; `ready` is told when all were connected at once."""
        self._began = time.monotonic()
        for number, thing in enumerate(self._identities):
            if number % 10 == 0:
                await asyncio.sleep(
                    max(0, self._began + number / CONNECTS_PER_S - time.monotonic())
                )
            self.power_on(thing)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        agents, self._agents = list(self._agents.values()), {}
        await asyncio.gather(*(agent.stop() for agent in agents))

    def power_on(self, thing: str) -> None:
        """Start the agent of a lock; a running one is left alone."""
        if thing in self._agents:
            return
        link = MqttLink(
            self._endpoint,
            self._identities[thing],
            Topics(thing).subscriptions,
            wire=self._wire,
            loop=self._loop,
        )
        self._agents[thing] = LockAgent(
            thing,
            hardware=self._hardware[thing],
            link=link,
            clock=self._clock,
            later=self._loop.call_later,
            timing=self._timing,
            reached=self._announce,
        )
        self._agents[thing].start()

    def power_off(self, thing: str) -> None:
        """End the agent of a lock, which then knows nothing of what came before."""
        if agent := self._agents.pop(thing, None):
            task = self._loop.create_task(agent.stop())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def answer(self, command: Mapping[str, Any]) -> dict[str, Any]:
        """Carry out a command of `control`. Raises CommandRefused."""
        match command.get("do"):
            case "list":
                return {
                    "locks": sorted(self._identities),
                    "connected": self.connected,
                    "total": self.total,
                    "ready": self.connected == self.total,
                }
            case "status":
                return {"status": self._status(self._lock(command))}
            case "network":
                agent = self._agents.get(self._lock(command))
                up = _flag(command, "up")
                if agent is not None:
                    agent.plug_in() if up else agent.unplug()
            case "vehicle":
                self._simulated(command).vehicle(_flag(command, "present"))
            case "fault":
                _play_fault(self._simulated(command), command.get("fault"))
            case "battery":
                _set_charge(self._simulated(command), command.get("percent"))
            case "by_hand":
                _turn(self._simulated(command), command.get("barrier"))
            case other:
                raise CommandRefused(f"unknown command {other!r}, there are: {COMMANDS}")
        return {}

    def _lock(self, command: Mapping[str, Any]) -> str:
        thing = command.get("lock")
        if not isinstance(thing, str) or thing not in self._identities:
            raise CommandRefused(f"unknown lock {thing!r}")
        return thing

    def _simulated(self, command: Mapping[str, Any]) -> SimulatedHardware:
        hardware = self._hardware[self._lock(command)]
        if not isinstance(hardware, SimulatedHardware):
            raise CommandRefused("not a simulated lock")
        return hardware

    def _status(self, thing: str) -> dict[str, Any]:
        hardware = self._hardware[thing]
        status: dict[str, Any] = {"lock": thing, "connected": False}
        if agent := self._agents.get(thing):
            status |= agent.report().as_dict() | {"connected": agent.online}
            status["pending"] = agent.memory.pending
        if isinstance(hardware, SimulatedHardware):
            status["movements"] = hardware.movements
            status["rose_under_vehicle"] = hardware.rose_under_vehicle
        return status

    def _announce(self) -> None:
        if not self._announced and self.connected == self.total:
            self._announced = True
            seconds = round(time.monotonic() - self._began, 2)
            log.info("ready", locks=self.total, seconds=seconds)
            if self._ready:
                self._ready(self.total, seconds)


def _flag(command: Mapping[str, Any], name: str) -> bool:
    value = command.get(name)
    if not isinstance(value, bool):
        raise CommandRefused(f"{name}: true or false")
    return value


def _play_fault(hardware: SimulatedHardware, fault: object) -> None:
    match fault:
        case "jammed" | "obstructed":
            hardware.block(Fault(fault))
        case "tampered":
            hardware.tamper(True)
        case "sensor":
            hardware.sensor_dead(True)
        case None:
            hardware.free()
            hardware.tamper(False)
            hardware.sensor_dead(False)
        case _:
            raise CommandRefused("fault: jammed, obstructed, tampered, sensor or null")


def _set_charge(hardware: SimulatedHardware, percent: object) -> None:
    if isinstance(percent, bool) or not isinstance(percent, int | float):
        raise CommandRefused("percent: a number from 0 to 100")
    try:
        hardware.charge(percent)
    except ValueError as error:
        raise CommandRefused(str(error)) from error


def _turn(hardware: SimulatedHardware, barrier: object) -> None:
    match barrier:
        case "raised":
            hardware.by_hand(Barrier.RAISED)
        case "lowered":
            hardware.by_hand(Barrier.LOWERED)
        case _:
            raise CommandRefused("barrier: raised or lowered")
