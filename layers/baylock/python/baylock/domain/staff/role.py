"""The roles of people and keys in a mall, and what each of them may do."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """The role of a person or key in a mall; one may have several."""

    VIEWER = "viewer"
    """Sees spaces, incidents and orders, and no phone number or plate."""
    ATTENDANT = "attendant"
    """On duty: sees all of the mall, and acts on its orders and spaces."""
    MANAGER = "manager"
    """The same, and changes closures, merchants, keys and people."""
    MERCHANT = "merchant"
    """Sees and changes the bookings of one merchant."""


class Right(StrEnum):
    """Something that a role allows."""

    SEE = "see"
    """The mall's spaces, incidents and orders, without what leads to a person."""
    SEE_DRIVERS = "see_drivers"
    """Phone numbers and plates."""
    ACT = "act"
    """Change orders, move barriers, take spaces out of service."""
    MANAGE = "manage"
    """Close lots and levels, change merchants, keys, people and their roles, erase a person."""
    BOOK = "book"
    """Book for one merchant, and see and change its bookings."""


RIGHTS: Final[Mapping[Role, frozenset[Right]]] = {
    Role.VIEWER: frozenset({Right.SEE}),
    Role.ATTENDANT: frozenset({Right.SEE, Right.SEE_DRIVERS, Right.ACT}),
    Role.MANAGER: frozenset({Right.SEE, Right.SEE_DRIVERS, Right.ACT, Right.MANAGE}),
    Role.MERCHANT: frozenset({Right.BOOK}),
}


def rights_of(roles: Collection[Role]) -> frozenset[Right]:
    """All that these roles allow."""
    return frozenset[Right]().union(*(RIGHTS[role] for role in roles))
