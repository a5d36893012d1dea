"""The signatures of booking systems' webhooks.

All are HMAC-SHA256 with the connection's secret; each system signs and writes it in its own way.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple, assert_never

from baylock.domain.connect.connection import Connection, System

CALCOM_HEADER = "x-cal-signature-256"
CALENDLY_HEADER = "calendly-webhook-signature"
SQUARE_HEADER = "x-square-hmacsha256-signature"

MAX_AGE = timedelta(minutes=3)
"""Of a signature of Calendly's; the tolerance of its own example."""
_MAX_DIGITS = 12
"""Of its time in seconds; more are no time, and Python reads no number of any length."""


class SignedBody(NamedTuple):
    """A webhook as it arrived. Names of headers are in lower case."""

    headers: Mapping[str, str]
    body: bytes


def is_signed(webhook: SignedBody, connection: Connection, now: datetime) -> bool:
    """Whether the connection's booking system has signed this webhook, and recently."""
    match connection.system:
        case System.CALCOM:
            return _is_signed_by_calcom(webhook, connection)
        case System.CALENDLY:
            return _is_signed_by_calendly(webhook, connection, now)
        case System.SQUARE:
            return _is_signed_by_square(webhook, connection)
        case _:
            assert_never(connection.system)


def _is_signed_by_calcom(webhook: SignedBody, connection: Connection) -> bool:
    """The signature of the body, in hexadecimal.

    https://cal.com/docs/developing/guides/automation/webhooks
    """
    signature = webhook.headers.get(CALCOM_HEADER, "").lower()
    return _equal(signature, _hmac_sha256(connection.secret, webhook.body).hex())


def _is_signed_by_calendly(webhook: SignedBody, connection: Connection, now: datetime) -> bool:
    """`t=<seconds since 1970>,v1=<signature of time, dot and body, in hexadecimal>`.

    https://developer.calendly.com/api-docs/overview/webhooks/webhook-signatures
    """
    parts = (part.partition("=") for part in webhook.headers.get(CALENDLY_HEADER, "").split(","))
    given = {name.strip(): value.strip() for name, _, value in parts}
    at, signature = given.get("t", ""), given.get("v1", "").lower()
    signed = (at.encode(errors="replace"), b".", webhook.body)
    expected = _hmac_sha256(connection.secret, *signed).hex()
    if not (at.isascii() and at.isdigit() and len(at) <= _MAX_DIGITS):
        return False
    if not _equal(signature, expected):
        return False
    return abs(int(now.timestamp()) - int(at)) <= MAX_AGE.total_seconds()


def _is_signed_by_square(webhook: SignedBody, connection: Connection) -> bool:
    """The signature of the address that Square was given and the body, in Base64.

    https://developer.squareup.com/docs/webhooks/step3validate
    """
    expected = _hmac_sha256(connection.secret, connection.url.encode(), webhook.body)
    return _equal(webhook.headers.get(SQUARE_HEADER, ""), base64.b64encode(expected).decode())


def _hmac_sha256(secret: str, *parts: bytes) -> bytes:
    return hmac.digest(secret.encode(), b"".join(parts), hashlib.sha256)


def _equal(given: str, expected: str) -> bool:
    """Compare in constant time, so that the time reveals nothing of the signature."""
    return hmac.compare_digest(given.encode(errors="replace"), expected.encode())
