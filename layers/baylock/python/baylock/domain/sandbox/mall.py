"""The mall of a sandbox: one lot whose spaces offer something for every need."""

from __future__ import annotations

from array import array
from datetime import timedelta

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
    SpaceRef,
    ThingName,
)

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
    )


def sandbox_merchant(live: Merchant) -> Merchant:
    """Return a merchant as its sandbox has it.

    Without its phone: what a merchant sends by text is never meant for the sandbox.
    """
    walks = array("H", (NEAREST_DM + APART_DM * place for place in range(SPACES)))
    return Merchant(live.ref, live.name, LEVEL, locale=live.locale, walks={LOT: walks})


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
