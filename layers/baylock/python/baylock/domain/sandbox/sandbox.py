"""The sandbox of a merchant: where test keys act, and phone numbers that force an outcome.

Each merchant that has a test key gets a mall of its own. Its spaces are real to the code; only its
locks and drivers are simulated (`usecases/sandbox/`). See docs/sandbox.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from baylock.domain.venue.mall import LotSettings, MallRef

if TYPE_CHECKING:
    from baylock.domain.booking.booking import Booking
    from baylock.domain.venue.mall import MerchantId

PREFIX = "sandbox-"
"""The prefix of the refs of sandboxes, and so of the things that are their locks; of no others."""


class Outcome(StrEnum):
    """The forced outcome of a sandbox's order, by its driver's number."""

    FULL = "full"
    MOVED = "moved"
    FAILED = "failed"
    UNREACHABLE = "unreachable"
    COMPLETED = "completed"
    NO_SHOW = "no_show"


OUTCOMES: Mapping[str, Outcome] = {
    "+14255550101": Outcome.FULL,
    "+14255550102": Outcome.MOVED,
    "+14255550103": Outcome.FAILED,
    "+14255550104": Outcome.UNREACHABLE,
    "+14255550105": Outcome.COMPLETED,
    "+14255550106": Outcome.NO_SHOW,
}
"""555-0100 to 555-0199 are unassigned in every area code: they are reserved for fiction.
https://en.wikipedia.org/wiki/555_(telephone_number)
"""


def is_sandbox(mall: MallRef) -> bool:
    """Whether a mall is a sandbox: nobody parks in it, and no text about it is sent."""
    return mall.startswith(PREFIX)


def sandbox_of(merchant: MerchantId) -> MerchantId:
    """The identity of a merchant that acts with a test key."""
    named = f"{merchant.mall}\0{merchant.merchant}".encode()
    mall = MallRef(PREFIX + hashlib.sha256(named).hexdigest()[:12])
    return replace(merchant, mall=mall)


def outcome_of(booking: Booking) -> Outcome | None:
    """The forced outcome of a booking's order; None where nothing is forced."""
    if not is_sandbox(booking.merchant.mall):
        return None
    return OUTCOMES.get(booking.phone or "")


def finds_no_space(booking: Booking, *, moving: bool) -> bool:
    """Whether to find no free space for a booking, or for its order when that must move."""
    match outcome_of(booking):
        case Outcome.FULL:
            return True
        case Outcome.FAILED:
            return moving
        case _:
            return False


def jams_for(booking: Booking, moves: int) -> bool:
    """Whether the lock jams when it is to rise for a booking whose order has moved so often."""
    outcome = outcome_of(booking)
    return outcome is Outcome.FAILED or (outcome is Outcome.MOVED and not moves)


def settings_for(booking: Booking, settings: LotSettings) -> LotSettings:
    """A lot's settings, for this booking."""
    if outcome_of(booking) is Outcome.NO_SHOW:
        return replace(settings, grace=timedelta(0))
    return settings
