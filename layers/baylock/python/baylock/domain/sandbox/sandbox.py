"""The sandbox of a merchant: where test keys act, and phone numbers that force an outcome.

Each merchant that has a test key gets a mall of its own. Its spaces are real to the code; only its
locks and drivers are simulated (`usecases/sandbox/`). See docs/sandbox.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from baylock.domain.venue.mall import LotSettings
from baylock.domain.venue.sandbox_ref import is_sandbox

if TYPE_CHECKING:
    from baylock.domain.booking.booking import Booking


class SandboxOutcome(StrEnum):
    """The forced outcome of a sandbox's order, by its driver's number."""

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
"""555-0100 to 555-0199 are unassigned in every area code: they are reserved for fiction.
https://en.wikipedia.org/wiki/555_(telephone_number)
"""


def outcome_of(booking: Booking) -> SandboxOutcome | None:
    """The forced outcome of a booking's order; None where nothing is forced."""
    if not is_sandbox(booking.merchant.mall):
        return None
    return OUTCOMES.get(booking.phone or "")


def finds_no_space(booking: Booking, *, moving: bool) -> bool:
    """Whether to find no free space for a booking, or for its order when that must move."""
    match outcome_of(booking):
        case SandboxOutcome.FULL:
            return True
        case SandboxOutcome.FAILED:
            return moving
        case _:
            return False


def jams_for(booking: Booking, moves: int) -> bool:
    """Whether the lock jams when it is to rise for a booking whose order has moved so often."""
    outcome = outcome_of(booking)
    return outcome is SandboxOutcome.FAILED or (outcome is SandboxOutcome.MOVED and not moves)


def settings_for(booking: Booking, settings: LotSettings) -> LotSettings:
    """A lot's settings, for this booking."""
    if outcome_of(booking) is SandboxOutcome.NO_SHOW:
        return replace(settings, grace=timedelta(0))
    return settings
