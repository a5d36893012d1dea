"""A small, crowded mall, with a night on which the clocks may change."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from baylock.domain.venue.mall import (
    POSITIONS,
    Feature,
    LockWhen,
    Lot,
    LotRef,
    LotSettings,
    Mall,
    MallRef,
    Merchant,
    MerchantId,
    MerchantRef,
    Overrides,
    Space,
    SpaceRef,
    ThingName,
)
from baylock.domain.venue.quotas import UNLIMITED

MALL = MallRef("harbour")
GARAGE, ROOF = LotRef("P1"), LotRef("P2")
TIMEZONE = "America/New_York"
ZONE = ZoneInfo(TIMEZONE)

FIRST_DAYS = (datetime(2026, 6, 13), datetime(2026, 3, 7), datetime(2026, 10, 31))  # noqa: DTZ001 (local time)
"""The night that follows has 24, 23 or 25 hours."""

LOCK_WHEN = (
    (LockWhen.BEFORE_START, LockWhen.BEFORE_START),
    (LockWhen.BEFORE_START, LockWhen.AT_BOOKING),
    (LockWhen.AT_BOOKING, LockWhen.AT_BOOKING),
)
"""Settings of the garage and the roof. Where barriers go up at once, fewer bookings fit."""

LASTS = timedelta(hours=36)
"""From 06:00 of the first day to the evening of the second."""

RUSHES_AT = ((0, 12), (0, 19), (1, 3.75), (1, 12.5), (1, 19), (2, 3.5))
"""Times of most services: days after the first, and local hours."""


@dataclass(frozen=True)
class Venue:
    """The mall, its merchants, and the days of the run."""

    mall: Mall
    merchants: tuple[Merchant, ...]
    begins: datetime
    rushes: tuple[datetime, ...]

    @property
    def ends(self) -> datetime:
        """When the run ends, in UTC."""
        return self.begins + LASTS

    def merchant_ids(self) -> tuple[MerchantId, ...]:
        """Return the ids of all merchants."""
        return tuple(MerchantId(self.mall.ref, merchant.ref) for merchant in self.merchants)


def venue(seed: int, random: Random) -> Venue:
    """Build one of several such malls on one of several days; six consecutive seeds cover all."""
    first = FIRST_DAYS[seed % len(FIRST_DAYS)]
    garage_locks, roof_locks = LOCK_WHEN[seed // 2 % len(LOCK_WHEN)]
    garage = LotSettings(lock_when=garage_locks)
    half_an_hour = timedelta(minutes=30)
    roof = LotSettings(arrive_early=half_an_hour, leave_late=half_an_hour, lock_when=roof_locks)
    lots = (
        Lot(GARAGE, "Garage", tuple(_space(GARAGE, number) for number in range(16)), garage),
        Lot(ROOF, "Roof", tuple(_space(ROOF, number) for number in range(8)), roof),
    )
    return Venue(
        Mall(MALL, "Harbour", TIMEZONE, "US", lots, version="1", quotas=UNLIMITED),
        _merchants(random),
        _wall(first, 0, 6),
        tuple(_wall(first, day, hour) for day, hour in RUSHES_AT),
    )


def _space(lot: LotRef, number: int) -> Space:
    features = {2: Feature.EV, 9: Feature.EV, 3: Feature.ACCESSIBLE}
    ref = f"{lot}-{number:02}"
    return Space(
        ref=SpaceRef(ref),
        level="1",
        zone=f"z{number // 8}",
        position=POSITIONS[number % 8 * 4],
        thing=ThingName(f"{MALL}-{ref}"),
        features=frozenset({features[number]} if number in features else ()),
    )


def _merchants(random: Random) -> tuple[Merchant, ...]:
    """Build the merchants: the barber leaves no spare time, the clinic does not reach the roof."""
    exact = Overrides(
        arrive_early=timedelta(), leave_late=timedelta(), duration=timedelta(minutes=45)
    )
    return (
        _merchant("noodles", random),
        _merchant("cinema", random),
        _merchant("barber", random, overrides=exact),
        _merchant("clinic", random, lots=((GARAGE, 16),)),
    )


def _merchant(
    name: str,
    random: Random,
    *,
    overrides: Overrides = Overrides(),  # noqa: B008 (frozen)
    lots: tuple[tuple[LotRef, int], ...] = ((GARAGE, 16), (ROOF, 8)),
) -> Merchant:
    walks = {
        lot: array("H", (random.randrange(100, 2000, 50) for _ in range(size)))
        for lot, size in lots
    }
    return Merchant(MerchantRef(name), name.title(), overrides=overrides, walks=walks)


def _wall(first: datetime, days: int, hour: float) -> datetime:
    """Convert a local time, `days` after the first day, to UTC."""
    on_the_wall = first + timedelta(days=days, hours=hour)
    return on_the_wall.replace(tzinfo=ZONE).astimezone(UTC)
