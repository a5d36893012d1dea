"""What a merchant's text asks for."""

from __future__ import annotations

import hashlib
from base64 import b32encode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from baylock.domain.booking.booking import Booking, Channel, Reference, order_id
from baylock.domain.booking.window import MAX_AHEAD
from baylock.domain.errors import (
    BaylockError,
    InvalidBooking,
    NoSpace,
    NoSuchBooking,
    NoSuchMall,
    NotAMerchant,
    OtherBooking,
    PastTime,
    TooFarAhead,
    TooLate,
    TooLong,
)
from baylock.domain.orders.order import Order
from baylock.domain.orders.record import Declined
from baylock.domain.orders.state import State
from baylock.domain.texting.inbound_text import InboundText
from baylock.domain.texting.reply import Reply
from baylock.domain.venue.mall import Mall, MerchantId
from baylock.ports.clock import Clock
from baylock.ports.orders import Orders
from baylock.ports.texting import MessageLog
from baylock.ports.venue import Venues
from baylock.texts.reading.commands import Help, NoPark, OptIn, OptOut, Park, Unclear, Unreadable
from baylock.texts.reading.grammar import read_merchant_text, time_on
from baylock.texts.writing.messages import Kind, language_of, listed, when
from baylock.usecases.driver.reach_driver import ReachDriver
from baylock.usecases.orders.cancel_booking import CancelBooking
from baylock.usecases.orders.place_booking import PlaceBooking
from baylock.usecases.texting.check_signature import CheckSignature

_REFUSALS: Mapping[type[BaylockError], Kind] = {
    PastTime: Kind.MERCHANT_PAST,
    TooFarAhead: Kind.MERCHANT_TOO_FAR,
    TooLong: Kind.MERCHANT_TOO_LONG,
    InvalidBooking: Kind.MERCHANT_UNREADABLE,
    OtherBooking: Kind.MERCHANT_UNREADABLE,
    NoSpace: Kind.MERCHANT_FULL,
    TooLate: Kind.MERCHANT_TOO_LATE,
}


@dataclass(frozen=True)
class AnswerMerchant:
    """Place, change or cancel a booking; the reply says what was understood. Raises Busy."""

    venues: Venues
    orders: Orders
    message_log: MessageLog
    place_booking: PlaceBooking
    cancel_booking: CancelBooking
    reach_driver: ReachDriver
    check_signature: CheckSignature
    clock: Clock

    def __call__(self, text: InboundText, who: MerchantId) -> Reply:
        try:
            mall = self.venues.mall(who.mall)
            self.venues.merchant(who)
        except (NoSuchMall, NotAMerchant):
            language = language_of(None, text.sender)
            return Reply(text.sender, Kind.MERCHANT_NO_MALL, language)
        said = read_merchant_text(text.body, now=text.at, zone=mall.zone, country=mall.country)
        usual = language_of(None, text.sender)
        match said:
            case Park() | NoPark():
                return self._if_signed(text, who, mall, said)
            case OptOut() | OptIn():
                told = self.message_log.orders_told_to(text.sender)
                self.reach_driver.wants_texts(text.sender, isinstance(said, OptIn), told)
                return Reply(text.sender, None)
            case Unclear():
                return Reply(text.sender, said.kind, said.language, facts=said.facts)
            case Help():
                return Reply(text.sender, Kind.MERCHANT_HELP, said.language or usual)
            case Unreadable():
                return Reply(text.sender, Kind.MERCHANT_UNREADABLE, said.language or usual)
            case _:
                assert_never(said)

    def _if_signed(
        self, text: InboundText, who: MerchantId, mall: Mall, said: Park | NoPark
    ) -> Reply:
        digest = self.check_signature(who, said, text.id)
        if isinstance(digest, Kind):
            return Reply(text.sender, digest, said.language)
        if isinstance(said, Park):
            reply = self._park(text, who, mall, said)
        else:
            reply = self._no_park(text, who, said)
        self.check_signature.used(who, digest, text.id)
        return reply

    def too_busy(self, text: InboundText) -> Reply:
        """What is said when a text could not be dealt with, however often it was tried."""
        return Reply(text.sender, Kind.MERCHANT_BUSY, language_of(None, text.sender))

    def _park(self, text: InboundText, who: MerchantId, mall: Mall, said: Park) -> Reply:
        def answer(kind: Kind, **facts: str) -> Reply:
            return Reply(text.sender, kind, said.language, facts=facts)

        def told(moment: datetime) -> str:
            return when(moment, mall.zone, said.language, self.clock())

        booking = self._booking(text, who, mall, said)
        if isinstance(booking, Kind):
            return answer(booking, reference=said.reference or "")
        if isinstance(booking, Unclear):
            return Reply(text.sender, booking.kind, booking.language, facts=booking.facts)
        try:
            placed = self.place_booking(booking)
        except BaylockError as refused:
            kind = _REFUSALS.get(type(refused))
            if kind is None:
                raise
            next_free = refused.next_free if isinstance(refused, NoSpace) else ()
            return answer(
                kind,
                reference=booking.reference,
                time=told(booking.service_time),
                service_time=told(booking.service_time),
                days=str(MAX_AHEAD.days),
                next_times=listed([told(moment) for moment in next_free], said.language),
            )
        order = placed.record
        if isinstance(order, Declined) or order.state is State.CANCELLED:
            # Something newer was said of it, though it came in before this text.
            return answer(Kind.MERCHANT_DECLINED, reference=booking.reference)
        if not order.is_live:
            return answer(Kind.MERCHANT_TOO_LATE, reference=order.booking.reference)
        kind = Kind.MERCHANT_CHANGED if order.promise.revised_at else Kind.MERCHANT_BOOKED
        return Reply(text.sender, kind, said.language, order=order.id)

    def _booking(
        self, text: InboundText, who: MerchantId, mall: Mall, said: Park
    ) -> Booking | Kind | Unclear:
        """The booking as it is with this text, or what has to be asked for first."""
        if said.reference:
            known = self.orders.find(order_id(who, said.reference))
            if known is not None:
                was = known.booking
                service_time = _moved(was.service_time, said, mall, text.at)
                if isinstance(service_time, Unclear):
                    return service_time
                return replace(
                    was,
                    service_time=service_time,
                    duration=said.duration or was.duration,
                    phone=said.phone or was.phone,
                    plate=said.plate or was.plate,
                    needs=said.needs if said.needs.words() else was.needs,
                    parking_needed=True,
                    channel=Channel.TEXT,
                    said_at=text.at,
                )
            if said.phone is None and said.service_time is not None:
                return Kind.MERCHANT_UNKNOWN_REFERENCE
        if said.service_time is None:
            return Kind.MERCHANT_NEED_TIME
        if said.phone is None:
            return Kind.MERCHANT_NEED_PHONE
        return Booking(
            merchant=who,
            reference=Reference(said.reference or _own_reference(said.phone, said.service_time)),
            service_time=said.service_time,
            duration=said.duration,
            phone=said.phone,
            plate=said.plate,
            needs=said.needs,
            channel=Channel.TEXT,
            said_at=text.at,
        )

    def _no_park(self, text: InboundText, who: MerchantId, said: NoPark) -> Reply:
        reference = said.reference
        if reference is None and said.phone and said.service_time:
            reference = _own_reference(said.phone, said.service_time)
        facts = {"reference": reference or ""}
        try:
            left = self.cancel_booking(who, reference or "", text.at)
        except NoSuchBooking:
            kind = Kind.MERCHANT_UNKNOWN_REFERENCE
        except TooLate:
            kind = Kind.MERCHANT_TOO_LATE
        else:
            if isinstance(left, Order) and left.is_live:
                return Reply(text.sender, Kind.MERCHANT_CHANGED, said.language, order=left.id)
            kind = Kind.MERCHANT_DECLINED
        return Reply(text.sender, kind, said.language, facts=facts)


def _moved(was: datetime, said: Park, mall: Mall, now: datetime) -> datetime | Unclear:
    """The new service time: a time without a day is on the day that the booking was for."""
    if said.service_time is None:
        return was
    if said.day_said:
        return said.service_time
    day = was.astimezone(mall.zone).date()
    clock_time = said.service_time.astimezone(mall.zone).time()
    return time_on(day, clock_time, now=now, zone=mall.zone, language_code=said.language)


def _own_reference(phone: str, service_time: datetime) -> str:
    """The reference of a booking that was given none: the phone and the time name it.

    Hashed, as references are shown in lists and written in logs.
    """
    digest = hashlib.sha256(f"{phone} {service_time.isoformat()}".encode()).digest()
    return "T-" + b32encode(digest).decode()[:8]
