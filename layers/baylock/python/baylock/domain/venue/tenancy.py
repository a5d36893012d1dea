"""The tenants of a merchant's ref, one after another.

A ref stays where it is while shops move in and out. What a mall remembers of a ref that was left
says whose it was last, so that the next shop there is not taken for it.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Self

from baylock.domain.venue.mall import (
    FIRST_TENANCY,
    LotRef,
    Mall,
    Merchant,
    MerchantRef,
    MerchantSupplement,
    Tenancy,
)

_NOT_A_LETTER = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class RefHistory:
    """What is remembered of a ref that a merchant has left.

    `tenancy` is the ref's now; `name` and `phone` are those of the merchant that left it last, at
    `retired_at` where it moved out, None where it was only missing from a plan. `leaving` are the
    tenancies that have ended and whose credentials may not all be revoked yet. `phones` are those
    of all that have moved out.
    """

    ref: MerchantRef
    tenancy: Tenancy
    name: str = ""
    phone: str | None = None
    retired_at: datetime | None = None
    leaving: frozenset[Tenancy] = frozenset()
    phones: frozenset[str] = frozenset()

    def settled(self) -> Self:
        """The same, with all credentials of former tenants revoked."""
        return replace(self, leaving=frozenset())


class Verdict(StrEnum):
    """What an operator says about a merchant that a plan drops or names otherwise."""

    SAME = "same"
    """It is still the same: it has another name, or was forgotten on the plan."""
    RETIRE = "retire"
    """It has moved out; what the plan has at its ref, if anything, is another."""


@dataclass(frozen=True, slots=True)
class Change:
    """A merchant that a plan drops (`now` is None), or a ref that it gives another name."""

    ref: MerchantRef
    was: str
    now: str | None


@dataclass(frozen=True)
class Tenants:
    """The merchants of a mall as they are, and what is remembered of its refs.

    `is_complete` says that every ref that was ever left is remembered: not so for a mall that was
    imported before tenancies were. There a ref that is not known may have been another's, and gets
    a tenancy of its own.
    """

    before: Mapping[MerchantRef, Merchant]
    history: Mapping[MerchantRef, RefHistory]
    is_complete: bool
    fresh: Callable[[MerchantRef], Tenancy]
    """A new tenancy for a ref, the same one at each call."""

    def tenancy_of(self, ref: MerchantRef) -> Tenancy:
        """The tenancy of a ref as it is now; of a ref that nobody had a fitting one."""
        known = self.history.get(ref)
        if known is not None:
            return known.tenancy
        return FIRST_TENANCY if self.is_complete or ref in self.before else self.fresh(ref)

    def placed(self, merchants: Iterable[Merchant]) -> list[Merchant]:
        """Merchants as drawn with their tenancies, without the phones of those who moved out."""
        return [
            replace(
                one,
                tenancy=self.tenancy_of(one.ref),
                phone=None if self.is_left_phone(one) else one.phone,
            )
            for one in merchants
        ]

    def is_left_phone(self, drawn: Merchant) -> bool:
        """Whether the phone on the plan is that of a merchant that has moved out.

        A plan that still names the last one is from its time: its phone is not known if it was
        another than the one that the merchant texted from.
        """
        known = self.history.get(drawn.ref)
        if known is None or drawn.phone is None:
            return False
        is_from_before = known.retired_at is not None and (
            known.phone == drawn.phone or is_same_name(known.name, drawn.name)
        )
        return is_from_before or drawn.phone in known.phones

    def current(self, supplements: Iterable[MerchantSupplement]) -> list[MerchantSupplement]:
        """Without the supplements of tenants that have moved out."""
        return [one for one in supplements if one.tenancy == self.tenancy_of(one.ref)]

    def changes(self, after: Iterable[Merchant]) -> list[Change]:
        """The refs of which only an operator knows whether they have another tenant, by ref."""
        planned = {one.ref: one for one in after}
        refs = sorted(self.before.keys() | planned.keys())
        return [change for ref in refs if (change := self._change(ref, planned.get(ref)))]

    def _change(self, ref: MerchantRef, after: Merchant | None) -> Change | None:
        before, known = self.before.get(ref), self.history.get(ref)
        if before is not None and known is not None and before.tenancy != known.tenancy:
            return None  # it has moved out already, and this is what that import or command lacked
        if after is None:
            return Change(ref, before.name, None) if before else None
        if before is None:
            if known is None or known.retired_at or _is_same(known.name, known.phone, after):
                return None
            return Change(ref, known.name, after.name)
        if known is not None and known.retired_at and is_same_name(known.name, before.name):
            return None  # the plan names the one who has moved in
        if _is_same(before.name, before.phone, after):
            return None
        return Change(ref, before.name, after.name)

    def left(self, ref: MerchantRef) -> RefHistory:
        """What is to be remembered of a merchant that is not on the plan, but may come back."""
        known, before = self._known(ref), self.before[ref]
        return replace(known, name=before.name, phone=before.phone, retired_at=None)

    def retired(self, ref: MerchantRef, now: datetime) -> RefHistory:
        """What is to be remembered of a ref whose merchant moves out now."""
        known, before = self._known(ref), self.before.get(ref)
        last = before or known
        return RefHistory(
            ref,
            self.fresh(ref),
            last.name,
            last.phone,
            now,
            known.leaving | {known.tenancy} | ({before.tenancy} if before else set()),
            known.phones | {phone for phone in (known.phone, last.phone) if phone},
        )

    def _known(self, ref: MerchantRef) -> RefHistory:
        """What is remembered of a ref, or is to be of one that nobody has left."""
        return self.history.get(ref) or RefHistory(ref, self.tenancy_of(ref))


def _is_same(name: str, phone: str | None, after: Merchant) -> bool:
    """Whether a merchant as drawn is the one of this name and phone: one of both is the same."""
    return is_same_name(name, after.name) or (phone is not None and phone == after.phone)


def is_same_name(one: str, other: str) -> bool:
    """Whether two names differ in no more than what map editors change about a name."""
    return _words(one) == _words(other)


def _words(name: str) -> str:
    """A name without what map editors change about it: case, width, accents, punctuation."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return _NOT_A_LETTER.sub(" ", bare).strip() or name


def walks_as_left(former: Merchant, mall: Mall) -> Mapping[LotRef, array[int]]:
    """The walks of a merchant that has left and has no successor: as they were, where the lots are.

    A lot that has other spaces by now has none.
    """
    spaces = {lot.ref: len(lot.spaces) for lot in mall.lots}
    return {lot: walks for lot, walks in former.walks.items() if spaces.get(lot) == len(walks)}
