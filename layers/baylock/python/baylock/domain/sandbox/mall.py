"""The mall of a sandbox: one lot whose spaces offer something for every need."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from datetime import datetime, timedelta

from baylock.domain.locks.lock import BarrierReport, Lock, LockReport
from baylock.domain.venue.mall import (
    POSITIONS,
    Feature,
    Lot,
    LotRef,
    LotSettings,
    Mall,
    MallRef,
    Merchant,
    Space,
    SpaceId,
    SpaceRef,
    ThingName,
)
from baylock.domain.venue.quotas import UNLIMITED

LOT = LotRef("S1")
LEVEL = "0"
SPACES = 16
NEAREST_DM, APART_DM = 200, 30
"""The walk to the nearest space, and how much further each next space is, in decimetres."""

OFFERS = {
    3: Feature.EV,
    4: Feature.EV,
    7: Feature.ACCESSIBLE,
    8: Feature.ACCESSIBLE,
    11: Feature.FAMILY,
}
FULL_BATTERY = 100
"""The charge of a simulated lock, in percent."""
LOW, LOW_M = range(13, 17), 2.1
"""The spaces under a low ceiling, and its height in metres."""

SETTINGS = LotSettings(lead=timedelta(minutes=60))
"""The defaults, except that a barrier goes up early: nobody who tries Baylock waits for long."""


def sandbox_mall(ref: MallRef, live: Mall, merchant: Merchant, version: str) -> Mall:
    """Return a merchant's sandbox, in the time zone and country of its `live` mall."""
    spaces = tuple(_space(ref, number) for number in range(1, SPACES + 1))
    return Mall(
        ref,
        name=f"Sandbox of {merchant.name}",
        timezone=live.timezone,
        country=live.country,
        lots=(Lot(LOT, "Sandbox", spaces, SETTINGS),),
        version=version,
        quotas=UNLIMITED,
        countries=live.countries,
    )


def sandbox_merchant(live: Merchant) -> Merchant:
    """Return a merchant as its sandbox has it.

    Without its phone: what a merchant sends by text is never meant for the sandbox.
    """
    walks = array("H", (NEAREST_DM + APART_DM * place for place in range(SPACES)))
    return Merchant(
        live.ref,
        live.name,
        LEVEL,
        locale=live.locale,
        walks={LOT: walks},
        tenancy=live.tenancy,
    )


def sandbox_locks(mall: Mall, now: datetime) -> Iterator[Lock]:
    """Yield a sandbox's locks at their start: in contact, with a first report each."""
    for lot in mall.lots:
        for space in lot.spaces:
            where = SpaceId(mall.ref, lot.ref, space.ref)
            yield Lock(space.thing, where, online=True).reporting(_first_report(space.thing, now))


def _first_report(thing: ThingName, now: datetime) -> LockReport:
    """Version 0: every report by way of the shadow is newer."""
    return LockReport(
        thing=thing,
        version=0,
        barrier=BarrierReport.LOWERED,
        order=None,
        vehicle=False,
        battery=FULL_BATTERY,
        fault=None,
        seen_version=0,
        at=now,
    )


def _space(mall: MallRef, number: int) -> Space:
    ref = SpaceRef(f"A{number:02}")
    return Space(
        ref,
        level=LEVEL,
        zone="0",
        position=POSITIONS[number - 1],
        thing=ThingName(f"{mall}-{LOT}-{ref}"),
        features=frozenset({OFFERS[number]} if number in OFFERS else ()),
        max_height_m=LOW_M if number in LOW else None,
    )
