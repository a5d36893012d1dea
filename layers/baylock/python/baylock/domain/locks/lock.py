"""Locks: their reports, whether they are usable, and what they are asked for."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from baylock.domain.booking.booking import OrderId
from baylock.domain.venue.mall import Barrier, SpaceId, ThingName

IDLE_VALID_FOR = timedelta(hours=1)
"""An idle position that was not reached within this time is asked for again at next contact."""

SAME_ALARM_WITHIN = timedelta(hours=1)
"""A fault that comes and goes within this time raises one alarm."""

MIN_BATTERY = 10
"""Below this charge, in percent, a lock takes no new orders."""

VERSIONS_KEPT_FOR = timedelta(hours=48)
"""AWS forgets the version of a deleted shadow after this time.

https://docs.aws.amazon.com/iot/latest/developerguide/device-shadow-data-flow.html
"""

DISORDERED_FOR = timedelta(minutes=15)
"""What happened further apart than this is ordered by its times, not by versions."""


class BarrierReport(StrEnum):
    """The position of its barrier that a lock reports."""

    RAISED = "raised"
    LOWERED = "lowered"
    MOVING = "moving"
    BLOCKED = "blocked"


class Fault(StrEnum):
    """A fault that a lock reports."""

    JAMMED = "jammed"
    OBSTRUCTED = "obstructed"
    TAMPERED = "tampered"
    SENSOR = "sensor"


ALARMING = frozenset({Fault.JAMMED, Fault.TAMPERED})
"""The faults that are texted to the mall at once."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarming fault: the version and the time of the first report of it."""

    fault: Fault
    version: int
    at: datetime


@dataclass(frozen=True, slots=True)
class LockReport:
    """A lock's report of itself: the `reported` part of its shadow.

    `version` is the shadow's; `seen_version` is the newest desired state that the lock has acted
    on; `battery` is in percent; `at` is by the lock's own clock, which may be wrong; `received_at`
    is when the report was queued, None where unknown, and no part of what the lock said.
    """

    thing: ThingName
    version: int
    barrier: BarrierReport
    order: OrderId | None
    vehicle: bool
    battery: int
    fault: Fault | None
    seen_version: int
    at: datetime
    received_at: datetime | None = field(default=None, compare=False)

    def is_newer_than(self, other: LockReport | None) -> bool:
        """Whether this is news, compared with what is known.

        The shadow's version orders the reports for as long as AWS remembers it. A deleted shadow
        starts over, so a lower version counts where the lock has made the report clearly later and
        it was not queued earlier, or where the lock has not been heard for as long as AWS remembers
        versions. The second covers a lock's clock that was set back.
        """
        if other is None:
            return True
        delay = timedelta()
        if self.received_at and other.received_at:
            delay = other.received_at - self.received_at
        if self.version > other.version:
            return delay <= DISORDERED_FOR
        if delay > timedelta():
            return False
        silence = (self.received_at or self.at) - (other.received_at or other.at)
        return self.at - other.at > DISORDERED_FOR or silence >= VERSIONS_KEPT_FOR


@dataclass(frozen=True, slots=True)
class Session:
    """A lock's connection to the broker: `version` counts them, `at` is the newest event of it."""

    version: int
    at: datetime
    ended: bool = False

    def is_newer_than(self, other: Session | None) -> bool:
        """Whether this is news, compared with what is known.

        A session's end comes after its start; the end of an old session after the start of the
        next one is no news. Versions start over at 0 when a client was away for about an hour, so
        they order only what happened close together; the times are the broker's, and right.
        https://docs.aws.amazon.com/iot/latest/developerguide/life-cycle-events.html
        """
        if other is None:
            return True
        if abs(self.at - other.at) > DISORDERED_FOR:
            return self.at > other.at
        return (self.version, self.ended) > (other.version, other.ended)


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock as known in the cloud. `report` is None before its first report.

    `alarm` is the newest alarm; the lock may have been repaired since.
    """

    thing: ThingName
    space: SpaceId
    online: bool = False
    session: Session | None = None
    report: LockReport | None = None
    alarm: Alarm | None = None

    @property
    def was_heard(self) -> bool:
        """Whether it has ever reported: before that, nobody knows that it is there and moves."""
        return self.report is not None

    @property
    def is_usable(self) -> bool:
        """Whether a space with this lock can take new orders."""
        if not self.online or self.report is None:
            return False
        return self.report.fault is None and self.report.battery >= MIN_BATTERY

    @property
    def has_vehicle(self) -> bool:
        """Whether a vehicle is on the space, as far as is known."""
        return self.report is not None and self.report.vehicle

    def in_session(self, session: Session) -> Self:
        """In contact, or no longer; the same lock where this was known, or is out of date."""
        if not session.is_newer_than(self.session):
            return self
        return replace(self, online=not session.ended, session=session)

    @property
    def alarms(self) -> bool:
        """Whether it has the fault of its alarm now."""
        return bool(self.report and self.alarm and self.report.fault is self.alarm.fault)

    def reporting(self, report: LockReport) -> Self:
        """With its newest report; the same lock where this report is late or repeated."""
        if not report.is_newer_than(self.report):
            return self
        return replace(self, report=report, alarm=self._alarm(report))

    def _alarm(self, report: LockReport) -> Alarm | None:
        known = self.alarm
        if report.fault is None or report.fault not in ALARMING:
            return known
        same = known is not None and known.fault is report.fault
        if known and same and (self.alarms or abs(report.at - known.at) < SAME_ALARM_WITHIN):
            return known
        return Alarm(report.fault, report.version, report.at)


@dataclass(frozen=True, slots=True)
class Desired:
    """The desired state of a lock: the `desired` part of its shadow."""

    barrier: Barrier
    order: OrderId | None
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class LockRequest:
    """A request of an order to the lock of its space.

    `until` is the end of the order's window; `retry` grows each time that the lock is asked again.
    """

    thing: ThingName
    order: OrderId
    barrier: Barrier
    until: datetime
    retry: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Shadow:
    """A lock's shadow as read: `version` guards the next write; 0 where it has none yet."""

    version: int = 0
    desired: Desired | None = None
    barrier: BarrierReport | None = None
    vehicle: bool = False
