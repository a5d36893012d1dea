"""From an error of the domain to the problem that a client reads (RFC 9457), in one table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from baylock.domain import errors


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
INVALID = Problem("invalid", 422, "A field can't be accepted")
NOT_FOUND = Problem("not-found", 404, "There is no such thing")
FORBIDDEN = Problem("forbidden", 403, "This key may not do that")
BROKEN = Problem("broken", 500, "Something broke on our side")

PROBLEMS: Mapping[type[errors.BaylockError], Problem] = {
    errors.InvalidBooking: INVALID,
    errors.PastTime: INVALID,
    errors.TooFarAhead: INVALID,
    errors.TooLong: INVALID,
    errors.OtherBooking: INVALID,
    errors.NoSpace: Problem("no-space", 409, "No suitable space is free then"),
    errors.TooLate: Problem("too-late", 409, "The order has gone too far for this change"),
    errors.NoSuchBooking: NOT_FOUND,
    errors.NoSuchOrder: NOT_FOUND,
    errors.NoSuchMall: FORBIDDEN,
    errors.NotAMerchant: FORBIDDEN,
    errors.Busy: Problem("busy", 503, "Too much is going on just now", retry_after_seconds=2),
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


def problem_of(error: Exception) -> tuple[Problem, Mapping[str, Any]]:
    """The problem, and what this instance of it adds."""
    match error:
        case BadRequest():
            return MALFORMED, {"detail": error.why}
        case BadFields():
            return INVALID, _wrong(error.fields)
        case errors.InvalidBooking():
            return INVALID, _wrong(((error.field, error.why),))
        case errors.NoSpace():
            return PROBLEMS[errors.NoSpace], {"next_free": [wire(at) for at in error.next_free]}
        case errors.BaylockError():
            return PROBLEMS.get(type(error), BROKEN), {}
        case _:
            return BROKEN, {}


def _wrong(fields: tuple[tuple[str, str], ...]) -> Mapping[str, Any]:
    return {
        "detail": "; ".join(f"{field}: {why}" for field, why in fields),
        "errors": [{"field": field, "why": why} for field, why in fields],
    }


def wire(moment: datetime) -> str:
    """A moment as it is written in answers: RFC 3339, UTC, whole seconds."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
