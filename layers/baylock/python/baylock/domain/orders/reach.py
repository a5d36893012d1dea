"""Whether an order's driver can be told anything."""

from __future__ import annotations

from enum import StrEnum


class Unreachable(StrEnum):
    """Why texts do not reach an order's driver."""

    OPTED_OUT = "opted_out"
    REFUSED = "refused"
    SPEND_LIMIT = "spend_limit"
