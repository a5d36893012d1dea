"""Orders in each of their states, for tests of what follows from them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from tests.fakes.keys import id_for
from tests.fakes.mall import DRIVER, NOODLES, NOON, merchants, small_mall

from baylock.domain.allocation.claim import Claim
from baylock.domain.allocation.occupancy import Occupancy
from baylock.domain.allocation.search import Search
from baylock.domain.booking.booking import Booking, OrderId, Reference
from baylock.domain.locks.lock import BarrierReport, LockReport
from baylock.domain.orders.order import Order
from baylock.domain.orders.record import reserve
from baylock.domain.orders.state import Reason
from baylock.domain.venue.mall import LotSettings, ThingName

MALL = small_mall()
TERMS = LotSettings()
SERVICE = NOON + timedelta(hours=2)
BOOKING = Booking(NOODLES, Reference("TBL-1"), SERVICE, phone=DRIVER)


def claim(booking: Booking = BOOKING, *, avoid: str = "", attempt: int = 0) -> Claim:
    avoided = frozenset({f"P1/{avoid}"} if avoid else ())
    search = Search.of(MALL, merchants()[0], booking, NOON, avoid=avoided)
    found = search.nearest(Occupancy(), attempt=attempt, lost=0, random=Random(1))
    assert found is not None
    return found


def reserved() -> Order:
    return reserve(id_for(BOOKING), BOOKING, claim(), TERMS, NOON)


def secured() -> Order:
    return reserved().secure(reserved().schedule.secure_at)


def held() -> Order:
    return said(secured(), BarrierReport.RAISED)


def admitted() -> Order:
    return held().admit(claim().window.start)


def arrived() -> Order:
    return said(admitted(), BarrierReport.LOWERED)


def parked() -> Order:
    return said(arrived(), BarrierReport.LOWERED, vehicle=True)


def overstaying() -> Order:
    return parked().overstay(claim().window.end)


def completed() -> Order:
    return parked().complete(claim().window.end)


def cancelled() -> Order:
    return reserved().cancel(Reason.MERCHANT, NOON)


def missed() -> Order:
    return held().mark_no_show(held().schedule.no_show_at)


def failed() -> Order:
    return reserved().fail(Reason.LOCK_UNUSABLE, reserved().schedule.secure_at)


LIVE = {
    "reserved": reserved,
    "secured": secured,
    "held": held,
    "admitted": admitted,
    "arrived": arrived,
    "parked": parked,
    "overstaying": overstaying,
}
ENDED = {
    "completed": completed,
    "cancelled": cancelled,
    "no_show": missed,
    "failed": failed,
}
EVERY = LIVE | ENDED


def report(
    order: Order,
    barrier: BarrierReport,
    *,
    vehicle: bool = False,
    about: OrderId | None = None,
) -> LockReport:
    return LockReport(
        thing=order.claim.thing,
        version=1,
        barrier=barrier,
        order=about or order.id,
        vehicle=vehicle,
        battery=80,
        fault=None,
        seen_version=1,
        at=NOON,
    )


def said(
    order: Order, barrier: BarrierReport, *, vehicle: bool = False, now: datetime | None = None
) -> Order:
    heard = report(order, barrier, vehicle=vehicle)
    return order.apply_report(heard, now or order.changed_at + timedelta(seconds=5))


def elsewhere(order: Order) -> Claim:
    return claim(avoid=order.claim.space.space, attempt=order.attempt + 1)


def other_thing() -> ThingName:
    return claim(avoid="B2-017").thing


def by(order: Order, **changes: object) -> Booking:
    return replace(order.booking, **changes)  # type: ignore[arg-type]
