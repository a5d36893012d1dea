"""A lock under test: its clock, its hardware, and a shadow as AWS IoT keeps it."""

import heapq
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from baylock_lock.agent import Link, Listener, LockAgent, Timing
from baylock_lock.shadow import Topics
from baylock_lock.simulated import SimulatedHardware

THING = "mall-P1-B2-017"
NOON = 1_796_000_000.0


@dataclass
class Alarm:
    callback: Callable[[], None] | None

    def cancel(self) -> None:
        self.callback = None


@dataclass
class Time:
    """A clock that stands still until `pass_s`."""

    now: float = NOON
    _alarms: list[tuple[float, int, Alarm]] = field(default_factory=list)
    _made: int = 0

    def later(self, delay: float, callback: Callable[[], None], /) -> Alarm:
        self._made += 1
        alarm = Alarm(callback)
        heapq.heappush(self._alarms, (self.now + delay, self._made, alarm))
        return alarm

    def pass_s(self, seconds: float) -> None:
        until = self.now + seconds
        while self._alarms and self._alarms[0][0] <= until:
            self.now, _, alarm = heapq.heappop(self._alarms)
            if alarm.callback:
                alarm.callback()
        self.now = until


@dataclass
class Shadow:
    """The shadow service for one thing, and the link to it; `stamps`: says when it sent what.

    A null removes its key, a delta holds only what differs, and every accepted update that
    leaves a difference is followed by one, the lock's own reports among them.
    """

    topics: Topics
    time: Time
    stamps: bool = True
    version: int = 0
    desired: dict[str, Any] = field(default_factory=dict)
    reported: dict[str, Any] = field(default_factory=dict)
    reports: list[dict[str, Any]] = field(default_factory=list)
    gets: int = 0
    answers_gets: bool = True
    mute: bool = False
    listener: Listener | None = None
    up: bool = False

    def open(self, listener: Listener) -> None:
        self.listener = listener
        self.up = True
        listener.connected()

    def drop(self) -> None:
        if self.up and self.listener:
            self.up = False
            self.listener.disconnected()

    async def close(self) -> None:
        self.drop()

    def publish(self, topic: str, payload: bytes, lost: Callable[[str], None]) -> None:
        message = json.loads(payload)
        if not self.up:
            lost("not connected")
        elif topic == self.topics.get:
            self.gets += 1
            if self.answers_gets:
                self._answer_get(message["clientToken"])
        elif topic == self.topics.update:
            reported = message["state"]["reported"]
            self.reports.append(reported)
            _merge(self.reported, reported)
            self.version += 1
            self._send_delta(message["clientToken"])
        else:
            raise AssertionError(f"a lock has no business on {topic}")

    def ask(self, barrier: str, order: str | None, valid_for_s: float = 90, **more: Any) -> None:
        """The cloud wants this now."""
        now = more.pop("now", NOON)
        self.write({"barrier": barrier, "order": order, "valid_until": now + valid_for_s, **more})

    def write(self, desired: dict[str, Any]) -> None:
        _merge(self.desired, desired)
        self.version += 1
        self._send_delta(None)

    def tell(self, topic: str, message: object) -> None:
        """Put any message on a topic of the lock's."""
        assert self.listener
        payload = message if isinstance(message, bytes) else json.dumps(message).encode()
        self.listener.received(topic, payload)

    def _send_delta(self, token: str | None) -> None:
        differs = {k: v for k, v in self.desired.items() if self.reported.get(k) != v}
        if differs and self.up and not self.mute:
            delta = {"state": differs, "version": self.version, "clientToken": token}
            self.tell(self.topics.update_delta, delta | self._stamp())

    def _answer_get(self, token: str) -> None:
        if self.version == 0:
            answer: dict[str, Any] = {"code": 404, "message": "No shadow", "clientToken": token}
            self.tell(self.topics.get_rejected, answer | self._stamp())
            return
        state = {"desired": self.desired, "reported": self.reported}
        answer = {"state": {k: v for k, v in state.items() if v}, "version": self.version}
        self.tell(self.topics.get_accepted, answer | {"clientToken": token} | self._stamp())

    def _stamp(self) -> dict[str, int]:
        return {"timestamp": int(self.time.now)} if self.stamps else {}


def _merge(section: dict[str, Any], patch: dict[str, Any]) -> None:
    for key, value in patch.items():
        if value is None:
            section.pop(key, None)
        else:
            section[key] = value


@dataclass
class Lock:
    time: Time
    shadow: Shadow
    hardware: SimulatedHardware
    clock_wrong_by_s: float = 0
    agent: LockAgent = field(init=False)

    def __post_init__(self) -> None:
        self.agent = self.new_agent()

    @property
    def reports(self) -> list[dict[str, Any]]:
        return self.shadow.reports

    @property
    def last(self) -> dict[str, Any]:
        return self.shadow.reports[-1]

    @property
    def barrier(self) -> str:
        return self.hardware.sense().barrier.value

    def reboot(self) -> None:
        """Power fails and comes back: the agent forgets, the hardware does not."""
        self.lose_power()
        self.power_on()

    def lose_power(self) -> None:
        self.agent.lose_power()
        self.hardware.lose_power()

    def power_on(self) -> None:
        self.agent = self.new_agent()
        self.agent.start()

    def new_agent(self, link: Link | None = None) -> LockAgent:
        return LockAgent(
            THING,
            hardware=self.hardware,
            link=link or self.shadow,
            clock=lambda: self.time.now + self.clock_wrong_by_s,
            steady=lambda: self.time.now - NOON,
            later=self.time.later,
            timing=Timing(report_every_s=300, settle_s=3, ask_again_s=10),
        )


@pytest.fixture
def lock() -> Lock:
    """A lock that is connected and lowered, without a desired state."""
    made = new_lock()
    made.agent.start()
    return made


@pytest.fixture
def unstarted_lock() -> Lock:
    return new_lock()


def new_lock() -> Lock:
    time = Time()
    shadow = Shadow(Topics(THING), time)
    hardware = SimulatedHardware(time.later, movement_s=1.5, monotonic=lambda: time.now)
    return Lock(time, shadow, hardware)
