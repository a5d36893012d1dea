"""An entry of the history: something that happened to an order, or in a mall."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType

from baylock.domain.booking.booking import OrderId
from baylock.domain.staff.act import Act
from baylock.domain.venue.mall import MallRef

ChainId = NewType("ChainId", str)
"""The entries of an order (its id, `ord_…`), or those of a mall that belong to no order."""


def mall_chain(mall: MallRef) -> ChainId:
    """The chain of what is done in a mall that belongs to no order."""
    return ChainId(f"mall:{mall}")


class EntryType(StrEnum):
    """The types of entries."""

    CHANGE = "change"
    """An order has another version."""
    ACT = "act"
    """A person or key did something that changed no order."""
    TEXT = "text"
    """A text was sent, or did not arrive."""
    MOVEMENT = "movement"
    """A lock reported that its barrier moved, or that a vehicle came or left."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened, without personal data.

    `key` names it within its chain, so that what is recorded twice is kept once: `v12` for a
    version of an order, the id of a text, `lock:<thing>:<version>` for a report. `what` is a word
    of its type (the state that an order entered, an act, a kind of text, a position). `order` is
    the order that it belongs to, None where it belongs to none. `details` say what it changed, each
    as it is now and, as `was_…`, as it was before.
    """

    chain: ChainId
    key: str
    at: datetime
    type: EntryType
    what: str
    mall: MallRef
    order: OrderId | None = None
    act: Act | None = None
    details: Mapping[str, str] = field(default_factory=dict)
