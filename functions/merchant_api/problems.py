"""From an error of the domain to the problem that a client reads (RFC 9457), in one table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from baylock.domain import errors
from baylock.domain.access import Scope
from wire import wire


@dataclass(frozen=True, slots=True)
class Problem:
    """One kind of problem: the last part of its `type`, the status, a title that never varies."""

    name: str
    status: int
    title: str
    retry_after_seconds: int | None = None

    @property
    def type(self) -> str:
        """A path of this API that explains it."""
        return f"/v1/problems/{self.name}"


MALFORMED = Problem("malformed", 400, "The request can't be read")
UNAUTHORIZED = Problem("unauthorized", 401, "A valid key is needed")
BAD_SIGNATURE = Problem("bad-signature", 401, "The signature does not fit")
FORBIDDEN = Problem("forbidden", 403, "This key may not do that")
MISSING_SCOPE = Problem("missing-scope", 403, "This key lacks a scope")
NOT_FOUND = Problem("not-found", 404, "There is no such thing")
NO_SPACE = Problem("no-space", 409, "No suitable space is free then")
TOO_LATE = Problem("too-late", 409, "The order has gone too far for this change")
TOO_LARGE = Problem("too-large", 413, "The request is too large")
INVALID = Problem("invalid", 422, "A field can't be accepted")
TOO_MANY = Problem("too-many", 429, "Too many calls at once", retry_after_seconds=2)
BROKEN = Problem("broken", 500, "Something broke on our side")
BUSY = Problem("busy", 503, "Too much is going on just now", retry_after_seconds=2)

PROBLEMS: Mapping[type[errors.BaylockError], Problem] = {
    errors.InvalidBooking: INVALID,
    errors.PastTime: INVALID,
    errors.TooFarAhead: INVALID,
    errors.TooLong: INVALID,
    errors.OtherBooking: INVALID,
    errors.NoSpace: NO_SPACE,
    errors.TooLate: TOO_LATE,
    errors.NoSuchBooking: NOT_FOUND,
    errors.NoSuchOrder: NOT_FOUND,
    errors.NoSuchMall: FORBIDDEN,
    errors.NotAMerchant: FORBIDDEN,
    errors.Busy: BUSY,
}


class BadRequest(Exception):
    """The request can't be read at all; `why` says so to whoever wrote the client."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


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


def problem_of(error: Exception) -> tuple[Problem, Mapping[str, Any]]:
    """The problem, and what this instance of it adds."""
    match error:
        case BadRequest():
            return MALFORMED, {"detail": error.why}
        case BadFields():
            return INVALID, _wrong(error.fields)
        case BadSignature():
            return BAD_SIGNATURE, {}
        case ScopeMissing():
            said = f"this call needs a key with the scope {error.scope}"
            return MISSING_SCOPE, {"detail": said, "scope": error.scope}
        case errors.InvalidBooking():
            return INVALID, _wrong(((error.field, error.why),))
        case errors.NoSpace():
            return NO_SPACE, {"next_free": [wire(at) for at in error.next_free]}
        case errors.BaylockError():
            return PROBLEMS.get(type(error), BROKEN), {}
        case _:
            return BROKEN, {}


def _wrong(fields: tuple[tuple[str, str], ...]) -> Mapping[str, Any]:
    return {
        "detail": "; ".join(f"{field}: {why}" for field, why in fields),
        "errors": [{"field": field, "why": why} for field, why in fields],
    }
