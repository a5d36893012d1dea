"""The mall of a run: a lot for each pair of settings, and merchants all around."""

from __future__ import annotations

from array import array
from datetime import timedelta
from itertools import product
from random import Random

from baylock.domain.venue.mall import (
    POSITIONS,
    Barrier,
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

HARBOUR = MallRef("harbour")
TIMEZONE = "America/Los_Angeles"
SETTINGS = tuple(product(LockWhen, (Barrier.LOWERED, Barrier.RAISED)))
"""Settings of the lots, one pair each."""
IN_A_ZONE = 25
MERCHANTS = 30
OVERRIDES = (
    Overrides(),
    Overrides(),
    Overrides(),
    Overrides(lead=timedelta(minutes=25), grace=timedelta(minutes=20)),
    Overrides(arrive_early=timedelta(minutes=5), leave_late=timedelta(minutes=30)),
)


def build_mall(locks: int) -> Mall:
    """Build a mall with that many spaces, spread evenly over the lots."""
    lots = tuple(
        _lot(number, LotSettings(lock_when=lock_when, idle_barrier=idle), locks)
        for number, (lock_when, idle) in enumerate(SETTINGS)
    )
    return Mall(HARBOUR, "Harbour", TIMEZONE, "US", lots, version="1", quotas=UNLIMITED)


def _lot(number: int, settings: LotSettings, locks: int) -> Lot:
    ref = LotRef(f"P{number + 1}")
    size = len(range(number, locks, len(SETTINGS)))
    return Lot(ref, f"Garage {number + 1}", tuple(_space(ref, at) for at in range(size)), settings)


def _space(lot: LotRef, at: int) -> Space:
    ref = SpaceRef(f"{at + 1:03}")
    return Space(
        ref=ref,
        level=str(at // (2 * IN_A_ZONE)),
        zone=f"z{at // IN_A_ZONE}",
        position=POSITIONS[at % IN_A_ZONE],
        thing=ThingName(f"{HARBOUR}-{lot}-{ref}"),
        features=frozenset({Feature.EV} if at % 10 == 0 else ()),
    )


def build_merchants(mall: Mall, random: Random) -> tuple[Merchant, ...]:
    """Build merchants; each is nearer to some part of the mall than to others."""
    return tuple(_merchant(number, mall, random) for number in range(MERCHANTS))


def _merchant(number: int, mall: Mall, random: Random) -> Merchant:
    away = {lot.ref: random.randrange(100, 1500) for lot in mall.lots}
    walks = {
        lot.ref: array(
            "H", (away[lot.ref] + at * 8 + random.randrange(200) for at in range(len(lot.spaces)))
        )
        for lot in mall.lots
    }
    return Merchant(
        MerchantRef(f"m{number:02}"),
        f"Merchant {number}",
        phone=f"+1425555{9000 + number}",
        overrides=OVERRIDES[number % len(OVERRIDES)],
        walks=walks,
    )


def merchant_ids() -> tuple[MerchantId, ...]:
    """Return the ids of all merchants."""
    return tuple(MerchantId(HARBOUR, MerchantRef(f"m{at:02}")) for at in range(MERCHANTS))
