"""A text as it came in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class InboundText:
    """`id` is the carrier's; `sender` should be E.164, but may be a short code or a name.

    `at` is when it came in: "18:30" means the next one after that, however late we read it.
    """

    id: str
    sender: str
    body: str
    at: datetime
