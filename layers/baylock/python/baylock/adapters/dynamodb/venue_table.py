"""The partitions of the venue table, apart from its items: the authorizer reads keys alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from baylock.domain.venue.mall import MallRef


def mall_key(ref: MallRef) -> str:
    """The partition of a mall and all its versions."""
    return f"mall#{ref}"
