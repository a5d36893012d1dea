"""Problems (RFC 9457): one table of them, and which errors of the domain become which.

`make reference` writes docs/api-errors.md, the page behind each `type`, the errors in the OpenAPI
document and the gateway's own responses in template.yaml from this table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple

from msgspec import Meta, Struct

from baylock.domain import errors
from baylock.domain.access.scope import Scope
from baylock.domain.orders.resource import rfc3339
from web.limits import exhausted_policy, exhausted_reason, whole_seconds

# ── bodies ───────────────────────────────────────────────────────────────────────────────────────


class ProblemBody(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A problem (RFC 9457, `application/problem+json`)."""

    type: Annotated[
        str,
        Meta(
            description="The kind of problem: a path of this API, with a page that explains it.",
            extra_json_schema={"format": "uri-reference"},
        ),
    ]
    title: Annotated[str, Meta(description="A summary; it never varies for a type.")]
    status: Annotated[int, Meta(description="The HTTP status.", ge=400, le=599)]
    request_id: Annotated[
        str,
        Meta(
            description="The id of this request in our log. Quote it when you ask for help.",
            examples=["c6af9ac6-7b61-11e6-9a41-93e8deadbeef"],
        ),
    ]
    detail: Annotated[str, Meta(description="What is wrong with this request, for a person.")] = ""


class InvalidField(Struct, frozen=True):
    """A field that is not acceptable."""

    field: Annotated[str, Meta(description="The field's name.", examples=["customer.phone"])]
    reason: Annotated[
        str,
        Meta(
            description="Why it is not acceptable, or what it should be.",
            examples=["a phone number with its country code, as in +8613800138000"],
        ),
    ]


class InvalidProblem(ProblemBody, frozen=True, kw_only=True):
    """A request with invalid fields."""

    errors: Annotated[tuple[InvalidField, ...], Meta(description="Each invalid field.")]


class MissingScopeProblem(ProblemBody, frozen=True, kw_only=True):
    """A key without the scope that this call needs."""

    scope: Annotated[
        Scope, Meta(description="The scope that the key lacks.", examples=["bookings:write"])
    ]


_MOMENT = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]


class SisterLot(Struct, frozen=True, kw_only=True):
    """An alternative in one of the mall's lots."""

    lot: Annotated[str, Meta(description="The lot's ref.", examples=["P2"])]
    free_without_needs: Annotated[
        int,
        Meta(
            description="Free spaces at that time for a vehicle without these needs.",
            examples=[3],
            ge=0,
        ),
    ]
    next_free: Annotated[
        tuple[_MOMENT, ...],
        Meta(
            description="The lot's next service times with a suitable space: quarter hours. UTC.",
            examples=[["2026-12-01T12:30:00Z"]],
        ),
    ]


NextFree = Annotated[
    tuple[_MOMENT, ...],
    Meta(
        description="The next service times with a suitable space, to the quarter hour and by the "
        "end of the next day (04:00); at most three. UTC.",
        examples=[["2026-12-01T12:30:00Z", "2026-12-01T12:45:00Z"]],
    ),
]


class NoSpaceProblem(ProblemBody, frozen=True, kw_only=True):
    """No suitable space, with alternatives."""

    next_free: NextFree
    sister_lots: Annotated[
        tuple[SisterLot, ...], Meta(description="The mall's lots that have an alternative.")
    ]


class OverQuotaProblem(ProblemBody, frozen=True, kw_only=True):
    """A quota of the mall that is used up."""

    quota: Annotated[errors.Quota, Meta(description="The quota.", examples=["orders_per_phone"])]
    most: Annotated[
        int, Meta(description="How many live orders, or spaces, it allows.", examples=[3], ge=0)
    ]


class StaleProblem(ProblemBody, frozen=True, kw_only=True):
    """A precondition that no longer holds."""

    etag: Annotated[
        str | None,
        Meta(description="The current ETag; null where there is no booking.", examples=['"3"']),
    ]


class TooManyProblem(ProblemBody, frozen=True, kw_only=True):
    """A rate limit that is used up."""

    policy: Annotated[
        str,
        Meta(
            description="The limit's name, as in RateLimit-Policy; absent for the limit of all "
            "callers together.",
            examples=["burst"],
        ),
    ] = ""


# ── the table ────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Problem:
    """A kind of problem.

    `name` is the last part of its `type`, and `title` never varies. `means` and `remedy` are for
    the reference; `shape` is the body, and `by_gateway` is set where only API Gateway reports it.
    """

    name: str
    status: int
    title: str
    means: str
    remedy: str
    shape: type[ProblemBody] = ProblemBody
    retry_after_seconds: int | None = None
    by_gateway: bool = False

    @property
    def type(self) -> str:
        """The path of this API that explains the problem."""
        return f"/v1/problems/{self.name}"


MALFORMED = Problem(
    "malformed",
    400,
    "The request can't be read",
    "The body is not a JSON object in UTF-8, is larger than 16 KB (256 KB from a booking "
    "system) or has a field twice, or a header is malformed.",
    "Correct the client; the same request will never be accepted.",
)
UNAUTHORIZED = Problem(
    "unauthorized",
    401,
    "A valid key is needed",
    "The Authorization header has no key, or the key is unknown or revoked.",
    "Send `Authorization: Bearer blk_live_…` with a valid key.",
    by_gateway=True,
)
KEY_EXPIRED = Problem(
    "key-expired",
    401,
    "This key has expired",
    "The key was valid until the time in `detail`. Only its holder is told so.",
    "Ask the operator of the mall for a new key.",
)
BAD_SIGNATURE = Problem(
    "bad-signature",
    401,
    "The signature is not valid",
    "A booking system's webhook is not signed with the secret of its connection, its timestamp is "
    "too old, or the connection does not exist.",
    "Check the connection's id in the address and its secret (`baylock connect secret`).",
)
FORBIDDEN = Problem(
    "forbidden",
    403,
    "This key has no access",
    "The key's merchant is no longer in any mall.",
    "Ask the operator of the mall.",
)
MISSING_SCOPE = Problem(
    "missing-scope",
    403,
    "This key lacks a scope",
    "The key is valid but does not have the scope that this call needs; `scope` names it.",
    "Use a key that has the scope; the operator of the mall issues keys.",
    MissingScopeProblem,
)
NOT_FOUND = Problem(
    "not-found",
    404,
    "Not found",
    "The path does not exist, or the merchant has no booking or order of that name. The "
    "response is the same whether or not another merchant has one.",
    "Check the reference or id, and that the key is the right merchant's.",
)
NO_SUCH_METHOD = Problem(
    "method-not-allowed",
    405,
    "The path has no such method",
    "The path exists, but not with this method. `Allow` names the methods that it has.",
    "Use one of the methods in `Allow`.",
)
NO_SPACE = Problem(
    "no-space",
    409,
    "No suitable space is free at that time",
    "Every suitable space is taken for a part of the window. Nothing was changed: a booking that "
    "has a space keeps it.",
    "Offer one of the times in `next_free`, or see `sister_lots` for spaces without these needs.",
    NoSpaceProblem,
)
NO_LOCK_HEARD = Problem(
    "no-lock-heard",
    409,
    "The locks of the free spaces have never reported",
    "Suitable spaces are free at that time, but their locks have never sent a report: they are not "
    "installed, or not connected, so nobody can be promised one. Nothing was changed: a booking "
    "that has a space keeps it.",
    "The operator of the mall installs and connects the locks; `baylock lock list` shows which "
    "were never heard from. A space can be booked from its lock's first report on. Until then "
    "offer one of the times in `next_free`, if it has any.",
    NoSpaceProblem,
)
OVER_QUOTA = Problem(
    "over-quota",
    409,
    "A quota of the mall is used up",
    "The mall gives this phone no more orders at the same time (`orders_per_phone`), or this "
    "merchant no more spaces of a lot at that time (`lot_share`). Nothing was changed: a booking "
    "that has a space keeps it.",
    "Cancel bookings that are no longer needed, or choose another time. The operator of the mall "
    "sets the quotas (docs/venue.md).",
    OverQuotaProblem,
)
TOO_LATE = Problem(
    "too-late",
    409,
    "It is too late for this change",
    "The driver has arrived, so the space can no longer change; or the stay is over.",
    "Read the booking for its current state; use a new reference for a new visit.",
)
NO_WEBHOOK = Problem(
    "no-webhook",
    409,
    "No webhook is set",
    "The merchant has set no webhook, or it is disabled: see `state` of `GET /v1/webhook`.",
    "Set it with `PUT /v1/webhook`.",
)
STALE = Problem(
    "stale",
    412,
    "The booking has changed since you read it",
    "The version in If-Match is not the current one, or `If-None-Match: *` was sent and the "
    "booking exists. Nothing was changed.",
    "Read the booking again and send the new ETag if you still want the change.",
    StaleProblem,
)
TOO_LARGE = Problem(
    "too-large",
    413,
    "The request is too large",
    "The body is larger than the 10 MB that the gateway accepts.",
    "Send less; a booking has at most 16 KB.",
    by_gateway=True,
)
INVALID = Problem(
    "invalid",
    422,
    "A field is not valid",
    "A field is missing, unknown or has an unacceptable value; `errors` names each such field. "
    "Nothing was stored.",
    "Correct the fields; each comes with a reason.",
    InvalidProblem,
)
TOO_MANY = Problem(
    "too-many",
    429,
    "Too many calls",
    "The key has used up a limit; `policy` says which. The headers RateLimit and RateLimit-Policy "
    "of each response say how much is left.",
    "Wait for the seconds in Retry-After, then call less often.",
    TooManyProblem,
    retry_after_seconds=2,
)
BROKEN = Problem(
    "broken",
    500,
    "An error on our side",
    "This software has a fault. The change may or may not have been made.",
    "Send the same again: repeating a PUT or DELETE is safe. Report the request_id.",
)
BUSY = Problem(
    "busy",
    503,
    "Temporarily overloaded",
    "The store or the function is overloaded or did not answer in time, or the same order keeps "
    "being changed by others. A change may or may not have been made.",
    "Send the same again after the seconds in Retry-After: repeating a PUT or DELETE is safe.",
    retry_after_seconds=2,
)

EVERY_PROBLEM = (
    MALFORMED,
    UNAUTHORIZED,
    KEY_EXPIRED,
    BAD_SIGNATURE,
    FORBIDDEN,
    MISSING_SCOPE,
    NOT_FOUND,
    NO_SUCH_METHOD,
    NO_SPACE,
    NO_LOCK_HEARD,
    OVER_QUOTA,
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
    errors.PhoneRefused: INVALID,
    errors.NoSpace: NO_SPACE,
    errors.NoLockHeard: NO_LOCK_HEARD,
    errors.QuotaUsed: OVER_QUOTA,
    errors.TooLate: TOO_LATE,
    errors.OtherVersion: STALE,
    errors.NoWebhook: NO_WEBHOOK,
    errors.NoSuchBooking: NOT_FOUND,
    errors.NoSuchOrder: NOT_FOUND,
    errors.NoSuchMall: FORBIDDEN,
    errors.NotAMerchant: FORBIDDEN,
    errors.KeyExpired: KEY_EXPIRED,
    errors.BadSignature: BAD_SIGNATURE,
    errors.TooManyCalls: TOO_MANY,
    errors.TooManyTries: TOO_MANY,
    errors.Busy: BUSY,
    errors.DamagedKeyRing: BUSY,
}
"""By error of the domain. An error that is not listed is a fault of this software."""


NEVER_HEARD_DETAIL = (
    "the locks of the free spaces have never reported: ask the operator of the mall to install and "
    "connect them; a space can be booked from its lock's first report on"
)


class BadRequest(Exception):
    """A request that can't be read; `reason` is for the client's developer."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class BadFields(Exception):
    """Invalid fields: pairs of a field's name and the reason."""

    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ScopeMissing(Exception):
    """The key is valid but lacks the scope of this route."""

    scope: Scope


class NoSuchPage(Exception):
    """The path or page does not exist."""


@dataclass(frozen=True)
class NoSuchMethod(Exception):
    """The path does not have the method; `allow` is what it has, for the header."""

    allow: str


class ProblemResponse(NamedTuple):
    """A problem with what this instance adds: fields of its body, seconds to wait, headers."""

    problem: Problem
    extra: Mapping[str, Any] = {}
    retry_after_seconds: int | None = None
    headers: Mapping[str, str] = {}

    @property
    def retry_after(self) -> int | None:
        """The value of Retry-After; None where the response has no such header."""
        return self.retry_after_seconds or self.problem.retry_after_seconds


def problem_of(error: Exception) -> ProblemResponse:
    """The problem that reports an error; `BROKEN` for an error that is not in the table."""
    match error:
        case BadRequest():
            return ProblemResponse(MALFORMED, {"detail": error.reason})
        case BadFields():
            return ProblemResponse(INVALID, _invalid(error.fields))
        case NoSuchPage():
            return ProblemResponse(NOT_FOUND)
        case NoSuchMethod():
            return ProblemResponse(NO_SUCH_METHOD, headers={"Allow": error.allow})
        case ScopeMissing():
            detail = f"this call needs a key with the scope {error.scope}"
            return ProblemResponse(MISSING_SCOPE, {"detail": detail, "scope": error.scope})
        case errors.TooManyCalls() | errors.TooManyTries():
            return _too_many(error)
        case errors.KeyExpired():
            detail = f"this key was valid until {rfc3339(error.expired_at)}"
            invalid = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
            return ProblemResponse(KEY_EXPIRED, {"detail": detail}, headers=invalid)
        case errors.InvalidBooking() | errors.InvalidWebhook():
            return ProblemResponse(INVALID, _invalid(((error.field, error.reason),)))
        case errors.NoSpace():
            return _no_space(error)
        case errors.OtherVersion():
            return ProblemResponse(STALE, {"etag": error.version and etag(error.version)})
        case errors.BaylockError():
            return ProblemResponse(PROBLEMS.get(type(error), BROKEN))
        case _:
            return ProblemResponse(BROKEN)


def _too_many(error: errors.TooManyCalls | errors.TooManyTries) -> ProblemResponse:
    if isinstance(error, errors.TooManyTries):
        detail = "no more tests of webhooks in this hour: by this merchant, or at this host"
        return ProblemResponse(TOO_MANY, {"detail": detail}, whole_seconds(error.wait))
    status = error.status
    extra = {"detail": exhausted_reason(status), "policy": exhausted_policy(status)}
    return ProblemResponse(TOO_MANY, extra, whole_seconds(status.wait))


def etag(version: int, *, linked: bool = False) -> str:
    """A version as an entity tag (RFC 9110, section 8.8.3); `linked` for a body with links."""
    return f'"{version}-link"' if linked else f'"{version}"'


def _no_space(error: errors.NoSpace) -> ProblemResponse:
    match error:
        case errors.QuotaUsed():
            return ProblemResponse(OVER_QUOTA, _over_quota(error))
        case errors.NoLockHeard():
            detail = {"detail": NEVER_HEARD_DETAIL}
            return ProblemResponse(NO_LOCK_HEARD, {**detail, **alternatives(error)})
        case _:
            return ProblemResponse(NO_SPACE, alternatives(error))


def _over_quota(error: errors.QuotaUsed) -> Mapping[str, Any]:
    of_phone = error.quota is errors.Quota.ORDERS_PER_PHONE
    what = "live orders for one phone" if of_phone else "spaces of a lot for one merchant"
    detail = f"the mall allows at most {error.most} {what} at the same time"
    return {"detail": detail, "quota": error.quota, "most": error.most}


def _invalid(fields: tuple[tuple[str, str], ...]) -> Mapping[str, Any]:
    return {
        "detail": "; ".join(f"{field}: {reason}" for field, reason in fields),
        "errors": tuple(InvalidField(field, reason) for field, reason in fields),
    }


def alternatives(full: errors.NoSpace) -> Mapping[str, Any]:
    """`next_free` and `sister_lots`, for a body."""
    return {
        "next_free": tuple(rfc3339(at) for at in full.next_free),
        "sister_lots": tuple(
            SisterLot(
                lot=lot.lot,
                free_without_needs=lot.free_without_needs,
                next_free=tuple(rfc3339(at) for at in lot.next_free),
            )
            for lot in full.lots
        ),
    }
