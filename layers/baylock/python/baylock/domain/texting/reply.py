"""The reply to an inbound text, as it is recorded: without the code, and without the wording."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from baylock.domain.booking.booking import OrderId
from baylock.domain.venue.mall import MerchantId


@dataclass(frozen=True, slots=True)
class Reply:
    """The reply to `phone` (E.164); none is sent where `kind` is None.

    `kind` is a `texts.writing.kinds.TextKind`. Facts about an order are read from it when the reply
    is sent; `facts` holds the others. A reply that is about no order is on
    account of `merchant`.
    """

    phone: str = field(repr=False)
    kind: str | None
    language: str = "en"
    order: OrderId | None = None
    facts: Mapping[str, str] = field(default_factory=dict, repr=False)
    merchant: MerchantId | None = None
