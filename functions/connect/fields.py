"""Fields of booking systems' webhooks, read the same way for every system."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any, TypeVar

from msgspec import DecodeError, Raw, Struct, json

from baylock.domain.booking.booking import MAX_REFERENCE_LENGTH
from web.moments import read_moment
from web.problems import BadRequest

MAX_NAME_LENGTH = 80
MAX_ANSWER_LENGTH = 500
MAX_DEPTH = 8

_LOCALE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*\Z")

_S = TypeVar("_S", bound=Struct)


def decoded(raw: bytes | Raw, shape: type[_S]) -> _S:
    """JSON in this shape; BadRequest where it does not fit. Unknown fields are ignored."""
    try:
        return json.decode(raw, type=shape)
    except DecodeError as error:
        # msgspec names the field and the expected type, never the value.
        raise BadRequest(str(error)) from None
    except (UnicodeError, RecursionError):
        raise BadRequest("not JSON in UTF-8") from None


def moment(name: str, text: str) -> datetime:
    """A time in UTC; it must have an offset."""
    try:
        return read_moment(text)
    except ValueError as error:
        raise BadRequest(f"{name}: {error}") from None


def sent(name: str, text: str) -> datetime:
    """When a webhook was sent, in UTC, truncated to milliseconds, as that is stored."""
    at = moment(name, text)
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def length(start: datetime, name: str, end: object) -> timedelta | None:
    """The time from start to end; None where there is no end, or none that is later."""
    if not (written := text(end)):
        return None
    until = moment(name, written)
    return until - start if until > start else None


def start_of(name: str, written: object, *, off: bool, said_at: datetime) -> datetime:
    """The start of a booking; one that is off needs none, and gets the time of the webhook."""
    if off:
        try:
            return moment(name, text(written) or "")
        except BadRequest:
            return said_at
    if not (start := text(written)):
        raise BadRequest(f"{name}: a time is needed")
    return moment(name, start)


def booking_id(name: str, id_: str) -> str:
    """A booking's id; BadRequest where it can't be a reference."""
    fits = 1 <= len(id_) <= MAX_REFERENCE_LENGTH and id_.isprintable()
    if not fits or "%" in id_:
        raise BadRequest(f"{name}: not the id of a booking")
    return id_


def line(text: object, max_length: int = MAX_NAME_LENGTH) -> str | None:
    """Text on one line, cut to a length; None where there is none."""
    if not isinstance(text, str):
        return None
    printable = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(printable.split())[:max_length].strip() or None


def locale(tag: object) -> str | None:
    """A language tag; None where it is not valid."""
    return tag if isinstance(tag, str) and _LOCALE.match(tag) else None


def text(value: object) -> str | None:
    """Text that is not empty; None for anything else."""
    return value if isinstance(value, str) and value.strip() else None


def mapping(value: object) -> dict[str, Any]:
    """A JSON object; empty for anything else."""
    return value if isinstance(value, dict) else {}


def mappings(value: object) -> list[dict[str, Any]]:
    """The JSON objects in a list; none for anything else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def ids(*values: object) -> frozenset[str]:
    """Ids as text, whether they are numbers or text; anything else is left out."""
    is_id = (isinstance(value, int | str) and not isinstance(value, bool) for value in values)
    found = (str(value).strip() for value, fits in zip(values, is_id, strict=True) if fits)
    return frozenset(filter(None, found))


def answer(value: object, depth: int = MAX_DEPTH) -> str:
    """An answer to any kind of question as text; a ticked box is "yes".

    Empty below a depth that no form has.
    """
    if not depth:
        return ""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list():
            answers = (answer(one, depth - 1) for one in value)
            return ", ".join(filter(None, answers))[:MAX_ANSWER_LENGTH]
        case dict():
            chosen = value.get("optionValue")
            return answer(value.get("value") if chosen in (None, "") else chosen, depth - 1)
        case _:
            return line(str(value), MAX_ANSWER_LENGTH) or ""
