"""The webhooks in tests/events/connect, and their signatures."""

from __future__ import annotations

import base64
import hashlib
import hmac

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
"""By system, the events of a booking that is placed, moved and cancelled."""


def signature(known: Connection, body: str, at: int) -> dict[str, str]:
    """The signature header of each system, by its documentation."""

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
