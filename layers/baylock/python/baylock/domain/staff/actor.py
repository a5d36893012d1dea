"""Who acts: a person of the mall or of a shop, or a key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NewType

from baylock.domain.errors import NoSuchOrder, NotAllowed
from baylock.domain.staff.role import Right

if TYPE_CHECKING:
    from baylock.domain.venue.mall import MallRef, MerchantId

ActorId = NewType("ActorId", str)
"""`per_…` for a person, `key_…` for a key of the operator API, `cli:…` for somebody with access to
the account: no name, phone or address, so that what is written down leads to nobody by itself."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A person or key, with what it may do in a mall at this moment.

    With a `merchant` it sees and changes the bookings of this merchant alone.
    """

    id: ActorId
    mall: MallRef
    rights: frozenset[Right]
    merchant: MerchantId | None = None

    def may(self, right: Right) -> bool:
        """Whether it may do what this right allows."""
        return right in self.rights

    def check(self, *rights: Right) -> None:
        """Raise NotAllowed unless it has one of these rights."""
        if not self.rights.intersection(rights):
            raise NotAllowed(rights[0])

    def check_merchant(self, merchant: MerchantId) -> None:
        """Raise NoSuchOrder for what belongs to another mall, or to another merchant than its own.

        Nobody learns from the error what exists elsewhere.
        """
        if merchant.mall != self.mall or self.merchant not in {None, merchant}:
            raise NoSuchOrder
