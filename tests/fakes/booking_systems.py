"""The webhooks of the booking systems in tests/events/connect, and their signatures."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

from baylock.domain.connect.connection import Connection, Questions, System

QUESTIONS = {
    System.CALCOM: Questions("Do you come by car?", "Your number plate"),
    System.CALENDLY: Questions("Do you come by car?", "Your number plate"),
    System.SQUARE: Questions("Parking", "Plate", "Phone"),
}
REFERENCE = {
    System.CALCOM: "9mVq3TnYkE7sR2cXbLw8Zd",
    System.CALENDLY: "b11d9641-9974-4853-9ed4-6a3d4195df55",
    System.SQUARE: "zkras0xv0xwswx",
}
SAID = {
    System.CALCOM: ("calcom_created", "calcom_rescheduled", "calcom_cancelled"),
    System.CALENDLY: ("calendly_created", "calendly_rescheduled_to", "calendly_cancelled"),
    System.SQUARE: ("square_created", "square_updated", "square_cancelled"),
}
"""By system: the events of a booking that is made, moved and cancelled."""


def signature(known: Connection, body: str, at: int) -> dict[str, str]:
    """Return the header with which a system signs, as its documentation describes."""

    def sign(text: str) -> bytes:
        return hmac.new(known.secret.encode(), text.encode(), hashlib.sha256).digest()

    match known.system:
        case System.CALCOM:
            return {"X-Cal-Signature-256": sign(body).hex()}
        case System.CALENDLY:
            return {"Calendly-Webhook-Signature": f"t={at},v1={sign(f'{at}.{body}').hex()}"}
        case System.SQUARE:
            signed = base64.b64encode(sign(known.url + body)).decode()
            return {"X-Square-Hmacsha256-Signature": signed}


def dinner(uid: str, day: int, **own: object) -> dict[str, Any]:
    """What Cal.com says of a booking in December."""
    booking = {
        "title": "Dinner",
        "startTime": f"2026-12-{day:02}T02:30:00Z",
        "endTime": f"2026-12-{day:02}T04:00:00Z",
        "uid": uid,
        "status": "ACCEPTED",
        "attendees": [
            {
                "email": "guest@example.com",
                "name": "Guest",
                "timeZone": "America/Los_Angeles",
                "phoneNumber": "+14255550123",
                "language": {"locale": "en"},
            }
        ],
        "responses": {"car": {"label": "Do you come by car?", "value": "Yes"}},
    }
    return booking | own
