"""A small mall, two merchants, and a clock that is set by hand."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from baylock.domain.venue.mall import (
    POSITIONS,
    Feature,
    Lot,
    LotRef,
    LotSettings,
    Mall,
    MallRef,
    Merchant,
    MerchantId,
    MerchantRef,
    Space,
    SpaceId,
    SpaceRef,
    ThingName,
)
from baylock.domain.venue.quotas import UNLIMITED

HARBOUR = MallRef("harbour")
P1, P2 = LotRef("P1"), LotRef("P2")
NOON = datetime(2026, 12, 1, 20, tzinfo=UTC)
"""Noon in Los Angeles, where the mall is."""

NOODLES = MerchantId(HARBOUR, MerchantRef("noodles"))
CINEMA = MerchantId(HARBOUR, MerchantRef("cinema"))
NOODLES_PHONE = "+14255550101"
CINEMA_PHONE = "+14255550102"
MALL_PHONE = "+14255550100"
DRIVER = "+14255550123"


@dataclass
class Watch:
    """A clock that is set by hand."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **time: float) -> None:
        self.now += timedelta(**time)


def space(ref: str, position: int, *features: Feature, height_m: float | None = None) -> Space:
    lot = "P1" if ref.startswith("B2") else "P2"
    return Space(
        ref=SpaceRef(ref),
        level="B2" if lot == "P1" else "1",
        zone="z0",
        position=POSITIONS[position],
        thing=ThingName(f"harbour-{lot}-{ref}"),
        features=frozenset(features),
        max_height_m=height_m,
    )


def small_mall(
    settings: LotSettings = LotSettings(),  # noqa: B008 (frozen)
    timezone: str = "America/Los_Angeles",
) -> Mall:
    """Build P1 with two plain spaces, a charger and a nearest, accessible space; and P2 with a
    far one."""
    garage = Lot(
        P1,
        "Garage",
        (
            space("B2-017", 0, height_m=2.1),
            space("B2-018", 1),
            space("B2-019", 2, Feature.EV),
            space("B2-020", 3, Feature.ACCESSIBLE),
        ),
        settings,
    )
    roof = Lot(P2, "Roof", (space("R1", 0),), settings)
    return Mall(
        HARBOUR,
        "Harbour",
        timezone,
        "US",
        (garage, roof),
        version="1",
        phone=MALL_PHONE,
        quotas=UNLIMITED,
        # Drivers of the tests come from these.
        countries=("US", "CN", "FR", "GB", "DE"),
    )


def merchants() -> tuple[Merchant, ...]:
    walks = {P1: array("H", (425, 500, 600, 300)), P2: array("H", (1200,))}
    return (
        Merchant(MerchantRef("noodles"), "Noodle House", "B1", NOODLES_PHONE, "en", walks=walks),
        Merchant(MerchantRef("cinema"), "Cinema", "3", CINEMA_PHONE, walks=walks),
    )


def space_id(ref: str) -> SpaceId:
    return SpaceId(HARBOUR, P1 if ref.startswith("B2") else P2, SpaceRef(ref))


def thing(ref: str) -> ThingName:
    return space(ref, 0).thing


def only(mall: Mall, refs: Iterable[str]) -> tuple[Mall, tuple[Merchant, ...]]:
    """Reduce the mall to these spaces, and the merchants' walks with it."""
    kept = set(refs)
    lots = tuple(
        replace(lot, spaces=tuple(one for one in lot.spaces if one.ref in kept))
        for lot in mall.lots
    )
    fewer = tuple(
        replace(
            merchant,
            walks={
                lot.ref: array(
                    "H",
                    (
                        walk
                        for one, walk in zip(lot.spaces, merchant.walks[lot.ref], strict=True)
                        if one.ref in kept
                    ),
                )
                for lot in mall.lots
            },
        )
        for merchant in merchants()
    )
    return replace(mall, lots=lots), fewer
