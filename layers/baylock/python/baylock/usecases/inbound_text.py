"""A text as it came in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class InboundText:
    """`id` is the carrier's; `sender` should be E.164, but may be a short code or a name."""

    id: str
    sender: str
    body: str
