"""Fields and notes as booking systems and their customers fill them in."""

from __future__ import annotations

from typing import Any

import pytest
from tests.fakes.booking_systems import QUESTIONS, dinner
from tests.functions.test_connect import CALCOM, SQUARE, Systems, booking_of, systems
from tests.functions.test_connect_sequences import say

__all__ = ["systems"]


def car(value: object, **others: object) -> dict[str, Any]:
    """Answers of Cal.com, that about the car first."""
    return {"car": {"label": QUESTIONS[CALCOM].parking, "value": value}} | others


NOTES: list[tuple[object, object, str]] = [
    ("Parking: yes\nPhone: 425 555 0123", None, "placed"),
    ("parking : YES\nphone : (425) 555-0123", None, "placed"),
    ("PARKING? Yes, 425 555 0123", None, "placed"),
    ("Parking：是\nPhone：+14255550123", None, "placed"),
    ("Parking: yes; Phone: 4255550123", None, "placed"),
    ("Parking: yes, plate 7ABC123, phone 4255550123", None, "placed"),
    ("Parking: no\nPhone: 4255550123", None, "not-needed"),
    ("Parking: Yes\r\nPlate: 7ABC123\r\nPhone: 4255550123\r\n", None, "placed"),
    ("Parking: yes\nPhone: 4255550123", "Parking: no", "not-needed"),
    ("Parking: no", "Parking: yes\nPhone: 4255550123", "placed"),
    ("Parking: yes", None, "no-phone"),
    ("Parking:", None, "not-needed"),
    ("Parking: ?", None, "unclear"),
    ("Parking: tbd\nPhone: 4255550123", None, "unclear"),
    ("- Parking: yes\n- Phone: 4255550123", None, "placed"),
    ("* Parking: yes\n* Phone: 4255550123", None, "placed"),
    ("Notes. Parking: yes", None, "not-asked"),
    ("No parking needed", None, "not-asked"),
    ("", None, "not-asked"),
    (None, None, "not-asked"),
    (5, None, "not-asked"),
    ([], {}, "not-asked"),
    ("Parking: oui\nPhone: +33612345678", None, "placed"),
    ("Parking: да\nPhone: 4255550123", None, "placed"),
    ("Parking: ✅\nPhone: 4255550123", None, "placed"),
    ("Parking: ❌", None, "not-needed"),
    ("Parking: yes" + " x" * 3000 + "\nPhone: 4255550123", None, "placed"),
    ("Parking: yes\nPhone: 4255550123 or 4255550124", None, "placed"),
    ("Parking: yes\nPhone: 425-555-0123 ext 5", None, "placed"),
    ("Parking: yes\nPhone: +86 425 555 0123", None, "no-phone"),
    ("Parking: yes\nParking: no\nPhone: 4255550123", None, "not-needed"),
    ("Parking – yes\nPhone: 4255550123", None, "placed"),
    ("Parking=yes\nPhone=4255550123", None, "placed"),
]


@pytest.mark.parametrize(("customers", "sellers", "outcome"), NOTES)
def test_notes_of_square(
    systems: Systems, customers: object, sellers: object, outcome: str
) -> None:
    notes = {"customer_note": customers, "seller_note": sellers}
    result = systems.say(SQUARE, "square_created", lambda event: booking_of(event).update(notes))
    assert result[1]["outcome"] == outcome


BOOKINGS: list[tuple[dict[str, Any], str]] = [
    (
        {"responses": car("Yes"), "attendees": [{"name": "A"}, {"phoneNumber": "+14255550123"}]},
        "no-phone",
    ),
    ({"responses": car("Yes"), "attendees": []}, "no-phone"),
    ({"responses": car("Yes"), "attendees": {}}, "no-phone"),
    ({"responses": car("Yes"), "attendees": [None]}, "no-phone"),
    ({"responses": car("Yes 425 555 0123"), "attendees": None}, "placed"),
    (
        {
            "responses": car("Yes", phone={"label": "Phone", "value": "4255550123"}),
            "attendees": None,
        },
        "no-phone",
    ),
    ({"responses": car({"value": "", "optionValue": "yes"})}, "placed"),
    ({"responses": car(["yes", "accessible"])}, "placed"),
    ({"responses": car({"a": {"b": "yes"}})}, "not-needed"),
    ({"responses": car("yes" * 2000)}, "unclear"),
    ({"responses": car("yes " + "we come with two cars and " * 200)}, "placed"),
    ({"responses": car("\u202eyes\u202c")}, "placed"),
    ({"responses": car("ＹＥＳ")}, "placed"),
    ({"responses": car("𝐘𝐞𝐬")}, "placed"),
    ({"responses": car("yes\u200b")}, "placed"),
    ({"responses": car("  \n yes \t")}, "placed"),
    ({"responses": car("“Yes”")}, "placed"),
    ({"responses": car("YES!!!1")}, "placed"),
    ({"responses": car("1")}, "unclear"),
    ({"responses": car("7ABC123")}, "placed"),
    ({"responses": car("0")}, "unclear"),
    ({"responses": car(1.5)}, "unclear"),
    ({"responses": [], "userFieldsResponses": car("Yes")}, "placed"),
    ({"responses": car(""), "userFieldsResponses": car("Yes")}, "placed"),
    ({"responses": car("Yes"), "userFieldsResponses": car("No")}, "not-needed"),
    ({"endTime": "2026-12-03T02:30:00Z"}, "placed"),
    ({"endTime": "2026-12-03T01:30:00Z"}, "placed"),
    ({"endTime": "2026-12-05T02:30:00Z"}, "refused"),
    ({"startTime": "2026-12-02T18:30:00-08:00", "endTime": None}, "placed"),
    ({"startTime": "2026-12-03T02:30:00.999Z"}, "placed"),
    ({"startTime": "2026-11-01T02:30:00Z", "endTime": "2026-11-01T04:00:00Z"}, "refused"),
    ({"startTime": "2027-06-01T02:30:00Z", "endTime": "2027-06-01T04:00:00Z"}, "refused"),
    ({"status": "PENDING"}, "ignored"),
    ({"status": "pending"}, "ignored"),
    ({"status": "CANCELLED"}, "cancelled"),
    ({"status": "REJECTED"}, "cancelled"),
    ({"status": "AWAITING_HOST"}, "ignored"),
    ({"seatsPerTimeSlot": 0}, "placed"),
    ({"seatsPerTimeSlot": 3}, "ignored"),
    ({"location": "integrations:daily"}, "placed"),
    ({"rescheduleUid": ""}, "placed"),
    ({"rescheduleUid": "x"}, "placed"),
    ({"rescheduleUid": 7}, "placed"),
    ({"organizer": None, "team": [], "destinationCalendar": "x"}, "placed"),
]


@pytest.mark.parametrize(("own", "outcome"), BOOKINGS)
def test_bookings_of_calcom(systems: Systems, own: dict[str, Any], outcome: str) -> None:
    assert say(systems, "BOOKING_CREATED", 30, dinner("q", 3) | own) == outcome
