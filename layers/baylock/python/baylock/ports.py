"""What the use cases need of the world, in our words. `adapters/` says how the world does it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    # Every use case imports this file, and would load all of the domain with it.
    from baylock.domain.booking import MerchantId, OrderId, Reference
    from baylock.domain.connection import Connection, ConnectionId, LastHeard
    from baylock.domain.effects import Effect
    from baylock.domain.event import EventId
    from baylock.domain.hint import Hint
    from baylock.domain.limits import Limits, Spent
    from baylock.domain.lock import Desired, Lock, LockReport, Shadow
    from baylock.domain.occupancy import Entry, Occupancy, ZoneDay
    from baylock.domain.order import Claim, Known, Order, Record
    from baylock.domain.plan import Guide, Level, Plan
    from baylock.domain.reply import Reply
    from baylock.domain.text_key import TextKey
    from baylock.domain.venue import (
        Addition,
        LotRef,
        Mall,
        MallRef,
        Merchant,
        MerchantRef,
        SpaceId,
        ThingName,
    )
    from baylock.domain.webhook import Attempt, Delivery, Endpoint
    from baylock.domain.window import Span

Clock = Callable[[], datetime]
"""Now, in UTC."""


# ── venue ────────────────────────────────────────────────────────────────────────────────────────


KEY_ID_LETTERS = 12


@dataclass(frozen=True, slots=True)
class MerchantKey:
    """A merchant's secret key, as stored: never the key itself, only its SHA-256."""

    digest: str
    merchant: MerchantId
    scopes: frozenset[str]
    created_at: datetime
    revoked_at: datetime | None = None
    test: bool = False
    """For trying things out: it works on a sandbox, and moves no real barrier."""
    note: str = ""
    used_at: datetime | None = None
    """Last let in, to the hour or so."""
    limits: Limits | None = None
    """Where it has its own."""

    @property
    def id(self) -> str:
        """What it is called where it is spoken of; says nothing about the key itself."""
        return self.digest[:KEY_ID_LETTERS]


class Venues(Protocol):
    """Malls as imported. Reads may be up to a minute old; a mall and its merchants always match."""

    def mall(self, ref: MallRef) -> Mall:
        """The mall; NoSuchMall if none has this ref."""

    def merchant(self, who: MerchantId) -> Merchant:
        """The merchant; NotAMerchant if its mall does not list it (any more)."""

    def merchant_with_phone(self, phone: str) -> MerchantId | None:
        """Whose registered number this is (E.164)."""

    def merchants(self, ref: MallRef) -> Iterable[Merchant]:
        """All merchants of a mall, by ref."""

    def save(self, mall: Mall, merchants: Collection[Merchant]) -> None:
        """Put a mall in place of what was known of it, all at once.

        `mall.version` must be new. ValueError where a phone is another mall's merchant's already.
        """

    def additions(self, ref: MallRef) -> Sequence[Addition]:
        """What is said of a mall's merchants beyond its plan, by ref."""

    def save_addition(self, ref: MallRef, addition: Addition) -> None:
        """Say this of a merchant, in place of what was said before. The mall stays as it is."""

    def drop_addition(self, ref: MallRef, merchant: MerchantRef) -> None:
        """Say nothing more of a merchant. The mall stays as it is."""

    def key(self, digest: str) -> MerchantKey | None:
        """The key with this SHA-256 (hexadecimal), revoked or not."""

    def save_key(self, key: MerchantKey) -> None:
        """Add or replace a key."""

    def keys_of(self, ref: MallRef) -> Sequence[MerchantKey]:
        """Every key of a mall's merchants, the revoked ones too, by merchant and oldest first."""

    def revoke_key(self, digest: str, now: datetime) -> None:
        """Let a key in no more; one that was revoked before stays as it is."""

    def limit_key(self, digest: str, limits: Limits) -> None:
        """Give a key limits of its own."""

    def note_key_use(self, digest: str, now: datetime) -> None:
        """That a key was let in; a moment before the one that is known changes nothing."""


class CallCounts(Protocol):
    """How much keys have called, over all processes. May raise Busy after bounded retries."""

    def add(self, key: str, calls: int, limits: Limits, expected: datetime, now: datetime) -> Spent:
        """Count calls of a key (by its id), and return what it has spent with them.

        `expected` is our guess of when its bucket will be full: a wrong one costs a write more.
        """

    def calls_on(self, day: date, keys: Collection[str]) -> Mapping[str, int]:
        """The calls of these keys on a day (UTC), of those that made any."""


class Connections(Protocol):
    """Merchants' booking systems that tell us of their bookings."""

    def find(self, id_: ConnectionId) -> Connection | None:
        """The connection, read anew each time: one that was removed is gone at once."""

    def save(self, connection: Connection) -> None:
        """Add a connection, or replace it."""

    def remove(self, id_: ConnectionId) -> bool:
        """Forget a connection; False where there was none."""

    def every(self) -> Iterable[Connection]:
        """All of them, oldest first: for operators' commands, which ask seldom."""

    def reference(self, id_: ConnectionId, booking: str) -> Reference | None:
        """The reference that a rescheduled booking kept, by the id that it has now."""

    def keep_reference(
        self, id_: ConnectionId, booking: str, reference: Reference, until: datetime
    ) -> None:
        """A booking with a new id keeps its reference; may be forgotten after `until`."""

    def heard(self, id_: ConnectionId, last: LastHeard) -> None:
        """Note what was heard last; a connection that was removed stays so."""


class Plans(Protocol):
    """What of a mall is drawn for its drivers; a mall of an older import may have nothing."""

    def save(self, mall: Mall, plan: Plan) -> None:
        """The plan of this version of the mall, before anybody is told of the version."""

    def guide(self, mall: Mall) -> Guide | None:
        """What leads through the mall."""

    def level(self, mall: Mall, number: float) -> Level | None:
        """What is drawn of one of its levels."""


# ── orders and the space they hold ───────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Survey:
    """An order's record and the occupancy around it, read at the same time.

    The record may be a moment old, the occupancy is not. Of the lots that were surveyed by their
    hint no zone has been read yet (`Occupancy.partial`).
    """

    record: Record | None
    occupancy: Occupancy
    hint: Hint


class Taken(NamedTuple):
    """That an entry was written, and when, by somebody who was then to write its order."""

    at: datetime
    position: str
    entry: Entry


class TakenZone(NamedTuple):
    """What was taken in a zone on a day, and how the zone's bookings stood when we looked."""

    mall: MallRef
    key: ZoneDay
    taken: tuple[Taken, ...]
    positions: Mapping[str, bytes]


class Page(NamedTuple):
    """Some of a merchant's orders, newest window first; `cursor` leads to the next page."""

    orders: tuple[Order, ...]
    cursor: str | None = None


class Orders(Protocol):
    """Orders, and the occupancy, which is theirs.

    Every method may raise Busy after bounded retries.
    """

    def find(self, order: OrderId) -> Known | None:
        """What is known now under this id (a strongly consistent read)."""

    def record(self, order: OrderId) -> Record | None:
        """What is stored now under this id, a fence too."""

    def survey(
        self,
        order: OrderId | None,
        mall: MallRef,
        spans: Mapping[LotRef, Sequence[Span]],
        hinted: Collection[LotRef] = (),
    ) -> Survey:
        """The order, if one is asked for, and these lots on these days, in one round trip.

        Of `hinted` lots the hint is read, of the others every zone.
        """

    def look(
        self, mall: MallRef, zones: Collection[ZoneDay]
    ) -> Mapping[ZoneDay, Mapping[str, bytes]]:
        """How these zones stand now, by zone and position; those without bookings too."""

    def take(
        self, order: OrderId, claim: Claim, seen: Occupancy, now: datetime
    ) -> Occupancy | None:
        """Write a claim into the occupancy if its space is still as `seen`.

        None when the space is taken for this order; else what stands there now, and nothing was
        written. That it was taken is noted, until `settle`.
        """

    def give_back(self, order: OrderId, claim: Claim) -> None:
        """Remove this very claim from the occupancy, if it is there."""

    def add(self, record: Record, replacing: Record | None) -> None:
        """Write a record whose claim, if any, has been taken.

        OrderChanged if what is stored is not `replacing`.
        """

    def change(self, old: Order, new: Order) -> None:
        """Replace an order, and its claim by the new claim, in one transaction.

        OrderChanged if `old` is no longer what is stored; SpaceTaken if the new claim overlaps
        another order's.
        """

    def note_found_taken(self, space: SpaceId, until: datetime) -> None:
        """Note that a driver could not use this space; forgotten once a vehicle leaves it."""

    def found_taken_until(self, space: SpaceId) -> datetime | None:
        """Until when that counts, where it was noted; the moment may have passed."""

    def taken(self, before: datetime) -> Iterator[TakenZone]:
        """Where spaces were taken before then, and not settled since."""

    def settle(self, zone: TakenZone, leftovers: Collection[Taken]) -> None:
        """Remove those entries that nobody will write an order for, and forget what was `taken`."""

    def due(self, now: datetime) -> Iterator[OrderId]:
        """The orders whose `due_at` has come, most overdue first."""

    def of_merchant(
        self,
        merchant: MerchantId,
        *,
        starts_from: datetime | None = None,
        starts_before: datetime | None = None,
        states: Collection[str] = (),
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page:
        """A merchant's orders by window start, newest first. ValueError: not one of our cursors."""


class Hints(Protocol):
    """What is kept beside the occupancy of large lots, for finding free spaces in them."""

    def refresh(self, mall: MallRef, changes: Collection[tuple[ZoneDay, int]]) -> None:
        """Bring zones up to date for a part of their day each, by how they stand now."""

    def rebuild(self, mall: MallRef, lot: LotRef, day: date) -> int:
        """All of a lot's day, by how it stands now; returns how many zones have bookings."""


# ── locks ────────────────────────────────────────────────────────────────────────────────────────


class Locks(Protocol):
    """What is known of locks, and which spaces take no orders because of theirs."""

    def find(self, thing: ThingName) -> Lock | None:
        """The lock, if it was provisioned."""

    def of_lot(self, mall: MallRef, lot: LotRef) -> Iterable[Lock]:
        """Every provisioned lock of a lot."""

    def save(self, old: Lock | None, new: Lock) -> None:
        """Replace what is known of a lock, and let its space in or out of allocation with it.

        LockChanged if `old` is no longer what is stored.
        """


class Shadows(Protocol):
    """The shadows of locks, through which they are asked to move."""

    def read(self, thing: ThingName) -> Shadow:
        """The shadow; an empty one where the lock has none yet."""

    def ask(self, thing: ThingName, desired: Desired, version: int) -> None:
        """Ask for a position; LockChanged if the shadow is no longer at this version."""

    def say(self, report: LockReport) -> None:
        """Report in the place of a lock; LockChanged if the shadow is not at the report's version.

        For locks that are played: a real one does this by itself.
        """


# ── texts ────────────────────────────────────────────────────────────────────────────────────────


class KeptText(NamedTuple):
    """A text that was not sent, as it was about a sandbox's order; `phone` is in E.164."""

    at: datetime
    phone: str
    text: str


class Conversations(Protocol):
    """What was said to whom, so that nothing is said twice, and who may be answered."""

    def orders_told_to(self, phone: str) -> Sequence[OrderId]:
        """The orders that this number has had texts about, newest first."""

    def note_order(self, phone: str, order: Order) -> None:
        """This number is about to be told of this order, and may answer for it from now on."""

    def answer(self, message: str) -> Reply | None:
        """The reply recorded for an inbound message, if it was dealt with."""

    def record_answer(self, message: str, reply: Reply) -> Reply:
        """Record the reply to an inbound message; the one recorded first wins and is returned."""

    def begin_sending(self, identity: str) -> bool:
        """Whether this text is still to be sent; True makes it ours for half a minute."""

    def sent(self, identity: str, provider_id: str) -> None:
        """The text has left."""

    def not_sent(self, identity: str) -> None:
        """The text could not leave; whoever tries next may begin at once."""

    def opted_out(self, phone: str) -> bool:
        """Whether this number wants no more texts."""

    def set_opted_out(self, phone: str, opted_out: bool) -> None:
        """STOP or START."""

    def count(self, whose: str, what: str, by: int = 1) -> int:
        """Add to what was counted today (UTC) of one thing; how much it is now."""

    def keep(self, order: OrderId, identity: str, phone: str, text: str) -> None:
        """Instead of sending a text, keep it to be read; the one kept first under an identity."""

    def kept(self, order: OrderId) -> Sequence[KeptText]:
        """The texts that were kept about an order, oldest first."""


class Signatures(Protocol):
    """Which of a merchant's signatures under texts count, and which were used."""

    def text_key(self, merchant: MerchantId) -> TextKey:
        """How this merchant signs; by default with the first generation, if it likes."""

    def save_text_key(self, merchant: MerchantId, key: TextKey) -> None:
        """From now on so."""

    def used_by(self, merchant: MerchantId, digest: str) -> str | None:
        """The inbound message that a signed text was used by, if it was."""

    def use(self, merchant: MerchantId, digest: str, message: str) -> None:
        """A signed text was used by this message, if by no other before."""


class Links(Protocol):
    """Which order a link leads to."""

    def note(self, digest: str, order: Order) -> None:
        """This link, by the SHA-256 of its token, is about to be told to somebody."""

    def order(self, digest: str) -> OrderId | None:
        """The order of a link that was told, if it was; whether it still opens it is not said."""


class Phones(Protocol):
    """The network that carries texts."""

    def send(self, phone: str, text: str) -> str:
        """Send a text; returns the carrier's id for it.

        Busy where it should be tried again, NotReached where the number or the money is in the way.
        """


class DeadLetters(Protocol):
    """Where somebody on duty finds what could not be dealt with."""

    def note(self, what: str, why: str, tries: int) -> None:
        """Leave a note on something that was given up; `what` is its id, never its content."""


class Webhooks(Protocol):
    """Merchants' endpoints, and the events on their way to them.

    Every method may raise Busy after bounded retries.
    """

    def endpoint(self, merchant: MerchantId) -> Endpoint | None:
        """Where a merchant takes events now, if anywhere."""

    def endpoints(self) -> Iterator[Endpoint]:
        """Every merchant's, for operators' commands."""

    def save_endpoint(self, old: Endpoint | None, new: Endpoint) -> None:
        """Replace an endpoint; WebhookChanged if `old` is no longer what is stored."""

    def remove_endpoint(self, old: Endpoint) -> None:
        """The merchant wants no events; WebhookChanged as in `save_endpoint`."""

    def add_delivery(self, delivery: Delivery) -> None:
        """Write an event down, unless it has been before: then it stays as it is."""

    def delivery(self, merchant: MerchantId, event: EventId) -> Delivery | None:
        """An event on its way, or delivered within the last month."""

    def deliveries(self, merchant: MerchantId) -> Sequence[Delivery]:
        """A merchant's events of the last month, newest first; for operators' commands."""

    def save_delivery(self, delivery: Delivery) -> None:
        """What has become of an event."""

    def due_deliveries(self, now: datetime) -> Iterator[Delivery]:
        """Those whose `due_at` has come, most overdue first."""

    def hand_out(self, delivery: Delivery, now: datetime) -> bool:
        """Put its `due_at` off; False if it is no longer what it was."""


class Receivers(Protocol):
    """The servers behind merchants' endpoints."""

    def post(
        self, url: str, event: EventId, body: str, secrets: Sequence[str], now: datetime
    ) -> Attempt:
        """Send a body, signed with each of these secrets; within seconds, whatever happens."""


class Outbox(Protocol):
    """The queues on which effects wait for the function that brings them about."""

    def put(self, effects: Sequence[Effect]) -> None:
        """Queue effects; raises if any could not be queued."""

    def put_answer(self, message: str) -> None:
        """Queue the reply recorded for an inbound message."""

    def put_lock(self, thing: ThingName) -> None:
        """Queue a look at a lock whose order did not change."""

    def put_alarm(self, thing: ThingName, version: int) -> None:
        """Queue that somebody is told of a lock's alarm; `version` is the alarm's."""

    def put_event(
        self, merchant: MerchantId, event: EventId, delay: timedelta = timedelta(0)
    ) -> None:
        """Queue the delivery of an event that has been written down, for at most 15 minutes on."""

    def put_webhook_notice(self, merchant: MerchantId) -> None:
        """Queue a text to a merchant whose endpoint was switched off."""
