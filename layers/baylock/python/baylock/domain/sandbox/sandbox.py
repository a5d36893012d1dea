"""The sandbox, in which test keys act, and the phone numbers that force an order's outcome there.

Each merchant with a test key gets a mall of its own. Its spaces are real to the code; only its
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
"""The prefix of sandboxes' refs, and so of their locks; no other mall's ref has it."""


class SandboxOutcome(StrEnum):
    """The outcomes that a driver's number can force on a sandbox's order."""

    FULL = "full"
    MOVED = "moved"
    FAILED = "failed"
    UNREACHABLE = "unreachable"
    COMPLETED = "completed"
    NO_SHOW = "no_show"


OUTCOMES: Mapping[str, SandboxOutcome] = {
    "+14255550101": SandboxOutcome.FULL,
    "+14255550102": SandboxOutcome.MOVED,
    "+14255550103": SandboxOutcome.FAILED,
    "+14255550104": SandboxOutcome.UNREACHABLE,
    "+14255550105": SandboxOutcome.COMPLETED,
    "+14255550106": SandboxOutcome.NO_SHOW,
}
"""555-0100 to 555-0199 are reserved for fiction in every area code.
https://en.wikipedia.org/wiki/555_(telephone_number)
"""


def is_sandbox(mall: MallRef) -> bool:
    """Whether a mall is a sandbox: nobody parks there, and no text about it is sent."""
    return mall.startswith(PREFIX)


def sandbox_of(merchant: MerchantId) -> MerchantId:
    """Return the merchant that a merchant's test key acts as."""
    named = f"{merchant.mall}\0{merchant.merchant}".encode()
    mall = MallRef(PREFIX + hashlib.sha256(named).hexdigest()[:12])
    return replace(merchant, mall=mall)


def outcome_of(booking: Booking) -> SandboxOutcome | None:
    """Return the forced outcome of a booking's order; None where nothing is forced."""
    if not is_sandbox(booking.merchant.mall):
        return None
    return OUTCOMES.get(booking.phone or "")


def finds_no_space(booking: Booking, *, moving: bool) -> bool:
    """Whether no space is to be free for a booking, or for its order that is `moving`."""
    match outcome_of(booking):
        case SandboxOutcome.FULL:
            return True
        case SandboxOutcome.FAILED:
            return moving
        case _:
            return False


def jams_for(booking: Booking, moves: int) -> bool:
    """Whether a lock that rises for a booking jams, after so many `moves` of its order."""
    outcome = outcome_of(booking)
    return outcome is SandboxOutcome.FAILED or (outcome is SandboxOutcome.MOVED and not moves)


def settings_for(booking: Booking, settings: LotSettings) -> LotSettings:
    """Return a lot's settings for this booking."""
    if outcome_of(booking) is SandboxOutcome.NO_SHOW:
        return replace(settings, grace=timedelta(0))
    return settings
