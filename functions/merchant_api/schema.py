"""The shapes of requests and answers."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, NoReturn

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
)

from baylock.domain.booking import Booking, MerchantId, OrderId, Reference
from baylock.domain.errors import NoSuchOrder
from baylock.domain.order import Known, Order
from baylock.domain.venue import Mall, Merchant, Needs, Terms
from baylock.domain.window import LONGEST
from merchant_api.problems import BadFields, BadRequest, wire

MOST_BYTES = 16 * 1024
LONGEST_PAGE = 100

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:\d\d)\Z")
_ORDER_ID = re.compile(r"ord_[a-z2-7]{12}\Z")


def _written_out(value: object) -> object:
    if not isinstance(value, str) or not _RFC3339.match(value):
        raise ValueError("a date and time with its offset, as in 2026-12-01T18:30:00+08:00")
    return value


def _stored(moment: datetime) -> datetime:
    """As it is stored and answered, so that what is sent again is seen to be the same."""
    return moment.astimezone(UTC).replace(microsecond=0)


Moment = Annotated[
    AwareDatetime, Field(strict=False), BeforeValidator(_written_out), AfterValidator(_stored)
]
Phone = Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{6,14}$")]
_PRINTED = r"^[^\x00-\x1f\x7f]*$"
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=80, pattern=_PRINTED)]
Plate = Annotated[str, StringConstraints(strip_whitespace=True, max_length=16, pattern=_PRINTED)]


class Strict(BaseModel):
    """Types as written, and no field that we would pass over in silence."""

    model_config = ConfigDict(extra="forbid", strict=True)


class CustomerIn(Strict):
    """Who comes."""

    phone: Phone | None = None
    name: Line | None = None
    locale: (
        Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$")] | None
    ) = None


class ParkingIn(Strict):
    """Whether they come by car, and what the car needs."""

    needed: bool
    plate: Plate | None = None
    needs: list[str] = Field(default_factory=list, max_length=8)

    @field_validator("needs")
    @classmethod
    def _known(cls, words: list[str]) -> list[str]:
        Needs.parse(words)
        return words


class BookingIn(Strict):
    """What `PUT /v1/bookings/{reference}` takes."""

    service_time: Moment
    duration_minutes: int | None = Field(default=None, ge=1, le=int(LONGEST / timedelta(minutes=1)))
    customer: CustomerIn = Field(default_factory=CustomerIn)
    parking: ParkingIn

    def to_domain(self, merchant: MerchantId, reference: str, said_at: datetime) -> Booking:
        """The booking; InvalidBooking where its parts do not go together."""
        minutes = self.duration_minutes
        return Booking(
            merchant=merchant,
            reference=Reference(reference),
            service_time=self.service_time,
            duration=None if minutes is None else timedelta(minutes=minutes),
            parking_needed=self.parking.needed,
            phone=self.customer.phone,
            name=self.customer.name or None,
            locale=self.customer.locale,
            plate=self.parking.plate or None,
            needs=Needs.parse(self.parking.needs),
            said_at=said_at.replace(microsecond=0),
        )


def read_booking(body: str | None) -> BookingIn:
    """From the body of a request: BadRequest where it is not JSON, BadFields where it does not fit.

    Read by us rather than by the framework, so that every way to be wrong has the same answer.
    """
    if not body:
        raise BadRequest("the body is empty; send the booking as a JSON object")
    if len(body.encode(errors="surrogatepass")) > MOST_BYTES:
        raise BadRequest(f"the body is larger than {MOST_BYTES // 1024} KB")
    try:
        given = json.loads(body, parse_constant=_no_constant)
        body.encode()
    except (ValueError, RecursionError):
        raise BadRequest("the body is not JSON in UTF-8") from None
    if not isinstance(given, dict):
        raise BadRequest("the body must be a JSON object")
    try:
        return BookingIn.model_validate(given)
    except ValidationError as error:
        raise BadFields(
            tuple((".".join(map(str, one["loc"])), _why(one["msg"])) for one in error.errors())
        ) from None
    except OverflowError:
        raise BadFields((("service_time", "out of range"),)) from None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _why(message: str) -> str:
    return message.removeprefix("Value error, ")


def booking_body(record: Known) -> dict[str, Any]:
    """A booking as it is answered."""
    booking = record.booking
    minutes = booking.duration and int(booking.duration / timedelta(minutes=1))
    return {
        "reference": booking.reference,
        "service_time": wire(booking.service_time),
        "duration_minutes": minutes,
        "parking": {
            "needed": booking.parking_needed,
            "plate": booking.plate,
            "needs": list(booking.needs.words()),
        },
        "order": order_body(record) if isinstance(record, Order) else None,
    }


def order_body(order: Order) -> dict[str, Any]:
    """An order as it is answered."""
    claim = order.claim
    return {
        "id": order.id,
        "version": order.version,
        "reference": order.booking.reference,
        "state": order.state.value,
        "lot": claim.space.lot,
        "level": claim.level,
        "space": claim.space.space,
        "window": {"start": wire(claim.window.start), "end": wire(claim.window.end)},
        "walk_m": claim.walk_m,
        "why": order.why.value if order.why else None,
    }


def read_order_id(given: str) -> OrderId:
    """An id from a path; NoSuchOrder where no order can have it."""
    if not _ORDER_ID.match(given):
        raise NoSuchOrder
    return OrderId(given)


def read_moment(name: str, query: Mapping[str, str]) -> datetime | None:
    """A moment in a query string; BadFields where it is none."""
    given = query.get(name)
    if not given:
        return None
    try:
        # A plus sign that was not escaped arrives as a space.
        moment = datetime.fromisoformat(str(_written_out(given.replace(" ", "+"))).upper())
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadFields(((name, "a date and time with its offset"),)) from None


def read_limit(query: Mapping[str, str]) -> int:
    """How many orders a page should have: 1 to 100, by default 50."""
    given = query.get("limit") or "50"
    if not (re.fullmatch(r"[0-9]{1,3}", given) and 1 <= int(given) <= LONGEST_PAGE):
        raise BadFields((("limit", f"a number from 1 to {LONGEST_PAGE}"),))
    return int(given)


def merchant_body(mall: Mall, merchant: Merchant, scopes: Sequence[str]) -> dict[str, Any]:
    """Who a key belongs to, where, and by which settings."""

    def minutes(time: timedelta) -> int:
        return int(time / timedelta(minutes=1))

    def settings(terms: Terms) -> dict[str, Any]:
        return {
            "arrive_early_minutes": minutes(terms.arrive_early),
            "leave_late_minutes": minutes(terms.leave_late),
            "lead_minutes": minutes(terms.lead),
            "grace_minutes": minutes(terms.grace),
            "duration_minutes": minutes(terms.duration),
            "lock_when": terms.lock_when.value,
            "idle_barrier": terms.idle_barrier.value,
        }

    return {
        "ref": merchant.ref,
        "name": merchant.name,
        "level": merchant.level,
        "mall": {"ref": mall.ref, "name": mall.name, "timezone": mall.timezone},
        "lots": [
            {
                "ref": lot.ref,
                "name": lot.name,
                "spaces": len(lot.spaces),
                "settings": settings(merchant.overrides.of(lot.terms)),
            }
            for lot in mall.lots
        ],
        "scopes": list(scopes),
    }
