"""Malls as imported, and their drawn plans."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from baylock.domain.venue.mall import (
        Mall,
        MallRef,
        Merchant,
        MerchantId,
        MerchantRef,
        MerchantSupplement,
    )
    from baylock.domain.venue.plan import Guide, Level, Plan
    from baylock.domain.venue.tenancy import RefHistory


class Venues(Protocol):
    """Malls as imported. Reads may be up to a minute old; a mall and its merchants always match."""

    def mall(self, ref: MallRef) -> Mall:
        """The mall; NoSuchMall if none has this ref."""

    def every_ref(self) -> Iterator[MallRef]:
        """The refs of all malls and sandboxes as they are found; slow, for what is done once."""

    def merchant(self, who: MerchantId, *, anew: bool = False) -> Merchant:
        """The merchant; NotAMerchant if its mall does not have it, or its ref another tenant.

        With `anew` as it is now, not as it was up to a minute ago.
        """

    def merchant_at(self, mall: MallRef, ref: MerchantRef) -> Merchant:
        """The merchant that has this ref now; NotAMerchant."""

    def merchant_then(self, who: MerchantId) -> Merchant:
        """The merchant, also one that has left its ref: for its orders alone; NotAMerchant.

        One that has left has no phone, and walks from where it was.
        """

    def former(self, ref: MallRef) -> Sequence[MerchantId]:
        """The merchants that have left their refs in a mall: by then, they may have come back."""

    def merchant_with_phone(self, phone: str) -> MerchantId | None:
        """The merchant with this registered number (E.164)."""

    def merchants(self, ref: MallRef) -> Iterable[Merchant]:
        """All merchants of a mall, by ref."""

    def save(self, mall: Mall, merchants: Collection[Merchant]) -> None:
        """Replace a mall and its merchants, all at once.

        `mall.version` must be new. ValueError where a phone belongs to another mall's merchant.
        """

    def remembers(self, ref: MallRef) -> bool:
        """Whether every ref that was left is remembered: see `Tenants.is_complete`."""

    def ref_histories(self, ref: MallRef) -> Mapping[MerchantRef, RefHistory]:
        """What is remembered of a mall's refs that were left."""

    def save_ref_history(self, ref: MallRef, old: RefHistory | None, new: RefHistory) -> None:
        """Remember it in place of `old`; ValueError where the ref has another tenancy by now."""

    def keep_former(self, mall: Mall, merchant: Merchant) -> None:
        """Keep a merchant that leaves its ref, for its orders."""

    def supplements(self, ref: MallRef) -> Sequence[MerchantSupplement]:
        """The supplements of a mall's merchants, by ref."""

    def save_supplement(self, ref: MallRef, supplement: MerchantSupplement) -> None:
        """Add or replace a supplement. The mall stays as it is."""

    def drop_supplement(self, ref: MallRef, merchant: MerchantRef) -> None:
        """Remove the supplement of a merchant. The mall stays as it is."""


class Plans(Protocol):
    """The drawn plans of malls; a mall of an older import may have none."""

    def save(self, mall: Mall, plan: Plan) -> None:
        """Store the plan of this version of the mall, before the version is current."""

    def guide(self, mall: Mall) -> Guide | None:
        """The ways through the mall."""

    def level(self, mall: Mall, number: float) -> Level | None:
        """The drawing of a level."""
