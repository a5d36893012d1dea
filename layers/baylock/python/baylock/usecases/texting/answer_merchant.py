"""Answer a merchant's text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple, assert_never

from baylock.domain.access.key_ring import KeyRing
from baylock.domain.booking.booking import Booking, Channel, Reference
from baylock.domain.booking.window import MAX_AHEAD
from baylock.domain.errors import (
    BaylockError,
    InvalidBooking,
    NoLockHeard,
    NoSpace,
    NoSuchBooking,
    NoSuchMall,
    NotAMerchant,
    NotSeen,
    PastTime,
    PhoneRefused,
    Quota,
    QuotaUsed,
    TooFarAhead,
    TooLate,
    TooLong,
)
from baylock.domain.orders.order import Order
from baylock.domain.orders.record import Declined
from baylock.domain.orders.state import State
from baylock.domain.texting.allowance import TextsIn
from baylock.domain.texting.inbound_text import InboundText
from baylock.domain.texting.own_reference import own_references
from baylock.domain.texting.reply import Reply
from baylock.domain.venue.mall import Mall, MerchantId, Needs
from baylock.domain.venue.quotas import Quotas
from baylock.ports.clock import Clock
from baylock.ports.texting import MessageLog
from baylock.ports.venue import Venues
from baylock.texts.reading.commands import (
    Help,
    KeepBooking,
    MerchantCommand,
    NoPark,
    OptIn,
    OptOut,
    Park,
    Unclear,
    Unreadable,
)
from baylock.texts.reading.examples import examples
from baylock.texts.reading.merchant_text import read_merchant_text, time_on
from baylock.texts.writing.kinds import TextKind
from baylock.texts.writing.messages import language_of, listed, listed_countries, needs_words, when
from baylock.usecases.driver.reach_driver import ReachDriver
from baylock.usecases.orders.cancel_booking import CancelBooking
from baylock.usecases.orders.find_booking import FindBooking
from baylock.usecases.orders.place_booking import PlaceBooking
from baylock.usecases.texting.check_signature import CheckSignature

_REFUSALS: Mapping[type[BaylockError], TextKind] = {
    PastTime: TextKind.MERCHANT_PAST,
    TooFarAhead: TextKind.MERCHANT_TOO_FAR,
    TooLong: TextKind.MERCHANT_TOO_LONG,
    PhoneRefused: TextKind.MERCHANT_PHONE_REFUSED,
    InvalidBooking: TextKind.MERCHANT_UNREADABLE,
    NoSpace: TextKind.MERCHANT_FULL,
    NoLockHeard: TextKind.MERCHANT_NO_LOCK,
    TooLate: TextKind.MERCHANT_TOO_LATE,
    NotSeen: TextKind.MERCHANT_TEXT_QUOTA,
}


_QUOTAS: Mapping[Quota, TextKind] = {
    Quota.ORDERS_PER_PHONE: TextKind.MERCHANT_PHONE_QUOTA,
    Quota.LOT_SHARE: TextKind.MERCHANT_SHARE_USED,
    Quota.TEXT_LOT_SHARE: TextKind.MERCHANT_TEXT_QUOTA,
}


class Heard(NamedTuple):
    """A merchant's text as it was read; without mall and command if the merchant is in no mall."""

    merchant: MerchantId
    mall: Mall | None = None
    command: MerchantCommand | None = None

    @property
    def books_unproven(self) -> bool:
        """Whether it books and has nothing that could prove its sender."""
        command = self.command
        return isinstance(command, Park) and command.signature is None and command.pin is None


@dataclass(frozen=True)
class AnswerMerchant:
    """Place, change or cancel a booking; the reply says what was understood. Raises Busy."""

    venues: Venues
    find_booking: FindBooking
    message_log: MessageLog
    place_booking: PlaceBooking
    cancel_booking: CancelBooking
    reach_driver: ReachDriver
    check_signature: CheckSignature
    privacy_ring: Callable[[], KeyRing]
    clock: Clock

    def hear(self, text: InboundText, merchant: MerchantId) -> Heard:
        """Read the text; this does nothing yet."""
        try:
            mall = self.venues.mall(merchant.mall)
            self.venues.merchant(merchant)
        except (NoSuchMall, NotAMerchant):
            return Heard(merchant)
        command = read_merchant_text(text.body, now=text.at, zone=mall.zone, country=mall.country)
        return Heard(merchant, mall, command)

    def __call__(self, text: InboundText, heard: Heard, counts: TextsIn) -> Reply:
        """Do what was heard; `counts` are the texts of its number today, this one included."""
        return replace(self._reply(text, heard, counts), merchant=heard.merchant)

    def _reply(self, text: InboundText, heard: Heard, counts: TextsIn) -> Reply:
        merchant, mall, command = heard
        usual = language_of(None, text.sender)
        if mall is None or command is None:
            return Reply(text.sender, TextKind.MERCHANT_NO_MALL, usual)
        match command:
            case Park() | NoPark() | KeepBooking():
                return self._if_allowed(text, merchant, mall, command, counts)
            case OptOut() | OptIn():
                orders = self.message_log.orders_texted_to(text.sender)
                wanted = isinstance(command, OptIn)
                self.reach_driver.wants_texts(text.sender, wanted, orders)
                return Reply(text.sender, None)
            case Unclear():
                return _asked_back(text, command)
            case Help():
                return _told(text, TextKind.MERCHANT_HELP, command.language or usual, mall)
            case Unreadable():
                return _told(text, TextKind.MERCHANT_UNREADABLE, command.language or usual, mall)
            case _:
                assert_never(command)

    def too_busy(self, text: InboundText, merchant: MerchantId) -> Reply:
        """The reply to a text that could not be dealt with, however often it was tried."""
        language = language_of(None, text.sender)
        return Reply(text.sender, TextKind.MERCHANT_BUSY, language, merchant=merchant)

    def _if_allowed(
        self,
        text: InboundText,
        merchant: MerchantId,
        mall: Mall,
        command: Park | NoPark | KeepBooking,
        counts: TextsIn,
    ) -> Reply:
        """Do it if the text proves its sender, or does what anybody's text may do."""
        proof = self.check_signature(merchant, command, text.id)
        if isinstance(proof, TextKind):
            return Reply(text.sender, proof, command.language)
        match command:
            case Park() if not proof.is_proven and _is_too_much(counts, mall.quotas):
                return Reply(text.sender, TextKind.MERCHANT_TEXT_QUOTA, command.language)
            case Park():
                reply = self._park(text, merchant, mall, command, proven=proof.is_proven)
            case NoPark():
                reply = self._no_park(text, merchant, mall, command, proven=proof.is_proven)
            case KeepBooking():
                reply = self._keep(text, merchant, command)
            case _:
                assert_never(command)
        self.check_signature.used(merchant, proof.digest, text.id)
        return reply

    def _park(
        self, text: InboundText, merchant: MerchantId, mall: Mall, command: Park, *, proven: bool
    ) -> Reply:
        def reply(kind: TextKind, **facts: str) -> Reply:
            return Reply(text.sender, kind, command.language, facts=facts)

        booking = self._booking(text, merchant, mall, command)
        if isinstance(booking, TextKind):
            return reply(
                booking, reference=command.reference or "", **examples(booking, mall.country)
            )
        if isinstance(booking, Unclear):
            return _asked_back(text, booking)
        try:
            order = self.place_booking(replace(booking, unsigned=not proven)).record
        except BaylockError as refused:
            if not isinstance(refused, QuotaUsed) and type(refused) not in _REFUSALS:
                raise
            return self._refused(text, booking, mall, command.language, refused)
        if isinstance(order, Declined) or order.state is State.CANCELLED:
            # A newer change came in before this text.
            return reply(TextKind.MERCHANT_DECLINED, reference=booking.reference)
        if not order.is_live:
            return reply(TextKind.MERCHANT_TOO_LATE, reference=order.booking.reference)
        kind = TextKind.MERCHANT_CHANGED if order.promise.revised_at else TextKind.MERCHANT_BOOKED
        return Reply(text.sender, kind, command.language, order=order.id)

    def _refused(
        self,
        text: InboundText,
        booking: Booking,
        mall: Mall,
        language: str,
        error: BaylockError,
    ) -> Reply:
        def written(moment: datetime) -> str:
            return when(moment, mall.zone, language, self.clock())

        next_free = error.next_free if isinstance(error, NoSpace) else ()
        kind = _QUOTAS[error.quota] if isinstance(error, QuotaUsed) else _REFUSALS[type(error)]
        facts = {
            **examples(kind, mall.country),
            "reference": booking.reference,
            "needs": needs_words(booking.needs, language),
            "time": written(booking.service_time),
            "service_time": written(booking.service_time),
            "days": str(MAX_AHEAD.days),
            "next_times": listed([written(moment) for moment in next_free], language),
        }
        if isinstance(error, QuotaUsed):
            facts |= {"phone_end": (booking.phone or "")[-4:], "most": str(error.most)}
        if isinstance(error, PhoneRefused):
            phone_end = (booking.phone or "")[-4:]
            facts |= {"phone_end": phone_end, "countries": listed_countries(mall)}
        return Reply(text.sender, kind, language, facts=facts)

    def _booking(
        self, text: InboundText, merchant: MerchantId, mall: Mall, command: Park
    ) -> Booking | TextKind | Unclear:
        """The booking as it is with this text, or what has to be asked for first."""
        if command.reference:
            known = self.find_booking(merchant, command.reference)
            if known is not None and not (command.phone or known.booking.phone):
                return TextKind.MERCHANT_NEED_PHONE
            if known is not None:
                return _changed(known.booking, command, mall, text.at)
            if command.phone is None and command.service_time is not None:
                return TextKind.MERCHANT_UNKNOWN_REFERENCE
        if command.service_time is None:
            return TextKind.MERCHANT_NEED_TIME
        if command.phone is None:
            return TextKind.MERCHANT_NEED_PHONE
        reference = command.reference or self._own_reference(
            merchant, command.phone, command.service_time
        )
        return Booking(
            merchant=merchant,
            reference=Reference(reference),
            service_time=command.service_time,
            duration=command.duration,
            phone=command.phone,
            plate=command.plate,
            needs=command.needs,
            channel=Channel.TEXT,
            said_at=text.at,
        )

    def _own_reference(self, merchant: MerchantId, phone: str, service_time: datetime) -> str:
        """The reference of a booking without one: that of an earlier key if it was booked then."""
        newest, *older = own_references(phone, service_time, self.privacy_ring())
        known = (one for one in older if self.find_booking(merchant, one))
        return next(known, newest)

    def _no_park(
        self, text: InboundText, merchant: MerchantId, mall: Mall, command: NoPark, *, proven: bool
    ) -> Reply:
        """Cancel the booking; without proof in ten minutes, so that the reply can still undo it."""
        if not proven and self.message_log.opted_out(text.sender):
            # The merchant would not hear of it.
            return Reply(text.sender, TextKind.MERCHANT_TEXT_QUOTA, command.language)
        reference = command.reference
        if reference is None and command.phone and command.service_time:
            reference = self._own_reference(merchant, command.phone, command.service_time)
        facts = {"reference": reference or ""}
        try:
            order = self.cancel_booking(merchant, reference or "", text.at, later=not proven)
        except NoSuchBooking:
            kind = TextKind.MERCHANT_UNKNOWN_REFERENCE
        except TooLate:
            kind = TextKind.MERCHANT_TOO_LATE
        except NotSeen:
            kind = TextKind.MERCHANT_TEXT_QUOTA
        else:
            if isinstance(order, Order) and order.cancelling:
                kept = when(order.cancelling.at, mall.zone, command.language, self.clock())
                facts["kept_until"] = kept
                # Only the reply to the text that began it is about the order.
                began = order.id if order.booking.said_at == text.at else None
                kind = TextKind.MERCHANT_CANCELLING
                return Reply(text.sender, kind, command.language, order=began, facts=facts)
            if isinstance(order, Order) and order.is_live:
                return Reply(
                    text.sender, TextKind.MERCHANT_CHANGED, command.language, order=order.id
                )
            kind = TextKind.MERCHANT_DECLINED
        return Reply(text.sender, kind, command.language, facts=facts)

    def _keep(self, text: InboundText, merchant: MerchantId, command: KeepBooking) -> Reply:
        facts = {"reference": command.reference}
        try:
            order = self.cancel_booking.keep(merchant, command.reference, text.at)
        except NoSuchBooking:
            kind = TextKind.MERCHANT_UNKNOWN_REFERENCE
            return Reply(text.sender, kind, command.language, facts=facts)
        if isinstance(order, Order) and order.is_live:
            return Reply(text.sender, TextKind.MERCHANT_BOOKED, command.language, order=order.id)
        return Reply(text.sender, TextKind.MERCHANT_DECLINED, command.language, facts=facts)


def _is_too_much(counts: TextsIn, quotas: Quotas) -> bool:
    """Whether this text is one too many of those that book without proof of their sender."""
    return counts.books_hour > quotas.texts_an_hour or counts.books_day > quotas.texts_a_day


def _told(text: InboundText, kind: TextKind, language: str, mall: Mall) -> Reply:
    return Reply(text.sender, kind, language, facts=examples(kind, mall.country))


def _asked_back(text: InboundText, question: Unclear) -> Reply:
    return Reply(text.sender, question.kind, question.language, facts=question.facts)


def _changed(booking: Booking, command: Park, mall: Mall, now: datetime) -> Booking | Unclear:
    """The booking with what the text changes of it."""
    service_time = _moved(booking.service_time, command, mall, now)
    if isinstance(service_time, Unclear):
        return service_time
    return replace(
        booking,
        service_time=service_time,
        within_second=booking.within_second and service_time == booking.service_time,
        duration=command.duration or booking.duration,
        phone=command.phone or booking.phone,
        plate=command.plate or booking.plate,
        needs=_changed_needs(booking.needs, command),
        parking_needed=True,
        channel=Channel.TEXT,
        said_at=now,
        forgotten=False,
    )


def _changed_needs(was: Needs, command: Park) -> Needs:
    needs = command.needs if command.needs.words() else was
    return replace(needs, features=needs.features - command.without)


def _moved(was: datetime, command: Park, mall: Mall, now: datetime) -> datetime | Unclear:
    """The new service time: a time without a day is on the day that the booking was for."""
    if command.service_time is None:
        return was
    if command.has_day:
        return command.service_time
    day = was.astimezone(mall.zone).date()
    clock_time = command.service_time.astimezone(mall.zone).time()
    return time_on(day, clock_time, now=now, zone=mall.zone, language_code=command.language)
