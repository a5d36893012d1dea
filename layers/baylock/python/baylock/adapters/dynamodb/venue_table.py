"""The partitions of the venue table, apart from its items: the authorizer reads keys alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from baylock.domain.venue.mall import FIRST_TENANCY, Tenancy

if TYPE_CHECKING:
    from baylock.domain.venue.mall import MallRef

FIRST_WRITTEN = "-"
"""The first tenancy in an item that must name one: it has no letters of its own."""


def mall_key(ref: MallRef) -> str:
    """The partition of a mall and all its versions."""
    return f"mall#{ref}"


def tenancies_key(ref: MallRef) -> str:
    """The partition of the refs of a mall that a merchant has left."""
    return f"tenancy#{ref}"


def read_tenancy(written: str) -> Tenancy:
    """A tenancy as such an item has it."""
    return FIRST_TENANCY if written == FIRST_WRITTEN else Tenancy(written)
