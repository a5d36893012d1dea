"""A cancellation that can still be undone: it came in a text that anybody could have sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from baylock.domain.orders.state import Reason

UNDO_WITHIN: Final = timedelta(minutes=10)
"""How long the space is kept after a text without proof has cancelled its order."""


@dataclass(frozen=True, slots=True)
class Cancellation:
    """A cancellation that takes effect `at` a time, unless it is undone: the space is kept so long.

    `reason` is MERCHANT or DRIVER, by whose number it was sent.
    """

    at: datetime
    reason: Reason
