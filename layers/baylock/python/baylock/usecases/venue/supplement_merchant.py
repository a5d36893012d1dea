"""An operator's supplement to a merchant."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from baylock.domain.errors import InvalidSupplement
from baylock.domain.venue.mall import (
    FIRST_TENANCY,
    MAX_REF_LENGTH,
    Mall,
    Merchant,
    MerchantSupplement,
)
from baylock.domain.venue.supplements import is_locale, supplemented
from baylock.domain.venue.tenancy import RefHistory, Tenants, is_same_name
from baylock.ports.clock import Clock
from baylock.ports.venue import Plans, Venues
from baylock.texts.reading.registered_phone import registered_phone
from baylock.usecases.venue.read_tenants import read_tenants
from baylock.usecases.venue.save_version import save_version

MAX_NAME_LENGTH = 80


@dataclass(frozen=True)
class SupplementMerchant:
    """Supplement a merchant of the plan, or add a merchant beside one of them."""

    venues: Venues
    plans: Plans
    clock: Clock

    def __call__(self, mall: Mall, supplement: MerchantSupplement) -> Merchant:
        """Return the merchant, which counts at once; raise InvalidSupplement.

        Fields that are None keep their value of an earlier supplement.
        """
        tenants = read_tenants(self.venues, mall.ref)
        before = {known.ref: known for known in tenants.current(self.venues.supplements(mall.ref))}
        tenancy = tenants.tenancy_of(supplement.ref)
        checked = replace(_checked(mall, supplement), tenancy=tenancy)
        merged = _merged(before.get(supplement.ref), checked)
        planned = [
            merchant
            for merchant in tenants.before.values()
            if not (merchant.ref in before and before[merchant.ref].beside)
        ]
        _check_place(mall, merged, planned)
        _check_tenant(mall, merged, tenants)
        if tenancy != FIRST_TENANCY and supplement.ref not in tenants.history:
            self.venues.save_ref_history(mall.ref, None, RefHistory(supplement.ref, tenancy))
        others = [known for known in before.values() if known.ref != merged.ref]
        merchants = supplemented(planned, [*others, merged]).merchants
        save_version(self.venues, self.plans, mall, merchants, [merged], self.clock())
        self.venues.save_supplement(mall.ref, merged)
        return next(merchant for merchant in merchants if merchant.ref == merged.ref)


def _checked(mall: Mall, supplement: MerchantSupplement) -> MerchantSupplement:
    """Return it with its phone in E.164."""
    for text, longest in (
        (supplement.ref, MAX_REF_LENGTH),
        (supplement.name or "-", MAX_NAME_LENGTH),
    ):
        if not text.strip() or len(text) > longest or not text.isprintable():
            raise InvalidSupplement(f"a ref or name has 1 to {longest} printable characters")
    if supplement.locale and not is_locale(supplement.locale):
        raise InvalidSupplement(f"{supplement.locale} is not a locale such as en or zh-CN")
    if supplement.overrides.duration == timedelta(0):
        raise InvalidSupplement("a duration is at least a minute")
    if supplement.phone is None:
        return supplement
    read = registered_phone(supplement.phone, mall.country, mall.texted_countries)
    if read.refusal:
        raise InvalidSupplement(f"that phone {read.problem(mall.texted_countries)}")
    if read.phone is None:
        raise InvalidSupplement(
            f"that is no valid phone number of {mall.country}, nor one with its country code"
        )
    return replace(supplement, phone=read.phone)


def _check_place(mall: Mall, supplement: MerchantSupplement, planned: list[Merchant]) -> None:
    refs = {merchant.ref for merchant in planned}
    ref, beside = supplement.ref, supplement.beside
    if beside and not supplement.name:
        raise InvalidSupplement("a merchant that is not on the plan needs a name")
    if beside and ref in refs:
        raise InvalidSupplement(f"{ref} is on the plan: it stands where it is drawn")
    if beside and beside not in refs:
        raise InvalidSupplement(f"{mall.name} has no merchant {beside} on its plan")
    if not beside and ref not in refs:
        raise InvalidSupplement(
            f"{mall.name} has no merchant {ref}; a merchant that is not on the plan is added "
            "beside one whose entrance it shares"
        )


def _check_tenant(mall: Mall, added: MerchantSupplement, tenants: Tenants) -> None:
    """Ask where another merchant had the ref, so that its keys are not handed on."""
    known = tenants.history.get(added.ref)
    if not added.beside or known is None or known.retired_at or added.ref in tenants.before:
        return
    if not is_same_name(added.name or "", known.name):
        raise InvalidSupplement(
            f"{added.ref} of {mall.name} was {known.name} before: if this is another merchant, "
            f"`baylock merchant retire {added.ref}` first; else give it that name"
        )


def _merged(before: MerchantSupplement | None, new: MerchantSupplement) -> MerchantSupplement:
    if before is None:
        return new
    return MerchantSupplement(
        new.ref,
        name=new.name or before.name,
        beside=new.beside or before.beside,
        phone=new.phone or before.phone,
        locale=new.locale or before.locale,
        overrides=new.overrides.over(before.overrides),
        tenancy=new.tenancy,
    )
