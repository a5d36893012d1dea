"""Histories of a lock: whatever is late, lost or started over, the newest counts in the end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from baylock.domain.locks.lock import VERSIONS_KEPT_FOR, BarrierReport, Lock, LockReport, Session
from baylock.domain.venue.mall import LotRef, MallRef, SpaceId, SpaceRef, ThingName

THING = ThingName("mall-P1-A1")
LOCK = Lock(THING, SpaceId(MallRef("mall"), LotRef("P1"), SpaceRef("A1")))
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
HOUR, DAY = 3600, 86400
DELAYS = st.sampled_from([0, 0, 0, 1, 30, 600, 4 * HOUR]).map(lambda n: timedelta(seconds=n))
"""How long a message waits in the queue, with its tries."""
GAPS = st.sampled_from(
    [1, 5, 60, 300, 899, 901, HOUR, 3700, 6 * HOUR, 47 * HOUR, 48 * HOUR + 1, 60 * HOUR, 21 * DAY]
).map(lambda n: timedelta(seconds=n))
SKEWS = st.sampled_from([None, 0, -2 * HOUR, 2 * HOUR, -3 * DAY, 400 * DAY, -56 * 365 * DAY])
"""How far the lock's own clock is off from now on, in seconds; None where it stays as it is."""


@given(
    st.lists(st.tuples(GAPS, st.booleans(), SKEWS, DELAYS), min_size=1, max_size=12),
    st.integers(1, 3000),
)
@settings(max_examples=400, deadline=None)
def test_the_report_that_was_made_last_counts_in_the_end(
    steps: Sequence[tuple[timedelta, bool, int | None, timedelta]], version: int
) -> None:
    now, skew = BEGIN, timedelta()
    arrivals: list[tuple[datetime, int, LockReport]] = []
    for number, (gap, starts_over, off, delay) in enumerate(steps):
        now += gap
        version = 1 if starts_over and gap > VERSIONS_KEPT_FOR else version + 1
        skew = skew if off is None else timedelta(seconds=off)
        report = LockReport(
            THING, version, BarrierReport.RAISED, None, False, number, None, 0, now + skew, now
        )
        arrivals.append((now + delay, number, report))
    lock = LOCK
    for _, _, report in sorted(arrivals, key=lambda one: one[:2]):
        lock = lock.reporting(report)
    assert lock.report is not None
    assert lock.report.battery == len(steps) - 1


@given(
    st.lists(st.tuples(GAPS, st.booleans(), DELAYS), min_size=1, max_size=14), st.integers(0, 50)
)
@settings(max_examples=400, deadline=None)
def test_a_lock_is_in_contact_if_it_connected_last(
    steps: Sequence[tuple[timedelta, bool, timedelta]], version: int
) -> None:
    """Also where a second connection takes over before the first is said to have ended."""
    now = left = BEGIN
    connected = False
    arrivals: list[tuple[datetime, Session]] = []
    for gap, taken_over, delay in steps:
        now += gap
        if connected and taken_over:
            version += 1
            ended = Session(version - 1, now + timedelta(milliseconds=5), ended=True)
            arrivals += [(now + delay, Session(version, now)), (now + delay, ended)]
        elif connected:
            connected, left = False, now
            arrivals.append((now + delay, Session(version, now, ended=True)))
        else:
            connected = True
            version = 0 if now - left > timedelta(hours=1) else version + 1
            arrivals.append((now + delay, Session(version, now)))
    lock = LOCK
    for _, session in sorted(arrivals, key=lambda one: one[0]):
        lock = lock.in_session(session)
    assert lock.online is connected
