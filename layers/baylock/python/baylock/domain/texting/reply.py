"""The answer to an inbound text, as it is recorded: without the code, and without the wording."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from baylock.domain.booking.booking import OrderId


@dataclass(frozen=True, slots=True)
class Reply:
    """What to say to `phone` (E.164) in answer to its text; silence where `kind` is None.

    `kind` is one of `texts.messages.Kind`. What concerns an order is read from it when the reply is
    sent; `facts` holds the rest.
    """

    phone: str
    kind: str | None
    language: str = "en"
    order: OrderId | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
