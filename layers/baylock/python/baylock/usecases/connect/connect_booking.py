"""Bring a booking in line with its booking system."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeGuard

from baylock.domain.booking.booking import Booking, Channel, Reference
from baylock.domain.booking.window import MAX_AHEAD, ServiceTime, has_passed
from baylock.domain.connect.connection import (
    TROUBLES,
    Appointment,
    AppointmentOutcome,
    Connection,
    LastWebhook,
    Questions,
    hour_of,
)
from baylock.domain.errors import InvalidBooking, NoLockHeard, NoSpace, PhoneRefused, TooLate
from baylock.domain.orders.order import Order
from baylock.domain.orders.record import Known
from baylock.domain.orders.repeat import is_same
from baylock.domain.orders.state import State
from baylock.domain.texting.reply import Reply
from baylock.domain.venue.keys import quoted_merchant_key
from baylock.domain.venue.mall import Mall, Merchant
from baylock.ports.clock import Clock
from baylock.ports.connect import Connections
from baylock.ports.queues import EffectQueues
from baylock.ports.texting import MessageLog
from baylock.ports.venue import Venues
from baylock.texts.reading.form_answers import FormAnswer, read_answer, read_phone, read_plate
from baylock.texts.reading.texted_phone import refusal_of
from baylock.texts.writing.kinds import TextKind
from baylock.texts.writing.messages import language_of, listed, listed_countries, when
from baylock.usecases.orders.find_booking import FindBooking
from baylock.usecases.orders.place_booking import PlaceBooking

REFERENCE_KEPT = MAX_AHEAD + timedelta(days=30)
"""After the service; until then its system may still report on a booking."""
MAX_CLOCK_SKEW = timedelta(minutes=5)
"""The time by which a system's clock may be ahead; what is further ahead counts as said now."""


_TOLD: Mapping[AppointmentOutcome, TextKind] = {
    AppointmentOutcome.UNCLEAR: TextKind.MERCHANT_FORM_UNCLEAR,
    AppointmentOutcome.NO_PHONE: TextKind.MERCHANT_FORM_NO_PHONE,
    AppointmentOutcome.PHONE_REFUSED: TextKind.MERCHANT_FORM_PHONE,
    AppointmentOutcome.REFUSED: TextKind.MERCHANT_FORM_REFUSED,
}
"""The texts about bookings without a space; where the lot is full, each booking has its own."""


@dataclass(frozen=True, slots=True)
class ConnectedBooking:
    """The outcome of a webhook; `record` is the booking as it is then, if it is known."""

    outcome: AppointmentOutcome
    reference: Reference | None = None
    record: Known | None = None


@dataclass(frozen=True)
class ConnectBooking:
    """Place, change or cancel a booking as its own system has it.

    Nobody can be asked back. So an unclear answer takes no space, and a failure is an outcome
    rather than an error. The merchant receives a text about a booking that got no space.

    Raises Busy, NoSuchMall, NotAMerchant.
    """

    venues: Venues
    find_booking: FindBooking
    connections: Connections
    message_log: MessageLog
    effect_queues: EffectQueues
    place_booking: PlaceBooking
    clock: Clock

    def __call__(self, connection: Connection, appointment: Appointment | None) -> ConnectedBooking:
        """`appointment` is None for a webhook that is not about a booking."""
        mall = self.venues.mall(connection.merchant.mall)
        merchant = self.venues.merchant(connection.merchant)
        if appointment is None:
            heard = ConnectedBooking(AppointmentOutcome.IGNORED)
        else:
            heard = self._hear(connection, appointment, mall, merchant)
            if heard.outcome in TROUBLES:
                self._note(connection, appointment, mall, merchant, heard.outcome)
        self.connections.note_webhook(connection.id, LastWebhook(self.clock(), heard.outcome))
        return heard

    def _hear(
        self, connection: Connection, appointment: Appointment, mall: Mall, merchant: Merchant
    ) -> ConnectedBooking:
        if not connection.covers(appointment) and not appointment.off:
            if not self._is_ours(connection, appointment):
                return ConnectedBooking(AppointmentOutcome.IGNORED)
            appointment = replace(appointment, off=not appointment.pending)
        reference = self._reference(connection, appointment)
        if appointment.pending:
            return ConnectedBooking(AppointmentOutcome.IGNORED)
        if self.connections.successor(connection.id, appointment.id):
            # It was rescheduled: its order is another booking's now, and still of its series.
            booked = self._in_series(connection, reference, appointment)
            if booked.series and booked.off:
                self._bring_in_line(connection, reference, booked, _Parking.to_cancel())
            known = self._known(connection, reference)
            return ConnectedBooking(AppointmentOutcome.IGNORED, reference, known)
        appointment = self._in_series(connection, reference, appointment)
        parking = _Parking.of(appointment, connection.questions, mall)
        try:
            return self._bring_in_line(connection, reference, appointment, parking)
        except NoSpace as full:
            self._tell(mall, merchant, appointment, parking, full)
            outcome = AppointmentOutcome.NO_SPACE
            if isinstance(full, NoLockHeard):
                outcome = AppointmentOutcome.NO_LOCK_HEARD
            return ConnectedBooking(outcome, reference)

    def _is_ours(self, connection: Connection, appointment: Appointment) -> bool:
        """Whether a booking that is elsewhere now was at the connection's location before."""
        for id_ in filter(None, (appointment.id, appointment.was)):
            first = self.connections.reference(connection.id, id_) or Reference(id_)
            if self._known(connection, first):
                return True
        return False

    def _in_series(
        self, connection: Connection, reference: Reference, appointment: Appointment
    ) -> Appointment:
        """Cancel the rest of a series with it; a booking of a cancelled series is off itself."""
        if not appointment.series:
            return appointment
        until = self._until(appointment)
        if appointment.ends_series:
            others = self.connections.end_series(
                connection.id, appointment.series, appointment.said_at, until
            )
            for other in sorted(others - {reference}):
                known = self._known(connection, other)
                if known and known.booking.service_time >= appointment.said_at:
                    off = replace(appointment, service_time=known.booking.service_time)
                    self._bring_in_line(connection, other, off, _Parking.to_cancel())
        elif not appointment.off:
            ended = self.connections.join_series(
                connection.id, appointment.series, reference, until
            )
            if ended and appointment.said_at <= ended <= appointment.service_time:
                return replace(appointment, off=True, said_at=ended)
        return appointment

    def _until(self, appointment: Appointment) -> datetime:
        """Until when the system may still report on a booking, as far ahead as one may be."""
        now = self.clock()
        return min(max(appointment.service_time, now), now + MAX_AHEAD) + REFERENCE_KEPT

    def _reference(self, connection: Connection, appointment: Appointment) -> Reference:
        """The id that the booking had first, so that rescheduling it moves its order."""
        kept = self.connections.reference(connection.id, appointment.id)
        if kept or not appointment.was or appointment.was == appointment.id:
            return kept or Reference(appointment.id)
        until = self._until(appointment)
        if not self.connections.take_over(connection.id, appointment.was, appointment.id, until):
            # An old link, used again: the order is that of the booking that came of it first.
            return Reference(appointment.id)
        kept = self.connections.reference(connection.id, appointment.was)
        first = kept or Reference(appointment.was)
        own = Reference(appointment.id)
        if self._known(connection, own) or self.connections.successor(connection.id, own):
            # A newer webhook overtook this one: cancel the old booking.
            self._bring_in_line(
                connection, first, replace(appointment, off=True), _Parking.to_cancel()
            )
            return own
        self.connections.keep_reference(connection.id, appointment.id, first, until)
        return first

    def _bring_in_line(
        self,
        connection: Connection,
        reference: Reference,
        appointment: Appointment,
        parking: _Parking,
    ) -> ConnectedBooking:
        try:
            known = self._known(connection, reference)
            parking = parking.given(known)
            time = ServiceTime.of(appointment.service_time, appointment.duration)
            if appointment.off and known:
                # A cancellation may lack the time, and does not change it.
                was = known.booking
                time = ServiceTime(was.service_time, was.duration, was.within_second)
            booking = Booking(
                merchant=connection.merchant,
                reference=reference,
                service_time=time.start,
                duration=time.duration,
                within_second=time.within_second,
                parking_needed=parking.needed is True,
                phone=parking.phone,
                locale=appointment.locale,
                plate=parking.plate,
                channel=Channel.FORM,
                said_at=self._said_at(appointment),
            )
            if _was_full(known, booking):
                raise NoSpace
            record = known if _was_heard(known, booking) else self._place(booking, known)
        except TooLate:
            return ConnectedBooking(AppointmentOutcome.TOO_LATE, reference)
        except PhoneRefused:
            return ConnectedBooking(AppointmentOutcome.PHONE_REFUSED, reference)
        except InvalidBooking:
            return ConnectedBooking(AppointmentOutcome.REFUSED, reference)
        return ConnectedBooking(_outcome(record, parking), reference, record)

    def _said_at(self, appointment: Appointment) -> datetime:
        """When the system said it, so that its recording is known by that; a clock may go wrong."""
        now = self.clock()
        return appointment.said_at if appointment.said_at <= now + MAX_CLOCK_SKEW else now

    def _note(
        self,
        connection: Connection,
        appointment: Appointment,
        mall: Mall,
        merchant: Merchant,
        outcome: AppointmentOutcome,
    ) -> None:
        """Keep it in the history, and text the merchant: once an hour for each reason.

        Of a booking whose time has passed nobody needs to be told. The recorded text is the one of
        its hour, so a webhook that is sent again sends no second.
        """
        now = self.clock()
        self.connections.note_trouble(connection.id, outcome, appointment.id, now)
        kind = _TOLD.get(outcome)
        if kind is None or merchant.phone is None or has_passed(appointment.service_time, now):
            return
        language = language_of(merchant.locale, merchant.phone)
        at = when(appointment.service_time, mall.zone, language, now)
        message = f"{connection.id} {outcome.value} {hour_of(now):%Y-%m-%dT%H}"
        facts = {"service_time": at, "countries": listed_countries(mall)}
        reply = Reply(merchant.phone, kind, language, facts=facts, merchant=connection.merchant)
        if self.message_log.record_reply(message, reply) == reply:
            self.effect_queues.put_reply(message)

    def _tell(
        self,
        mall: Mall,
        merchant: Merchant,
        appointment: Appointment,
        parking: _Parking,
        full: NoSpace,
    ) -> None:
        """Text the merchant: the customer expects a space, and only the merchant can warn them."""
        if merchant.phone is None:
            return
        language = language_of(merchant.locale, merchant.phone)

        def local_time(moment: datetime) -> str:
            return when(moment, mall.zone, language, self.clock())

        facts = {"service_time": local_time(appointment.service_time)}
        if parking.phone:
            facts["phone_end"] = parking.phone[-4:]
        if full.next_free:
            facts["next_times"] = listed([local_time(at) for at in full.next_free], language)
        payer = merchant.id_in(mall.ref)
        message = f"{quoted_merchant_key(payer)} {appointment.id} {appointment.said_at.isoformat()}"
        unheard = isinstance(full, NoLockHeard)
        kind = TextKind.MERCHANT_NO_LOCK if unheard else TextKind.MERCHANT_NO_SPACE
        reply = Reply(merchant.phone, kind, language, facts=facts, merchant=payer)
        self.message_log.record_reply(message, reply)
        self.effect_queues.put_reply(message)

    def _place(self, booking: Booking, known: Known | None) -> Known:
        """Place the booking; where it can't move, release the space that it had.

        That it got no space is kept: the same webhook, sent again by whoever has recorded it, gets
        none later. Where no lock has ever reported, it may: that is so while a lot is set up.
        """
        is_live = isinstance(known, Order) and known.is_live
        try:
            return self.place_booking(booking).record
        except NoSpace as full:
            if isinstance(full, NoLockHeard) and not is_live:
                raise
            without = replace(booking, parking_needed=False)
            if not is_live:
                without = replace(without, phone=None, plate=None)
            self.place_booking(without)
            raise
        except InvalidBooking:
            if is_live:
                # A moment earlier, so that the same webhook is refused again and is not "full".
                said_at = booking.said_at and booking.said_at - timedelta(milliseconds=1)
                self.place_booking(replace(booking, parking_needed=False, said_at=said_at))
            raise

    def _known(self, connection: Connection, reference: Reference) -> Known | None:
        return self.find_booking(connection.merchant, reference)


@dataclass(frozen=True, slots=True)
class _Parking:
    """The parking that a booking asks for.

    `needed` is None where the booking does not say; `unless` is the outcome if no space is taken.
    """

    needed: bool | None
    unless: AppointmentOutcome
    phone: str | None = None
    plate: str | None = None

    @classmethod
    def to_cancel(cls) -> _Parking:
        return cls(needed=False, unless=AppointmentOutcome.CANCELLED)

    @classmethod
    def of(cls, appointment: Appointment, questions: Questions, mall: Mall) -> _Parking:
        """Read the answers; a plate without a clear answer means yes.

        Of several phones the first that gets texts counts: the one that was asked for may be a
        landline.
        """
        country = mall.country
        if appointment.off:
            return cls.to_cancel()
        about_parking = appointment.answer(questions.parking)
        answer = read_answer(about_parking, country) if about_parking else FormAnswer()
        if answer.yes is False:
            return cls(needed=False, unless=AppointmentOutcome.NOT_NEEDED)
        plate = read_plate(appointment.answer(questions.plate) or "", country) or answer.plate
        numbers = (appointment.answer(questions.phone) or "", *appointment.phones)
        read = (read_phone(number, country) for number in numbers)
        phones = [phone for phone in (*read, answer.phone) if phone]
        texted = (one for one in phones if not refusal_of(one, mall.texted_countries))
        phone = next(texted, phones[0] if phones else None)
        if answer.yes or plate:
            return cls(needed=True, unless=AppointmentOutcome.NO_PHONE, phone=phone, plate=plate)
        unless = AppointmentOutcome.UNCLEAR if about_parking else AppointmentOutcome.NOT_NEEDED
        if about_parking is None:
            unless = AppointmentOutcome.NOT_ASKED
        return cls(needed=None, unless=unless, phone=phone)

    def given(self, known: Known | None) -> _Parking:
        """Complete it from the known booking; without a phone no space is taken."""
        if self.needed is False:
            return self
        was = known.booking if known else None
        needed = self.needed or bool(was and was.parking_needed)
        phone = self.phone or (was.phone if was else None)
        plate = self.plate or (was.plate if was else None)
        if not needed or not phone:
            return _Parking(needed=False, unless=self.unless)
        return _Parking(needed=True, unless=self.unless, phone=phone, plate=plate)


def _was_heard(known: Known | None, booking: Booking) -> TypeGuard[Known]:
    """Whether the record has this very webhook already: it is not placed again, whatever became of
    it. The record is written at once, so a webhook that failed half-way is not in it.
    """
    if known is None or booking.said_at is None:
        return False
    return known.booking.said_at == booking.said_at and is_same(known, booking)


def _was_full(known: Known | None, booking: Booking) -> bool:
    """Whether this very webhook got no space before: its outcome stays the same."""
    if known is None or (isinstance(known, Order) and known.is_live):
        return False
    was = known.booking
    is_again = was.said_at is not None and was.said_at == booking.said_at
    return is_again and booking.parking_needed and not was.parking_needed


def _outcome(record: Known, parking: _Parking) -> AppointmentOutcome:
    if isinstance(record, Order) and record.is_live:
        return AppointmentOutcome.PLACED
    if isinstance(record, Order) and record.state is not State.CANCELLED:
        return AppointmentOutcome.TOO_LATE
    return AppointmentOutcome.CANCELLED if parking.needed else parking.unless
