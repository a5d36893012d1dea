"""Malls, merchants and plans, kept in memory."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from baylock.domain.errors import NoSuchMall, NotAMerchant
from baylock.domain.venue.mall import (
    Mall,
    MallRef,
    Merchant,
    MerchantId,
    MerchantRef,
    MerchantSupplement,
)
from baylock.domain.venue.plan import Guide, Level, Plan


@dataclass
class FakeVenues:
    """The Venues port; saved values are visible at once."""

    _malls: dict[MallRef, Mall] = field(default_factory=dict)
    _merchants: dict[MallRef, dict[str, Merchant]] = field(default_factory=dict)
    _additions: dict[tuple[MallRef, str], MerchantSupplement] = field(default_factory=dict)

    def mall(self, ref: MallRef) -> Mall:
        try:
            return self._malls[ref]
        except KeyError:
            raise NoSuchMall from None

    def every_ref(self) -> Iterator[MallRef]:
        return iter(sorted(self._malls))

    def merchant(self, who: MerchantId) -> Merchant:
        try:
            return self._merchants[who.mall][who.merchant]
        except KeyError:
            raise NotAMerchant from None

    def merchant_with_phone(self, phone: str) -> MerchantId | None:
        for mall, merchants in self._merchants.items():
            for merchant in merchants.values():
                if merchant.phone == phone:
                    return MerchantId(mall, merchant.ref)
        return None

    def merchants(self, ref: MallRef) -> Iterable[Merchant]:
        self.mall(ref)
        return sorted(self._merchants[ref].values(), key=lambda merchant: merchant.ref)

    def save(self, mall: Mall, merchants: Collection[Merchant]) -> None:
        if mall.ref in self._malls and self._malls[mall.ref].version == mall.version:
            raise ValueError("the version is not new")
        phones = [merchant.phone for merchant in merchants if merchant.phone]
        if len(set(phones)) < len(phones):
            raise ValueError("two merchants have the same phone")
        for phone in phones:
            owner = self.merchant_with_phone(phone)
            if owner is not None and owner.mall != mall.ref:
                raise ValueError("a phone belongs to another mall")
        self._malls[mall.ref] = mall
        self._merchants[mall.ref] = {merchant.ref: merchant for merchant in merchants}

    def supplements(self, ref: MallRef) -> Sequence[MerchantSupplement]:
        return [one for (mall, _), one in sorted(self._additions.items()) if mall == ref]

    def save_supplement(self, ref: MallRef, supplement: MerchantSupplement) -> None:
        self._additions[ref, supplement.ref] = supplement

    def drop_supplement(self, ref: MallRef, merchant: MerchantRef) -> None:
        self._additions.pop((ref, merchant), None)


@dataclass
class FakePlans:
    """The Plans port."""

    _plans: dict[tuple[MallRef, str], Plan] = field(default_factory=dict)

    def save(self, mall: Mall, plan: Plan) -> None:
        self._plans[mall.ref, mall.version] = plan

    def guide(self, mall: Mall) -> Guide | None:
        plan = self._plans.get((mall.ref, mall.version))
        return plan.guide if plan else None

    def level(self, mall: Mall, number: float) -> Level | None:
        plan = self._plans.get((mall.ref, mall.version))
        return next((one for one in plan.levels if one.number == number), None) if plan else None
