"""Sandboxes: a small mall for each merchant that has a test key, whose locks are simulated."""

from __future__ import annotations

import secrets
from array import array
from contextlib import suppress
from datetime import timedelta
from typing import Any

from baylock.domain.errors import LockChanged
from baylock.domain.locks.lock import Lock
from baylock.domain.sandbox.sandbox import sandbox_of
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
    Space,
    SpaceId,
    SpaceRef,
    ThingName,
)
from baylock_cli.site import Site

LOT = LotRef("S1")
LEVEL = "0"
SPACES = 16
NEAREST_DM, APART_DM = 200, 30
"""The walk to the nearest space, and how much further each next one is, in decimetres."""

OFFERS = {
    3: Feature.EV,
    4: Feature.EV,
    7: Feature.ACCESSIBLE,
    8: Feature.ACCESSIBLE,
    11: Feature.FAMILY,
}
LOW, LOW_M = range(13, 17), 2.1
"""The spaces under a low ceiling, and how high it is, in metres."""

TERMS = LotSettings(lead=timedelta(minutes=60))
"""As in any lot, but that nobody who tries something has to wait for long."""


def make_sandbox(site: Site, of: MerchantId) -> MerchantId:
    """Make the sandbox of a merchant, or bring it up to date; its orders and locks stay.

    Its spaces take orders at once: its locks count as in contact. NoSuchMall, NotAMerchant.
    """
    who = sandbox_of(of)
    live, merchant = site.venues.mall(of.mall), site.venues.merchant(of)
    mall = sandbox_mall(who.mall, live, merchant)
    iot = site.client("iot")
    for lot in mall.lots:
        for space in lot.spaces:
            _provision(iot, site, SpaceId(mall.ref, lot.ref, space.ref), space.thing)
    # Last, as from here on orders are taken.
    site.venues.save(mall, [in_sandbox(merchant)])
    return who


def sandbox_mall(ref: MallRef, live: Mall, merchant: Merchant) -> Mall:
    """One lot, in the time zone and country of the merchant's own mall."""
    spaces = tuple(_space(ref, number) for number in range(1, SPACES + 1))
    return Mall(
        ref,
        name=f"Sandbox of {merchant.name}",
        timezone=live.timezone,
        country=live.country,
        lots=(Lot(LOT, "Sandbox", spaces, TERMS),),
        version=secrets.token_hex(8),
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


def in_sandbox(live: Merchant) -> Merchant:
    """Without the phone: what a merchant sends by text is never for the sandbox."""
    walks = array("H", (NEAREST_DM + APART_DM * place for place in range(SPACES)))
    return Merchant(live.ref, live.name, LEVEL, locale=live.locale, walks={LOT: walks})


def _provision(iot: Any, site: Site, where: SpaceId, thing: ThingName) -> None:
    """A thing without a certificate: nobody can be this lock."""
    iot.create_thing(thingName=thing)
    with suppress(LockChanged):
        site.locks.save(None, Lock(thing, where, online=True))
