"""Answer a driver's text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, assert_never

from baylock.domain.access.key_ring import KeyRing
from baylock.domain.booking.booking import OrderId
from baylock.domain.driver.code import arrival_code
from baylock.domain.errors import CodeLocked, NotSeen, NotThatLong, TooEarly, TooLate
from baylock.domain.orders.order import MAX_WRONG_CODES, Order
from baylock.domain.orders.state import Reason, State
from baylock.domain.texting.inbound_text import InboundText
from baylock.domain.texting.reply import Reply
from baylock.domain.venue.mall import MerchantId
from baylock.ports.clock import Clock
from baylock.ports.orders import Orders
from baylock.ports.texting import MessageLog
from baylock.ports.venue import Venues
from baylock.texts.languages.language import language
from baylock.texts.languages.words import Verb
from baylock.texts.reading.commands import (
    Blocked,
    Done,
    Drop,
    Help,
    Here,
    Keep,
    More,
    OptIn,
    OptOut,
    Taken,
    Unreadable,
    Where,
)
from baylock.texts.reading.driver_text import read_driver_text
from baylock.texts.writing.kinds import TextKind
from baylock.texts.writing.messages import language_of, when
from baylock.usecases.change import change_order
from baylock.usecases.driver.admit_driver import AdmitDriver
from baylock.usecases.driver.extend_stay import ExtendStay
from baylock.usecases.driver.leave_space import LeaveSpace
from baylock.usecases.driver.reach_driver import MAX_ORDERS_READ, ReachDriver
from baylock.usecases.orders.cancel_booking import CancelBooking

if TYPE_CHECKING:
    from baylock.usecases.driver.ask_for_help import AskForHelp
    from baylock.usecases.driver.confirm_problem import ConfirmProblem

MORE_BY_DEFAULT = timedelta(minutes=30)

_EXAMPLES: Mapping[type, Sequence[Verb]] = {
    Drop: (Verb.DROP,),
    Done: (Verb.DONE,),
    Taken: (Verb.HELP, Verb.TAKEN),
    Blocked: (Verb.HELP, Verb.BLOCKED),
}


class _Draft(NamedTuple):
    """A reply that lacks its reader and its language."""

    kind: TextKind
    order: Order | None = None
    facts: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class AnswerDriver:
    """Let a driver in or out, keep the space for longer, or give it back. Raises Busy.

    `ask_for_help`, which looks for another space, and `confirm_problem`, which looks at the lock,
    are built on first use.
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
    confirm_problem: Callable[[], ConfirmProblem]
    code_ring: Callable[[], KeyRing]
    clock: Clock

    def __call__(self, text: InboundText, orders: Sequence[OrderId]) -> Reply | None:
        """The reply; None for a number that no driver has: it has had texts about no order.

        A reply without a kind is not sent.

        `orders` are the orders that the number has had texts about, newest first.
        """
        command = read_driver_text(text.body)
        opts_in = isinstance(command, OptIn)
        if not orders and not (opts_in and self.message_log.opted_out(text.sender)):
            return None
        if isinstance(command, OptOut | OptIn):
            return self._wants_texts(text, orders, wanted=opts_in)
        found = self._found(orders)
        live = _live(found, text)
        # A reply about no order is on account of the merchant of the newest.
        merchant = (live or found)[0].booking.merchant if found else None
        locale = live[0].booking.locale if live else None
        spoken = command.language or language_of(locale, text.sender)
        if isinstance(command, Help | Unreadable):
            asks = isinstance(command, Help)
            kind = TextKind.DRIVER_HELP if asks else TextKind.DRIVER_UNREADABLE
            return Reply(text.sender, kind, spoken, merchant=merchant)
        if not live:
            return Reply(text.sender, TextKind.DRIVER_NOTHING, spoken, merchant=merchant)
        try:
            draft = self._answer(command, live, text.id)
        except NotThatLong as limit:
            zone = self.venues.mall(live[0].booking.merchant.mall).zone
            longest = when(limit.longest, zone, spoken, self.clock())
            draft = _Draft(TextKind.DRIVER_NOT_EXTENDED, live[0], {"longest": longest})
        except TooLate:
            draft = _where(live[0])
        except NotSeen:
            draft = _needs_code(command, spoken)
        except CodeLocked:
            # They were told once, and what to do then.
            draft = None
        reply = _reply(text, spoken, draft) if draft else Reply(text.sender, None)
        return replace(reply, merchant=merchant)

    def payer(self, orders: Sequence[OrderId]) -> MerchantId | None:
        """The merchant on whose account a reply is that is about none of the number's orders."""
        found = self._found(orders[:1])
        return found[0].booking.merchant if found else None

    def _wants_texts(self, text: InboundText, orders: Sequence[OrderId], *, wanted: bool) -> Reply:
        """A driver who wants texts again is told where the space is."""
        self.reach_driver.wants_texts(text.sender, wanted, orders)
        live = _live(self._found(orders), text) if wanted else []
        if not live:
            return Reply(text.sender, None)
        spoken = language_of(live[0].booking.locale, text.sender)
        return _reply(text, spoken, _where(live[0]))

    def _found(self, orders: Sequence[OrderId]) -> list[Order]:
        found = (self.orders.find(order) for order in orders[:MAX_ORDERS_READ])
        return [order for order in found if isinstance(order, Order)]

    def _answer(
        self,
        command: Here | More | Where | Drop | Keep | Done | Taken | Blocked,
        live: list[Order],
        request: str,
    ) -> _Draft:
        order = live[0]
        match command:
            case Here():
                return self._here(command, live, request)
            case More() if self._may_be_code(command, live):
                return _Draft(TextKind.DRIVER_CODE_OR_MORE)
            case More():
                extra = command.extra or MORE_BY_DEFAULT
                extended = self.extend_stay(order.id, extra, request)
                if extended.cancelling:
                    return _where(extended)
                return _Draft(TextKind.DRIVER_EXTENDED, extended)
            case Where():
                return _where(order)
            case Keep():
                kept = min(live, key=_keeps_first)
                return _where(self.cancel_booking.keep_for_driver(kept.id, request))
            case Drop() | Done() | Taken() | Blocked():
                return self._ending(command, live, request)
            case _:
                assert_never(command)

    def _ending(
        self, command: Drop | Done | Taken | Blocked, live: list[Order], request: str
    ) -> _Draft:
        """What may take the space away: numbers can be forged, so it needs more than a number.

        The code shows that it is the driver. Without it, it is done as far as the lock confirms it,
        or so that the driver can undo it. Raises NotSeen where the code is needed.
        """
        # Any booking may be given back; the others are about the space that the driver is at.
        at_hand = self._at_hand(live, request)
        meant = live if isinstance(command, Drop) else at_hand
        proven = self._with_code(command.code, meant, at_hand, request) if command.code else None
        if isinstance(proven, _Draft):
            return proven
        order = proven or live[0]
        match command:
            case Drop():
                later = proven is None
                dropped = self.cancel_booking.give_up(
                    order.id, request, later=later, by_code=proven
                )
                if dropped.is_live:
                    return _where(dropped)
                return _Draft(TextKind.DRIVER_DROPPED, dropped)
            case Done() if proven:
                return _Draft(TextKind.DRIVER_DONE, self.leave_space(order.id, request, proven))
            case Done():
                left = self.leave_space.once_gone(order.id, request)
                kind = TextKind.DRIVER_LEAVING if left.is_live else TextKind.DRIVER_DONE
                return _Draft(kind, left)
            case Taken():
                return self._cannot_park(Reason.SPACE_TAKEN, proven, live, request)
            case Blocked():
                return self._cannot_park(Reason.SPACE_BLOCKED, proven, live, request)
            case _:
                assert_never(command)

    def _with_code(
        self, code: str, meant: list[Order], at_hand: list[Order], request: str
    ) -> Order | _Draft:
        """The order of those `meant` that the code belongs to; the reply where it belongs to none.

        A wrong one counts on the orders `at_hand`, so that it locks none of another day. Raises
        CodeLocked where the code is locked, or no guess is left, and the driver was told.
        """
        ring = self.code_ring()
        order = next((order for order in meant if arrival_code(order, ring) == code), None)
        if order is None:
            return self._wrong_code(at_hand, request)
        if order.is_code_locked or all(one.is_code_locked for one in at_hand):
            raise CodeLocked
        return order

    def _may_be_code(self, command: More, live: list[Order]) -> bool:
        """Whether the number of `MORE 0045` is one of a code, and no number of minutes."""
        if command.digits is None:
            return False
        ring = self.code_ring()
        return command.digits.startswith("0") or any(
            arrival_code(order, ring) == command.digits for order in live
        )

    def _cannot_park(
        self, reason: Reason, proven: Order | None, live: list[Order], request: str
    ) -> _Draft:
        near = (
            order
            for order in ([proven] if proven else live)
            if order.is_near(self.clock()) or order.notes.last_request == request
        )
        before = next(near, None)
        if before is None:
            return _where(proven or live[0])
        is_repeat = before.notes.last_request == request
        if not (proven or is_repeat or self.confirm_problem()(before, reason)):
            raise NotSeen
        order = self.ask_for_help()(before.id, reason, before.claim.place, request, proven)
        if order.is_live and not order.open_problem:
            return _Draft(TextKind.DRIVER_MOVED, order)
        if order.may_move_when_asked:
            return _Draft(TextKind.DRIVER_NO_OTHER, order)
        return _Draft(TextKind.DRIVER_STAFF_TOLD, order)

    def _here(self, command: Here, live: list[Order], request: str) -> _Draft:
        if command.code is None:
            return _Draft(TextKind.DRIVER_WHICH_CODE)
        at_hand = self._at_hand(live, request)
        order = self._with_code(command.code, at_hand, at_hand, request)
        if isinstance(order, _Draft):
            return order
        try:
            return _Draft(TextKind.DRIVER_WELCOME, self.admit_driver(order.id, order))
        except TooEarly:
            return _Draft(TextKind.DRIVER_NOT_YET, order)

    def _at_hand(self, live: list[Order], request: str) -> list[Order]:
        """The orders whose codes are tried: those at whose space the driver may be, else the next.

        So a guess is a guess at what could be opened now, and at no order of another day.
        """
        again = [order for order in live if order.notes.last_request == request]
        near = [order for order in live if order.is_near(self.clock()) and order not in again]
        return again + near or live[:1]

    def _wrong_code(self, meant: list[Order], request: str) -> _Draft:
        """Count it on one order: the first whose code is not locked yet.

        It was tried on the others too. So an order has as many tries fewer as wrong codes count on
        them, but one at least: five for an order do not lock the next.
        """
        again = (order for order in meant if order.notes.last_request == request)
        order = next(again, None) or next((one for one in meant if not one.is_code_locked), None)
        if order is None:
            raise CodeLocked
        counted = sum(one.notes.wrong_codes for one in meant if one.id != order.id)
        tries = max(1, MAX_WRONG_CODES - counted)

        def count(current: Order) -> Order:
            same = current.booking.phone == order.booking.phone
            return current.wrong_code(self.clock(), request, tries) if same else current

        tried = change_order(self.orders, order.id, count)
        if tried.is_code_locked:
            return _Draft(TextKind.DRIVER_CODE_LOCKED, tried)
        left = tries - tried.notes.wrong_codes
        return _Draft(TextKind.DRIVER_WRONG_CODE, facts={"tries_left": str(left)})


def _live(found: Sequence[Order], text: InboundText) -> list[Order]:
    """The live orders of a driver, the order that a text is about first.

    Before them, live or not, an order that this very text has changed before: its reply must
    be the same again.
    """
    live = [
        order
        for order in found
        if (order.is_live or order.notes.last_request == text.id)
        and order.booking.phone == text.sender
    ]

    def turn(order: Order) -> tuple[bool, bool, datetime]:
        again = order.notes.last_request == text.id
        return not again, order.state is not State.ARRIVED, order.claim.window.start

    return sorted(live, key=turn)


def _keeps_first(order: Order) -> int:
    """What the driver has given back goes before what the merchant cancels, and before the rest."""
    if order.cancelling is None:
        return 2
    return 0 if order.is_being_cancelled_for(Reason.DRIVER) else 1


def _where(order: Order) -> _Draft:
    """Where the space is, or until when it is kept.

    A driver who has arrived needs no code, and one whose code is locked is told of none.
    """
    if order.is_live and order.cancelling:
        by_driver = order.is_being_cancelled_for(Reason.DRIVER)
        kind = TextKind.DRIVER_DROPPING if by_driver else TextKind.DRIVER_CANCELLING
        return _Draft(kind, order)
    if order.state is State.ARRIVED:
        return _Draft(TextKind.DRIVER_IN, order)
    is_locked = order.is_code_locked
    return _Draft(TextKind.DRIVER_WHERE_LOCKED if is_locked else TextKind.DRIVER_WHERE, order)


def _needs_code(command: object, language_code: str) -> _Draft:
    """How to send a text again with the code."""
    verbs = language(language_code).words.verbs
    words = (verbs[verb][0] for verb in _EXAMPLES.get(type(command), ()))
    return _Draft(TextKind.DRIVER_NEEDS_CODE, facts={"example": " ".join(words).upper()})


def _reply(text: InboundText, spoken: str, draft: _Draft) -> Reply:
    order = draft.order.id if draft.order else None
    return Reply(text.sender, draft.kind, spoken, order, draft.facts)
