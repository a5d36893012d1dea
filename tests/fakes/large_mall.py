"""A mall whose one lot is too large to be read as a whole: 1,200 spaces in 40 zones."""

from __future__ import annotations

from array import array
from random import Random

from tests.fakes.mall import CINEMA, HARBOUR, NOODLES, P1

from baylock.domain.venue.mall import (
    POSITIONS,
    Feature,
    Lot,
    LotSettings,
    Mall,
    Merchant,
    Space,
    SpaceRef,
    ThingName,
)
from baylock.domain.venue.quotas import UNLIMITED

SPACES, IN_A_ZONE = 1200, 30


def large_mall(settings: LotSettings = LotSettings()) -> Mall:  # noqa: B008 (frozen)
    """Build a long row of spaces; those of the zones 3 and 17 have chargers."""
    spaces = tuple(
        Space(
            ref=SpaceRef(f"A-{number:04}"),
            level="0",
            zone=f"z{number // IN_A_ZONE}",
            position=POSITIONS[number % IN_A_ZONE],
            thing=ThingName(f"harbour-P1-A-{number:04}"),
            features=frozenset({Feature.EV} if number // IN_A_ZONE in {3, 17} else ()),
        )
        for number in range(SPACES)
    )
    lot = Lot(P1, "Field", spaces, settings)
    return Mall(
        HARBOUR, "Harbour", "America/Los_Angeles", "US", (lot,), version="1", quotas=UNLIMITED
    )


def large_merchants() -> tuple[Merchant, ...]:
    """Build merchants: the noodles at the head of the row, the cinema at its middle; paths are
    not straight."""
    random = Random(5)
    crooked = [random.randrange(300) for _ in range(SPACES)]
    return tuple(
        Merchant(
            who.merchant,
            str(who.merchant),
            walks={P1: array("H", (abs(n - at) * 25 + crooked[n] for n in range(SPACES)))},
        )
        for who, at in ((NOODLES, 0), (CINEMA, SPACES // 2))
    )
