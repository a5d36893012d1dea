"""The effects of a change of an order: `effects(old, new)`, a pure function.

An effect is identified by the order, its version and its kind, so that a change seen twice has its
effects once. It carries nothing else: the order is read again when the effect is carried out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import assert_never

from baylock.domain.booking.booking import OrderId
from baylock.domain.errors import Unreachable
from baylock.domain.orders.notice import Notice
from baylock.domain.orders.order import Order
from baylock.domain.orders.record import Record
from baylock.domain.orders.state import REPORTED_BY_DRIVER, Reason, State
from baylock.domain.venue.mall import Barrier, MerchantId, ThingName
from baylock.domain.webhooks.event import Event

_PROBLEMS = {
    Reason.VEHICLE_PRESENT: Notice.MALL_VEHICLE,
    Reason.SPACE_TAKEN: Notice.MALL_TAKEN,
    Reason.SPACE_BLOCKED: Notice.MALL_BLOCKED,
}


@dataclass(frozen=True, slots=True)
class LockEffect:
    """The position that a lock should have may have changed."""

    order: OrderId
    version: int
    thing: ThingName


@dataclass(frozen=True, slots=True)
class NoticeEffect:
    """A notice should be sent."""

    order: OrderId
    version: int
    notice: Notice


@dataclass(frozen=True, slots=True)
class WebhookEffect:
    """An event should be sent to the merchant's endpoint."""

    order: OrderId
    version: int
    event: Event
    merchant: MerchantId


Effect = LockEffect | NoticeEffect | WebhookEffect


def effects(old: Record | None, new: Record | None) -> tuple[Effect, ...]:
    """The effects of the change from `old` to `new`."""
    if new is None:
        return ()
    notices = (*_notices(old, new), *_for_the_mall(old, new))
    return (
        *(LockEffect(new.id, new.version, thing) for thing in _locks_concerned(old, new)),
        *(NoticeEffect(new.id, new.version, notice) for notice in notices),
        *_webhooks(old, new),
    )


def _locks_concerned(old: Record | None, new: Record) -> Iterator[ThingName]:
    before, after = _lock_state(old), _lock_state(new)
    if before == after:
        return
    things = [state[0] for state in (before, after) if state]
    yield from dict.fromkeys(things)


def _lock_state(record: Record | None) -> tuple[ThingName, Barrier, object, object] | None:
    if not isinstance(record, Order) or (barrier := record.barrier) is None:
        return None
    return record.claim.thing, barrier, record.access.asked_at, record.claim.window.end


def _notices(old: Record | None, new: Record) -> Iterator[Notice]:
    if not isinstance(new, Order):
        return
    before = old if isinstance(old, Order) and old.is_live else None
    if before is None:
        if new.is_live:
            yield Notice.DRIVER_RESERVED
        return
    by_text = new.booking.channel.informs_by_text
    match new.state:
        case State.RESERVED | State.HELD | State.ARRIVED:
            yield from _changes_while_live(before, new)
        case State.CANCELLED:
            if new.reason is not Reason.DRIVER and not _was_announced(before, new):
                yield Notice.DRIVER_CANCELLED
        case State.NO_SHOW:
            yield Notice.DRIVER_NO_SHOW
            if by_text:
                yield Notice.MERCHANT_NO_SHOW
        case State.FAILED:
            yield Notice.DRIVER_FAILED
            if by_text:
                yield Notice.MERCHANT_FAILED
        case State.COMPLETED:
            pass
        case _:
            assert_never(new.state)


def _was_announced(old: Order, new: Order) -> bool:
    """Whether the driver knows that the merchant's cancellation takes effect by now."""
    is_merchants = old.is_being_cancelled_for(Reason.MERCHANT)
    return is_merchants and old.is_cancelled_by(new.changed_at)


def _of_cancellation(old: Order, new: Order) -> Iterator[Notice]:
    """Tell the other side of a cancellation that can be undone, and when it was undone.

    The sender of the text reads it in the reply. A driver who is new is told of the space anyway.
    """
    by_text = new.booking.channel.informs_by_text
    if new.cancelling and not old.cancelling:
        if new.is_being_cancelled_for(Reason.MERCHANT):
            yield Notice.DRIVER_CANCELLING
        elif by_text:
            yield Notice.MERCHANT_DROPPED
    if old.cancelling and not new.cancelling:
        came = new.access.admitted_at is not None
        lost = new.notes.unreachable is not old.notes.unreachable
        if came or lost or new.notes.last_request != old.notes.last_request:
            if by_text:
                yield Notice.MERCHANT_KEPT
        else:
            yield Notice.DRIVER_RESERVED


def _for_the_mall(old: Record | None, new: Record) -> Iterator[Notice]:
    if not isinstance(new, Order) or not isinstance(old, Order) or old.version == new.version:
        return
    if found := new.problem_of(new.version):
        yield _PROBLEMS[found.what]
    if new.access.overstay_since and not old.access.overstay_since:
        yield Notice.MALL_OVERSTAY


def _changes_while_live(old: Order, new: Order) -> Iterator[Notice]:
    if new.booking.phone != old.booking.phone:
        yield Notice.DRIVER_RESERVED
        if new.driver_before(new.version):
            yield Notice.DRIVER_REPLACED
    elif new.promise.revised_at != old.promise.revised_at and (
        (new.claim.space, new.claim.window) != (old.claim.space, old.claim.window)
    ):
        yield Notice.DRIVER_CHANGED
    elif new.claim.space != old.claim.space:
        # A driver who texted a problem gets the new space in the answer.
        is_answered = new.reason in REPORTED_BY_DRIVER and not new.notes.is_by_page
        if not is_answered:
            off = new.is_being_cancelled_for(Reason.MERCHANT)
            # This one too names the new space, and does not sound as if it was theirs again.
            yield Notice.DRIVER_CANCELLING if off else Notice.DRIVER_MOVED
    elif new.access.overstay_since and not old.access.overstay_since:
        yield Notice.DRIVER_OVERSTAY
    else:
        yield from _of_cancellation(old, new)
    by_text = new.booking.channel.informs_by_text
    if new.notes.unreachable and not old.notes.unreachable and by_text:
        opted_out = new.notes.unreachable is Unreachable.OPTED_OUT
        yield Notice.MERCHANT_UNREACHABLE if opted_out else Notice.MERCHANT_NOT_REACHED


def _webhooks(old: Record | None, new: Record) -> Iterator[WebhookEffect]:
    if not isinstance(new, Order):
        return
    for event in (_event(old, new), _unreachable(old, new)):
        if event is not None:
            yield WebhookEffect(new.id, new.version, event, new.booking.merchant)


_ENTERED: Mapping[State, Event] = {
    State.RESERVED: Event.RESERVED,
    State.HELD: Event.HELD,
    State.ARRIVED: Event.ARRIVED,
    State.COMPLETED: Event.COMPLETED,
    State.CANCELLED: Event.CANCELLED,
    State.NO_SHOW: Event.NO_SHOW,
    State.FAILED: Event.FAILED,
}


def _event(old: Record | None, new: Order) -> Event | None:
    """The event of a change of state or of space: of both, the new space.

    It does not matter who moved the order, we or the merchant. A new window alone has no event.
    """
    before = old if isinstance(old, Order) and old.is_live else None
    if before is None:
        return Event.RESERVED if new.is_live else None
    if new.is_live and new.claim.space != before.claim.space:
        return Event.MOVED
    return _ENTERED[new.state] if new.state is not before.state else None


def _unreachable(old: Record | None, new: Order) -> Event | None:
    known = old.notes.unreachable if isinstance(old, Order) else None
    return Event.UNREACHABLE if new.notes.unreachable and not known else None
