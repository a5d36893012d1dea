"""The effects of each change of an order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.fakes.example_orders import (
    BOOKING,
    EVERY,
    SERVICE,
    TERMS,
    admitted,
    arrived,
    by,
    cancelled,
    claim,
    elsewhere,
    failed,
    held,
    missed,
    other_thing,
    overstaying,
    parked,
    reserved,
    secured,
)
from tests.fakes.keys import id_for
from tests.fakes.mall import DRIVER, NOON

from baylock.domain.booking.booking import Channel
from baylock.domain.errors import Unreachable
from baylock.domain.orders.cancellation import UNDO_WITHIN
from baylock.domain.orders.effects import Effect, LockEffect, NoticeEffect, WebhookEffect, effects
from baylock.domain.orders.notes import Notes
from baylock.domain.orders.notice import Notice
from baylock.domain.orders.order import Order
from baylock.domain.orders.record import Declined, Record, reserve
from baylock.domain.orders.state import Reason, State
from baylock.domain.webhooks.event import Event, event_id

NEAREST, NEXT = claim().thing, other_thing()
LATER = SERVICE + timedelta(minutes=7)


def locks(follows: tuple[Effect, ...]) -> list[str]:
    return [one.thing for one in follows if isinstance(one, LockEffect)]


def notices(follows: tuple[Effect, ...]) -> list[Notice]:
    return [one.notice for one in follows if isinstance(one, NoticeEffect)]


def by_text(order: Order) -> Order:
    return replace(order, booking=replace(order.booking, channel=Channel.TEXT))


def revised(order: Order, **changes: object) -> Order:
    booking = by(order, **changes)
    now = order.changed_at + timedelta(seconds=30)
    return order.revise(booking, claim(booking, attempt=1), TERMS, now)


declined = Declined(id_for(BOOKING), BOOKING, 1, NOON)
again = reserve(id_for(BOOKING), BOOKING, claim(attempt=1), TERMS, NOON, previous=cancelled())
at_once = reserve(id_for(BOOKING), BOOKING, claim(), TERMS, claim().window.start)
described = held().revise(by(held(), plate="A"), held().claim, TERMS, LATER)
longer = parked().extend(claim(by(parked(), duration=timedelta(hours=3))), "in-1", LATER)


def cancelling(reason: Reason) -> Order:
    """An order whose cancellation can still be undone."""
    request = "in-1" if reason is Reason.DRIVER else None
    return held().cancel_later(reason, LATER, request=request)


TABLE: dict[str, tuple[Record | None, Record | None, list[str], list[Notice]]] = {
    "nothing, then declined": (None, declined, [], []),
    "declined, described": (declined, declined.describe(BOOKING, LATER), [], []),
    "reserved": (None, reserved(), [], [Notice.DRIVER_RESERVED]),
    "reserved when it is time": (None, at_once, [NEAREST], [Notice.DRIVER_RESERVED]),
    "reserved after it was declined": (declined, reserved(), [], [Notice.DRIVER_RESERVED]),
    "reserved again": (cancelled(), again, [], [Notice.DRIVER_RESERVED]),
    "secured": (reserved(), secured(), [NEAREST], []),
    "held": (secured(), held(), [], []),
    "admitted": (held(), admitted(), [NEAREST], []),
    "asked again": (admitted(), admitted().ask_again(LATER), [NEAREST], []),
    "arrived": (admitted(), arrived(), [], []),
    "vehicle seen": (arrived(), parked(), [], []),
    "completed": (parked(), EVERY["completed"](), [NEAREST], []),
    "overstay": (parked(), overstaying(), [], [Notice.DRIVER_OVERSTAY, Notice.MALL_OVERSTAY]),
    "still overstaying": (overstaying(), overstaying().overstay(LATER), [], []),
    "extended": (parked(), longer, [NEAREST], []),
    "not reached, booked by API": (
        held(),
        held().reaches_driver(LATER, Unreachable.OPTED_OUT),
        [],
        [],
    ),
    "opted out, booked by text": (
        by_text(held()),
        by_text(held()).reaches_driver(LATER, Unreachable.OPTED_OUT),
        [],
        [Notice.MERCHANT_UNREACHABLE],
    ),
    "refused, booked by text": (
        by_text(held()),
        by_text(held()).reaches_driver(LATER, Unreachable.REFUSED),
        [],
        [Notice.MERCHANT_NOT_REACHED],
    ),
    "still not reached": (
        by_text(held()).reaches_driver(LATER, Unreachable.REFUSED),
        by_text(held()).reaches_driver(LATER, Unreachable.OPTED_OUT),
        [],
        [],
    ),
    "reached again": (
        by_text(held()).reaches_driver(LATER, Unreachable.REFUSED),
        by_text(held()).reaches_driver(LATER, None),
        [],
        [],
    ),
    "wrong code": (held(), held().wrong_code(LATER), [], []),
    "moved before it was secured": (
        reserved(),
        reserved().move(elsewhere(reserved()), Reason.LOCK_UNUSABLE, NOON),
        [],
        [Notice.DRIVER_MOVED],
    ),
    "moved when it should be secured": (
        reserved(),
        reserved().move(elsewhere(reserved()), Reason.LOCK_UNUSABLE, LATER),
        [NEXT],
        [Notice.DRIVER_MOVED],
    ),
    "moved from a silent lock": (
        secured(),
        secured().move(elsewhere(secured()), Reason.LOCK_SILENT, LATER),
        [NEAREST, NEXT],
        [Notice.DRIVER_MOVED],
    ),
    "moved from under a vehicle": (
        reserved(),
        reserved().move(elsewhere(reserved()), Reason.VEHICLE_PRESENT, LATER),
        [NEXT],
        [Notice.DRIVER_MOVED, Notice.MALL_VEHICLE],
    ),
    "moved at the driver's word": (
        held(),
        held().move(elsewhere(held()), Reason.SPACE_TAKEN, LATER, request="in-1"),
        [NEAREST, NEXT],
        [Notice.MALL_TAKEN],
    ),
    "asks for help": (
        held(),
        held().ask_for_help(Reason.SPACE_BLOCKED, LATER, "in-1"),
        [],
        [Notice.MALL_BLOCKED],
    ),
    "failed under a vehicle": (
        secured(),
        secured().fail(Reason.VEHICLE_PRESENT, LATER),
        [NEAREST],
        [Notice.DRIVER_FAILED, Notice.MALL_VEHICLE],
    ),
    "revised in its details": (held(), described, [], []),
    "revised in time": (
        reserved(),
        revised(reserved(), service_time=SERVICE + timedelta(hours=1)),
        [],
        [Notice.DRIVER_CHANGED],
    ),
    "revised to tomorrow while held": (
        held(),
        revised(held(), service_time=SERVICE + timedelta(days=1)),
        [NEAREST],
        [Notice.DRIVER_CHANGED],
    ),
    "revised to another space while held": (
        held(),
        held().revise(by(held()), elsewhere(held()), TERMS, held().changed_at),
        [NEAREST, NEXT],
        [Notice.DRIVER_CHANGED],
    ),
    "another driver": (
        held(),
        held().revise(by(held(), phone="+14255550177"), held().claim, TERMS, LATER),
        [],
        [Notice.DRIVER_RESERVED, Notice.DRIVER_REPLACED],
    ),
    "cancelled": (reserved(), cancelled(), [], [Notice.DRIVER_CANCELLED]),
    "cancelled while held": (
        held(),
        held().cancel(Reason.MERCHANT, LATER),
        [NEAREST],
        [Notice.DRIVER_CANCELLED],
    ),
    "given back by the driver": (held(), held().cancel(Reason.DRIVER, LATER), [NEAREST], []),
    "being cancelled by the merchant's text": (
        held(),
        held().cancel_later(Reason.MERCHANT, LATER),
        [],
        [Notice.DRIVER_CANCELLING],
    ),
    "kept after all by the merchant": (
        cancelling(Reason.MERCHANT),
        cancelling(Reason.MERCHANT).keep(LATER),
        [],
        [Notice.DRIVER_RESERVED],
    ),
    "cancelled, as the driver knows": (
        cancelling(Reason.MERCHANT),
        cancelling(Reason.MERCHANT).cancel(Reason.MERCHANT, LATER + UNDO_WITHIN),
        [NEAREST],
        [],
    ),
    "cancelled before the driver knows": (
        cancelling(Reason.MERCHANT),
        cancelling(Reason.MERCHANT).cancel(Reason.MERCHANT, LATER),
        [NEAREST],
        [Notice.DRIVER_CANCELLED],
    ),
    "given back by the driver's text": (
        by_text(held()),
        by_text(held()).cancel_later(Reason.DRIVER, LATER, request="in-1"),
        [],
        [Notice.MERCHANT_DROPPED],
    ),
    "given back by the driver's text, booked by API": (
        held(),
        held().cancel_later(Reason.DRIVER, LATER, request="in-1"),
        [],
        [],
    ),
    "kept after all by the driver": (
        by_text(cancelling(Reason.DRIVER)),
        by_text(cancelling(Reason.DRIVER)).keep(LATER, request="in-2"),
        [],
        [Notice.MERCHANT_KEPT],
    ),
    "kept by the merchant against the driver's text": (
        by_text(cancelling(Reason.DRIVER)),
        by_text(cancelling(Reason.DRIVER)).keep(LATER),
        [],
        [Notice.DRIVER_RESERVED],
    ),
    "the driver comes though it is being cancelled": (
        by_text(cancelling(Reason.MERCHANT)),
        by_text(cancelling(Reason.MERCHANT)).admit(LATER),
        [NEAREST],
        [Notice.MERCHANT_KEPT],
    ),
    "no show": (held(), missed(), [NEAREST], [Notice.DRIVER_NO_SHOW]),
    "failed": (reserved(), failed(), [], [Notice.DRIVER_FAILED]),
    "failed while asked": (
        secured(),
        secured().fail(Reason.LOCK_SILENT, LATER),
        [NEAREST],
        [Notice.DRIVER_FAILED],
    ),
    "no show, merchant by text": (
        by_text(held()),
        by_text(missed()),
        [NEAREST],
        [Notice.DRIVER_NO_SHOW, Notice.MERCHANT_NO_SHOW],
    ),
    "failed, merchant by text": (
        by_text(reserved()),
        by_text(failed()),
        [],
        [Notice.DRIVER_FAILED, Notice.MERCHANT_FAILED],
    ),
    "ended, described": (cancelled(), cancelled().describe(BOOKING, LATER), [], []),
    "deleted": (reserved(), None, [], []),
}


@pytest.mark.parametrize("change", TABLE)
def test_effects_of_each_change(change: str) -> None:
    old, new, things, expected = TABLE[change]
    follows = effects(old, new)
    assert locks(follows) == things
    assert notices(follows) == expected
    if new is not None:
        assert {(one.order, one.version) for one in follows} <= {(new.id, new.version)}
        assert len(set(follows)) == len(follows), "an effect is identified by what it is"


@pytest.mark.parametrize("change", TABLE)
def test_fault_11_replay_has_the_same_effects(change: str) -> None:
    old, new, *_ = TABLE[change]
    assert effects(old, new) == effects(old, new)


@pytest.mark.parametrize("state", EVERY)
def test_nothing_follows_where_nothing_changed(state: str) -> None:
    make: Callable[[], Order] = EVERY[state]
    assert effects(make(), make()) == ()


def test_effects_carry_no_personal_data() -> None:
    for old, new, *_ in TABLE.values():
        assert DRIVER not in repr(effects(old, new))


# ── what the merchant's endpoint hears ───────────────────────────────────────────────────────────

HEARD: dict[str, list[Event]] = {
    "reserved": [Event.RESERVED],
    "reserved when it is time": [Event.RESERVED],
    "reserved after it was declined": [Event.RESERVED],
    "reserved again": [Event.RESERVED],
    "held": [Event.HELD],
    "arrived": [Event.ARRIVED],
    "completed": [Event.COMPLETED],
    "moved before it was secured": [Event.MOVED],
    "moved when it should be secured": [Event.MOVED],
    "moved from a silent lock": [Event.MOVED],
    "revised to tomorrow while held": [Event.RESERVED],
    "revised to another space while held": [Event.MOVED],
    "cancelled": [Event.CANCELLED],
    "cancelled while held": [Event.CANCELLED],
    "given back by the driver": [Event.CANCELLED],
    "cancelled, as the driver knows": [Event.CANCELLED],
    "cancelled before the driver knows": [Event.CANCELLED],
    "no show": [Event.NO_SHOW],
    "failed": [Event.FAILED],
    "failed while asked": [Event.FAILED],
    "no show, merchant by text": [Event.NO_SHOW],
    "failed, merchant by text": [Event.FAILED],
    "failed under a vehicle": [Event.FAILED],
    "moved from under a vehicle": [Event.MOVED],
    "moved at the driver's word": [Event.MOVED],
    "not reached, booked by API": [Event.UNREACHABLE],
    "opted out, booked by text": [Event.UNREACHABLE],
    "refused, booked by text": [Event.UNREACHABLE],
}
"""Of the changes above; of the others nothing is heard."""


def events(follows: tuple[Effect, ...]) -> list[Event]:
    return [one.event for one in follows if isinstance(one, WebhookEffect)]


@pytest.mark.parametrize("change", TABLE)
def test_events_of_each_change(change: str) -> None:
    old, new, *_ = TABLE[change]
    assert events(effects(old, new)) == HEARD.get(change, [])


@pytest.mark.parametrize("change", TABLE)
def test_one_event_for_each_change_of_state_or_space(change: str) -> None:
    old, new, *_ = TABLE[change]
    if isinstance(old, Order) and isinstance(new, Order) and old.is_live:
        before, after = (old.state, old.claim.space), (new.state, new.claim.space)
        of_order = [one for one in events(effects(old, new)) if one is not Event.UNREACHABLE]
        assert len(of_order) == (before != after)


def test_every_state_is_heard_of() -> None:
    heard = {event for many in HEARD.values() for event in many}
    of_orders = {f"order.{state}" for state in State} | {"order.moved"}
    assert heard == of_orders | {"driver.unreachable"} == {*Event} - {Event.TEST}


def test_every_notice_follows_from_some_change() -> None:
    assert {notice for *_, notices in TABLE.values() for notice in notices} == {*Notice}


def test_unreachable_driver_is_an_event_once() -> None:
    order = held()
    lost = order.reaches_driver(LATER, Unreachable.OPTED_OUT)
    assert effects(order, lost) == (
        WebhookEffect(order.id, lost.version, Event.UNREACHABLE, order.booking.merchant),
    )
    assert effects(lost, lost.reaches_driver(LATER, Unreachable.REFUSED)) == ()
    assert effects(lost, lost.reaches_driver(LATER)) == ()


def test_change_of_state_and_lost_driver_are_two_events() -> None:
    lost = replace(held(), notes=Notes(unreachable=Unreachable.REFUSED))
    assert events(effects(secured(), lost)) == [Event.HELD, Event.UNREACHABLE]
    ids = {event_id(lost.id, lost.version, event) for event in events(effects(secured(), lost))}
    assert len(ids) == 2


def test_id_of_an_event_has_no_dot() -> None:
    """The content that is signed is divided by dots."""
    assert "." not in event_id(held().id, 3, Event.HELD)
    assert event_id(held().id, 3, Event.HELD) == f"evt_{held().id[4:]}_3_order-held"
