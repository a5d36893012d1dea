"""Locks: their reports, whether they are usable, and what they are asked for."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from baylock.domain.booking.booking import OrderId
from baylock.domain.locks.identity import UNKNOWN, Identity
from baylock.domain.venue.mall import Barrier, SpaceId, ThingName

IDLE_VALID_FOR = timedelta(hours=1)
"""An idle position that was not reached within this time is asked for again at next contact."""

SAME_ALARM_WITHIN = timedelta(hours=1)
"""A fault that comes and goes within this time raises one alarm."""

ALARM_TOLD_WITHIN = timedelta(minutes=15)
"""For how long each report of an alarm's fault has the alarm told again, if it has not been."""

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
    """An alarming fault: the version of the first report of it, and when that was heard."""

    fault: Fault
    version: int
    at: datetime

    def silences(self, fault: Fault, heard_at: datetime) -> bool:
        """Whether a report of this fault raises no alarm of its own.

        An alarm far ahead of the report silences nothing: earlier versions of Baylock stored the
        lock's own time, which may be any.
        """
        return fault is self.fault and -DISORDERED_FOR < heard_at - self.at < SAME_ALARM_WITHIN


@dataclass(frozen=True, slots=True)
class LockReport:
    """A lock's report of itself: the `reported` part of its shadow.

    `version` is the shadow's; `seen_version` is the newest desired state that the lock has acted
    on; `battery` is in percent; `at` is by the lock's own clock, which may be wrong or lie;
    `received_at` is when the report was queued, None where unknown, and no part of what the lock
    said. Whatever is rationed, or shown as a time, goes by `heard_at`.
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

    @property
    def heard_at(self) -> datetime:
        """When it was queued, by our clock; what came from no queue has our time as its own."""
        return self.received_at or self.at

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
        silence = self.heard_at - other.heard_at
        return self.at - other.at > DISORDERED_FOR or silence >= VERSIONS_KEPT_FOR


@dataclass(frozen=True, slots=True)
class Session:
    """A lock's connection to the broker: `version` counts them, `at` is the newest event of it.

    `certificate` is the id of the certificate that it was made with; None where unknown.
    """

    version: int
    at: datetime
    ended: bool = False
    certificate: str | None = field(default=None, compare=False)

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

    `alarm` is the newest alarm; the lock may have been repaired since. `alarm_before` is the newest
    alarm of another fault.
    """

    thing: ThingName
    space: SpaceId
    online: bool = False
    session: Session | None = None
    report: LockReport | None = None
    alarm: Alarm | None = None
    alarm_before: Alarm | None = None
    identity: Identity = UNKNOWN

    @property
    def was_heard(self) -> bool:
        """Whether it has ever reported: before that, nobody knows that it is there and moves."""
        return self.report is not None

    @property
    def is_usable(self) -> bool:
        """Whether a space with this lock can take new orders."""
        if not self.online or self.report is None or not self.identity.is_heard:
            return False
        return self.report.fault is None and self.report.battery >= MIN_BATTERY

    @property
    def has_vehicle(self) -> bool:
        """Whether a vehicle is on the space, as far as is known."""
        return self.report is not None and self.report.vehicle

    @property
    def alarms(self) -> bool:
        """Whether it has the fault of its alarm now."""
        return bool(self.report and self.alarm and self.report.fault is self.alarm.fault)

    def in_session(self, session: Session) -> Self:
        """In contact, or no longer; the same lock where this was known, or is out of date.

        Nor does it count who connects in the name of a lock whose identity was revoked or replaced,
        except with the new one.
        """
        identity = self.identity.met(session.certificate)
        if not identity.is_heard or not session.is_newer_than(self.session):
            return self
        return replace(self, online=not session.ended, session=session, identity=identity)

    def reporting(self, report: LockReport, now: datetime | None = None) -> Self:
        """With its newest report; the same lock where this report is late or repeated.

        So it is where the report is of a device whose identity was revoked or replaced. `now` is
        when it is recorded, which counts where it is not known when the report was queued.
        """
        if not self.identity.is_heard or not report.is_newer_than(self.report):
            return self
        heard_at = report.received_at or now or report.at
        if report.fault is None or not self._alarms_anew(report.fault, heard_at):
            return replace(self, report=report)
        is_other = self.alarm is not None and self.alarm.fault is not report.fault
        return replace(
            self,
            report=report,
            alarm=Alarm(report.fault, report.version, heard_at),
            alarm_before=self.alarm if is_other else self.alarm_before,
        )

    def _alarms_anew(self, fault: Fault, heard_at: datetime) -> bool:
        if fault not in ALARMING:
            return False
        if self.alarm and self.alarms and self.alarm.fault is fault:
            return False  # it goes on
        known = (self.alarm, self.alarm_before)
        return not any(one and one.silences(fault, heard_at) for one in known)

    def revoke(self, now: datetime) -> Self:
        """Out of service: nothing that is said in its name counts until it gets a new identity."""
        if self.identity.is_revoked:
            return self
        return replace(self, online=False, identity=Identity(self.identity.ends_at, now))

    def renew(self, ends_at: datetime | None, *, instead: str | None = None) -> Self:
        """With a new certificate, which expires at `ends_at`.

        `instead` is its id where it replaces the identity before at once: another device, whose
        lock counts as never heard from until it has connected with this very certificate.
        """
        if instead is None:
            return replace(
                self, identity=replace(self.identity, ends_at=ends_at, expected_until=None)
            )
        return type(self)(self.thing, self.space, identity=Identity(ends_at, awaits=instead))

    def expect(self, until: datetime) -> Self:
        """With an identity that a new device may claim, once, until then; out of use before."""
        return type(self)(self.thing, self.space, identity=Identity(expected_until=until))

    def claim(self, certificate: str, now: datetime) -> Self:
        """Claimed by a device with this certificate; the same lock where nobody is expected."""
        if not self.identity.is_expected(now):
            return self
        return self.renew(None, instead=certificate)


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
