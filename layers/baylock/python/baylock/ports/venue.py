"""Malls as imported, and the plans that are drawn of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
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


class Venues(Protocol):
    """Malls as imported. Reads may be up to a minute old; a mall and its merchants always match."""

    def mall(self, ref: MallRef) -> Mall:
        """The mall; NoSuchMall if none has this ref."""

    def merchant(self, who: MerchantId) -> Merchant:
        """The merchant; NotAMerchant if its mall does not list it (any more)."""

    def merchant_with_phone(self, phone: str) -> MerchantId | None:
        """Whose registered number this is (E.164)."""

    def merchants(self, ref: MallRef) -> Iterable[Merchant]:
        """All merchants of a mall, by ref."""

    def save(self, mall: Mall, merchants: Collection[Merchant]) -> None:
        """Put a mall in place of what was known of it, all at once.

        `mall.version` must be new. ValueError where a phone is another mall's merchant's already.
        """

    def supplements(self, ref: MallRef) -> Sequence[MerchantSupplement]:
        """What is said of a mall's merchants beyond its plan, by ref."""

    def save_supplement(self, ref: MallRef, supplement: MerchantSupplement) -> None:
        """Say this of a merchant, in place of what was said before. The mall stays as it is."""

    def drop_supplement(self, ref: MallRef, merchant: MerchantRef) -> None:
        """Say nothing more of a merchant. The mall stays as it is."""


class Plans(Protocol):
    """What of a mall is drawn for its drivers; a mall of an older import may have nothing."""

    def save(self, mall: Mall, plan: Plan) -> None:
        """The plan of this version of the mall, before anybody is told of the version."""

    def guide(self, mall: Mall) -> Guide | None:
        """What leads through the mall."""

    def level(self, mall: Mall, number: float) -> Level | None:
        """What is drawn of one of its levels."""
