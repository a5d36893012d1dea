"""What the three systems' webhooks have in common."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self, TypeVar

from msgspec import DecodeError, Raw, Struct, json

from baylock.domain.connection import LONGEST_BOOKING_ID

MOST_BYTES = 256 * 1024
LONGEST_NAME = 80
LONGEST_ANSWER = 500

_LOCALE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*\Z")

_S = TypeVar("_S", bound=Struct)


class Unreadable(Exception):
    """A webhook that its system has signed, but that is none that we know how to read."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Hook:
    """A webhook as it came in. Header names are in lower case."""

    system: str
    connection: str
    headers: Mapping[str, str]
    body: bytes

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> Self:
        """From API Gateway's event; what is signed is the body's bytes as they were sent."""
        body = event.get("body") or ""
        try:
            raw = base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()
        except (binascii.Error, UnicodeEncodeError):
            raw = b""
        return cls(
            system=(event.get("pathParameters") or {}).get("system", ""),
            connection=(event.get("queryStringParameters") or {}).get("c", ""),
            headers={name.lower(): one for name, one in (event.get("headers") or {}).items()},
            body=raw,
        )


def hmac_sha256(secret: str, *signed: bytes) -> bytes:
    """The signature that all three build on."""
    return hmac.digest(secret.encode(), b"".join(signed), hashlib.sha256)


def same(given: str, right: str) -> bool:
    """Whether a signature is the right one, in a time that does not tell how much of it is."""
    return hmac.compare_digest(given.encode(errors="replace"), right.encode())


def decoded(raw: bytes | Raw, shape: type[_S]) -> _S:
    """JSON in this shape; fields that the shape does not have are passed over."""
    try:
        return json.decode(raw, type=shape)
    except DecodeError as error:
        # The library names the field and what it should be, never what is in it.
        raise Unreadable(str(error)) from None
    except (UnicodeError, RecursionError):
        raise Unreadable("not JSON in UTF-8") from None


def moment(name: str, written: str) -> datetime:
    """A time in UTC, as exact as we store times, to the millisecond; it must say its offset."""
    try:
        read = datetime.fromisoformat(written)
        if read.tzinfo is None:
            raise Unreadable(f"{name}: a time without an offset")
        read = read.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Unreadable(f"{name}: not a time") from None
    return read.replace(microsecond=read.microsecond // 1000 * 1000)


def between(start: datetime, end: datetime) -> timedelta | None:
    """How long a booking takes, where that makes sense."""
    return end - start if end > start else None


def booking_id(name: str, written: str) -> str:
    """An id that can be a booking's reference."""
    fits = 1 <= len(written) <= LONGEST_BOOKING_ID and written.isprintable()
    if not fits or "%" in written:
        raise Unreadable(f"{name}: not the id of a booking")
    return written


def line(written: object, most: int = LONGEST_NAME) -> str | None:
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
            return ", ".join(filter(None, map(answer, value)))[:LONGEST_ANSWER]
        case dict():
            return answer(value.get("optionValue") or value.get("value"))
        case _:
            return line(str(value), LONGEST_ANSWER) or ""
