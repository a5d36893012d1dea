"""`/v1/bookings/{reference}`: place, change, read and cancel a booking."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated

from msgspec import Meta, Struct

from baylock.bootstrap import aws, orders
from baylock.domain.access.scope import Scope
from baylock.domain.booking.booking import MAX_REFERENCE_LENGTH, Booking, Reference
from baylock.domain.booking.window import MAX_WINDOW, ServiceTime
from baylock.domain.errors import NoSuchBooking
from baylock.domain.orders.order import Order
from baylock.domain.orders.record import Known
from baylock.domain.orders.resource import rfc3339
from baylock.domain.venue.mall import MerchantId, Needs
from merchant_api.order_with_link import OrderWithLink, order_with_link
from web.order_resource import moment
from web.problems import (
    INVALID,
    MALFORMED,
    NO_LOCK_HEARD,
    NO_SPACE,
    NOT_FOUND,
    STALE,
    TOO_LATE,
    BadFields,
)
from web.request import Request
from web.response import Response
from web.router import Route
from web.schema import A_MOMENT, REPLACED, Moment, as_moment, printed, read_body
from web.versions import conditional_response, only_if, tag_of

MAX_NEEDS = 8
MAX_MINUTES = int(MAX_WINDOW / timedelta(minutes=1))

DURATION = f"a whole number of minutes from 1 to {MAX_MINUTES}"
NEEDS = f"at most {MAX_NEEDS} of ev, accessible, family, height:<metres>"

MinutesIn = Annotated[int, Meta(ge=1, le=MAX_MINUTES)]

_PLATE = "粤B12345"


class BookingPath(Struct, frozen=True):
    """The reference of a booking."""

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


class CustomerInput(Struct, frozen=True, forbid_unknown_fields=True):
    """The customer."""

    phone: Annotated[
        Annotated[str, Meta(pattern=r"\A\+[1-9][0-9]{6,14}\Z")] | None,
        Meta(
            description="a phone number with its country code, as in +8613800138000",
            examples=["+8613800138000"],
        ),
    ] = None
    name: Annotated[
        Annotated[str, Meta(pattern=printed(80))] | None,
        Meta(
            description="at most 80 printable characters; accepted, and not stored",
            examples=["Ms Li"],
        ),
    ] = None
    locale: Annotated[
        Annotated[str, Meta(pattern=r"\A[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*\Z")] | None,
        Meta(description="a language tag, as in zh-CN", examples=["zh-CN"]),
    ] = None


class ParkingInput(Struct, frozen=True, forbid_unknown_fields=True):
    """Whether the customer needs parking, and for what vehicle."""

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


class BookingInput(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A booking as it is now."""

    service_time: Annotated[
        Moment, Meta(description=A_MOMENT, examples=["2026-12-01T18:30:00+08:00"])
    ]
    duration_minutes: Annotated[
        MinutesIn | None,
        Meta(description=DURATION, examples=[90]),
    ] = None
    customer: Annotated[CustomerInput, Meta(description="an object")] = CustomerInput()
    parking: Annotated[
        ParkingInput, Meta(description="an object that says whether parking is needed")
    ]

    def to_domain(self, merchant: MerchantId, reference: str, said_at: datetime) -> Booking:
        """The booking; BadFields or InvalidBooking where a field is not valid."""
        minutes = self.duration_minutes
        time = ServiceTime.of(
            as_moment("service_time", self.service_time),
            None if minutes is None else timedelta(minutes=minutes),
        )
        return Booking(
            merchant=merchant,
            reference=Reference(reference),
            service_time=time.start,
            duration=time.duration,
            within_second=time.within_second,
            parking_needed=self.parking.needed,
            phone=None if self.customer.phone is None else existing_phone(self.customer.phone),
            locale=self.customer.locale,
            plate=(self.parking.plate or "").strip() or None,
            needs=needs_of("parking.needs", self.parking.needs),
            said_at=said_at.replace(microsecond=0),
        )


def existing_phone(phone: str) -> str:
    """The number; BadFields where its country has no such numbers."""
    # Here, as most requests have no phone number, and its rules take a while to load.
    from baylock.texts.reading.phones import exists

    if not exists(phone):
        raise BadFields((("customer.phone", "a phone number that exists in its country"),))
    return phone


def needs_of(field: str, words: Sequence[str]) -> Needs:
    """The needs in these words; BadFields where a word is unknown, or there are too many."""
    if len(words) > MAX_NEEDS:
        raise BadFields(((field, NEEDS),))
    try:
        return Needs.parse(words)
    except ValueError as error:
        raise BadFields(((field, str(error)),)) from None


class ParkingResource(Struct, frozen=True):
    """The parking that the booking asks for."""

    needed: Annotated[
        bool, Meta(description="Whether the customer needs a space.", examples=[True])
    ]
    plate: Annotated[str | None, Meta(description="The vehicle's plate.", examples=[_PLATE])]
    needs: Annotated[
        tuple[str, ...], Meta(description="What the space must offer.", examples=[["ev"]])
    ]


class BookingResource(Struct, frozen=True, kw_only=True):
    """A booking as it is now, without the customer's data."""

    reference: Annotated[
        str, Meta(description="The merchant's own reference.", examples=["TBL-20461"])
    ]
    service_time: Annotated[str, moment("The start of the service", "2026-12-01T10:30:00Z")]
    duration_minutes: Annotated[
        int | None,
        Meta(
            description="The duration of the service; null for the lot's default.",
            examples=[90],
        ),
    ]
    parking: Annotated[ParkingResource, Meta(description="The parking that the booking asks for.")]
    order: Annotated[
        OrderWithLink | None,
        Meta(description="Its parking order; null if parking was never needed."),
    ]


def booking_resource(record: Known, request: Request) -> BookingResource:
    """A booking as merchants read it."""
    booking = record.booking
    duration = booking.duration
    return BookingResource(
        reference=booking.reference,
        service_time=rfc3339(booking.service_time),
        duration_minutes=None if duration is None else -(-duration // timedelta(minutes=1)),
        parking=ParkingResource(booking.parking_needed, booking.plate, booking.needs.words()),
        order=order_with_link(record, request) if isinstance(record, Order) else None,
    )


def put_booking(request: Request) -> Response:
    """Place or change a booking.

    Creates the booking if the reference is new, changes it, or repeats it, which changes nothing.
    If parking is needed, the free space with the shortest walk is kept for the time of the service.
    With `parking.needed` false no space is kept, and a space that was kept is released.

    Sending a booking again places it anew if the merchant had cancelled it or if it had failed, but
    not if the driver gave it back, did not come, or has left.
    """
    reference = request.parameters["reference"]
    if REPLACED in reference:
        # Several references would become the same.
        raise BadFields((("reference", "not UTF-8"),))
    booking = read_body(request.body, BookingInput).to_domain(
        request.merchant, reference, said_at=aws.now()
    )
    placed = orders.place_booking()(booking, only_if(request))
    status = HTTPStatus.CREATED if placed.created else HTTPStatus.OK
    return _answer(placed.record, request, status)


def get_booking(request: Request) -> Response:
    """Get a booking with its order."""
    reference = request.parameters["reference"]
    known = orders.find_booking()(request.merchant, reference)
    if known is None:
        raise NoSuchBooking
    return conditional_response(booking_resource(known, request), known.version, request)


def delete_booking(request: Request) -> Response:
    """Cancel a booking.

    Its space is released. Repeating the call changes nothing and has the same response.
    """
    cancelled = orders.cancel_booking()(
        request.merchant, request.parameters["reference"], only_if=only_if(request)
    )
    return _answer(cancelled, request)


def _answer(record: Known, request: Request, status: HTTPStatus = HTTPStatus.OK) -> Response:
    body = booking_resource(record, request)
    return Response(body, status, headers={"ETag": tag_of(record.version, request)})


_PATH = "/v1/bookings/{reference}"

ROUTES = (
    Route(
        method="PUT",
        path=_PATH,
        scope=Scope.BOOKINGS_WRITE,
        handler=put_booking,
        parameters=BookingPath,
        body=BookingInput,
        responses={HTTPStatus.OK: BookingResource, HTTPStatus.CREATED: BookingResource},
        problems=(MALFORMED, INVALID, NO_SPACE, NO_LOCK_HEARD, TOO_LATE, STALE),
    ),
    Route(
        method="GET",
        path=_PATH,
        scope=Scope.BOOKINGS_READ,
        handler=get_booking,
        parameters=BookingPath,
        responses={HTTPStatus.OK: BookingResource, HTTPStatus.NOT_MODIFIED: None},
        problems=(NOT_FOUND,),
    ),
    Route(
        method="DELETE",
        path=_PATH,
        scope=Scope.BOOKINGS_WRITE,
        handler=delete_booking,
        parameters=BookingPath,
        responses={HTTPStatus.OK: BookingResource},
        problems=(MALFORMED, NOT_FOUND, TOO_LATE, STALE),
    ),
)
