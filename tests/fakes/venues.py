"""Malls, merchants and plans, kept in memory."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

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
from baylock.domain.venue.sandbox_ref import is_sandbox
from baylock.domain.venue.tenancy import RefHistory, walks_as_left


@dataclass
class FakeVenues:
    """The Venues port; saved values are visible at once."""

    _malls: dict[MallRef, Mall] = field(default_factory=dict)
    _merchants: dict[MallRef, dict[str, Merchant]] = field(default_factory=dict)
    _additions: dict[tuple[MallRef, str], MerchantSupplement] = field(default_factory=dict)
    _left: dict[MallRef, dict[MerchantRef, RefHistory]] = field(default_factory=dict)
    _former: dict[MerchantId, Merchant] = field(default_factory=dict)
    from_before: set[MallRef] = field(default_factory=set)
    """Malls that were first imported before refs that are left were remembered."""

    def mall(self, ref: MallRef) -> Mall:
        try:
            return self._malls[ref]
        except KeyError:
            raise NoSuchMall from None

    def mall_refs(self) -> Sequence[MallRef]:
        """For commands, which list no sandboxes."""
        return sorted(ref for ref in self.every_ref() if not is_sandbox(ref))

    def every_ref(self) -> Iterator[MallRef]:
        return iter(sorted(self._malls))

    def merchant(
        self,
        who: MerchantId,
        *,
        anew: bool = False,  # noqa: ARG002 (what is saved is visible at once)
    ) -> Merchant:
        merchant = self.merchant_at(who.mall, who.merchant)
        if merchant.tenancy != who.tenancy:
            raise NotAMerchant
        return merchant

    def merchant_at(self, mall: MallRef, ref: MerchantRef) -> Merchant:
        try:
            return self._merchants[mall][ref]
        except KeyError:
            raise NotAMerchant from None

    def merchant_then(self, who: MerchantId) -> Merchant:
        try:
            return self.merchant(who)
        except NotAMerchant:
            if who not in self._former:
                raise
        former = self._former[who]
        try:
            walks = self.merchant_at(who.mall, who.merchant).walks
        except NotAMerchant:
            walks = walks_as_left(former, self.mall(who.mall))
        return replace(former, walks=walks)

    def former(self, ref: MallRef) -> Sequence[MerchantId]:
        return [who for who in self._former if who.mall == ref]

    def merchant_with_phone(self, phone: str) -> MerchantId | None:
        for mall, merchants in self._merchants.items():
            for merchant in merchants.values():
                if merchant.phone == phone:
                    return merchant.id_in(mall)
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

    def remembers(self, ref: MallRef) -> bool:
        return ref not in self.from_before

    def ref_histories(self, ref: MallRef) -> Mapping[MerchantRef, RefHistory]:
        return dict(self._left.get(ref, {}))

    def save_ref_history(self, ref: MallRef, old: RefHistory | None, new: RefHistory) -> None:
        left = self._left.setdefault(ref, {})
        known = left.get(new.ref)
        if known != new and (known and known.tenancy) != (old and old.tenancy):
            raise ValueError(f"{new.ref} was changed by somebody else meanwhile")
        left[new.ref] = new

    def keep_former(self, mall: Mall, merchant: Merchant) -> None:
        self._former[merchant.id_in(mall.ref)] = replace(merchant, phone=None)

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
