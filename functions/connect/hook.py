"""What the three systems' webhooks have in common."""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from msgspec import DecodeError, Raw, Struct, json

from baylock.domain.booking.booking import MAX_REFERENCE_LENGTH
from merchant_api.problems import BadRequest

MAX_NAME_LENGTH = 80
MAX_ANSWER_LENGTH = 500

_LOCALE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*\Z")

_S = TypeVar("_S", bound=Struct)


def hmac_sha256(secret: str, *signed: bytes) -> bytes:
    """The signature that all three build on."""
    return hmac.digest(secret.encode(), b"".join(signed), hashlib.sha256)


def same(given: str, right: str) -> bool:
    """Whether a signature is the right one, in a time that does not tell how much of it is."""
    return hmac.compare_digest(given.encode(errors="replace"), right.encode())


def decoded(raw: bytes | Raw, shape: type[_S]) -> _S:
    """JSON in this shape; BadRequest. Fields that the shape does not have are passed over."""
    try:
        return json.decode(raw, type=shape)
    except DecodeError as error:
        # The library names the field and what it should be, never what is in it.
        raise BadRequest(str(error)) from None
    except (UnicodeError, RecursionError):
        raise BadRequest("not JSON in UTF-8") from None


def moment(name: str, written: str) -> datetime:
    """A time in UTC, as exact as we store times, to the millisecond; it must say its offset."""
    try:
        read = datetime.fromisoformat(written)
        if read.tzinfo is None:
            raise BadRequest(f"{name}: a time without an offset")
        read = read.astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadRequest(f"{name}: not a time") from None
    return read.replace(microsecond=read.microsecond // 1000 * 1000)


def between(start: datetime, end: datetime) -> timedelta | None:
    """How long a booking takes, where that makes sense."""
    return end - start if end > start else None


def booking_id(name: str, written: str) -> str:
    """An id that can be a booking's reference."""
    fits = 1 <= len(written) <= MAX_REFERENCE_LENGTH and written.isprintable()
    if not fits or "%" in written:
        raise BadRequest(f"{name}: not the id of a booking")
    return written


def line(written: object, most: int = MAX_NAME_LENGTH) -> str | None:
    """Text that people wrote, on one line and not too long."""
    if not isinstance(written, str):
        return None
    printed = "".join(char if char.isprintable() else " " for char in written)
    return " ".join(printed.split())[:most].strip() or None


def locale(written: object) -> str | None:
    """A language tag, if it is one."""
    return written if isinstance(written, str) and _LOCALE.match(written) else None


def answer(value: object) -> str:
    """An answer of whatever kind the form has; a box that was ticked is a yes."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(filter(None, map(answer, value)))[:MAX_ANSWER_LENGTH]
        case dict():
            return answer(value.get("optionValue") or value.get("value"))
        case _:
            return line(str(value), MAX_ANSWER_LENGTH) or ""
