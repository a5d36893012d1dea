"""Orders and what happens to them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from baylock.bootstrap import allocation, aws, queues, rings, stores

if TYPE_CHECKING:
    from baylock.ports.orders import OrderStream
    from baylock.usecases.orders.cancel_booking import CancelBooking
    from baylock.usecases.orders.catch_up import CatchUp
    from baylock.usecases.orders.due_work import DueWork
    from baylock.usecases.orders.find_booking import FindBooking
    from baylock.usecases.orders.forget_driver import ForgetDriver
    from baylock.usecases.orders.move_order import MoveOrder
    from baylock.usecases.orders.place_booking import PlaceBooking
    from baylock.usecases.orders.publish_change import PublishChange
    from baylock.usecases.orders.watch_order import WatchOrder


@cache
def find_booking() -> FindBooking:
    from baylock.usecases.orders.find_booking import FindBooking

    return FindBooking(stores.orders(), rings.order_id_ring, aws.now)


@cache
def place_booking() -> PlaceBooking:
    from baylock.usecases.orders.place_booking import PlaceBooking

    return PlaceBooking(allocation.find_space(), find_booking(), stores.orders(), aws.now)


@cache
def cancel_booking() -> CancelBooking:
    from baylock.usecases.orders.cancel_booking import CancelBooking

    return CancelBooking(find_booking(), stores.orders(), aws.now)


@cache
def move_order() -> MoveOrder:
    from baylock.usecases.orders.move_order import MoveOrder

    return MoveOrder(allocation.find_space(), stores.orders(), aws.now)


@cache
def watch_order() -> WatchOrder:
    from baylock.usecases.orders.watch_order import WatchOrder

    return WatchOrder(stores.orders(), stores.locks(), move_order(), aws.now)


@cache
def forget_driver() -> ForgetDriver:
    from baylock.usecases.orders.forget_driver import ForgetDriver

    return ForgetDriver(stores.orders(), stores.venues(), aws.now)


@cache
def catch_up() -> CatchUp:
    from baylock.usecases.orders.catch_up import CatchUp

    return CatchUp(stores.orders(), stores.message_log(), stores.upgrades(), forget_driver())


def order_stream() -> OrderStream:
    """The reader of the orders stream."""
    from baylock.adapters.dynamodb.stream import DynamoDBOrderStream

    return DynamoDBOrderStream()


@cache
def publish_change() -> PublishChange:
    from baylock.bootstrap import webhooks
    from baylock.usecases.orders.publish_change import PublishChange

    return PublishChange(queues.effect_queues(), webhooks.announce_events)


def due_work() -> DueWork:
    from baylock.bootstrap import locks, webhooks
    from baylock.usecases.orders.due_work import DueWork

    return DueWork(
        stores.orders(),
        locks.register_locks,
        watch_order,
        allocation.sweep_spaces,
        webhooks.requeue_deliveries,
        forget_driver,
        catch_up,
        aws.now,
    )
