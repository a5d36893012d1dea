"""`/v1/bookings/{reference}`: this is my booking now, what is known of it, and it is off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated

from msgspec import Meta, Struct

from baylock.bootstrap import aws, orders, stores
from baylock.domain.access.scope import Scope
from baylock.domain.booking.booking import MAX_REFERENCE_LENGTH, Booking, Reference, order_id
from baylock.domain.booking.window import MAX_WINDOW
from baylock.domain.errors import NoSuchBooking
from baylock.domain.orders.order import Order
from baylock.domain.orders.record import Known
from baylock.domain.venue.mall import MerchantId, Needs
from merchant_api.call import Answer, Call
from merchant_api.problems import (
    INVALID,
    MALFORMED,
    NO_SPACE,
    NOT_FOUND,
    STALE,
    TOO_LATE,
    BadFields,
    etag,
)
from merchant_api.routes import Route
from merchant_api.schema import A_MOMENT, REPLACED, Moment, as_moment, printed, read_body
from merchant_api.versions import answer_with, only_if
from wire import OrderOut, moment, order_out, wire

MAX_NEEDS = 8
MAX_MINUTES = int(MAX_WINDOW / timedelta(minutes=1))

DURATION = f"a whole number of minutes from 1 to {MAX_MINUTES}"
NEEDS = f"at most {MAX_NEEDS} of ev, accessible, family, height:<metres>"

MinutesIn = Annotated[int, Meta(ge=1, le=MAX_MINUTES)]

_PLATE = "粤B12345"


class BookingPath(Struct, frozen=True):
    """Which booking."""

    reference: Annotated[
        Annotated[
            str,
            Meta(min_length=1, max_length=MAX_REFERENCE_LENGTH, pattern=r"\A[^%\x00-\x1f\x7f]+\Z"),
        ],
        Meta(
            description="the merchant's own reference: 1 to 128 printable characters without %",
            examples=["TBL-20461"],
        ),
    ]


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
            max_length=MAX_NEEDS,
            description=NEEDS,
            examples=[["ev"]],
        ),
    ] = ()


class BookingIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a booking is now."""

    service_time: Annotated[
        Moment, Meta(description=A_MOMENT, examples=["2026-12-01T18:30:00+08:00"])
    ]
    duration_minutes: Annotated[
        MinutesIn | None,
        Meta(description=DURATION, examples=[90]),
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
            needs=needs_of("parking.needs", self.parking.needs),
            said_at=said_at.replace(microsecond=0),
        )


def needs_of(field: str, words: Sequence[str]) -> Needs:
    """What these words ask for; BadFields where one means nothing, or there are too many."""
    if len(words) > MAX_NEEDS:
        raise BadFields(((field, NEEDS),))
    try:
        return Needs.parse(words)
    except ValueError as error:
        raise BadFields(((field, str(error)),)) from None


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
    """This is my booking now.

    Makes a booking under a new reference, changes it, or repeats it, which changes nothing. Where
    parking is needed, the free space with the shortest walk is kept for the time of the service;
    with `parking.needed` false no space is kept, and one that was is given back.

    Sent again, a booking that the merchant had cancelled or that had failed is placed anew; one
    that the driver gave back, missed or completed is not.
    """
    reference = call.parameters["reference"]
    if REPLACED in reference:
        # Several references would become this one.
        raise BadFields((("reference", "not UTF-8"),))
    booking = read_body(call.body, BookingIn).to_domain(call.merchant, reference, said_at=aws.now())
    placed = orders.place_booking()(booking, only_if(call))
    status = HTTPStatus.CREATED if placed.created else HTTPStatus.OK
    return Answer(booking_out(placed.record), status, headers=_tag(placed.record))


def get_booking(call: Call) -> Answer:
    """A booking as it is now, with its order."""
    reference = call.parameters["reference"]
    known = stores.orders().find(order_id(call.merchant, reference))
    if known is None or known.booking.reference != reference:
        raise NoSuchBooking
    return answer_with(booking_out(known), known.version, call)


def delete_booking(call: Call) -> Answer:
    """The booking is off.

    Its space is given back. Sent again, it changes nothing and is answered the same.
    """
    cancelled = orders.cancel_booking()(
        call.merchant, call.parameters["reference"], only_if=only_if(call)
    )
    return Answer(booking_out(cancelled), headers=_tag(cancelled))


def _tag(record: Known) -> dict[str, str]:
    return {"ETag": etag(record.version)}


_PATH = "/v1/bookings/{reference}"

ROUTES = (
    Route(
        method="PUT",
        path=_PATH,
        scope=Scope.BOOKINGS_WRITE,
        answer=put_booking,
        parameters=BookingPath,
        takes=BookingIn,
        answers={HTTPStatus.OK: BookingOut, HTTPStatus.CREATED: BookingOut},
        problems=(MALFORMED, INVALID, NO_SPACE, TOO_LATE, STALE),
    ),
    Route(
        method="GET",
        path=_PATH,
        scope=Scope.BOOKINGS_READ,
        answer=get_booking,
        parameters=BookingPath,
        answers={HTTPStatus.OK: BookingOut, HTTPStatus.NOT_MODIFIED: None},
        problems=(NOT_FOUND,),
    ),
    Route(
        method="DELETE",
        path=_PATH,
        scope=Scope.BOOKINGS_WRITE,
        answer=delete_booking,
        parameters=BookingPath,
        answers={HTTPStatus.OK: BookingOut},
        problems=(MALFORMED, NOT_FOUND, TOO_LATE, STALE),
    ),
)
