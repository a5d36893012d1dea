"""The work of each minute: everything whose time has come."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from baylock.domain.allocation.pending import PendingZone
from baylock.domain.booking.booking import OrderId
from baylock.domain.venue.keys import lot_key
from baylock.domain.venue.mall import MallRef
from baylock.domain.webhooks.webhook import Delivery
from baylock.ports.clock import Clock
from baylock.ports.orders import Orders
from baylock.usecases.allocation.sweep_spaces import SweepSpaces
from baylock.usecases.locks.register_locks import RegisterLocks
from baylock.usecases.orders.catch_up import CatchUp, Left
from baylock.usecases.orders.forget_driver import ForgetDriver
from baylock.usecases.orders.watch_order import WatchOrder
from baylock.usecases.webhooks.requeue_deliveries import RequeueDeliveries


@dataclass(frozen=True, slots=True)
class Done:
    """The count of what was done, and facts for the log; no facts where nothing is to be logged."""

    count: int
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Work:
    """A kind of work: `due` lists the items, most overdue first, and `do` handles one of them."""

    name: str
    due: Callable[[], Iterable[Any]]
    do: Callable[[Any], Done]


@dataclass(frozen=True)
class DueWork:
    """The kinds of work that may be due, most urgent first.

    Orders come before the spaces that failed bookings left behind, and these before the events that
    merchants have not received. Then come the locks that an earlier version of Baylock did not
    register, of which there are some once, after an upgrade, the drivers that are to be forgotten,
    and last what else an upgrade leaves to be done. Items are independent: one that fails
    need not stop the others, and several may be handled at once.
    """

    orders: Orders
    register_locks: Callable[[], RegisterLocks]
    watch_order: Callable[[], WatchOrder]
    sweep_spaces: Callable[[], SweepSpaces]
    requeue_deliveries: Callable[[], RequeueDeliveries]
    forget_driver: Callable[[], ForgetDriver]
    catch_up: Callable[[], CatchUp]
    clock: Clock

    def __call__(self) -> tuple[Work, ...]:
        return (
            Work("watched", lambda: self.orders.due(self.clock()), self._watch),
            Work("swept", lambda: self.sweep_spaces().due(), self._sweep),
            Work("requeued", lambda: self.requeue_deliveries().due(), self._requeue),
            Work("registered", lambda: self.register_locks().due(), self._register),
            Work("forgotten", lambda: self.forget_driver().due(), self._forget),
            Work("caught_up", lambda: self.catch_up().due(), self._catch_up),
        )

    def _register(self, mall: MallRef) -> Done:
        unheard = self.register_locks().catch_up(mall)
        return Done(1, {"mall": mall, "never_heard_from": unheard})

    def _forget(self, order: OrderId) -> Done:
        done = self.forget_driver()(order)
        return Done(int(done), {"order": order} if done else {})

    def _catch_up(self, left: Left) -> Done:
        self.catch_up()(left)
        return Done(1)

    def _watch(self, order: OrderId) -> Done:
        state = self.watch_order()(order).state
        return Done(1, {"order": order, "state": state.value})

    def _sweep(self, zone: PendingZone) -> Done:
        removed = self.sweep_spaces().sweep(zone)
        where = f"{lot_key(zone.mall, zone.key.lot)}/{zone.key.zone}"
        return Done(removed, {"zone": where, "removed": removed} if removed else {})

    def _requeue(self, delivery: Delivery) -> Done:
        return Done(self.requeue_deliveries().requeue(delivery))
