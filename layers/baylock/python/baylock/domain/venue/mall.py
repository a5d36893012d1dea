"""Malls, lots, spaces and merchants, and how far it is to walk between them."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any, NewType, Self
from zoneinfo import ZoneInfo

from baylock.domain.venue.quotas import USUAL, Quotas

MallRef = NewType("MallRef", str)
LotRef = NewType("LotRef", str)
SpaceRef = NewType("SpaceRef", str)
MerchantRef = NewType("MerchantRef", str)
Tenancy = NewType("Tenancy", str)
"""Tells the tenants of a ref apart, who move in one after another."""
FIRST_TENANCY = Tenancy("")
"""Of the first tenant of a ref."""
ThingName = NewType("ThingName", str)
"""The name of a lock in AWS IoT: letters, digits, `_` and `-` only."""

MAX_REF_LENGTH = 100
"""Of a mall or a merchant, in characters."""

POSITIONS = "0123456789abcdefghijklmnopqrstuv"
"""The names of a zone's spaces within their zone: at most 32 of them."""


TEXTS_USD_A_DAY = 100
"""What a mall's texts may cost in a day, in US dollars, unless its import says otherwise."""


class Feature(StrEnum):
    """Something that a space offers beyond the room for a vehicle."""

    EV = "ev"
    ACCESSIBLE = "accessible"
    FAMILY = "family"


@dataclass(frozen=True, slots=True)
class Needs:
    """The needs of a vehicle or its driver: all of `features`, and `height_m` metres of height."""

    features: frozenset[Feature] = frozenset()
    height_m: float | None = None

    @classmethod
    def parse(cls, words: Iterable[str]) -> Self:
        """From the names of features and `height:2.1`; ValueError names an unknown word.

        The greatest of several heights counts, as it includes the others.
        """
        features: set[Feature] = set()
        height_m: float | None = None
        for word in words:
            need = word.strip().lower()
            if need == "height" or need.startswith("height:"):
                height_m = max(height_m or 0.0, _metres(need.removeprefix("height:"), word))
            elif need in list(Feature):
                features.add(Feature(need))
            else:
                known = ", ".join(Feature)
                raise ValueError(f"{word!r} is not a need: {known}, height:<metres>")
        return cls(frozenset(features), height_m)

    def words(self) -> tuple[str, ...]:
        """The inverse of `parse`, in a fixed order."""
        metres = repr(self.height_m).removesuffix(".0")
        height = () if self.height_m is None else (f"height:{metres}",)
        return (*sorted(self.features), *height)


NO_NEEDS = Needs()

MIN_HEIGHT_M, MAX_HEIGHT_M = 0.5, 10.0

_DECIMAL = re.compile(r"[0-9]+(?:[.][0-9]+)?")


def _metres(text: str, word: str) -> float:
    metres = float(text) if _DECIMAL.fullmatch(text) else 0.0
    if not MIN_HEIGHT_M <= metres <= MAX_HEIGHT_M:
        raise ValueError(f"{word!r}: the height is a number of metres, as in height:2.1")
    return metres


class LockWhen(StrEnum):
    """When a lot's barriers go up for an order."""

    BEFORE_START = "before_start"
    AT_BOOKING = "at_booking"


class Barrier(StrEnum):
    """The two positions that a barrier can be asked to take."""

    RAISED = "raised"
    LOWERED = "lowered"


@dataclass(frozen=True, slots=True)
class LotSettings:
    """The settings of a lot. A merchant may override the times (`Overrides`)."""

    arrive_early: timedelta = timedelta(minutes=15)
    leave_late: timedelta = timedelta(minutes=15)
    lead: timedelta = timedelta(minutes=15)
    grace: timedelta = timedelta(minutes=30)
    duration: timedelta = timedelta(minutes=120)
    lock_when: LockWhen = LockWhen.BEFORE_START
    idle_barrier: Barrier = Barrier.LOWERED


@dataclass(frozen=True, slots=True)
class Overrides:
    """A merchant's own times, where they differ from the lot's."""

    arrive_early: timedelta | None = None
    leave_late: timedelta | None = None
    lead: timedelta | None = None
    grace: timedelta | None = None
    duration: timedelta | None = None

    def of(self, settings: LotSettings) -> LotSettings:
        """The lot's settings, with this merchant's times in place of the lot's."""
        return replace(settings, **self._given())

    def over(self, others: Overrides) -> Overrides:
        """Other overrides, with these in their place where both have a time."""
        return replace(others, **self._given())

    def _given(self) -> dict[str, Any]:
        return {
            name: own
            for name in ("arrive_early", "leave_late", "lead", "grace", "duration")
            if (own := getattr(self, name)) is not None
        }


@dataclass(frozen=True, slots=True)
class MerchantId:
    """The identity of a merchant: its mall, its ref in the mall, and its tenancy of that ref.

    A shop that moves in under the ref of another is another merchant: nothing that is stored under
    the one belongs to the other.
    """

    mall: MallRef
    merchant: MerchantRef
    tenancy: Tenancy = FIRST_TENANCY

    @property
    def named(self) -> str:
        """The name under which things are derived by hashes: unambiguous, as refs hold no NUL."""
        parts = (self.mall, self.merchant, self.tenancy)
        return "\0".join(parts if self.tenancy else parts[:2])


@dataclass(frozen=True, slots=True)
class SpaceId:
    """The identity of a space: its mall, its lot, and its ref in the lot."""

    mall: MallRef
    lot: LotRef
    space: SpaceRef


@dataclass(frozen=True, slots=True)
class Space:
    """A parking space.

    `zone` and `position` say where its bookings are kept, and never change while it exists: an
    import keeps them for every space that the mall had before.
    """

    ref: SpaceRef
    level: str
    zone: str
    position: str
    thing: ThingName
    features: frozenset[Feature] = frozenset()
    max_height_m: float | None = None
    lon: float = 0.0
    lat: float = 0.0

    def serves(self, needs: Needs) -> bool:
        """Whether a vehicle with these needs can use this space."""
        return needs.features <= self.features and (
            needs.height_m is None
            or self.max_height_m is None
            or needs.height_m <= self.max_height_m
        )


@dataclass(frozen=True)
class Lot:
    """A parking lot. The order of `spaces` is the order of every merchant's walks to it."""

    ref: LotRef
    name: str
    spaces: tuple[Space, ...]
    settings: LotSettings = LotSettings()

    @cached_property
    def places(self) -> Mapping[str, int]:
        """By ref, each space's place in `spaces`."""
        return {space.ref: place for place, space in enumerate(self.spaces)}

    def space(self, ref: SpaceRef) -> Space | None:
        """The space with this ref, if the lot has it."""
        place = self.places.get(ref)
        return None if place is None else self.spaces[place]


@dataclass(frozen=True)
class Merchant:
    """A shop, restaurant or practice of a mall.

    `walks` holds, per lot, the walk to each of the lot's spaces in decimetres, in the order of
    `Lot.spaces` (unsigned 16 bits: at most 6.5 km).
    """

    ref: MerchantRef
    name: str
    level: str = "0"
    phone: str | None = None
    locale: str | None = None
    overrides: Overrides = Overrides()
    walks: Mapping[LotRef, array[int]] = field(default_factory=dict)
    lon: float = 0.0
    lat: float = 0.0
    tenancy: Tenancy = FIRST_TENANCY

    def id_in(self, mall: MallRef) -> MerchantId:
        """The identity of this merchant of a mall."""
        return MerchantId(mall, self.ref, self.tenancy)


@dataclass(frozen=True)
class MerchantSupplement:
    """An operator's additions to a merchant of the plan; None: as on the plan.

    With `beside` the merchant is not on the plan: it shares the entrance of the merchant `beside`.
    The additions are those of one tenant: they end with its `tenancy`.
    """

    ref: MerchantRef
    name: str | None = None
    beside: MerchantRef | None = None
    phone: str | None = None
    locale: str | None = None
    overrides: Overrides = Overrides()
    tenancy: Tenancy = FIRST_TENANCY

    def of(self, merchant: Merchant) -> Merchant:
        """Return the merchant of the plan, or a new one beside it, with these additions."""
        own = self.overrides
        return replace(
            merchant,
            ref=self.ref,
            name=self.name or merchant.name,
            phone=self.phone or (None if self.beside else merchant.phone),
            locale=self.locale or merchant.locale,
            overrides=own.over(merchant.overrides),
            tenancy=self.tenancy,
        )


@dataclass(frozen=True)
class Mall:
    """A mall as imported. `version` changes with each import, which tells caches."""

    ref: MallRef
    name: str
    timezone: str
    country: str
    """ISO 3166-1 alpha-2, for phone numbers written the national way."""
    lots: tuple[Lot, ...]
    version: str = ""
    phone: str | None = None
    """The phone of the people who look after the spaces; texts are in the language of `locale`."""
    locale: str | None = None
    quotas: Quotas = USUAL
    countries: tuple[str, ...] = ()
    """As imported; `texted_countries` says which they are where none are named."""
    texts_usd_a_day: int = TEXTS_USD_A_DAY
    rankings: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    """The cache of `ranking`."""

    @cached_property
    def in_order(self) -> Sequence[tuple[int, int]]:
        """Each space's lot and place in it, as indices, by lot and by ref."""
        return sorted(
            ((at, place) for at, lot in enumerate(self.lots) for place in range(len(lot.spaces))),
            key=lambda at: (self.lots[at[0]].ref, self.lots[at[0]].spaces[at[1]].ref),
        )

    @property
    def texted_countries(self) -> tuple[str, ...]:
        """The countries (ISO 3166-1 alpha-2) whose phones get texts: the mall's own by default."""
        return self.countries or (self.country,)

    @cached_property
    def zone(self) -> ZoneInfo:
        """The mall's time zone."""
        return ZoneInfo(self.timezone)

    def lot(self, ref: LotRef) -> Lot | None:
        """The lot with this ref, if the mall has it."""
        return next((lot for lot in self.lots if lot.ref == ref), None)


UNREACHABLE_DM = 0xFFFF
"""In a merchant's walks: no way on foot, or more than 6.5 km."""
