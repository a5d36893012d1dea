"""The shapes of requests and answers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, NoReturn, TypeGuard

from msgspec import Meta, Struct, ValidationError, convert
from msgspec.structs import fields

from baylock.domain.booking import Booking, MerchantId, OrderId, Reference
from baylock.domain.errors import NoSuchOrder
from baylock.domain.order import Known, Order
from baylock.domain.venue import Mall, Merchant, Needs, Terms
from baylock.domain.window import LONGEST
from merchant_api.problems import BadFields, BadRequest, wire

MOST_BYTES = 16 * 1024
MOST_NEEDS = 8
LONGEST_PAGE = 100
LONGEST_MINUTES = int(LONGEST / timedelta(minutes=1))

_HOUR = "([01][0-9]|2[0-3])"
_TIME = f"{_HOUR}:[0-5][0-9](:[0-5][0-9]([.][0-9]{{1,9}})?)?"
_RFC3339 = rf"\A[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[Tt]{_TIME}([Zz]|[+-]{_HOUR}:[0-5][0-9])\Z"
_ORDER_ID = re.compile(r"ord_[a-z2-7]{12}\Z")

_A_MOMENT = "a date and time with its offset, as in 2026-12-01T18:30:00+08:00"
WHY: Mapping[str, str] = {
    "service_time": _A_MOMENT,
    "duration_minutes": f"a whole number from 1 to {LONGEST_MINUTES}",
    "customer": "an object",
    "customer.phone": "a phone number with its country code, as in +8613800138000",
    "customer.name": "at most 80 printable characters",
    "customer.locale": "a language tag, as in zh-CN",
    "parking": "an object that says whether parking is needed",
    "parking.needed": "true or false",
    "parking.plate": "at most 16 printable characters",
    "parking.needs": f"a list of at most {MOST_NEEDS} of ev, accessible, family, height:<metres>",
}
"""What each field should be, for whoever wrote the client."""


def _printed(most: int) -> str:
    """A line of text; the white space around it is not counted, as it is not kept."""
    space = r"[^\S\x1c-\x1f]*+"
    return rf"\A{space}[^\x00-\x1f\x7f\ud800-\udfff]{{0,{most}}}?{space}\Z"


class CustomerIn(Struct, frozen=True, forbid_unknown_fields=True):
    """Who comes."""

    phone: Annotated[str, Meta(pattern=r"\A\+[1-9][0-9]{6,14}\Z")] | None = None
    name: Annotated[str, Meta(pattern=_printed(80))] | None = None
    locale: Annotated[str, Meta(pattern=r"\A[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*\Z")] | None = None


class ParkingIn(Struct, frozen=True, forbid_unknown_fields=True):
    """Whether they come by car, and what the car needs."""

    needed: bool
    plate: Annotated[str, Meta(pattern=_printed(16))] | None = None
    needs: Annotated[tuple[str, ...], Meta(max_length=MOST_NEEDS)] = ()


class BookingIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What `PUT /v1/bookings/{reference}` takes."""

    service_time: Annotated[str, Meta(pattern=_RFC3339)]
    duration_minutes: Annotated[int, Meta(ge=1, le=LONGEST_MINUTES)] | None = None
    customer: CustomerIn = CustomerIn()
    parking: ParkingIn

    def to_domain(self, merchant: MerchantId, reference: str, said_at: datetime) -> Booking:
        """The booking; BadFields or InvalidBooking where it makes no sense."""
        minutes = self.duration_minutes
        return Booking(
            merchant=merchant,
            reference=Reference(reference),
            # As it is stored and answered, so that what is sent again is seen to be the same.
            service_time=_moment("service_time", self.service_time).replace(microsecond=0),
            duration=None if minutes is None else timedelta(minutes=minutes),
            parking_needed=self.parking.needed,
            phone=self.customer.phone,
            name=(self.customer.name or "").strip() or None,
            locale=self.customer.locale,
            plate=(self.parking.plate or "").strip() or None,
            needs=_needs(self.parking.needs),
            said_at=said_at.replace(microsecond=0),
        )


def _moment(name: str, written: str) -> datetime:
    try:
        return datetime.fromisoformat(written.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadFields(((name, "there is no such time"),)) from None


def _needs(words: Sequence[str]) -> Needs:
    try:
        return Needs.parse(words)
    except ValueError as error:
        raise BadFields((("parking.needs", str(error)),)) from None


def read_booking(body: str | None) -> BookingIn:
    """From the body of a request: BadRequest where it is not JSON, BadFields where it does not fit.

    Read by us rather than by a framework, so that every way to be wrong has the same answer.
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
        return convert(given, BookingIn)
    except (ValidationError, UnicodeError):
        raise BadFields(tuple(_wrong(given, BookingIn))) from None


def _wrong(
    given: Mapping[str, Any], shape: type[Struct], at: str = ""
) -> Iterator[tuple[str, str]]:
    """Every field that does not fit; the library would stop at the first."""
    known = {field.name: field for field in fields(shape)}
    for name, field in known.items():
        where = at + name
        if name not in given:
            if field.required:
                yield where, f"missing: {WHY[where]}"
        elif isinstance(given[name], dict) and _is_struct(field.type):
            yield from _wrong(given[name], field.type, f"{where}.")
        elif not _fits(given[name], field.type):
            yield where, WHY[where]
    for name in given.keys() - known.keys():
        # Half a character can be written in JSON, but not in UTF-8.
        yield at + name.encode(errors="replace").decode(), "not a field of a booking"


def _is_struct(type_: object) -> TypeGuard[type[Struct]]:
    return isinstance(type_, type) and issubclass(type_, Struct)


def _fits(value: object, type_: object) -> bool:
    try:
        convert(value, type_)
    except ValidationError:
        return False
    return True


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


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
    # A plus sign that was not escaped arrives as a space.
    written = given.replace(" ", "+")
    if not re.match(_RFC3339, written):
        raise BadFields(((name, _A_MOMENT),))
    return _moment(name, written)


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
