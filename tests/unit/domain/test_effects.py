"""What follows from each change of an order."""

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
from tests.fakes.mall import DRIVER, NOON

from baylock.domain.booking import Channel
from baylock.domain.effects import AdjustLock, Effect, Notice, SendNotice, effects
from baylock.domain.order import Declined, Order, Record, Unreachable, Why, reserve

NEAREST, NEXT = claim().thing, other_thing()
LATER = SERVICE + timedelta(minutes=7)


def locks(follows: tuple[Effect, ...]) -> list[str]:
    return [one.thing for one in follows if isinstance(one, AdjustLock)]


def notices(follows: tuple[Effect, ...]) -> list[Notice]:
    return [one.notice for one in follows if isinstance(one, SendNotice)]


def by_text(order: Order) -> Order:
    return replace(order, booking=replace(order.booking, channel=Channel.TEXT))


def revised(order: Order, **changes: object) -> Order:
    booking = by(order, **changes)
    now = order.changed_at + timedelta(seconds=30)
    return order.revise(booking, claim(booking, attempt=1), TERMS, now)


declined = Declined(BOOKING, 1, NOON)
again = reserve(BOOKING, claim(attempt=1), TERMS, NOON, previous=cancelled())
at_once = reserve(BOOKING, claim(), TERMS, claim().window.start)
described = held().revise(by(held(), plate="A"), held().claim, TERMS, LATER)
longer = parked().extend(claim(by(parked(), duration=timedelta(hours=3))), "in-1", LATER)

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
        reserved().move(elsewhere(reserved()), Why.LOCK_UNUSABLE, NOON),
        [],
        [Notice.DRIVER_MOVED],
    ),
    "moved when it should be secured": (
        reserved(),
        reserved().move(elsewhere(reserved()), Why.LOCK_UNUSABLE, LATER),
        [NEXT],
        [Notice.DRIVER_MOVED],
    ),
    "moved from a silent lock": (
        secured(),
        secured().move(elsewhere(secured()), Why.LOCK_SILENT, LATER),
        [NEAREST, NEXT],
        [Notice.DRIVER_MOVED],
    ),
    "moved from under a vehicle": (
        reserved(),
        reserved().move(elsewhere(reserved()), Why.VEHICLE_PRESENT, LATER),
        [NEXT],
        [Notice.DRIVER_MOVED, Notice.MALL_VEHICLE],
    ),
    "moved at the driver's word": (
        held(),
        held().move(elsewhere(held()), Why.SPACE_TAKEN, LATER, request="in-1"),
        [NEAREST, NEXT],
        [Notice.MALL_TAKEN],
    ),
    "asks for help": (
        held(),
        held().ask_for_help(Why.SPACE_BLOCKED, LATER, "in-1"),
        [],
        [Notice.MALL_BLOCKED],
    ),
    "failed under a vehicle": (
        secured(),
        secured().fail(Why.VEHICLE_PRESENT, LATER),
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
        held().cancel(Why.MERCHANT, LATER),
        [NEAREST],
        [Notice.DRIVER_CANCELLED],
    ),
    "given back by the driver": (held(), held().cancel(Why.DRIVER, LATER), [NEAREST], []),
    "no show": (held(), missed(), [NEAREST], [Notice.DRIVER_NO_SHOW]),
    "failed": (reserved(), failed(), [], [Notice.DRIVER_FAILED]),
    "failed while asked": (
        secured(),
        secured().fail(Why.LOCK_SILENT, LATER),
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
def test_what_follows(change: str) -> None:
    old, new, things, told = TABLE[change]
    follows = effects(old, new)
    assert locks(follows) == things
    assert notices(follows) == told
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
