"""A text as it came in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class InboundText:
    """`id` is the carrier's; `sender` should be E.164, but may be a short code or a name.

    `at` is when it came in: "18:30" means the next such time after that, however late it is read.
    `to` is the number that it was sent to, which may be another of the same account.
    """

    id: str
    sender: str = field(repr=False)
    body: str = field(repr=False)
    at: datetime
    to: str
