"""A lock that lies about the time neither floods the mall's phone nor silences its own alarms."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.fakes.mall import MALL_PHONE, NOON, space_id, thing
from tests.fakes.world import World

from baylock.domain.locks.lock import Alarm, BarrierReport, Fault, Lock, LockReport
from baylock.domain.reports.incidents import incidents_of

pytestmark = pytest.mark.threat(9)

SPACE = "B2-019"
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
JAMMED, TAMPERED = Fault.JAMMED, Fault.TAMPERED


def say(world: World, fault: Fault | None, at: datetime, version: int | None = None) -> None:
    """Let the lock report a fault now, with a time of its own choice."""
    newest = world.shadows.report(thing(SPACE), BarrierReport.LOWERED)
    world.record_report(
        LockReport(
            thing(SPACE), version or newest, BarrierReport.LOWERED, None, False, 87, fault, 0, at,
            received_at=world.clock.now,
        )
    )  # fmt: skip
    world.settle()


def texts(world: World) -> int:
    """Count the texts that the mall got."""
    return len(world.phones.texts_to(MALL_PHONE))


@pytest.mark.parametrize("fault", [JAMMED, TAMPERED])
@pytest.mark.parametrize("leap", [2 * HOUR, -2 * HOUR, timedelta(days=4000)])
def test_fault_that_comes_and_goes_is_told_once_an_hour_whatever_the_lock_says_about_time(
    world: World, fault: Fault, leap: timedelta
) -> None:
    at = world.clock.now
    for _ in range(10):
        at += leap
        say(world, fault, at)
        say(world, None, at)
    assert texts(world) == 1
    world.at(world.clock.now + HOUR + MINUTE)
    say(world, fault, at)
    assert texts(world) == 2


def test_faults_that_alternate_are_told_once_an_hour_each(world: World) -> None:
    for minute in range(40):
        world.at(world.clock.now + MINUTE)
        say(world, (JAMMED, TAMPERED)[minute % 2], world.clock.now + minute * HOUR)
    assert texts(world) == 2


@pytest.mark.parametrize("frozen", [NOON, NOON + timedelta(days=70_000), NOON - 9 * HOUR])
def test_clock_that_stands_still_silences_no_alarm(world: World, frozen: datetime) -> None:
    for hours in range(1, 5):
        world.at(NOON + hours * (HOUR + MINUTE))
        say(world, TAMPERED, frozen)
        say(world, None, frozen)
        assert texts(world) == hours


def test_alarm_that_an_earlier_version_stored_with_the_locks_own_time_silences_none(
    world: World,
) -> None:
    lock = world.locks.find(thing(SPACE))
    assert lock is not None
    far = Alarm(JAMMED, 3, NOON + timedelta(days=70_000))
    world.locks.save(lock, replace(lock, alarm=far))
    say(world, JAMMED, world.clock.now)
    assert texts(world) == 1


def test_fault_that_goes_on_queues_its_alarm_for_a_while_only(world: World) -> None:
    """Each message that asks for the text costs something, and a lock can report without end."""
    say(world, JAMMED, world.clock.now)
    world.at(world.clock.now + 20 * MINUTE)
    newest = world.shadows.report(thing(SPACE), BarrierReport.LOWERED)
    world.lock_says(SPACE, fault=JAMMED, version=newest)
    assert world.effect_queues.alarms == []


@pytest.mark.parametrize("at", [NOON - 900 * HOUR, NOON + 900 * HOUR])
def test_incidents_begin_when_the_lock_was_heard(world: World, at: datetime) -> None:
    say(world, Fault.SENSOR, at)
    lock = world.locks.find(thing(SPACE))
    assert lock is not None
    mall = world.venues.mall(lock.space.mall)
    (incident,) = incidents_of(mall, [lock], [], world.clock.now)
    assert incident.since == world.clock.now


def test_time_of_recording_counts_where_it_is_not_known_when_a_report_was_queued() -> None:
    lock = Lock(thing(SPACE), space_id(SPACE), online=True)
    lying = LockReport(
        thing(SPACE), 1, BarrierReport.LOWERED, None, False, 87, JAMMED, 0, NOON + 900 * HOUR
    )
    alarm = lock.reporting(lying, NOON).alarm
    assert alarm is not None
    assert alarm.at == NOON
