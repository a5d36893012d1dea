"""From an error of the domain to the problem that a client reads (RFC 9457), in one table.

`make reference` writes docs/api-errors.md, the errors in the OpenAPI document and the gateway's
responses in template.yaml from it; the pages behind each `type` are rendered from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, NamedTuple

from msgspec import Meta, Struct

from baylock.domain import errors
from baylock.domain.access.scope import Scope
from merchant_api.limits import TooManyCalls
from wire import wire

# ── what a client reads ──────────────────────────────────────────────────────────────────────────


class ProblemOut(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What went wrong (RFC 9457, `application/problem+json`)."""

    type: Annotated[
        str,
        Meta(
            description="Which problem this is: a path of this API, with a page that explains it.",
            extra_json_schema={"format": "uri-reference"},
        ),
    ]
    title: Annotated[str, Meta(description="The same in words, always the same for a type.")]
    status: Annotated[int, Meta(description="The answer's HTTP status.", ge=400, le=599)]
    request_id: Annotated[
        str,
        Meta(
            description="By which this call is found in the log; tell it to whoever helps you.",
            examples=["c6af9ac6-7b61-11e6-9a41-93e8deadbeef"],
        ),
    ]
    detail: Annotated[str, Meta(description="What was wrong this time, for a person.")] = ""


class WrongOut(Struct, frozen=True):
    """A field that can't be accepted."""

    field: Annotated[str, Meta(description="Which.", examples=["customer.phone"])]
    reason: Annotated[
        str,
        Meta(
            description="Reason, or what it should be.",
            examples=["a phone number with its country code, as in +8613800138000"],
        ),
    ]


class InvalidOut(ProblemOut, frozen=True, kw_only=True):
    """Fields that can't be accepted."""

    errors: Annotated[tuple[WrongOut, ...], Meta(description="Every field that is wrong.")]


class MissingScopeOut(ProblemOut, frozen=True, kw_only=True):
    """A key that may not do this."""

    scope: Annotated[Scope, Meta(description="What the key lacks.", examples=["bookings:write"])]


_MOMENT = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]


class SisterLotOut(Struct, frozen=True, kw_only=True):
    """What one of the mall's lots could do instead."""

    lot: Annotated[str, Meta(description="The lot's ref.", examples=["P2"])]
    free_without_needs: Annotated[
        int,
        Meta(
            description="Spaces that are free then, for a vehicle without these needs.",
            examples=[3],
            ge=0,
        ),
    ]
    next_free: Annotated[
        tuple[_MOMENT, ...],
        Meta(
            description="The next service times at which it has a suitable space, that day. UTC.",
            examples=[["2026-12-01T12:30:00Z"]],
        ),
    ]


NextFree = Annotated[
    tuple[_MOMENT, ...],
    Meta(
        description="The next service times with a suitable space, that day, at most three. UTC.",
        examples=[["2026-12-01T12:30:00Z", "2026-12-01T12:45:00Z"]],
    ),
]


class NoSpaceOut(ProblemOut, frozen=True, kw_only=True):
    """Full, and what could be done instead."""

    next_free: NextFree
    sister_lots: Annotated[
        tuple[SisterLotOut, ...], Meta(description="The mall's lots that have something to offer.")
    ]


class StaleOut(ProblemOut, frozen=True, kw_only=True):
    """Changed by somebody else."""

    etag: Annotated[
        str | None,
        Meta(description="The ETag as it is now; null where there is nothing.", examples=['"3"']),
    ]


class TooManyOut(ProblemOut, frozen=True, kw_only=True):
    """More calls than the key may make."""

    policy: Annotated[
        str,
        Meta(
            description="Which limit it was, as in RateLimit-Policy; without one it is that of all "
            "callers together.",
            examples=["burst"],
        ),
    ] = ""


# ── the table ────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Problem:
    """One kind of problem.

    `name` is the last part of its `type`, and `title` never varies. `means` and `remedy` are what
    the reference says of it; `shape` is the body, and `by_gateway` where it never comes from us.
    """

    name: str
    status: int
    title: str
    means: str
    remedy: str
    shape: type[ProblemOut] = ProblemOut
    retry_after_seconds: int | None = None
    by_gateway: bool = False

    @property
    def type(self) -> str:
        """A path of this API that explains it."""
        return f"/v1/problems/{self.name}"


MALFORMED = Problem(
    "malformed",
    400,
    "The request can't be read",
    "The body is not a JSON object in UTF-8, is larger than 16 KB (256 KB from a booking "
    "system) or names a field twice, or a header can't be understood.",
    "Mend the client; the same request will never be accepted.",
)
UNAUTHORIZED = Problem(
    "unauthorized",
    401,
    "A valid key is needed",
    "There is no key in the Authorization header, or it is a wrong or a revoked one.",
    "Send `Authorization: Bearer blk_live_…` with a key that is valid.",
    by_gateway=True,
)
BAD_SIGNATURE = Problem(
    "bad-signature",
    401,
    "The signature does not fit",
    "A webhook of a booking system is not signed with the secret of its connection, or not lately; "
    "or there is no such connection.",
    "Check the connection's id in the address and its secret (`baylock connect secret`).",
)
FORBIDDEN = Problem(
    "forbidden",
    403,
    "This key may not do that",
    "The key's merchant is in no mall any more.",
    "Ask the operator of the mall.",
)
MISSING_SCOPE = Problem(
    "missing-scope",
    403,
    "This key lacks a scope",
    "The key is valid, but was made without the scope that this call needs; `scope` names it.",
    "Use a key that has it; the operator of the mall makes one.",
    MissingScopeOut,
)
NOT_FOUND = Problem(
    "not-found",
    404,
    "There is no such thing",
    "No such path or method, or no booking or order of that name is this merchant's. Whether "
    "another merchant has one is never told.",
    "Check the reference or id, and whose key it is.",
)
NO_SPACE = Problem(
    "no-space",
    409,
    "No suitable space is free then",
    "Every space that would do is taken for a part of the window. Nothing was changed: a booking "
    "that had a space keeps it.",
    "Offer one of the times in `next_free`, or see in `sister_lots` what is free without needs.",
    NoSpaceOut,
)
TOO_LATE = Problem(
    "too-late",
    409,
    "The order has gone too far for this change",
    "The driver is in, so the space can't change any more; or the stay is over.",
    "Read the booking to see how it stands; a new visit needs a new reference.",
)
NO_WEBHOOK = Problem(
    "no-webhook",
    409,
    "There is no webhook to send to",
    "The merchant has set no webhook, or it is switched off: see `state` of `GET /v1/webhook`.",
    "Set it with `PUT /v1/webhook`.",
)
STALE = Problem(
    "stale",
    412,
    "It has changed since you read it",
    "The version in If-Match is not the current one, or with `If-None-Match: *` there is a booking "
    "already. Nothing was changed.",
    "Read it again, decide again, and send the new ETag.",
    StaleOut,
)
TOO_LARGE = Problem(
    "too-large",
    413,
    "The request is too large",
    "The gateway takes no bodies above 10 MB, and this one was.",
    "Send less; bookings are read up to 16 KB.",
    by_gateway=True,
)
INVALID = Problem(
    "invalid",
    422,
    "A field can't be accepted",
    "A field is missing, unknown or has a value that makes no sense; `errors` names each. "
    "Nothing was stored.",
    "Mend the fields; each comes with the reason.",
    InvalidOut,
)
TOO_MANY = Problem(
    "too-many",
    429,
    "Too many calls",
    "The key has no call left, at once or today: `policy` says which. RateLimit and "
    "RateLimit-Policy tell with each answer what is left.",
    "Wait for the seconds in Retry-After, then go on more slowly.",
    TooManyOut,
    retry_after_seconds=2,
)
BROKEN = Problem(
    "broken",
    500,
    "Something broke on our side",
    "A fault of this software. Whether anything was changed is not known.",
    "Send the same again: a PUT or DELETE that is repeated does no harm. Report the request_id.",
)
BUSY = Problem(
    "busy",
    503,
    "Too much is going on just now",
    "The store or the function is overloaded, or others kept changing the same order.",
    "Send the same again after the seconds in Retry-After.",
    retry_after_seconds=2,
)

EVERY_PROBLEM = (
    MALFORMED,
    UNAUTHORIZED,
    BAD_SIGNATURE,
    FORBIDDEN,
    MISSING_SCOPE,
    NOT_FOUND,
    NO_SPACE,
    TOO_LATE,
    NO_WEBHOOK,
    STALE,
    TOO_LARGE,
    INVALID,
    TOO_MANY,
    BROKEN,
    BUSY,
)

PROBLEMS: Mapping[type[errors.BaylockError], Problem] = {
    errors.InvalidBooking: INVALID,
    errors.InvalidWebhook: INVALID,
    errors.PastTime: INVALID,
    errors.TooFarAhead: INVALID,
    errors.TooLong: INVALID,
    errors.OtherBooking: INVALID,
    errors.NoSpace: NO_SPACE,
    errors.TooLate: TOO_LATE,
    errors.OtherVersion: STALE,
    errors.NoWebhook: NO_WEBHOOK,
    errors.NoSuchBooking: NOT_FOUND,
    errors.NoSuchOrder: NOT_FOUND,
    errors.NoSuchMall: FORBIDDEN,
    errors.NotAMerchant: FORBIDDEN,
    errors.Busy: BUSY,
}
"""By error of the domain. One that is not here is a fault of ours."""


class BadRequest(Exception):
    """The request can't be read at all; `reason` says so to whoever wrote the client."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class BadFields(Exception):
    """Fields that can't be accepted, each with the reason."""

    fields: tuple[tuple[str, str], ...]


class BadSignature(Exception):
    """A webhook that its connection's booking system has not signed, or not lately."""


@dataclass(frozen=True)
class ScopeMissing(Exception):
    """The key is good, but not for this."""

    scope: Scope


class NoSuchPage(Exception):
    """Nothing is to be read there."""


class Said(NamedTuple):
    """A problem, and what this instance of it adds to its body."""

    problem: Problem
    more: Mapping[str, Any] = {}


def problem_of(error: Exception) -> Said:
    """What is said of an error; `BROKEN` where it is one that nobody foresaw."""
    match error:
        case BadRequest():
            return Said(MALFORMED, {"detail": error.reason})
        case BadFields():
            return Said(INVALID, _wrong(error.fields))
        case BadSignature():
            return Said(BAD_SIGNATURE)
        case NoSuchPage():
            return Said(NOT_FOUND)
        case ScopeMissing():
            said = f"this call needs a key with the scope {error.scope}"
            return Said(MISSING_SCOPE, {"detail": said, "scope": error.scope})
        case TooManyCalls():
            problem = replace(TOO_MANY, retry_after_seconds=error.retry_after_seconds)
            return Said(problem, {"detail": error.reason, "policy": error.policy})
        case errors.InvalidBooking() | errors.InvalidWebhook():
            return Said(INVALID, _wrong(((error.field, error.reason),)))
        case errors.NoSpace():
            return Said(NO_SPACE, instead(error))
        case errors.OtherVersion():
            return Said(STALE, {"etag": error.version and etag(error.version)})
        case errors.BaylockError():
            return Said(PROBLEMS.get(type(error), BROKEN))
        case _:
            return Said(BROKEN)


def etag(version: int) -> str:
    """A version as HTTP names it (RFC 9110, section 8.8.3)."""
    return f'"{version}"'


def _wrong(fields: tuple[tuple[str, str], ...]) -> Mapping[str, Any]:
    return {
        "detail": "; ".join(f"{field}: {reason}" for field, reason in fields),
        "errors": tuple(WrongOut(field, reason) for field, reason in fields),
    }


def instead(full: errors.NoSpace) -> Mapping[str, Any]:
    """`next_free` and `sister_lots`."""
    return {
        "next_free": tuple(wire(at) for at in full.next_free),
        "sister_lots": tuple(
            SisterLotOut(
                lot=lot.lot,
                free_without_needs=lot.free_without_needs,
                next_free=tuple(wire(at) for at in lot.next_free),
            )
            for lot in full.lots
        ),
    }
