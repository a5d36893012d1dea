"""The plan of a run: people's intentions and locks' failures, drawn before the run begins.

So two runs of the same seed differ only in their outcome.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from random import Random
from zoneinfo import ZoneInfo

from tests.fleet.mall import TIMEZONE, merchant_ids

from baylock.domain.booking.booking import Booking, Reference
from baylock.domain.venue.mall import NO_NEEDS, Feature, MerchantId, Needs, ThingName
from baylock_lock.simulated import FULL

MINUTE_S = 60.0
HOUR_S = 3600.0

ENDS_AT = timedelta(hours=19, minutes=30)
"""The local time at which a run ends: in the evening rush, so that much is in progress when the
locks are checked."""

BUSY = (1, 1, 1, 1, 1, 2, 5, 8, 10, 10, 12, 18, 26, 26, 20, 14, 14, 20, 26, 28, 24, 14, 6, 3)
"""Relative number of services in each local hour."""

AHEAD_MINUTES = ((0.2, 0, 15), (0.3, 15, 90), (0.4, 90, 420), (0.1, 420, 780))
"""How far ahead bookings are made: share, from, to."""
FURTHEST_AHEAD_S = 780 * MINUTE_S
LASTS_MINUTES = (45, 60, 60, 75, 90, 90, 120, 150, None)
AFTERWARDS_S = 2 * HOUR_S
"""Services continue this long after the last bookings are made."""


@dataclass(frozen=True)
class Wishes:
    """The size of a run, and its rates of failures and disturbances."""

    seed: int = 1
    locks: int = 500
    hours: float = 24.0
    failing: float = 0.05
    overstaying: float = 0.10
    not_coming: float = 0.15
    dropping: float = 0.20
    bookings_per_space: float = 5.0
    """In 24 hours."""

    def random(self, *about: object) -> Random:
        """Return a generator for one subject, independent of the others."""
        return Random(f"{self.seed} {' '.join(map(str, about))}")

    @property
    def begins(self) -> float:
        """When the run begins, in epoch seconds."""
        ends = datetime(2026, 12, 2, tzinfo=ZoneInfo(TIMEZONE)) + ENDS_AT
        return ends.timestamp() - self.hours * HOUR_S

    @property
    def ends(self) -> float:
        """When bookings end, in epoch seconds."""
        return self.begins + self.hours * HOUR_S


@dataclass(frozen=True, slots=True)
class Stay:
    """A booking and its people's intentions; times are epoch seconds.

    `arrives_s` counts from the service time, `overstays_s` from the end of the window, and
    `leaves_s` from the end of the service.
    """

    merchant: MerchantId
    reference: Reference
    phone: str
    service: float
    lasts: timedelta | None
    needs: Needs
    booked: float
    repeated_after_s: float | None
    shifted: tuple[float, float] | None
    """When, and by how many seconds."""
    cancelled: tuple[float, str] | None
    """When, and by whom: merchant, driver, or declined."""
    comes: bool
    arrives_s: float
    overstays_s: float | None
    leaves_s: float
    says_done_after_s: float | None
    asks_for_more: bool

    def booking(self, said_at: datetime, shift_s: float = 0.0) -> Booking:
        """Build the booking that the merchant sends."""
        return Booking(
            merchant=self.merchant,
            reference=self.reference,
            service_time=datetime.fromtimestamp(self.service + shift_s, said_at.tzinfo),
            duration=self.lasts,
            phone=self.phone,
            needs=self.needs,
            said_at=said_at,
        )


def draw_stays(wishes: Wishes) -> list[Stay]:
    """Draw all bookings of the day, in the order in which they are made."""
    random = wishes.random("services")
    stays = [
        stay
        for number, service in enumerate(_services(wishes, random))
        if (stay := _stay(wishes, number, service)).booked < wishes.ends
    ]
    return sorted(stays, key=lambda stay: (stay.booked, stay.reference))


def _services(wishes: Wishes, random: Random) -> Iterator[float]:
    """Yield service times: any minute, but mostly on a quarter of an hour."""
    wall = ZoneInfo(TIMEZONE)
    per_weight = wishes.bookings_per_space * wishes.locks / sum(BUSY)
    slot_s = 5 * MINUTE_S
    at = wishes.begins
    while at < wishes.ends + AFTERWARDS_S:
        hour = datetime.fromtimestamp(at, wall).hour
        expected = BUSY[hour] * per_weight * slot_s / HOUR_S
        if int(at // MINUTE_S) % 15 == 0:
            expected *= 2
        else:
            expected *= 0.5
        for _ in range(int(expected) + (random.random() < expected % 1)):
            yield at
        at += slot_s


def _stay(wishes: Wishes, number: int, service: float) -> Stay:
    random = wishes.random("stay", number)
    booked = service - _ahead_s(random)
    if booked < wishes.begins:
        booked = min(wishes.begins + random.uniform(120, 600), service)
    time_s = service - booked
    shifted = cancelled = None
    if time_s > 2 * HOUR_S and random.random() < 0.08:
        by_s = random.choice((-30, -15, 15, 30, 60, 90)) * MINUTE_S
        shifted = (booked + random.uniform(0.1, 0.4) * time_s, by_s)
    elif random.random() < 0.06:
        who = random.choice(("merchant", "driver", "declined"))
        cancelled = (booked + random.uniform(0.2, 0.95) * time_s, who)
    overstays = random.random() < wishes.overstaying
    return Stay(
        merchant=random.choice(merchant_ids()),
        reference=Reference(f"R{number:05}"),
        # Numbers that exist, and are spread as those of guests are: a range of them is a flood.
        phone=f"+1206{2_000_000 + number * 7_919 % 7_000_000}",
        service=service,
        lasts=_lasts(random),
        needs=Needs(frozenset({Feature.EV})) if random.random() < 0.04 else NO_NEEDS,
        booked=booked,
        repeated_after_s=random.uniform(0, 30) if random.random() < 0.05 else None,
        shifted=shifted,
        cancelled=cancelled,
        comes=random.random() >= wishes.not_coming,
        arrives_s=_arrives_s(random),
        overstays_s=random.uniform(15, 90) * MINUTE_S if overstays else None,
        leaves_s=min(random.gauss(0, 8), 12.0) * MINUTE_S,
        says_done_after_s=random.uniform(-60, 120) if random.random() < 0.5 else None,
        asks_for_more=random.random() < 0.05,
    )


def _ahead_s(random: Random) -> float:
    chance = random.random()
    for share, least, most in AHEAD_MINUTES:
        if chance < share:
            return random.uniform(least, most) * MINUTE_S
        chance -= share
    return 0.0


def _lasts(random: Random) -> timedelta | None:
    minutes = random.choice(LASTS_MINUTES)
    return None if minutes is None else timedelta(minutes=minutes)


def _arrives_s(random: Random) -> float:
    """Draw an arrival; some come too early, some after the no-show deadline."""
    chance = random.random()
    if chance < 0.04:
        return random.uniform(-30, -15) * MINUTE_S
    if chance < 0.08:
        return random.uniform(15, 45) * MINUTE_S
    return max(-15.0, random.gauss(-4, 5)) * MINUTE_S


# ── locks ────────────────────────────────────────────────────────────────────────────────────────


class Failure(Enum):
    """How a lock fails."""

    JAM = "jam"
    OBSTRUCTION = "obstruction"
    SENSOR = "sensor"
    STUCK_SENSOR = "stuck sensor"
    BATTERY = "battery"
    GONE = "gone for good"


@dataclass(frozen=True, slots=True)
class LockPlan:
    """The plan for one lock; times are epoch seconds.

    `outages` are when its network goes down and returns, and whether it restarts meanwhile;
    `clock_wrong_s` is how far its clock is ahead.
    """

    outages: tuple[tuple[float, float, bool], ...] = ()
    failure: Failure | None = None
    fails_at: float = 0.0
    mended_at: float | None = None
    charge: float = FULL
    clock_wrong_s: float = 0.0

    @property
    def never_returns(self) -> bool:
        """Whether the lock stays out of contact once it has failed."""
        return self.failure in {Failure.BATTERY, Failure.GONE}


def draw_locks(wishes: Wishes, things: list[ThingName]) -> Mapping[ThingName, LockPlan]:
    """Draw a plan for each lock; exactly the given shares lose contact or fail."""
    random = wishes.random("locks")
    dropping = set(random.sample(things, round(wishes.dropping * len(things))))
    failing = set(random.sample(things, round(wishes.failing * len(things))))
    return {
        thing: _lock(wishes, wishes.random(thing), thing in dropping, thing in failing)
        for thing in things
    }


def _lock(wishes: Wishes, random: Random, drops: bool, fails: bool) -> LockPlan:
    fails_at = random.uniform(wishes.begins, wishes.ends)
    mended = random.random() < 0.5
    return LockPlan(
        outages=tuple(_outages(wishes, random)) if drops else (),
        failure=random.choice(list(Failure)) if fails else None,
        fails_at=fails_at,
        mended_at=fails_at + random.uniform(0.5, 4) * HOUR_S if mended else None,
        charge=random.uniform(40, 100),
        clock_wrong_s=random.uniform(-1800, 1800) if random.random() < 0.05 else 0.0,
    )


def _outages(wishes: Wishes, random: Random) -> Iterator[tuple[float, float, bool]]:
    """Yield outages of minutes to hours; some are so short that neither end notices."""
    at = wishes.begins + random.expovariate(1 / HOUR_S)
    while at < wishes.ends:
        least, most = random.choice(((0.1, 2), (0.1, 2), (2, 10), (2, 30), (30, 180)))
        back = at + random.uniform(least, most) * MINUTE_S
        yield at, back, random.random() < 0.2
        at = back + random.expovariate(1 / (1.5 * HOUR_S))
