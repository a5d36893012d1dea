"""A merchant's booking system has said how one of its bookings is now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from baylock.domain.booking.booking import Booking, Channel, Reference, order_id
from baylock.domain.booking.window import FURTHEST
from baylock.domain.connect.connection import Appointment, Connection, LastHeard, Outcome, Questions
from baylock.domain.errors import InvalidBooking, NoSpace, TooLate
from baylock.domain.orders.order import Known, Order, State
from baylock.domain.texting.reply import Reply
from baylock.domain.venue.mall import Mall, Merchant
from baylock.ports.clock import Clock
from baylock.ports.connect import Connections
from baylock.ports.orders import Orders
from baylock.ports.queues import EffectQueues
from baylock.ports.texting import MessageLog
from baylock.ports.venue import Venues
from baylock.texts.reading.form_answers import FormAnswer, read_answer, read_phone, read_plate
from baylock.texts.writing.messages import TextKind, language_of, listed, when
from baylock.usecases.orders.place_booking import PlaceBooking

REFERENCE_KEPT = FURTHEST + timedelta(days=30)
"""After the service; until then its system may still say something of a booking."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of it; `record` is the booking as it is known then, if it is."""

    outcome: Outcome
    reference: Reference | None = None
    record: Known | None = None


@dataclass(frozen=True)
class ConnectBooking:
    """Place, change or cancel a booking as its own system has it.

    Nobody is there to be asked back, so what is unclear takes no space, and what can't be done is
    an outcome rather than an error; of a full lot the merchant is told by text.

    Raises Busy, NoSuchMall, NotAMerchant.
    """

    venues: Venues
    orders: Orders
    connections: Connections
    message_log: MessageLog
    effect_queues: EffectQueues
    place_booking: PlaceBooking
    clock: Clock

    def __call__(self, connection: Connection, said: Appointment | None) -> Heard:
        """None: something was said that is not about a booking."""
        mall = self.venues.mall(connection.merchant.mall)
        merchant = self.venues.merchant(connection.merchant)
        if said is None:
            heard = Heard(Outcome.IGNORED)
        else:
            reference = self._reference(connection, said)
            wish = _Wish.of(said, connection.questions, mall.country)
            try:
                heard = self._bring_in_line(connection, reference, said, wish)
            except NoSpace as full:
                heard = Heard(Outcome.NO_SPACE, reference)
                self._tell(mall, merchant, said, wish, full)
        self.connections.heard(connection.id, LastHeard(self.clock(), heard.outcome))
        return heard

    def _reference(self, connection: Connection, said: Appointment) -> Reference:
        """The id that the booking had first, so that rescheduling it moves its order."""
        kept = self.connections.reference(connection.id, said.id)
        if kept or not said.was or said.was == said.id:
            return kept or Reference(said.id)
        first = self.connections.reference(connection.id, said.was) or Reference(said.was)
        if self._known(connection, Reference(said.id)):
            # Something newer overtook this, and stands by itself: what it came from is over.
            self._bring_in_line(connection, first, replace(said, off=True), _Wish.to_cancel())
            return Reference(said.id)
        until = max(said.service_time, self.clock()) + REFERENCE_KEPT
        self.connections.keep_reference(connection.id, said.id, first, until)
        return first

    def _bring_in_line(
        self, connection: Connection, reference: Reference, said: Appointment, wish: _Wish
    ) -> Heard:
        try:
            known = self._known(connection, reference)
            wish = wish.given(known)
            booking = Booking(
                merchant=connection.merchant,
                reference=reference,
                service_time=said.service_time.replace(microsecond=0),
                duration=said.duration,
                parking_needed=wish.needed is True,
                phone=wish.phone,
                name=said.name if wish.needed else None,
                locale=said.locale,
                plate=wish.plate,
                # Who has no developer has no webhook either, and is told by text.
                channel=Channel.TEXT,
                said_at=min(said.said_at, self.clock()),
            )
            record = self._place(booking, known)
        except TooLate:
            return Heard(Outcome.TOO_LATE, reference)
        except InvalidBooking:
            return Heard(Outcome.REFUSED, reference)
        return Heard(_outcome(record, wish), reference, record)

    def _tell(
        self, mall: Mall, merchant: Merchant, said: Appointment, wish: _Wish, full: NoSpace
    ) -> None:
        """The customer counts on a space, and only the merchant can tell them otherwise."""
        if merchant.phone is None:
            return
        language = language_of(merchant.locale, merchant.phone)

        def told(moment: datetime) -> str:
            return when(moment, mall.zone, language, self.clock())

        facts = {"service_time": told(said.service_time)}
        if wish.phone:
            facts["phone_end"] = wish.phone[-4:]
        if full.next_free:
            facts["next_times"] = listed([told(one) for one in full.next_free], language)
        message = f"{merchant.ref}@{mall.ref} {said.id} {said.said_at.isoformat()}"
        reply = Reply(merchant.phone, TextKind.MERCHANT_NO_SPACE, language, facts=facts)
        self.message_log.record_reply(message, reply)
        self.effect_queues.put_answer(message)

    def _place(self, booking: Booking, known: Known | None) -> Known:
        """A space that can't move with its booking is not kept where that was before."""
        try:
            return self.place_booking(booking).record
        except (NoSpace, InvalidBooking):
            if isinstance(known, Order) and known.is_live:
                self.place_booking(replace(booking, parking_needed=False))
            raise

    def _known(self, connection: Connection, reference: Reference) -> Known | None:
        return self.orders.find(order_id(connection.merchant, reference))


@dataclass(frozen=True, slots=True)
class _Wish:
    """Whether a space is wanted, None where that was not said, and `unless` why there is none."""

    needed: bool | None
    unless: Outcome
    phone: str | None = None
    plate: str | None = None

    @classmethod
    def to_cancel(cls) -> _Wish:
        return cls(needed=False, unless=Outcome.CANCELLED)

    @classmethod
    def of(cls, said: Appointment, questions: Questions, country: str) -> _Wish:
        """From the answers; a plate without a clear answer means yes."""
        if said.off:
            return cls.to_cancel()
        about_parking = said.answer(questions.parking)
        answer = read_answer(about_parking, country) if about_parking else FormAnswer()
        if answer.yes is False:
            return cls(needed=False, unless=Outcome.NOT_NEEDED)
        plate = read_plate(said.answer(questions.plate) or "", country) or answer.plate
        numbers = (said.answer(questions.phone) or "", *said.phones)
        read = (read_phone(number, country) for number in numbers)
        phone = next(filter(None, read), answer.phone)
        if answer.yes or plate:
            return cls(needed=True, unless=Outcome.NO_PHONE, phone=phone, plate=plate)
        unless = Outcome.UNCLEAR if about_parking else Outcome.NOT_NEEDED
        if about_parking is None:
            unless = Outcome.NOT_ASKED
        return cls(needed=None, unless=unless, phone=phone)

    def given(self, known: Known | None) -> _Wish:
        """With what was said before, where it was not said again; no space without a phone."""
        if self.needed is False:
            return self
        was = known.booking if known else None
        needed = self.needed or bool(was and was.parking_needed)
        phone = self.phone or (was.phone if was else None)
        plate = self.plate or (was.plate if was else None)
        if not needed or not phone:
            return _Wish(needed=False, unless=self.unless)
        return _Wish(needed=True, unless=self.unless, phone=phone, plate=plate)


def _outcome(record: Known, wish: _Wish) -> Outcome:
    if isinstance(record, Order) and record.is_live:
        return Outcome.PLACED
    if isinstance(record, Order) and record.state is not State.CANCELLED:
        return Outcome.TOO_LATE
    return Outcome.CANCELLED if wish.needed else wish.unless
