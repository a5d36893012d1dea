"""`/v1/bookings/{reference}`: this is my booking now, what is known of it, and it is off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated

from msgspec import Meta, Struct

from baylock import bootstrap
from baylock.domain.access import Scope
from baylock.domain.booking import Booking, MerchantId, Reference, order_id
from baylock.domain.errors import NoSuchBooking
from baylock.domain.order import Known, Order
from baylock.domain.venue import Needs
from baylock.domain.window import LONGEST
from merchant_api.call import Answer, Call
from merchant_api.problems import INVALID, MALFORMED, NO_SPACE, NOT_FOUND, TOO_LATE, BadFields
from merchant_api.routes import Route
from merchant_api.schema import A_MOMENT, Moment, as_moment, printed, read_body
from wire import OrderOut, moment, order_out, wire

MOST_NEEDS = 8
LONGEST_MINUTES = int(LONGEST / timedelta(minutes=1))

_PLATE = "粤B12345"


class CustomerIn(Struct, frozen=True, forbid_unknown_fields=True):
    """Who comes."""

    phone: Annotated[
        Annotated[str, Meta(pattern=r"\A\+[1-9][0-9]{6,14}\Z")] | None,
        Meta(
            description="a phone number with its country code, as in +8613800138000",
            examples=["+8613800138000"],
        ),
    ] = None
    name: Annotated[
        Annotated[str, Meta(pattern=printed(80))] | None,
        Meta(description="at most 80 printable characters", examples=["Ms Li"]),
    ] = None
    locale: Annotated[
        Annotated[str, Meta(pattern=r"\A[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*\Z")] | None,
        Meta(description="a language tag, as in zh-CN", examples=["zh-CN"]),
    ] = None


class ParkingIn(Struct, frozen=True, forbid_unknown_fields=True):
    """Whether they come by car, and what the car needs."""

    needed: Annotated[bool, Meta(description="true or false", examples=[True])]
    plate: Annotated[
        Annotated[str, Meta(pattern=printed(16))] | None,
        Meta(description="at most 16 printable characters", examples=[_PLATE]),
    ] = None
    needs: Annotated[
        tuple[str, ...],
        Meta(
            max_length=MOST_NEEDS,
            description=f"at most {MOST_NEEDS} of ev, accessible, family, height:<metres>",
            examples=[["ev"]],
        ),
    ] = ()


class BookingIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a booking is now."""

    service_time: Annotated[
        Moment, Meta(description=A_MOMENT, examples=["2026-12-01T18:30:00+08:00"])
    ]
    duration_minutes: Annotated[
        Annotated[int, Meta(ge=1, le=LONGEST_MINUTES)] | None,
        Meta(description=f"a whole number from 1 to {LONGEST_MINUTES}", examples=[90]),
    ] = None
    customer: Annotated[CustomerIn, Meta(description="an object")] = CustomerIn()
    parking: Annotated[ParkingIn, Meta(description="an object that says whether parking is needed")]

    def to_domain(self, merchant: MerchantId, reference: str, said_at: datetime) -> Booking:
        """The booking; BadFields or InvalidBooking where it makes no sense."""
        minutes = self.duration_minutes
        return Booking(
            merchant=merchant,
            reference=Reference(reference),
            # As it is stored and answered, so that what is sent again is seen to be the same.
            service_time=as_moment("service_time", self.service_time).replace(microsecond=0),
            duration=None if minutes is None else timedelta(minutes=minutes),
            parking_needed=self.parking.needed,
            phone=self.customer.phone,
            name=(self.customer.name or "").strip() or None,
            locale=self.customer.locale,
            plate=(self.parking.plate or "").strip() or None,
            needs=_needs(self.parking.needs),
            said_at=said_at.replace(microsecond=0),
        )


def _needs(words: Sequence[str]) -> Needs:
    try:
        return Needs.parse(words)
    except ValueError as error:
        raise BadFields((("parking.needs", str(error)),)) from None


class ParkingOut(Struct, frozen=True):
    """What was said of parking."""

    needed: Annotated[bool, Meta(description="Whether a space is wanted.", examples=[True])]
    plate: Annotated[str | None, Meta(description="The vehicle's plate.", examples=[_PLATE])]
    needs: Annotated[
        tuple[str, ...], Meta(description="What the space must offer.", examples=[["ev"]])
    ]


class BookingOut(Struct, frozen=True, kw_only=True):
    """A booking as it is now; nothing of the customer is ever answered."""

    reference: Annotated[str, Meta(description="The merchant's own.", examples=["TBL-20461"])]
    service_time: Annotated[str, moment("When the service begins", "2026-12-01T10:30:00Z")]
    duration_minutes: Annotated[
        int | None,
        Meta(
            description="How long the service takes; null where the lot's setting counts.",
            examples=[90],
        ),
    ]
    parking: Annotated[ParkingOut, Meta(description="What was said of parking.")]
    order: Annotated[
        OrderOut | None, Meta(description="Its parking order; null where none was ever needed.")
    ]


def booking_out(record: Known) -> BookingOut:
    """A booking as it is answered."""
    booking = record.booking
    duration = booking.duration
    return BookingOut(
        reference=booking.reference,
        service_time=wire(booking.service_time),
        duration_minutes=None if duration is None else int(duration / timedelta(minutes=1)),
        parking=ParkingOut(booking.parking_needed, booking.plate, booking.needs.words()),
        order=order_out(record) if isinstance(record, Order) else None,
    )


def put_booking(call: Call) -> Answer:
    """This is my booking now."""
    booking = read_body(call.body, BookingIn).to_domain(
        call.merchant, call.parameters["reference"], said_at=bootstrap.now()
    )
    placed = bootstrap.place_booking()(booking)
    status = HTTPStatus.CREATED if placed.created else HTTPStatus.OK
    return Answer(booking_out(placed.record), status)


def get_booking(call: Call) -> Answer:
    """What is known of a booking."""
    reference = call.parameters["reference"]
    known = bootstrap.orders().find(order_id(call.merchant, reference))
    if known is None or known.booking.reference != reference:
        raise NoSuchBooking
    return Answer(booking_out(known))


def delete_booking(call: Call) -> Answer:
    """The booking is off."""
    cancelled = bootstrap.cancel_booking()(call.merchant, call.parameters["reference"])
    return Answer(booking_out(cancelled))


_PATH = "/v1/bookings/{reference}"

ROUTES = (
    Route(
        method="PUT",
        path=_PATH,
        scope=Scope.BOOKINGS_WRITE,
        answer=put_booking,
        takes=BookingIn,
        answers={HTTPStatus.OK: BookingOut, HTTPStatus.CREATED: BookingOut},
        problems=(MALFORMED, INVALID, NO_SPACE, TOO_LATE),
    ),
    Route(
        method="GET",
        path=_PATH,
        scope=Scope.BOOKINGS_READ,
        answer=get_booking,
        answers={HTTPStatus.OK: BookingOut},
        problems=(NOT_FOUND,),
    ),
    Route(
        method="DELETE",
        path=_PATH,
        scope=Scope.BOOKINGS_WRITE,
        answer=delete_booking,
        answers={HTTPStatus.OK: BookingOut},
        problems=(NOT_FOUND, TOO_LATE),
    ),
)
