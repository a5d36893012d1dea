"""The errors of the domain.

HTTP codes and message wording live at the edge (`functions/`, `texts/`), a table each. Errors are
not frozen, unlike other values: Python sets their traceback when they are raised.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from baylock.domain.access.limits import RateStatus
    from baylock.domain.connect.connection import ConnectionId
    from baylock.domain.venue.mall import LotRef


class BaylockError(Exception):
    """The base of every error that a caller is meant to handle."""


@dataclass(eq=False)
class InvalidBooking(BaylockError):
    """A field of the booking can't be accepted; `reason` is a sentence for its sender."""

    field: str
    reason: str


class PastTime(InvalidBooking):
    """The service time lies before now."""


class TooFarAhead(InvalidBooking):
    """The service time lies further ahead than orders are taken."""


class TooLong(InvalidBooking):
    """The parking window would be longer than allowed."""


class OtherBooking(InvalidBooking):
    """The reference has the same order id as another reference of the merchant's."""


@dataclass(frozen=True, slots=True)
class LotInstead:
    """The alternatives of a lot for a booking that found no space.

    `next_free` are later service times that day; `free_without_needs` counts the spaces that are
    free for the window but lack what the booking needs.
    """

    lot: LotRef
    next_free: tuple[datetime, ...] = ()
    free_without_needs: int = 0


@dataclass(eq=False)
class NoSpace(BaylockError):
    """Every suitable space is taken for (part of) the window.

    `next_free` are the next service times with a space in any lot; `lots` those lots that have
    something to offer.
    """

    next_free: tuple[datetime, ...] = ()
    lots: tuple[LotInstead, ...] = ()


@dataclass(eq=False)
class OtherVersion(BaylockError):
    """The caller expected another version; `version` is the present one, None for no booking."""

    version: int | None


class TooLate(BaylockError):
    """The order is past this change: its driver is in, or it has ended."""


class NoSuchBooking(BaylockError):
    """No booking with this reference, for this merchant."""


class NoSuchOrder(BaylockError):
    """No such order, or it is another merchant's: the caller can't tell which."""


@dataclass(eq=False)
class InvalidWebhook(BaylockError):
    """A field of the webhook can't be accepted; `reason` is a sentence for its sender."""

    field: str
    reason: str


class NoWebhook(BaylockError):
    """The merchant has no endpoint, or it is disabled."""


@dataclass(eq=False)
class TooManyCalls(BaylockError):
    """The key has used up a limit; `status.wait` is the time until its next call."""

    status: RateStatus


@dataclass(eq=False)
class BadSignature(BaylockError):
    """A booking system's webhook whose signature is not valid.

    `connection` is None where there is no such connection; callers must not learn the difference.
    """

    connection: ConnectionId | None = None


class UnreadableMessage(BaylockError):
    """A message or record that can never be read; the text gives the reason without quoting it."""


@dataclass(eq=False)
class UnreadableChange(BaylockError):
    """A record of the orders stream that can never be read; `number` is its sequence number."""

    number: str


class WebhookDisabled(NoWebhook):
    """The merchant's endpoint is switched off."""


@dataclass(eq=False)
class NoSuchEvent(BaylockError):
    """The merchant has no event with this id (any more)."""

    event: str


@dataclass(eq=False)
class AlreadyWaiting(BaylockError):
    """These events are waiting for their delivery already."""

    events: tuple[str, ...]


@dataclass(eq=False)
class NoSuchConnection(BaylockError):
    """No connection to a booking system has this id."""

    connection: str


class NoSuchLink(BaylockError):
    """This link leads nowhere, or no longer does."""


class NoSuchMall(BaylockError):
    """No mall with this name has been imported."""


class NotAMerchant(BaylockError):
    """The caller's key or number belongs to no merchant of any mall."""


@dataclass(eq=False)
class NoSuchKey(BaylockError):
    """There is no such API key, or it is revoked: `is_revoked` is for the log, not for callers."""

    is_revoked: bool = False


@dataclass(eq=False)
class AmbiguousKey(BaylockError):
    """Several API keys could be meant; `ids` are theirs, empty where too little was given."""

    ids: tuple[str, ...] = ()


@dataclass(eq=False)
class InvalidKey(BaylockError):
    """An API key can't be made or limited like this; `reason` is a sentence for its operator."""

    reason: str


@dataclass(eq=False)
class InvalidSupplement(BaylockError):
    """A merchant can't be supplemented like this; `reason` is a sentence for its operator."""

    reason: str


@dataclass(eq=False)
class InvalidPeriod(BaylockError):
    """A report can't cover these days; `reason` is a sentence for its reader."""

    reason: str


@dataclass(eq=False)
class NoSuchLot(BaylockError):
    """The mall has no lot with this ref."""

    lot: str


class WrongCode(BaylockError):
    """The code belongs to no order of this driver's."""


class CodeLocked(BaylockError):
    """Too many wrong codes; only the link opens this barrier now."""


@dataclass(eq=False)
class TooEarly(BaylockError):
    """The driver is here before the space can be given; come in from `opens_at`."""

    opens_at: datetime


class SpaceTaken(BaylockError):
    """Another order has the space: it was quicker."""


class OrderChanged(BaylockError):
    """The order has changed since it was read; read it again and decide again."""


class LockChanged(BaylockError):
    """The lock or its shadow has changed since it was read; read it again and decide again."""


class WebhookChanged(BaylockError):
    """The endpoint has changed since it was read; read it again and decide again."""


class Busy(BaylockError):
    """The store is throttling or keeps conflicting; the caller should come back a little later."""


class LockHeld(Busy):
    """Another order has the lock, and still needs it."""


class Unreachable(StrEnum):
    """Why texts do not reach a driver."""

    OPTED_OUT = "opted_out"
    REFUSED = "refused"
    SPEND_LIMIT = "spend_limit"


@dataclass(eq=False)
class NotReached(BaylockError):
    """The network did not take a text; `again` says whether it may take it later."""

    reason: Unreachable
    again: bool


@dataclass(eq=False)
class NotThatLong(BaylockError):
    """Another order has the space next; this one can keep it until `longest`."""

    longest: datetime
