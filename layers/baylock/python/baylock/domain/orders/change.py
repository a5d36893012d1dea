"""A change of what is stored of an order."""

from __future__ import annotations

from typing import NamedTuple

from baylock.domain.orders.record import Record


class Change(NamedTuple):
    """A record before and after a change; None where there was, or is, no record."""

    old: Record | None
    new: Record | None
