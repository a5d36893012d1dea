"""Orders and what happens to them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from baylock.bootstrap import allocation, aws, stores

if TYPE_CHECKING:
    from baylock.usecases.orders.cancel_booking import CancelBooking
    from baylock.usecases.orders.move_order import MoveOrder
    from baylock.usecases.orders.place_booking import PlaceBooking
    from baylock.usecases.orders.watch_order import WatchOrder


@cache
def place_booking() -> PlaceBooking:
    from baylock.usecases.orders.place_booking import PlaceBooking

    return PlaceBooking(allocation.find_space(), stores.orders(), aws.now)


@cache
def cancel_booking() -> CancelBooking:
    from baylock.usecases.orders.cancel_booking import CancelBooking

    return CancelBooking(stores.orders(), aws.now)


@cache
def move_order() -> MoveOrder:
    from baylock.usecases.orders.move_order import MoveOrder

    return MoveOrder(allocation.find_space(), stores.orders(), aws.now)


@cache
def watch_order() -> WatchOrder:
    from baylock.usecases.orders.watch_order import WatchOrder

    return WatchOrder(stores.orders(), stores.locks(), move_order(), aws.now)
