"""The quotas of a mall: how much of its spaces a phone, a merchant or a text may have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Quotas:
    """Quotas on what is booked; they refuse new claims, and never end an order that has a space.

    `orders_per_phone` is how many live orders of the mall may be for one phone; None for any.
    `lot_share` is the percentage of a lot's spaces that one merchant may have at the same time,
    rounded up. The other three are about bookings by text without a PIN or a signature, of one
    merchant: their share of a lot, in percent, and how many there may be in an hour and a day.
    """

    orders_per_phone: int | None = 3
    lot_share: int = 90
    text_lot_share: int = 50
    texts_an_hour: int = 30
    texts_a_day: int = 150


USUAL: Final = Quotas()
UNLIMITED: Final = Quotas(None, 100, 100, 1_000_000, 1_000_000)
"""For malls in which nobody can take a space from anybody, such as sandboxes."""


def spaces_of_share(percent: int, spaces: int) -> int:
    """A percentage of a lot, in spaces; rounded up, so that small lots are not cut."""
    return -(-spaces * percent // 100)
