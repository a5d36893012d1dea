"""The stored item of an order, and its mapping to and from the domain's order."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Self

from pynamodb.attributes import NumberAttribute, UnicodeAttribute, UnicodeSetAttribute
from pynamodb.models import Model

from baylock.adapters.dynamodb.client import MomentAttribute, from_item, milliseconds, moment
from baylock.adapters.dynamodb.merchant_columns import merchant_id
from baylock.domain.allocation.claim import Choice, Claim
from baylock.domain.booking.booking import Booking, Channel, OrderId, Reference, order_tag
from baylock.domain.booking.window import Span, Window
from baylock.domain.errors import Unreachable
from baylock.domain.orders.access import Access, Schedule
from baylock.domain.orders.cancellation import Cancellation
from baylock.domain.orders.notes import Notes, PreviousDriver, ReportedProblem
from baylock.domain.orders.order import Order
from baylock.domain.orders.promise import Promise
from baylock.domain.orders.record import Declined, Fenced, Known, Record
from baylock.domain.orders.state import Reason, State
from baylock.domain.staff.act import Act, ActType, Why
from baylock.domain.staff.actor import ActorId
from baylock.domain.venue.keys import merchant_key, phone_key
from baylock.domain.venue.mall import (
    KEEP_FOR,
    LotRef,
    MallRef,
    MerchantId,
    Needs,
    SpaceId,
    SpaceRef,
    ThingName,
)

DUE_SHARDS = 4
FORGET_PARTITION = "forget#0"
"""What has ended, by when its driver is to be forgotten.

One partition: fewer orders than it can take a second end in a mall.
"""
DECLINED = "declined"
FENCED = "fenced"


class OrderItem(Model):
    """An item per booking reference: its order, or (state `declined`) that it needs none."""

    id = UnicodeAttribute(hash_key=True)
    version = NumberAttribute()
    state = UnicodeAttribute()

    mall = UnicodeAttribute()
    merchant = UnicodeAttribute()
    tenancy = UnicodeAttribute(null=True)
    reference = UnicodeAttribute()
    service_time = MomentAttribute()
    duration_minutes = NumberAttribute(null=True)
    # Beyond those minutes; both are absent from items of earlier versions.
    odd_seconds = NumberAttribute(null=True)
    within_second = NumberAttribute(null=True)
    parking_needed = NumberAttribute()
    phone = UnicodeAttribute(null=True)
    forgotten = NumberAttribute(null=True)
    locale = UnicodeAttribute(null=True)
    plate = UnicodeAttribute(null=True)
    needs = UnicodeAttribute(null=True)
    channel = UnicodeAttribute()
    said_at = MomentAttribute(null=True)
    unsigned = NumberAttribute(null=True)

    lot = UnicodeAttribute(null=True)
    space = UnicodeAttribute(null=True)
    level = UnicodeAttribute(null=True)
    thing = UnicodeAttribute(null=True)
    zone = UnicodeAttribute(null=True)
    position = UnicodeAttribute(null=True)
    starts = MomentAttribute(null=True)
    ends = MomentAttribute(null=True)
    spans = UnicodeAttribute(null=True)
    walk_dm = NumberAttribute(null=True)
    attempt = NumberAttribute(null=True)
    choice = UnicodeAttribute(null=True)

    secure_at = MomentAttribute(null=True)
    no_show_at = MomentAttribute(null=True)
    created_at = MomentAttribute(null=True)
    changed_at = MomentAttribute()
    revised_at = MomentAttribute(null=True)
    asked_at = MomentAttribute(null=True)
    admitted_at = MomentAttribute(null=True)
    vehicle_since = MomentAttribute(null=True)
    overstay_since = MomentAttribute(null=True)
    checked_at = MomentAttribute(null=True)
    wrong_codes = NumberAttribute(null=True)
    # 1 where the code belongs to the phone; absent from items of earlier versions.
    code_of_phone = NumberAttribute(null=True)
    put_down = NumberAttribute(null=True)
    undone = NumberAttribute(null=True)
    last_request = UnicodeAttribute(null=True)
    extra_minutes = NumberAttribute(null=True)
    tried = UnicodeSetAttribute(null=True)
    reason = UnicodeAttribute(null=True, attr_name="why")
    unreachable = UnicodeAttribute(null=True)
    leaving_at = MomentAttribute(null=True)
    cancel_at = MomentAttribute(null=True)
    cancel_reason = UnicodeAttribute(null=True)
    reported_problems = UnicodeAttribute(null=True, attr_name="troubles")
    previous_drivers = UnicodeAttribute(null=True, attr_name="former")

    # History for the report; items from before the report do not have it.
    promised_at = MomentAttribute(null=True)
    held_at = MomentAttribute(null=True)
    arrived_at = MomentAttribute(null=True)
    left_at = MomentAttribute(null=True)
    ended_at = MomentAttribute(null=True)
    moves = NumberAttribute(null=True)
    failures = NumberAttribute(null=True)

    keep_days = NumberAttribute(null=True)
    """Absent for the default."""
    act = UnicodeAttribute(null=True)
    """Of a version that a person or key has led to."""

    # Keys of the three indexes: absent where the order is not to be found through them.
    due_shard = NumberAttribute(null=True)
    due_at = MomentAttribute(null=True)
    driver_partition = UnicodeAttribute(null=True)
    driver_at = MomentAttribute(null=True)
    merchant_id = UnicodeAttribute(null=True)
    by_start = UnicodeAttribute(null=True)

    @classmethod
    def from_domain(cls, record: Known) -> Self:
        """The item of a record."""
        booking = record.booking
        item = cls(
            id=record.id,
            version=record.version,
            mall=booking.merchant.mall,
            merchant=booking.merchant.merchant,
            tenancy=booking.merchant.tenancy or None,
            reference=booking.reference,
            service_time=booking.service_time,
            within_second=int(booking.within_second) or None,
            parking_needed=int(booking.parking_needed),
            phone=booking.phone,
            forgotten=int(booking.forgotten) or None,
            locale=booking.locale,
            plate=booking.plate,
            needs=" ".join(booking.needs.words()) or None,
            channel=booking.channel.value,
            said_at=booking.said_at,
            unsigned=int(booking.unsigned) or None,
            changed_at=record.changed_at,
            attempt=record.attempt,
        )
        if booking.duration is not None:
            seconds = booking.duration // timedelta(seconds=1)
            item.duration_minutes, odd = divmod(seconds, 60)
            item.odd_seconds = odd or None
        if isinstance(record, Declined):
            item.state = DECLINED
        else:
            item._put_order(record)
        if record.keep_for != KEEP_FOR:
            item.keep_days = record.keep_for // timedelta(days=1)
        if record.forget_at is not None:
            item.driver_partition = FORGET_PARTITION
            item.driver_at = record.forget_at
        return item

    def _put_order(self, order: Order) -> None:
        claim = order.claim
        self.state = order.state.value
        self.lot = claim.space.lot
        self.space = claim.space.space
        self.level = claim.level
        self.thing = claim.thing
        self.zone = claim.zone
        self.position = claim.position
        self.starts = claim.window.start
        self.ends = claim.window.end
        self.spans = " ".join(
            f"{span.day.isoformat()}/{span.first}-{span.end}" for span in claim.spans
        )
        self.walk_dm = claim.walk_dm
        self.choice = _written_choice(claim.choice) if claim.choice else None
        self.secure_at = order.schedule.secure_at
        self.no_show_at = order.schedule.no_show_at
        self.reason = order.reason.value if order.reason else None
        self.extra_minutes = order.extra // timedelta(minutes=1) or None
        self.act = _written_act(order.act) if order.act else None
        self._put_promise(order.promise)
        self._put_access(order.access)
        self._put_notes(order.notes)
        if order.due_at is not None:
            self.due_shard = due_shard(order)
            self.due_at = order.due_at
        if order.cancelling is not None:
            self.cancel_at = order.cancelling.at
            self.cancel_reason = order.cancelling.reason.value
        if order.is_live and order.booking.phone:
            mall = order.booking.merchant.mall
            self.driver_partition = live_partition(mall, order.booking.phone)
            # It stays for as long as the order lives, so that no change writes to the index.
            self.driver_at = order.promise.created_at
        self.merchant_id = merchant_key(order.booking.merchant)
        self.by_start = f"{milliseconds(claim.window.start):014}#{order.id}"

    def _put_promise(self, promise: Promise) -> None:
        self.created_at = promise.created_at
        self.revised_at = promise.revised_at
        self.promised_at = promise.promised_at
        self.ended_at = promise.ended_at
        self.moves = promise.moves or None
        self.failures = promise.failures or None
        self.code_of_phone = None if promise.early_code else 1

    def _put_access(self, access: Access) -> None:
        self.asked_at = access.asked_at
        self.admitted_at = access.admitted_at
        self.held_at = access.held_at
        self.arrived_at = access.arrived_at
        self.vehicle_since = access.vehicle_since
        self.left_at = access.left_at
        self.leaving_at = access.leaving_at
        self.overstay_since = access.overstay_since
        self.checked_at = access.checked_at

    def _put_notes(self, notes: Notes) -> None:
        self.last_request = notes.last_request
        self.wrong_codes = notes.wrong_codes or None
        self.unreachable = notes.unreachable.value if notes.unreachable else None
        self.previous_drivers = (
            " ".join(f"{driver.version}{driver.phone}" for driver in notes.previous_drivers) or None
        )
        self.tried = set(notes.tried) or None
        self.put_down = notes.put_down or None
        self.undone = notes.undone or None
        self.reported_problems = (
            _written_problems(notes.reported_problems) if notes.reported_problems else None
        )

    def _duration(self) -> timedelta | None:
        minutes, seconds = int(self.duration_minutes or 0), int(self.odd_seconds or 0)
        return timedelta(minutes=minutes, seconds=seconds) or None

    def to_domain(self) -> Known:
        """The record of this item; ValueError where it can't be read."""
        if not (self.mall and self.merchant and self.reference):
            raise ValueError("the item names no booking")
        booking = Booking(
            merchant=merchant_id(self.mall, self.merchant, self.tenancy),
            reference=Reference(self.reference),
            service_time=self.service_time,
            duration=self._duration(),
            within_second=bool(self.within_second),
            parking_needed=bool(self.parking_needed),
            phone=self.phone,
            locale=self.locale,
            plate=self.plate,
            needs=Needs.parse((self.needs or "").split()),
            channel=Channel(self.channel),
            said_at=self.said_at,
            unsigned=bool(self.unsigned),
            forgotten=bool(self.forgotten),
        )
        if self.state == DECLINED:
            return Declined(
                OrderId(self.id),
                booking,
                int(self.version),
                self.changed_at,
                int(self.attempt or 0),
                self._keep_for(),
            )
        return Order(
            id=OrderId(self.id),
            booking=booking,
            claim=self._claim(),
            state=State(self.state),
            version=int(self.version),
            changed_at=self.changed_at,
            schedule=Schedule(self.secure_at, self.no_show_at),
            promise=self._promise(),
            access=self._access(),
            notes=self._notes(),
            reason=Reason(self.reason) if self.reason else None,
            extra=timedelta(minutes=int(self.extra_minutes or 0)),
            cancelling=self._cancelling(),
            keep_for=self._keep_for(),
            act=_act(self.act) if self.act else None,
        )

    def _cancelling(self) -> Cancellation | None:
        reason = self.cancel_reason
        return Cancellation(self.cancel_at, Reason(reason)) if reason else None

    def _keep_for(self) -> timedelta:
        return timedelta(days=int(self.keep_days)) if self.keep_days else KEEP_FOR

    def _claim(self) -> Claim:
        return Claim(
            space=SpaceId(MallRef(self.mall), LotRef(self.lot), SpaceRef(self.space)),
            level=self.level,
            thing=ThingName(self.thing),
            zone=self.zone,
            position=self.position,
            window=Window(self.starts, self.ends),
            spans=tuple(_span(written) for written in self.spans.split()),
            walk_dm=int(self.walk_dm),
            attempt=int(self.attempt),
            choice=_choice(self.choice) if self.choice else None,
        )

    def _promise(self) -> Promise:
        return Promise(
            created_at=self.created_at,
            revised_at=self.revised_at,
            promised_at=self.promised_at,
            ended_at=self.ended_at,
            moves=int(self.moves or 0),
            failures=int(self.failures or 0),
            early_code=not self.code_of_phone,
        )

    def _access(self) -> Access:
        return Access(
            asked_at=self.asked_at,
            admitted_at=self.admitted_at,
            held_at=self.held_at,
            arrived_at=self.arrived_at,
            vehicle_since=self.vehicle_since,
            left_at=self.left_at,
            leaving_at=self.leaving_at,
            overstay_since=self.overstay_since,
            checked_at=self.checked_at,
        )

    def _notes(self) -> Notes:
        problems, drivers = self.reported_problems, self.previous_drivers
        return Notes(
            last_request=self.last_request,
            wrong_codes=int(self.wrong_codes or 0),
            unreachable=Unreachable(self.unreachable) if self.unreachable else None,
            previous_drivers=tuple(map(_previous_driver, (drivers or "").split())),
            tried=frozenset(self.tried or ()),
            put_down=int(self.put_down or 0),
            undone=int(self.undone or 0),
            reported_problems=_problems(MallRef(self.mall), problems) if problems else (),
        )


class FencedItem(Model):
    """A fence in an order's place (state `fenced`): a late writer can't write the order."""

    id = UnicodeAttribute(hash_key=True)
    version = NumberAttribute()
    state = UnicodeAttribute()
    attempt = NumberAttribute()
    changed_at = MomentAttribute()
    called_off_at = MomentAttribute(null=True)
    # Of a booking that was called off; fences of earlier versions do not have them.
    mall = UnicodeAttribute(null=True)
    merchant = UnicodeAttribute(null=True)
    tenancy = UnicodeAttribute(null=True)
    reference = UnicodeAttribute(null=True)

    @classmethod
    def from_domain(cls, record: Fenced) -> Self:
        """The item of a fence."""
        return cls(
            id=record.id,
            version=record.version,
            state=FENCED,
            attempt=record.attempt,
            changed_at=record.changed_at,
            called_off_at=record.called_off_at,
            mall=record.merchant.mall if record.merchant else None,
            merchant=record.merchant.merchant if record.merchant else None,
            tenancy=(record.merchant.tenancy or None) if record.merchant else None,
            reference=record.reference,
        )

    def to_domain(self) -> Fenced:
        """The fence of this item."""
        return Fenced(
            OrderId(self.id),
            int(self.version),
            int(self.attempt),
            self.changed_at,
            self.called_off_at,
            self._merchant(),
            self.reference,
        )

    def _merchant(self) -> MerchantId | None:
        if not self.mall:
            return None
        return merchant_id(self.mall, self.merchant, self.tenancy)


def item_of(record: Record) -> dict[str, Any]:
    """The item of a record, in DynamoDB's wire format."""
    if isinstance(record, Fenced):
        return FencedItem.from_domain(record).serialize()
    return OrderItem.from_domain(record).serialize()


def read_record(item: Mapping[str, Any]) -> Record:
    """The record of an item in DynamoDB's wire format."""
    if item["state"]["S"] == FENCED:
        return from_item(FencedItem, item).to_domain()
    return from_item(OrderItem, item).to_domain()


def _written_choice(choice: Choice) -> str:
    return f"{choice.rank}/{choice.suitable} {choice.out} {choice.kept} {choice.lost}"


def _choice(written: str) -> Choice:
    place, out, kept, lost = written.split()
    rank, _, suitable = place.partition("/")
    return Choice(int(rank), int(suitable), int(out), int(kept), int(lost))


def _written_act(act: Act) -> str:
    return json.dumps([act.what, act.by, act.why, act.note], ensure_ascii=False)


def _act(written: str) -> Act:
    what, by, why, note = json.loads(written)
    return Act(ActType(what), ActorId(by), Why(why) if why else None, note)


def _written_problems(problems: Sequence[ReportedProblem]) -> str:
    rows = [
        (
            found.what,
            found.space.lot,
            found.space.space,
            found.level,
            milliseconds(found.at),
            found.version,
        )
        for found in problems
    ]
    return json.dumps(rows, ensure_ascii=False)


def _problems(mall: MallRef, written: str) -> tuple[ReportedProblem, ...]:
    return tuple(
        ReportedProblem(
            Reason(what), SpaceId(mall, LotRef(lot), SpaceRef(space)), level, moment(at), version
        )
        for what, lot, space, level, at, version in json.loads(written)
    )


def _previous_driver(written: str) -> PreviousDriver:
    """`<version>+<digits>`: the plus of the number sets the two apart."""
    version, _, digits = written.partition("+")
    return PreviousDriver(f"+{digits}", int(version))


def _span(written: str) -> Span:
    day, _, slots = written.partition("/")
    first, _, end = slots.partition("-")
    return Span(date.fromisoformat(day), int(first), int(end))


def due_shard(order: Order) -> int:
    """Which part of the due index an order is in."""
    return order_tag(order.id)[0] % DUE_SHARDS


def live_partition(mall: MallRef, phone: str) -> str:
    """A phone's live orders in a mall. No other kind of partition begins like it."""
    return f"live#{phone_key(mall, phone)}"
