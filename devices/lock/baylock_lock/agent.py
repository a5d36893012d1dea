"""One lock: reads its shadow, drives its hardware, reports.

Everything here runs on one event loop and returns at once; nothing waits, so one loop serves
hundreds of locks. Messages come from a `Link`, readings from a `Hardware`, both of which call
back on that loop.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from baylock_lock import log
from baylock_lock.clock import Clock, steady_s
from baylock_lock.decide import Memory, decide, is_news
from baylock_lock.hardware import Change, Hardware
from baylock_lock.shadow import (
    Barrier,
    Delta,
    Document,
    Rejection,
    Report,
    Topics,
    UnreadableDesired,
    UnreadableMessage,
    get_request,
    read_delta,
    read_desired,
    read_document,
    read_rejection,
)
from baylock_lock.spread import spread

NO_SHADOW = 404
CLOCK_WRONG_S = 60.0
"""An error of the lock's own clock above which it logs a warning."""
MAX_SENT = 32
"""Messages whose answers still set the clock; answers to older messages are ignored."""


class Timer(Protocol):
    def cancel(self) -> None: ...


class Later(Protocol):
    """`loop.call_later`, or a test's hand-driven clock."""

    def __call__(self, delay: float, callback: Callable[[], None], /) -> Timer: ...


class Listener(Protocol):
    """The receiver of a link's events, always on the event loop."""

    def connected(self) -> None:
        """Connected, and every subscription granted."""
        ...

    def disconnected(self) -> None: ...

    def received(self, topic: str, payload: bytes) -> None: ...


class Link(Protocol):
    def open(self, listener: Listener) -> None: ...

    def drop(self) -> None:
        """Drop the connection without a DISCONNECT packet, until it is opened again."""
        ...

    async def close(self) -> None: ...

    def publish(self, topic: str, payload: bytes, lost: Callable[[str], None]) -> None:
        """Send once; call `lost` with the reason where the broker did not accept the message."""
        ...


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds."""

    report_every_s: float = 300.0
    """Between two reports without news; varied by a tenth, so that a fleet spreads out."""
    settle_s: float = 3.0
    """From the departure of a vehicle to the raise that it delayed."""
    ask_again_s: float = 10.0
    """After an unanswered read of the shadow or a refused report; doubles, up to eightfold."""


class LockAgent:
    def __init__(
        self,
        thing: str,
        *,
        hardware: Hardware,
        link: Link,
        clock: Callable[[], float],
        later: Later,
        timing: Timing | None = None,
        reached: Callable[[], None] | None = None,
        steady: Callable[[], float] = steady_s,
    ) -> None:
        """`clock` gives epoch seconds and may be wrong, `steady` gives seconds and never jumps."""
        self.thing = thing
        self.memory = Memory()
        self.online = False
        self._hardware = hardware
        self._link = link
        self.clock = Clock(clock, steady)
        self._later = later
        self._timing = timing or Timing()
        self._reached = reached
        self._topics = Topics(thing)
        self._boot = secrets.token_hex(4)
        self._tokens = 0
        self._sent: dict[str, float] = {}
        self._clock_wrong = False
        self._raw: Mapping[str, Any] | None = None
        self._read_once = False
        self._read_here = False
        self._prompted_by = 0
        self._asked: str | None = None
        self._asked_knowing = 0
        self._taken_at: float | None = None
        self._asks = 0
        self._vehicle: bool | None = None
        self._ask_timer: Timer | None = None
        self._report_timer: Timer | None = None
        self._retry_timer: Timer | None = None
        self._settle_timer: Timer | None = None

    def start(self) -> None:
        self._hardware.listen(self._changed)
        self._link.open(self)

    def unplug(self) -> None:
        """Lose the network; the lock continues with its last desired state."""
        self._link.drop()

    def plug_in(self) -> None:
        if not self.online:
            self._link.open(self)

    def lose_power(self) -> None:
        """End at once, without a report or a DISCONNECT packet."""
        self._let_go()
        self._link.drop()

    async def stop(self) -> None:
        self._let_go()
        await self._link.close()

    def _let_go(self) -> None:
        self._hardware.listen(_nobody)
        self._cancel_timers()
        _cancel(self._settle_timer)
        self.online = False

    # Events of the link

    def connected(self) -> None:
        log.debug("connected", lock=self.thing)
        self.online = True
        self._read_here = False
        self._asks = 0
        self._ask()
        if self._reached:
            self._reached()

    def disconnected(self) -> None:
        self.online = False
        self._sent.clear()
        self._cancel_timers()

    def received(self, topic: str, payload: bytes) -> None:
        topics = self._topics
        try:
            if topic == topics.update_delta:
                self._on_delta(read_delta(payload))
            elif topic == topics.get_accepted:
                self._on_document(read_document(payload))
            elif topic == topics.get_rejected:
                self._on_get_rejected(read_rejection(payload))
            elif topic == topics.update_rejected:
                self._on_report_rejected(read_rejection(payload))
        except UnreadableMessage as error:
            log.warning("unreadable", lock=self.thing, topic=topic, what=str(error))

    def _heard(self, message: Delta | Document | Rejection) -> None:
        """Learn the time from a message; an answer to our own message bounds it best."""
        asked_at = self._sent.pop(message.token, None) if message.token else None
        if message.timestamp is None:
            return
        self.clock.heard(message.timestamp, asked_at)
        ahead_s = self.clock.own_is_ahead_s()
        wrong = abs(ahead_s) > CLOCK_WRONG_S
        if wrong and not self._clock_wrong:
            log.warning("clock_wrong", lock=self.thing, ahead_s=round(ahead_s))
        self._clock_wrong = wrong

    def _on_delta(self, delta: Delta) -> None:
        self._heard(delta)
        if delta.token and delta.token.startswith(f"{self._boot}-"):
            # The echo of our own report: `valid_until` is never reported, so each report has one.
            # It requests nothing, but it shows when an earlier delta went missing.
            if self._is_unknown(delta):
                self._ask()
            return
        if not is_news(delta.version, self.memory):
            log.info("stale", lock=self.thing, version=delta.version, newest=self.memory.version)
            if self._asked is None and self._is_later(delta) and self._is_unknown(delta):
                # Sent after what we know: the shadow was deleted and counts its versions again.
                self._ask()
            return
        if delta.complete:
            self._taken_at = delta.timestamp
            self._take(delta.version, delta.differs, fresh=True)
            self._report()
        else:
            self._prompted_by = max(self._prompted_by, delta.version)
            self._ask()

    def _is_later(self, delta: Delta) -> bool:
        """Whether the service sent a delta after the message that was acted on last."""
        if delta.timestamp is None or self._taken_at is None:
            return False
        return delta.timestamp > self._taken_at

    def _is_unknown(self, delta: Delta) -> bool:
        """Whether a delta has something that the known desired state has not."""
        known = self._raw or {}
        return any(key not in known or known[key] != delta.differs[key] for key in delta.differs)

    def _on_document(self, document: Document) -> None:
        self._heard(document)
        # What was read after we asked is no older than what we knew then.
        started_over = document.token == self._asked and document.version < self._asked_knowing
        if document.token == self._asked:
            self._asked = None
            self._asks = 0
            _cancel(self._ask_timer)
        first_here = not self._read_here
        self._read_here = True
        remade = started_over or (first_here and document.version < self.memory.version)
        if remade:
            log.warning("shadow_remade", lock=self.thing, version=document.version)
            self._prompted_by = 0
        booted = not self._read_once
        if booted:
            self._recall(document)
        if remade or is_news(document.version, self.memory):
            fresh = (
                booted
                or document.desired != self._raw
                or self.memory.version < self._prompted_by <= document.version
            )
            self._read_once = True
            self._taken_at = document.timestamp
            if booted and self._hardware.sense().barrier is Barrier.BLOCKED:
                self._raw = document.desired
                self._report()  # the barrier as found, before it moves
            self._take(document.version, document.desired, fresh=fresh)
            if fresh or first_here:
                self._report()
        elif first_here:
            self._report()
        if self._prompted_by > self.memory.version:
            self._ask()

    def _recall(self, document: Document) -> None:
        """Restore the last version and order from the shadow's reported state after a restart."""
        seen = document.reported.get("seen_version")
        if isinstance(seen, int) and 0 <= seen < document.version:
            self.memory = replace(self.memory, version=max(seen, self.memory.version))
        order = document.reported.get("order")
        if (
            isinstance(order, str)
            and document.reported.get("barrier") == self._hardware.sense().barrier
        ):
            self.memory = replace(self.memory, order=order)

    def _on_get_rejected(self, rejection: Rejection) -> None:
        self._heard(rejection)
        if rejection.code != NO_SHADOW:
            log.warning(
                "get_rejected", lock=self.thing, code=rejection.code, reason=rejection.message
            )
            return
        self._asked = None
        self._asks = 0
        self._read_once = self._read_here = True
        _cancel(self._ask_timer)
        self.memory = replace(self.memory, version=0, desired=None, pending=False)
        self._raw = None
        self._prompted_by = 0
        self._report()

    def _on_report_rejected(self, rejection: Rejection) -> None:
        self._heard(rejection)
        log.warning(
            "report_rejected", lock=self.thing, code=rejection.code, reason=rejection.message
        )
        self._report_again()

    def _take(self, version: int, desired: Mapping[str, Any] | None, *, fresh: bool) -> None:
        """Store this version as the newest, and act on it."""
        self._raw = desired
        self._read_once = self._read_here = True
        wanted = None
        if desired is not None:
            try:
                wanted = read_desired(desired)
            except UnreadableDesired as error:
                log.warning(
                    "refused", lock=self.thing, version=version, reason=f"unreadable {error}"
                )
        pending = self.memory.pending and not fresh
        self.memory = replace(self.memory, version=version, desired=wanted, pending=pending)
        self._act(fresh=fresh)

    def _act(self, *, fresh: bool) -> bool:
        """Act on the desired state; return whether the barrier started to move."""
        verdict = decide(self.memory, self._hardware.sense(), self.clock.latest(), fresh=fresh)
        self.memory = replace(self.memory, order=verdict.order, pending=verdict.pending)
        version = self.memory.version
        if verdict.refusal:
            log.info("refused", lock=self.thing, version=version, reason=verdict.refusal)
        if verdict.move is None:
            return False
        log.info(
            "moving", lock=self.thing, to=verdict.move, order=self.memory.order, version=version
        )
        self._hardware.move(verdict.move)
        return True

    # Events of the hardware

    def _changed(self, change: Change) -> None:
        sensed = self._hardware.sense()
        match change:
            case Change.MOVED:
                level = log.warning if sensed.barrier is Barrier.BLOCKED else log.info
                level(
                    "moved",
                    lock=self.thing,
                    barrier=sensed.barrier,
                    order=self.memory.order,
                    fault=sensed.fault,
                )
            case Change.BY_HAND:
                log.warning("moved_by_hand", lock=self.thing, barrier=sensed.barrier)
                self.memory = replace(self.memory, pending=False)
            case Change.RESET:
                log.info("reset", lock=self.thing, barrier=sensed.barrier)
                self._act(fresh=True)
            case Change.VEHICLE | Change.SENSOR:
                log.info(change.value, lock=self.thing, vehicle=sensed.vehicle, fault=sensed.fault)
                _cancel(self._settle_timer)
                if sensed.vehicle is False and self.memory.pending:
                    self._settle_timer = self._later(self._timing.settle_s, self._settled)
                else:
                    self._act(fresh=False)
            case Change.BATTERY | Change.TAMPER:
                log.info(change.value, lock=self.thing, battery=sensed.battery, fault=sensed.fault)
        self._report()

    def _settled(self) -> None:
        if self._act(fresh=False):
            self._report()

    # Messages to the cloud

    def _ask(self) -> None:
        """Request the whole shadow, again and again until there is an answer."""
        if not self.online:
            return
        _cancel(self._ask_timer)
        self._asked = self._token()
        self._asked_knowing = self.memory.version
        wait_s = self._timing.ask_again_s * 2 ** min(self._asks, 3)
        self._ask_timer = self._later(spread(wait_s), self._unanswered)
        self._link.publish(self._topics.get, get_request(self._asked), self._lost)

    def _unanswered(self) -> None:
        self._asks += 1
        log.warning("get_unanswered", lock=self.thing, asked=self._asks)
        self._ask()
        self._report()

    def _report(self) -> None:
        """Report the state. Offline there is nothing to do: every new connection reports."""
        if not self.online or not (self._read_once or self._asks):
            return
        report = self.report()
        log.debug("report", lock=self.thing, barrier=report.barrier, version=report.seen_version)
        self._link.publish(self._topics.update, report.as_update(self._token()), self._lost)
        _cancel(self._report_timer)
        _cancel(self._retry_timer)
        self._report_timer = self._later(spread(self._timing.report_every_s), self._report)

    def report(self) -> Report:
        sensed = self._hardware.sense()
        if sensed.vehicle is not None:
            self._vehicle = sensed.vehicle
        return Report(
            barrier=sensed.barrier,
            order=self.memory.order,
            # Until its sensor answers, a space may hold a vehicle.
            vehicle=True if self._vehicle is None else self._vehicle,
            battery=sensed.battery,
            fault=sensed.fault,
            seen_version=self.memory.version,
            at=int(self.clock.earliest()),
        )

    def _lost(self, reason: str) -> None:
        log.warning("not_sent", lock=self.thing, reason=reason)
        self._report_again()

    def _report_again(self) -> None:
        if self.online:
            _cancel(self._retry_timer)
            wait_s = spread(self._timing.ask_again_s, 0.4)
            self._retry_timer = self._later(wait_s, self._report)

    def _token(self) -> str:
        """Return the client token of a message that is sent now."""
        self._tokens += 1
        token = f"{self._boot}-{self._tokens}"
        self._sent[token] = self.clock.steady()
        if len(self._sent) > MAX_SENT:
            del self._sent[next(iter(self._sent))]
        return token

    def _cancel_timers(self) -> None:
        for timer in (self._ask_timer, self._report_timer, self._retry_timer):
            _cancel(timer)


def _nobody(_change: Change) -> None:
    pass


def _cancel(timer: Timer | None) -> None:
    if timer is not None:
        timer.cancel()
