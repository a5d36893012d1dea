"""The stored items of a venue, and their mapping to and from the domain's malls.

A mall is a pointer to its current version. A version is the lots, cut into chunks that stay far
below DynamoDB's 400 KB, and one item per merchant. Its JSON is compressed: a lot of 20,000 spaces
is ten items, together well below one Query page.
"""

from __future__ import annotations

import json
import sys
import zlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any, Self

from pynamodb.attributes import (
    BinaryAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
)
from pynamodb.models import Model

from baylock.adapters.dynamodb.client import MomentAttribute
from baylock.adapters.dynamodb.merchant_columns import merchant_id
from baylock.adapters.dynamodb.venue_table import (
    FIRST_WRITTEN,
    mall_key,
    read_tenancy,
    tenancies_key,
)
from baylock.domain.venue.mall import (
    KEEP_FOR,
    TEXTS_USD_A_DAY,
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
    MerchantSupplement,
    Overrides,
    Space,
    SpaceRef,
    Tenancy,
    ThingName,
)
from baylock.domain.venue.quotas import UNLIMITED, USUAL, Quotas
from baylock.domain.venue.sandbox_ref import is_sandbox
from baylock.domain.venue.tenancy import RefHistory

SPACES_A_CHUNK = 2_000
FORMER_PREFIX = "former#"

_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)


def lots_prefix(version: str) -> str:
    """The prefix of the sort keys of a version's lots."""
    return f"v#{version}#lot#"


def merchants_prefix(version: str) -> str:
    """The prefix of the sort keys of a version's merchants."""
    return f"v#{version}#merchant#"


def plans_prefix(version: str) -> str:
    """The prefix of the sort keys of a version's drawn plan; see `plans`."""
    return f"v#{version}#plan#"


def former_key(who: MerchantId) -> str:
    """The sort key of a merchant that has left its ref, for its orders."""
    return f"{FORMER_PREFIX}{who.tenancy}#{who.merchant}"


class MallItem(Model):
    """`mall#<ref>` / `mall`: the current version, and the version that it replaced.

    `remembers` is 1 where every ref that was left is remembered: see `Tenants.is_complete`.
    """

    SK = "mall"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    version = UnicodeAttribute()
    previous = UnicodeAttribute(null=True)
    name = UnicodeAttribute()
    timezone = UnicodeAttribute()
    country = UnicodeAttribute()
    phone = UnicodeAttribute(null=True)
    locale = UnicodeAttribute(null=True)
    countries = UnicodeAttribute(null=True)
    """Separated by blanks; absent for the mall's own, as in malls of older imports."""
    texts_usd_a_day = NumberAttribute(null=True)
    keep_days = NumberAttribute(null=True)
    chunks = NumberAttribute()
    quotas = UnicodeAttribute(null=True)
    """JSON of the quotas that the plan or the sandbox sets; absent for the defaults."""
    remembers = NumberAttribute(null=True)

    @classmethod
    def from_domain(cls, mall: Mall, chunks: int, before: MallItem | None) -> Self:
        """The pointer to a version that is stored already; `before` is the one it replaces."""
        return cls(
            pk=mall_key(mall.ref),
            sk=cls.SK,
            version=mall.version,
            previous=before.version if before else None,
            name=mall.name,
            timezone=mall.timezone,
            country=mall.country,
            phone=mall.phone,
            locale=mall.locale,
            countries=" ".join(mall.countries) or None,
            texts_usd_a_day=mall.texts_usd_a_day,
            keep_days=mall.keep_for // _DAY,
            chunks=chunks,
            quotas=_written_quotas(mall.quotas),
            remembers=before.remembers if before else 1,
        )

    def to_domain(self, ref: MallRef, chunks: Sequence[LotChunkItem]) -> Mall:
        """The mall, of all the chunks of its version in the order of their keys."""
        lots: dict[str, Lot] = {}
        for chunk in chunks:
            lot = chunk.to_domain()
            before = lots[lot.ref].spaces if lot.ref in lots else ()
            lots[lot.ref] = Lot(lot.ref, lot.name, (*before, *lot.spaces), lot.settings)
        return Mall(
            ref=ref,
            name=self.name,
            timezone=self.timezone,
            country=self.country,
            lots=tuple(lots.values()),
            version=self.version,
            phone=self.phone,
            locale=self.locale,
            # Sandboxes from before there were quotas have none either.
            quotas=UNLIMITED if is_sandbox(ref) else _quotas(self.quotas),
            countries=tuple((self.countries or "").split()),
            texts_usd_a_day=int(self.texts_usd_a_day or TEXTS_USD_A_DAY),
            keep_for=int(self.keep_days) * _DAY if self.keep_days else KEEP_FOR,
        )


class LotChunkItem(Model):
    """`mall#<ref>` / `v#<version>#lot#<lot>#<nnn>`: some of a lot's spaces, in order."""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    place = NumberAttribute()
    """Among the mall's chunks: keys sort by the letters of the lot's ref, lots need not."""
    body = BinaryAttribute(legacy_encoding=False)

    @classmethod
    def of_mall(cls, mall: Mall) -> Iterator[Self]:
        """All chunks of a mall's lots."""
        place = 0
        for lot in mall.lots:
            for number, start in enumerate(range(0, max(len(lot.spaces), 1), SPACES_A_CHUNK)):
                spaces = lot.spaces[start : start + SPACES_A_CHUNK]
                yield cls(
                    pk=mall_key(mall.ref),
                    sk=f"{lots_prefix(mall.version)}{lot.ref}#{number:03}",
                    place=place,
                    body=_packed(
                        {
                            "ref": lot.ref,
                            "name": lot.name,
                            "terms": _terms(lot.settings),
                            "spaces": [_space(space) for space in spaces],
                        }
                    ),
                )
                place += 1

    def to_domain(self) -> Lot:
        """The lot with the spaces of this chunk alone."""
        body = _unpacked(self.body)
        return Lot(
            LotRef(body["ref"]),
            body["name"],
            tuple(_read_space(row) for row in body["spaces"]),
            _read_terms(body["terms"]),
        )


class MerchantItem(Model):
    """`mall#<ref>` / `v#<version>#merchant#<ref>`: a merchant and its walks.

    `walks` holds unsigned 16-bit little-endian decimetres, lot after lot as `body` lists them.
    """

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    ref = UnicodeAttribute()
    phone = UnicodeAttribute(null=True)
    body = BinaryAttribute(legacy_encoding=False)
    walks = BinaryAttribute(legacy_encoding=False)
    tenancy = UnicodeAttribute(null=True)

    @classmethod
    def from_domain(cls, mall: Mall, merchant: Merchant) -> Self:
        """The item of a merchant in a version of its mall."""
        return cls(
            pk=mall_key(mall.ref),
            sk=merchants_prefix(mall.version) + merchant.ref,
            ref=merchant.ref,
            phone=merchant.phone,
            body=_packed(
                {
                    "name": merchant.name,
                    "level": merchant.level,
                    "locale": merchant.locale,
                    "overrides": _minutes(merchant.overrides),
                    "at": [merchant.lon, merchant.lat],
                    "lots": [[lot, len(walks)] for lot, walks in merchant.walks.items()],
                }
            ),
            walks=b"".join(_little_endian(walks).tobytes() for walks in merchant.walks.values()),
            tenancy=merchant.tenancy or None,
        )

    @classmethod
    def of_former(cls, mall: Mall, merchant: Merchant) -> Self:
        """The item of a merchant that leaves its ref: without the phone, which acts no more."""
        item = cls.from_domain(mall, replace(merchant, phone=None))
        item.sk = former_key(merchant.id_in(mall.ref))
        return item

    def to_domain(self) -> Merchant:
        """The merchant of this item."""
        body = _unpacked(self.body)
        lon, lat = body["at"]
        return Merchant(
            ref=MerchantRef(self.ref),
            name=body["name"],
            level=body["level"],
            phone=self.phone,
            locale=body["locale"],
            overrides=_read_overrides(body["overrides"]),
            walks=_read_walks(body["lots"], self.walks),
            lon=lon,
            lat=lat,
            tenancy=Tenancy(self.tenancy or ""),
        )


class RefHistoryItem(Model):
    """`tenancy#<mall>` / `<merchant>`: the ref's tenancy, and what is remembered of who left it.

    A ref without this item has its first tenant. The authorizer reads the tenancy alone.
    """

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    tenancy = UnicodeAttribute()
    left_name = UnicodeAttribute(null=True)
    left_phone = UnicodeAttribute(null=True)
    retired_at = MomentAttribute(null=True)
    leaving = UnicodeSetAttribute(null=True)
    left_phones = UnicodeSetAttribute(null=True)

    @classmethod
    def from_domain(cls, mall: MallRef, history: RefHistory) -> Self:
        """The item of a ref."""
        return cls(
            pk=tenancies_key(mall),
            sk=history.ref,
            tenancy=history.tenancy or FIRST_WRITTEN,
            left_name=history.name or None,
            left_phone=history.phone,
            retired_at=history.retired_at,
            leaving={one or FIRST_WRITTEN for one in history.leaving} or None,
            left_phones=set(history.phones) or None,
        )

    def to_domain(self) -> RefHistory:
        """What is remembered."""
        return RefHistory(
            MerchantRef(self.sk),
            read_tenancy(self.tenancy),
            self.left_name or "",
            self.left_phone,
            self.retired_at,
            frozenset(map(read_tenancy, self.leaving or ())),
            frozenset(self.left_phones or ()),
        )


class SupplementItem(Model):
    """`mall#<ref>` / `addition#<merchant>`: the supplement to a merchant's plan data."""

    PREFIX = "addition#"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    body = BinaryAttribute(legacy_encoding=False)
    tenancy = UnicodeAttribute(null=True)

    @classmethod
    def from_domain(cls, mall: MallRef, supplement: MerchantSupplement) -> Self:
        """The item of a supplement."""
        own = {name: getattr(supplement, name) for name in ("name", "beside", "phone", "locale")}
        return cls(
            pk=mall_key(mall),
            sk=cls.PREFIX + supplement.ref,
            body=_packed({**own, "overrides": _minutes(supplement.overrides)}),
            tenancy=supplement.tenancy or None,
        )

    def to_domain(self) -> MerchantSupplement:
        """The supplement of this item."""
        body = _unpacked(self.body)
        overrides = _read_overrides(body.pop("overrides"))
        return MerchantSupplement(
            MerchantRef(self.sk.removeprefix(self.PREFIX)),
            **body,
            overrides=overrides,
            tenancy=Tenancy(self.tenancy or ""),
        )


class PhoneItem(Model):
    """`phone#<e164>` / `merchant`: the merchant with this number."""

    SK = "merchant"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    mall = UnicodeAttribute()
    merchant = UnicodeAttribute()
    tenancy = UnicodeAttribute(null=True)

    @staticmethod
    def key(phone: str) -> str:
        """The partition of a number."""
        return f"phone#{phone}"

    @classmethod
    def from_domain(cls, phone: str, who: MerchantId) -> Self:
        """The item of a merchant's number."""
        return cls(
            pk=cls.key(phone),
            sk=cls.SK,
            mall=who.mall,
            merchant=who.merchant,
            tenancy=who.tenancy or None,
        )

    def to_domain(self) -> MerchantId:
        """The merchant of this item."""
        return merchant_id(self.mall, self.merchant, self.tenancy)


def _packed(body: object) -> bytes:
    return zlib.compress(json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode())


def _unpacked(body: bytes) -> Any:
    return json.loads(zlib.decompress(body))


def _space(space: Space) -> list[object]:
    return [
        space.ref,
        space.level,
        space.zone,
        space.position,
        space.thing,
        sorted(space.features),
        space.max_height_m,
        space.lon,
        space.lat,
    ]


def _read_space(row: list[Any]) -> Space:
    ref, level, zone, position, thing, features, max_height_m, lon, lat = row
    return Space(
        SpaceRef(ref),
        level,
        zone,
        position,
        ThingName(thing),
        frozenset(map(Feature, features)),
        max_height_m,
        lon,
        lat,
    )


def _minutes(times: LotSettings | Overrides) -> dict[str, float]:
    own = {field.name: getattr(times, field.name) for field in fields(times)}
    return {name: time / _MINUTE for name, time in own.items() if isinstance(time, timedelta)}


def _read_overrides(times: dict[str, float]) -> Overrides:
    return Overrides(**{name: minutes * _MINUTE for name, minutes in times.items()})


def _terms(settings: LotSettings) -> dict[str, object]:
    ways = {"lock_when": settings.lock_when.value, "idle_barrier": settings.idle_barrier.value}
    return {**_minutes(settings), **ways}


def _read_terms(body: dict[str, Any]) -> LotSettings:
    lock_when, idle_barrier = LockWhen(body.pop("lock_when")), Barrier(body.pop("idle_barrier"))
    times = {name: minutes * _MINUTE for name, minutes in body.items()}
    return LotSettings(**times, lock_when=lock_when, idle_barrier=idle_barrier)


def _little_endian(walks: array[int]) -> array[int]:
    if sys.byteorder == "little":
        return walks
    swapped = walks[:]
    swapped.byteswap()
    return swapped


def _read_walks(lots: Iterable[tuple[str, int]], stored: bytes) -> dict[LotRef, array[int]]:
    walks: dict[LotRef, array[int]] = {}
    start = 0
    for lot, count in lots:
        own = array("H", stored[start : start + 2 * count])
        walks[LotRef(lot)] = _little_endian(own)
        start += 2 * count
    return walks


def _written_quotas(quotas: Quotas) -> str | None:
    """Only what differs from the defaults, which may change with Baylock."""
    own = {
        one.name: value
        for one in fields(Quotas)
        if (value := getattr(quotas, one.name)) != getattr(USUAL, one.name)
    }
    return json.dumps(own) if own else None


def _quotas(written: str | None) -> Quotas:
    return Quotas(**json.loads(written)) if written else USUAL
