"""The measured malls: one lot each, of storeys with rows of stalls, and merchants beside them.

A lot of N spaces has a storey per 1,000, about as deep as it is wide: rows of 2.5 m stalls, with an
aisle between each two rows. Along the front, towards the building, is a lift every 50 m. A walk
goes along the aisle to a lift, along the side to the front, up or down, and along the building.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil, sqrt
from random import Random

from baylock.domain.venue.mall import (
    Lot,
    LotRef,
    Mall,
    MallRef,
    Merchant,
    MerchantRef,
    Space,
    SpaceRef,
    ThingName,
)
from baylock.domain.venue.quotas import UNLIMITED
from venue_import.zones import Stand, assign_zones

SPACES_A_STOREY = 1_000
STALL_M = 2.5
ROW_M = 8.0
"""Depth of a row of stalls with its half of the aisle."""
LIFTS_EVERY_M = 50.0
LIFT_M = 12.0
"""A lift, or the stairs, counts as this many metres of walking; each storey adds STOREY_M."""
STOREY_M = 6.0
MERCHANTS, SHOP_FLOORS = 24, 4
LOT = LotRef("P")
TIMEZONE = "America/Los_Angeles"


@dataclass(frozen=True, slots=True)
class _Stall:
    storey: int
    x_m: float
    y_m: float


def mall_of(
    spaces: int, *, seed: int = 0, ref: str = "", phone: str | None = None
) -> tuple[Mall, list[Merchant]]:
    """Build a mall with one lot of `spaces` spaces, and its merchants; `phone` is the first
    merchant's."""
    stalls = _stalls(spaces)
    refs = [SpaceRef(f"{stall.storey}-{number:05}") for number, stall in enumerate(stalls)]
    stands = [
        Stand(ref, float(stall.storey), (stall.x_m, stall.y_m))
        for ref, stall in zip(refs, stalls, strict=True)
    ]
    places = assign_zones(stands)
    name = MallRef(ref or f"mall{spaces}")
    lot = Lot(
        LOT,
        "Garage",
        tuple(
            Space(ref, str(stall.storey), *places[ref], ThingName(f"{name}-{LOT}-{ref}"))
            for ref, stall in zip(refs, stalls, strict=True)
        ),
    )
    width_m = max(stall.x_m for stall in stalls)
    random = Random(f"merchants {spaces} {seed}")
    tenants = [_merchant(number, random, stalls, width_m) for number in range(MERCHANTS)]
    tenants[0] = replace(tenants[0], phone=phone)
    mall = Mall(
        name,
        f"Mall of {spaces}",
        TIMEZONE,
        "US",
        (lot,),
        version="1",
        quotas=UNLIMITED,
        # That of the API's example, with which a cold start is measured.
        countries=("US", "CN"),
    )
    return mall, tenants


def _stalls(spaces: int) -> list[_Stall]:
    """Place stalls storey by storey, row by row."""
    storeys = ceil(spaces / SPACES_A_STOREY)
    a_storey = ceil(spaces / storeys)
    a_row = ceil(sqrt(a_storey * ROW_M / STALL_M))
    stalls = []
    for number in range(spaces):
        storey, place = divmod(number, a_storey)
        row, column = divmod(place, a_row)
        stalls.append(_Stall(storey, column * STALL_M, row * ROW_M))
    return stalls


def _merchant(number: int, random: Random, stalls: Sequence[_Stall], width_m: float) -> Merchant:
    x_m, floor = random.uniform(0, width_m), random.randrange(SHOP_FLOORS)
    walks = array("H", (round(_walk_m(stall, x_m, floor, width_m) * 10) for stall in stalls))
    return Merchant(
        MerchantRef(f"m{number:02}"),
        f"Merchant {number}",
        str(floor),
        walks={LOT: walks},
    )


def _walk_m(stall: _Stall, x_m: float, floor: int, width_m: float) -> float:
    lifts = [at * LIFTS_EVERY_M for at in range(int(width_m // LIFTS_EVERY_M) + 1)]
    level = abs(stall.storey - floor) * STOREY_M
    along = min(abs(stall.x_m - lift) + abs(lift - x_m) for lift in lifts)
    return along + stall.y_m + LIFT_M + level
