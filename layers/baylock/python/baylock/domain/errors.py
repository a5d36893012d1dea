"""The errors of the domain.

HTTP codes and message wording live at the edge (`functions/`, `texts/`), a table each. Errors are
plain classes, unlike other values: Python sets their traceback when they are raised, and every
function imports them, where 20 dataclasses would cost a cold start three milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from baylock.domain.access.limits import RateStatus
    from baylock.domain.connect.connection import ConnectionId
    from baylock.domain.venue.mall import LotRef


class BaylockError(Exception):
    """The base of every error that a caller is meant to handle."""


class InvalidBooking(BaylockError):
    """A field of the booking can't be accepted; `reason` is a sentence for its sender."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(field, reason)
        self.field = field
        self.reason = reason


class PastTime(InvalidBooking):
    """The service time lies before now."""


class TooFarAhead(InvalidBooking):
    """The service time lies further ahead than orders are taken."""


class TooLong(InvalidBooking):
    """The parking window would be longer than allowed."""


class PhoneRefusal(StrEnum):
    """Why no text is sent to a phone number that exists."""

    COUNTRY = "country"
    """The mall does not text to this country."""
    KIND = "kind"
    """It gets no texts, or is of a kind that somebody is paid by: premium rate, satellite, …"""


class PhoneRefused(InvalidBooking):
    """No text is sent to the driver's phone; `countries` are those that the mall texts to."""

    def __init__(self, refusal: PhoneRefusal, countries: tuple[str, ...]) -> None:
        listed = ", ".join(countries)
        reason = f"a mobile phone of {listed}: this mall sends texts to no other country"
        if refusal is PhoneRefusal.KIND:
            reason = f"a mobile phone of {listed}: no texts are sent to numbers of this kind"
        super().__init__("customer.phone", reason)
        self.refusal = refusal
        self.countries = countries


@dataclass(frozen=True, slots=True)
class LotInstead:
    """The alternatives of a lot for a booking that found no space.

    `next_free` are later service times; `free_without_needs` counts the spaces that are
    free for the window but lack what the booking needs.
    """

    lot: LotRef
    next_free: tuple[datetime, ...] = ()
    free_without_needs: int = 0


class NoSpace(BaylockError):
    """Every suitable space is taken for (part of) the window.

    `next_free` are the next service times with a space in any lot; `lots` those lots that have
    something to offer.
    """

    def __init__(
        self, next_free: tuple[datetime, ...] = (), lots: tuple[LotInstead, ...] = ()
    ) -> None:
        super().__init__(next_free, lots)
        self.next_free = next_free
        self.lots = lots


class NoLockHeard(NoSpace):
    """Suitable spaces are free, but the locks of all of them have never reported."""


class Quota(StrEnum):
    """A quota of a mall that a booking can use up."""

    ORDERS_PER_PHONE = "orders_per_phone"
    LOT_SHARE = "lot_share"
    TEXT_LOT_SHARE = "text_lot_share"
    """The same, of bookings by texts without proof of their sender."""


class QuotaUsed(NoSpace):
    """The mall gives no more spaces to this phone, or to this merchant in its lots."""

    def __init__(self, quota: Quota, most: int) -> None:
        super().__init__()
        self.quota = quota
        self.most = most


class OtherVersion(BaylockError):
    """The caller expected another version; `version` is the present one, None for no booking."""

    def __init__(self, version: int | None) -> None:
        super().__init__(version)
        self.version = version


class TooLate(BaylockError):
    """The order is past this change: its driver is in, or it has ended."""


class NotAllowed(BaylockError):
    """The person or key lacks the `right` for what it asks for."""

    def __init__(self, right: str) -> None:
        super().__init__(right)
        self.right = right


class InvalidAct(BaylockError):
    """A field of an act can't be accepted; `reason` is a sentence for who asks for it."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(field, reason)
        self.field = field
        self.reason = reason


class NoSuchBooking(BaylockError):
    """No booking with this reference, for this merchant."""


class NoSuchOrder(BaylockError):
    """No such order, or it is another merchant's: the caller can't tell which."""


class InvalidWebhook(BaylockError):
    """A field of the webhook can't be accepted; `reason` is a sentence for its sender."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(field, reason)
        self.field = field
        self.reason = reason


class NoWebhook(BaylockError):
    """The merchant has no endpoint, or it is disabled."""


class TooManyTries(BaylockError):
    """The merchant or the host has had its tests of this hour; `wait` is until the next."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(wait)
        self.wait = wait


class TooManyCalls(BaylockError):
    """The key has used up a limit; `status.wait` is the time until its next call."""

    def __init__(self, status: RateStatus) -> None:
        super().__init__(status)
        self.status = status


class BadSignature(BaylockError):
    """A booking system's webhook whose signature is not valid.

    `connection` is None where there is no such connection; callers must not learn the difference.
    """

    def __init__(self, connection: ConnectionId | None = None) -> None:
        super().__init__(connection)
        self.connection = connection


class UnreadableMessage(BaylockError):
    """A message or record that can never be read; the text gives the reason without quoting it."""


class UnreadableChange(BaylockError):
    """A record of the orders stream that can never be read; `number` is its sequence number."""

    def __init__(self, number: str) -> None:
        super().__init__(number)
        self.number = number


class WebhookDisabled(NoWebhook):
    """The merchant's endpoint is switched off."""


class NoSuchEvent(BaylockError):
    """The merchant has no event with this id (any more)."""

    def __init__(self, event: str) -> None:
        super().__init__(event)
        self.event = event


class AlreadyWaiting(BaylockError):
    """These events are waiting for their delivery already."""

    def __init__(self, events: tuple[str, ...]) -> None:
        super().__init__(events)
        self.events = events


class NoSuchConnection(BaylockError):
    """No connection to a booking system has this id."""

    def __init__(self, connection: str) -> None:
        super().__init__(connection)
        self.connection = connection


class NoSuchLink(BaylockError):
    """This link leads nowhere, or no longer does."""


class NoSuchMall(BaylockError):
    """No mall with this name has been imported."""


class NotAMerchant(BaylockError):
    """The caller's key or number belongs to no merchant of any mall."""


class NoSuchKey(BaylockError):
    """There is no such API key, or it is revoked: `is_revoked` is for the log, not for callers."""

    def __init__(self, is_revoked: bool = False) -> None:
        super().__init__(is_revoked)
        self.is_revoked = is_revoked


class KeyExpired(BaylockError):
    """The caller's API key was valid until `expired_at`."""

    def __init__(self, expired_at: datetime) -> None:
        super().__init__(expired_at)
        self.expired_at = expired_at


class AmbiguousKey(BaylockError):
    """Several API keys could be meant; `ids` are theirs, empty where too little was given."""

    def __init__(self, ids: tuple[str, ...] = ()) -> None:
        super().__init__(ids)
        self.ids = ids


class InvalidKey(BaylockError):
    """An API key can't be made or limited like this; `reason` is a sentence for its operator."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NoSuchKeyVersion(BaylockError):
    """The platform's key has no such version."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class KeyVersionInUse(BaylockError):
    """This version of the platform's key has not been replaced yet."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class NoFormerKey(BaylockError):
    """No earlier version of Baylock left anything that was derived with another key."""


class InvalidSupplement(BaylockError):
    """A merchant can't be supplemented like this; `reason` is a sentence for its operator."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class InvalidPeriod(BaylockError):
    """A report can't cover these days; `reason` is a sentence for its reader."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NoSuchLot(BaylockError):
    """The mall has no lot with this ref."""

    def __init__(self, lot: str) -> None:
        super().__init__(lot)
        self.lot = lot


class WrongCode(BaylockError):
    """The code belongs to no order of this driver's."""


class CodeLocked(BaylockError):
    """Too many wrong codes; only the link opens this barrier now."""


class TooEarly(BaylockError):
    """The driver is here before the space can be given; come in from `opens_at`."""

    def __init__(self, opens_at: datetime) -> None:
        super().__init__(opens_at)
        self.opens_at = opens_at


class NotSeen(BaylockError):
    """No sensor confirms what a text without proof says, so that it needs the driver's code."""


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


class DamagedKeyRing(Busy):
    """A secret of the platform holds neither a key nor a ring: who has a ring goes on with it."""


class LockHeld(Busy):
    """Another order has the lock, and still needs it."""


class Unreachable(StrEnum):
    """Why texts do not reach a driver."""

    OPTED_OUT = "opted_out"
    REFUSED = "refused"
    SPEND_LIMIT = "spend_limit"


class NotReached(BaylockError):
    """The network did not take a text; `again` says whether it may take it later."""

    def __init__(self, reason: Unreachable, again: bool) -> None:
        super().__init__(reason, again)
        self.reason = reason
        self.again = again


class NotThatLong(BaylockError):
    """Another order has the space next; this one can keep it until `longest`."""

    def __init__(self, longest: datetime) -> None:
        super().__init__(longest)
        self.longest = longest
