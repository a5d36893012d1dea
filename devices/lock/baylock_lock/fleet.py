"""Many locks in one process: one event loop, two native threads, no thread per lock."""

import asyncio
import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from baylock_lock import log
from baylock_lock.agent import Link, LockAgent, Timing
from baylock_lock.control import CommandRefused
from baylock_lock.faults import Faults, Kind
from baylock_lock.hardware import Hardware
from baylock_lock.identity import CERTIFICATE, PRIVATE_KEY, folder_in_use
from baylock_lock.link import Endpoint, Identity, MqttLink, Wire
from baylock_lock.network import Network
from baylock_lock.shadow import Barrier, Topics
from baylock_lock.simulated import SimulatedHardware

CONNECTS_PER_S = 200
"""An AWS account allows 500 new connections a second; leave room for others."""

COMMANDS = "list, status, vehicle, fault, mend, battery, by_hand"
MAX_FAULT_S = 86400.0


class IdentityMissing(Exception):
    """A thing lacks its certificate or key; the text names the files."""


def read_identities(directory: Path, things: Sequence[str] = ()) -> list[Identity]:
    """Return the identities of these things, or of all in `directory`.

    A thing has `<thing>/certificate.pem` and `<thing>/private.key`, or, since they were replaced,
    both in `<thing>/next/`. Raises IdentityMissing with every missing file.
    """
    try:
        names = list(things) or sorted(p.name for p in directory.iterdir() if p.is_dir())
    except OSError as error:
        raise IdentityMissing(f"no identities in {directory}: {error.strerror}") from error
    identities = [
        Identity(name, folder / CERTIFICATE, folder / PRIVATE_KEY)
        for name in names
        for folder in [folder_in_use(directory / name)]
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
    """The agents of many locks; `hardware` makes a thing's lock, `clock` returns epoch seconds."""

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
        self._faults = {
            thing: Faults(
                hardware, Network(loop.call_later), partial(self._switch, thing), loop.call_later
            )
            for thing, hardware in self._hardware.items()
            if isinstance(hardware, SimulatedHardware)
        }
        self._agents: dict[str, LockAgent] = {}

    @property
    def total(self) -> int:
        return len(self._identities)

    @property
    def connected(self) -> int:
        return sum(agent.online for agent in self._agents.values())

    async def start(self) -> None:
        """Start every agent; `ready` is called as soon as all are connected."""
        self._began = time.monotonic()
        for number, thing in enumerate(self._identities):
            if number % 10 == 0:
                await asyncio.sleep(
                    max(0, self._began + number / CONNECTS_PER_S - time.monotonic())
                )
            self.power_on(thing)

    async def stop(self) -> None:
        agents, self._agents = list(self._agents.values()), {}
        await asyncio.gather(*(agent.stop() for agent in agents))

    def power_on(self, thing: str) -> None:
        """Start the agent of a lock; a running one is left alone."""
        if thing in self._agents:
            return
        link: Link = MqttLink(
            self._endpoint,
            self._identities[thing],
            Topics(thing).subscriptions,
            wire=self._wire,
            loop=self._loop,
        )
        clock = self._clock
        if faults := self._faults.get(thing):
            link = faults.network.carry(link)
            clock = partial(self._wrong_clock, faults.hardware)
        self._agents[thing] = LockAgent(
            thing,
            hardware=self._hardware[thing],
            link=link,
            clock=clock,
            later=self._loop.call_later,
            timing=self._timing,
            reached=self._announce,
        )
        self._agents[thing].start()

    def power_off(self, thing: str) -> None:
        """End the agent of a lock without a report; the next agent starts without its memory."""
        if agent := self._agents.pop(thing, None):
            agent.lose_power()

    def _switch(self, thing: str, on: bool) -> None:
        self.power_on(thing) if on else self.power_off(thing)

    def _wrong_clock(self, hardware: SimulatedHardware) -> float:
        return self._clock() + hardware.clock_ahead_s

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
            case "vehicle":
                self._simulated(command).hardware.vehicle(_flag(command, "present"))
            case "fault":
                _play(self._simulated(command), command)
            case "mend":
                faults = self._simulated(command)
                if command.get("kind") is None:
                    faults.mend_all()
                else:
                    faults.mend(_kind(command))
            case "battery":
                _set_charge(self._simulated(command).hardware, command.get("percent"))
            case "by_hand":
                _turn(self._simulated(command).hardware, command.get("barrier"))
            case other:
                raise CommandRefused(f"unknown command {other!r}, there are: {COMMANDS}")
        return {}

    def _lock(self, command: Mapping[str, Any]) -> str:
        thing = command.get("lock")
        if not isinstance(thing, str) or thing not in self._identities:
            raise CommandRefused(f"unknown lock {thing!r}")
        return thing

    def _simulated(self, command: Mapping[str, Any]) -> Faults:
        faults = self._faults.get(self._lock(command))
        if faults is None:
            raise CommandRefused("not a simulated lock")
        return faults

    def _status(self, thing: str) -> dict[str, Any]:
        status: dict[str, Any] = {"lock": thing, "connected": False, "powered": False}
        if agent := self._agents.get(thing):
            status |= agent.report().as_dict() | {"connected": agent.online, "powered": True}
            status["pending"] = agent.memory.pending
            status["clock_ahead_s"] = round(agent.clock.own_is_ahead_s())
        if faults := self._faults.get(thing):
            status["movements"] = faults.hardware.movements
            status["rose_under_vehicle"] = faults.hardware.rose_under_vehicle
            status["position"] = round(faults.hardware.position, 2)
            status["faults"] = list(faults.playing)
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


def _play(faults: Faults, command: Mapping[str, Any]) -> None:
    kind = _kind(command)
    for_s = _number(command, "for_s")
    if for_s is not None and not 0 < for_s <= MAX_FAULT_S:
        raise CommandRefused(f"for_s: more than 0, at most {MAX_FAULT_S:g} seconds")
    try:
        faults.play(kind, _number(command, "by"), for_s)
    except ValueError as error:
        raise CommandRefused(str(error)) from error


def _kind(command: Mapping[str, Any]) -> Kind:
    kind = command.get("kind")
    if kind not in list(Kind):
        raise CommandRefused(f"kind: one of {', '.join(Kind)}")
    return Kind(kind)


def _number(command: Mapping[str, Any], name: str) -> float | None:
    value = command.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise CommandRefused(f"{name}: a number")
    return value


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
