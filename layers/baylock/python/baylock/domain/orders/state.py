"""The states of an order, and the reasons for which it moves or ends."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """The state of an order; docs/order.md."""

    RESERVED = "reserved"
    HELD = "held"
    ARRIVED = "arrived"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"
    FAILED = "failed"


LIVE = frozenset({State.RESERVED, State.HELD, State.ARRIVED})
"""The states in which a space is kept for the order."""


class Reason(StrEnum):
    """Why an order was cancelled, moved or failed."""

    MERCHANT = "merchant"
    DRIVER = "driver"
    LOCK_SILENT = "lock_silent"
    LOCK_UNUSABLE = "lock_unusable"
    VEHICLE_PRESENT = "vehicle_present"
    SPACE_TAKEN = "space_taken"
    """The driver reported another vehicle on the space."""
    SPACE_BLOCKED = "space_blocked"
    """The driver reported that the space can't be reached."""


REPORTED_BY_DRIVER = frozenset({Reason.SPACE_TAKEN, Reason.SPACE_BLOCKED})
FOR_THE_MALL = REPORTED_BY_DRIVER | {Reason.VEHICLE_PRESENT}
"""The reasons for which the mall should look at the space."""
