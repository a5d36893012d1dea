"""What a driver's text asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, assert_never

from baylock.domain.booking.booking import OrderId
from baylock.domain.driver.code import arrival_code
from baylock.domain.errors import CodeLocked, NotThatLong, TooEarly, TooLate
from baylock.domain.orders.order import MAX_WRONG_CODES, Order
from baylock.domain.orders.state import Reason, State
from baylock.domain.texting.inbound_text import InboundText
from baylock.domain.texting.reply import Reply
from baylock.ports.clock import Clock
from baylock.ports.orders import Orders
from baylock.ports.texting import MessageLog
from baylock.ports.venue import Venues
from baylock.texts.reading.commands import (
    Blocked,
    Done,
    Drop,
    Help,
    Here,
    More,
    OptIn,
    OptOut,
    Taken,
    Unreadable,
    Where,
)
from baylock.texts.reading.grammar import read_driver_text
from baylock.texts.writing.messages import Kind, language_of, when
from baylock.usecases.change import change_order
from baylock.usecases.driver.admit_driver import AdmitDriver
from baylock.usecases.driver.extend_stay import ExtendStay
from baylock.usecases.driver.leave_space import LeaveSpace
from baylock.usecases.driver.reach_driver import MAX_ORDERS_READ, ReachDriver
from baylock.usecases.orders.cancel_booking import CancelBooking

if TYPE_CHECKING:
    from baylock.usecases.driver.ask_for_help import AskForHelp

MORE_BY_DEFAULT = timedelta(minutes=30)

_Answer = tuple[Kind, Order | None, Mapping[str, str]]


@dataclass(frozen=True)
class AnswerDriver:
    """Let a driver in or out, keep the space for longer, or give it back. Raises Busy.

    What looks for another space is built when a driver needs one.
    """

    venues: Venues
    orders: Orders
    message_log: MessageLog
    cancel_booking: CancelBooking
    admit_driver: AdmitDriver
    extend_stay: ExtendStay
    leave_space: LeaveSpace
    reach_driver: ReachDriver
    ask_for_help: Callable[[], AskForHelp]
    code_key: Callable[[], bytes]
    clock: Clock

    def __call__(self, text: InboundText, told: Sequence[OrderId]) -> Reply | None:
        """None where this number was told of no order, and so is nobody's driver."""
        said = read_driver_text(text.body)
        if not told and not (isinstance(said, OptIn) and self.message_log.opted_out(text.sender)):
            return None
        if isinstance(said, OptOut | OptIn):
            return self._wants_texts(text, told, wanted=isinstance(said, OptIn))
        live = self._live(told, text)
        locale = live[0].booking.locale if live else None
        language = said.language or language_of(locale, text.sender)
        if isinstance(said, Help | Unreadable):
            kind = Kind.DRIVER_HELP if isinstance(said, Help) else Kind.DRIVER_UNREADABLE
            return Reply(text.sender, kind, language)
        if not live:
            return Reply(text.sender, Kind.DRIVER_NOTHING, language)
        try:
            kind, order, facts = self._do(said, live, text.id)
        except NotThatLong as limit:
            zone = self.venues.mall(live[0].booking.merchant.mall).zone
            longest = when(limit.longest, zone, language, self.clock())
            kind, order, facts = Kind.DRIVER_NOT_EXTENDED, live[0], {"longest": longest}
        except TooLate:
            kind, order, facts = _where(live[0])
        return Reply(text.sender, kind, language, order.id if order else None, facts)

    def _wants_texts(self, text: InboundText, told: Sequence[OrderId], *, wanted: bool) -> Reply:
        """Who comes back is told again what was not heard meanwhile."""
        self.reach_driver.wants_texts(text.sender, wanted, told)
        live = self._live(told, text) if wanted else []
        if not live:
            return Reply(text.sender, None)
        language = language_of(live[0].booking.locale, text.sender)
        kind, order, _ = _where(live[0])
        return Reply(text.sender, kind, language, order.id if order else None)

    def _live(self, told: Sequence[OrderId], text: InboundText) -> list[Order]:
        """The live orders of a driver, the one whose turn it is first.

        Before them, live or not, one that this very text has changed before: the same answer again.
        """
        found = (self.orders.find(order) for order in told[:MAX_ORDERS_READ])
        live = [
            order
            for order in found
            if isinstance(order, Order)
            and (order.is_live or order.notes.last_request == text.id)
            and order.booking.phone == text.sender
        ]

        def turn(order: Order) -> tuple[bool, bool, datetime]:
            again = order.notes.last_request == text.id
            return not again, order.state is not State.ARRIVED, order.claim.window.start

        return sorted(live, key=turn)

    def _do(
        self,
        said: Here | More | Where | Drop | Done | Taken | Blocked,
        live: list[Order],
        request: str,
    ) -> _Answer:
        order = live[0]
        match said:
            case Here():
                return self._here(said, live, request)
            case More():
                extra = said.extra or MORE_BY_DEFAULT
                return Kind.DRIVER_EXTENDED, self.extend_stay(order.id, extra, request), {}
            case Where():
                return _where(order)
            case Drop():
                return Kind.DRIVER_DROPPED, self.cancel_booking.give_up(order.id, request), {}
            case Done():
                return Kind.DRIVER_DONE, self.leave_space(order.id, request), {}
            case Taken():
                return self._cannot_park(Reason.SPACE_TAKEN, live, request)
            case Blocked():
                return self._cannot_park(Reason.SPACE_BLOCKED, live, request)
            case _:
                assert_never(said)

    def _cannot_park(self, reason: Reason, live: list[Order], request: str) -> _Answer:
        near = (
            one for one in live if one.is_near(self.clock()) or one.notes.last_request == request
        )
        before = next(near, None)
        if before is None:
            return _where(live[0])
        order = self.ask_for_help()(before.id, reason, before.claim.place, request)
        if order.is_live and not order.open_problem:
            return Kind.DRIVER_MOVED, order, {}
        sought = order.may_move_when_asked
        return Kind.DRIVER_NO_OTHER if sought else Kind.DRIVER_STAFF_TOLD, order, {}

    def _here(self, said: Here, live: list[Order], request: str) -> _Answer:
        if said.code is None:
            return Kind.DRIVER_WHICH_CODE, None, {}
        key = self.code_key()
        order = next((one for one in live if arrival_code(one.id, key) == said.code), None)
        try:
            if order is None:
                tried = change_order(
                    self.orders, live[0].id, lambda one: one.wrong_code(self.clock(), request)
                )
                left = MAX_WRONG_CODES - tried.notes.wrong_codes
                if left > 0:
                    return Kind.DRIVER_WRONG_CODE, None, {"tries_left": str(left)}
                raise CodeLocked
            if order.notes.wrong_codes >= MAX_WRONG_CODES:
                raise CodeLocked
            return Kind.DRIVER_WELCOME, self.admit_driver(order.id), {}
        except CodeLocked:
            return Kind.DRIVER_CODE_LOCKED, order or live[0], {}
        except TooEarly:
            return Kind.DRIVER_NOT_YET, order, {}


def _where(order: Order) -> _Answer:
    """Who is in needs no code any more."""
    kind = Kind.DRIVER_IN if order.state is State.ARRIVED else Kind.DRIVER_WHERE
    return kind, order, {}
