"""Do once, after an upgrade, what is done to new data at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from baylock.domain.booking.booking import OrderId
from baylock.domain.texting.phone_hash import PHONES
from baylock.ports.orders import Orders, Upgrades
from baylock.ports.texting import MessageLog
from baylock.usecases.orders.forget_driver import ForgetDriver

ENDED = "ended"

Find = Callable[[], Iterable[str]]


class Left(NamedTuple):
    """Something that a step has to do: an order's id, or a key with a phone number."""

    step: str
    key: str


@dataclass(frozen=True)
class CatchUp:
    """Have ended orders forgotten in time, and hash the phone numbers in keys.

    A step is done once nothing is found for it any more; until then it begins anew each time.
    Raises Busy.
    """

    orders: Orders
    message_log: MessageLog
    upgrades: Upgrades
    forget_driver: ForgetDriver

    def due(self) -> Iterator[Left]:
        """What is left, as it is found."""
        yield from self._left(ENDED, self.orders.never_to_forget)
        yield from self._left(PHONES, self.message_log.plain_keys)

    def _left(self, step: str, find: Find) -> Iterator[Left]:
        if self.upgrades.is_done(step):
            return
        is_complete = True
        for key in find():
            is_complete = False
            yield Left(step, key)
        if is_complete:
            self.upgrades.note_done(step)

    def __call__(self, left: Left) -> None:
        """Do it; repeating it is safe."""
        if left.step == ENDED:
            self.forget_driver(OrderId(left.key), write_anew=True)
        else:
            self.message_log.hash_key(left.key)
