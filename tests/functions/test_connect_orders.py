"""Webhooks of one booking in every order in which they may arrive, each delivered twice."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from itertools import permutations
from typing import Any

import pytest
from tests.fakes.booking_systems import dinner
from tests.functions.test_connect import CALENDLY, SQUARE, Systems, booking_of, systems
from tests.functions.test_connect_sequences import WEEKLY, live, say

__all__ = ["systems"]

CREATED, MOVED, CANCELLED = "BOOKING_CREATED", "BOOKING_RESCHEDULED", "BOOKING_CANCELLED"
REQUESTED, REJECTED = "BOOKING_REQUESTED", "BOOKING_REJECTED"
ASKED = {"status": "PENDING"}

CALCOM_EVENTS: dict[str, tuple[list[tuple[str, dict[str, Any]]], list[str]]] = {
    "moved twice": (
        [
            (CREATED, dinner("a", 3)),
            (MOVED, dinner("b", 4, rescheduleUid="a")),
            (MOVED, dinner("c", 5, rescheduleUid="b")),
        ],
        ["05"],
    ),
    "moved and cancelled": (
        [
            (CREATED, dinner("a", 3)),
            (MOVED, dinner("b", 4, rescheduleUid="a")),
            (MOVED, dinner("c", 5, rescheduleUid="b")),
            (CANCELLED, dinner("c", 5)),
        ],
        [],
    ),
    "moved back": (
        [
            (CREATED, dinner("a", 3)),
            (MOVED, dinner("b", 4, rescheduleUid="a")),
            (MOVED, dinner("c", 3, rescheduleUid="b")),
        ],
        ["03"],
    ),
    "moved under its own id": (
        [(CREATED, dinner("a", 3)), (MOVED, dinner("a", 4, rescheduleUid="a"))],
        ["04"],
    ),
    "cancelled": ([(CREATED, dinner("a", 3)), (CANCELLED, dinner("a", 3))], []),
    "cancelled by the host, who asks for another time": (
        [
            (CREATED, dinner("a", 3)),
            (CANCELLED, dinner("a", 3)),
            (MOVED, dinner("b", 4, rescheduleUid="a")),
        ],
        ["04"],
    ),
    "move asked for and confirmed": (
        [
            (CREATED, dinner("a", 3)),
            (REQUESTED, dinner("b", 4, rescheduleUid="a", **ASKED)),
            (CREATED, dinner("b", 4)),
        ],
        ["04"],
    ),
    "move asked for and taken back": (
        [
            (CREATED, dinner("a", 3)),
            (REQUESTED, dinner("b", 4, rescheduleUid="a", **ASKED)),
            (CANCELLED, dinner("b", 4)),
        ],
        [],
    ),
    "move asked for twice and confirmed": (
        [
            (CREATED, dinner("a", 3)),
            (REQUESTED, dinner("b", 4, rescheduleUid="a", **ASKED)),
            (REQUESTED, dinner("c", 5, rescheduleUid="b", **ASKED)),
            (CREATED, dinner("c", 5)),
        ],
        ["05"],
    ),
    "move asked for twice and rejected": (
        [
            (CREATED, dinner("a", 3)),
            (REQUESTED, dinner("b", 4, rescheduleUid="a", **ASKED)),
            (REQUESTED, dinner("c", 5, rescheduleUid="b", **ASKED)),
            (REJECTED, dinner("c", 5)),
        ],
        [],
    ),
    "first asked for": ([(REQUESTED, dinner("a", 3, **ASKED)), (CREATED, dinner("a", 3))], ["03"]),
    "a series with one moved, then cancelled": (
        [
            (CREATED, dinner("a", 3, **WEEKLY)),
            (CREATED, dinner("b", 10, **WEEKLY)),
            (MOVED, dinner("c", 11, rescheduleUid="b")),
            (CANCELLED, dinner("a", 3, **WEEKLY)),
        ],
        [],
    ),
    "a series with one cancelled, then all": (
        [
            (CREATED, dinner("a", 3, **WEEKLY)),
            (CREATED, dinner("b", 10, **WEEKLY)),
            (CANCELLED, dinner("b", 10)),
            (CANCELLED, dinner("a", 3, **WEEKLY)),
        ],
        [],
    ),
    "a series with one moved, which is cancelled": (
        [
            (CREATED, dinner("a", 3, **WEEKLY)),
            (CREATED, dinner("b", 10, **WEEKLY)),
            (MOVED, dinner("c", 11, rescheduleUid="b")),
            (CANCELLED, dinner("c", 11)),
        ],
        ["03"],
    ),
    "a series cancelled, then booked anew": (
        [
            (CREATED, dinner("a", 3, **WEEKLY)),
            (CREATED, dinner("b", 10, **WEEKLY)),
            (CANCELLED, dinner("a", 3, **WEEKLY)),
            (CREATED, dinner("n", 17, **WEEKLY)),
        ],
        ["17"],
    ),
}


def orders(count: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Every order, with the prefix of the ids of its bookings, so that each is a new story."""
    for number, order in enumerate(permutations(range(count))):
        yield f"{number}-", order * 2


def left(systems: Systems, prefix: str) -> list[str]:
    return [day for reference, day in live(systems) if reference.startswith(prefix)]


def release_all(systems: Systems) -> None:
    """So that the next story finds the lot empty."""
    for one in list(systems.world.orders.records()):
        systems.world.cancel(one.booking.merchant, one.booking.reference)


def check_any_order(
    systems: Systems, events: int, days: list[str], say_one: Callable[[str, int], None]
) -> None:
    """Say the events in every order; `say_one` gets the prefix and the number of an event."""
    for prefix, order in orders(events):
        for at in order:
            systems.world.clock.forward(seconds=2)
            say_one(prefix, at)
        assert left(systems, prefix) == days, order
        release_all(systems)


@pytest.mark.parametrize(("events", "days"), CALCOM_EVENTS.values(), ids=CALCOM_EVENTS)
def test_webhooks_of_calcom_in_any_order(
    systems: Systems, events: Sequence[tuple[str, dict[str, Any]]], days: list[str]
) -> None:
    def say_one(prefix: str, at: int) -> None:
        trigger, booking = copy.deepcopy(events[at])
        booking["uid"] = prefix + booking["uid"]
        if "rescheduleUid" in booking:
            booking["rescheduleUid"] = prefix + booking["rescheduleUid"]
        booking["attendees"][0]["email"] = f"{prefix}guest@example.com"
        say(systems, trigger, at, booking)

    check_any_order(systems, len(events), days, say_one)


INVITEES: dict[str, tuple[list[tuple[str, str, int, str | None, bool]], list[str]]] = {
    "cancelled": (
        [("invitee.created", "a", 3, None, False), ("invitee.canceled", "a", 3, None, False)],
        [],
    ),
    "moved twice": (
        [
            ("invitee.created", "a", 3, None, False),
            ("invitee.canceled", "a", 3, None, True),
            ("invitee.created", "b", 4, "a", False),
            ("invitee.canceled", "b", 4, None, True),
            ("invitee.created", "c", 5, "b", False),
        ],
        ["05"],
    ),
    "moved and cancelled": (
        [
            ("invitee.created", "a", 3, None, False),
            ("invitee.canceled", "a", 3, None, True),
            ("invitee.created", "b", 4, "a", False),
            ("invitee.canceled", "b", 4, None, False),
        ],
        [],
    ),
}


def uri(invitee: str) -> str:
    return f"https://api.calendly.com/scheduled_events/E/invitees/{invitee}"


@pytest.mark.parametrize(("events", "days"), INVITEES.values(), ids=INVITEES)
def test_webhooks_of_calendly_in_any_order(
    systems: Systems, events: Sequence[tuple[str, str, int, str | None, bool]], days: list[str]
) -> None:
    def say_one(prefix: str, at: int) -> None:
        change = invitee_said(prefix, at, *events[at])
        assert systems.say(CALENDLY, "calendly_created", change)[0] == 200

    check_any_order(systems, len(events), days, say_one)


def invitee_said(
    prefix: str, minute: int, event: str, invitee: str, day: int, was: str | None, moved: bool
) -> Callable[[dict[str, Any]], None]:
    def change(known: dict[str, Any]) -> None:
        known |= {"event": event, "created_at": f"2026-12-01T19:{minute:02}:00.000000Z"}
        known["payload"] |= {
            "uri": uri(prefix + invitee),
            "old_invitee": uri(prefix + was) if was else None,
            "rescheduled": moved,
        }
        known["payload"]["scheduled_event"] |= {
            "start_time": f"2026-12-{day:02}T02:30:00.000000Z",
            "end_time": f"2026-12-{day:02}T04:00:00.000000Z",
        }

    return change


APPOINTMENTS: dict[str, tuple[list[tuple[str, int, str]], list[str]]] = {
    "moved twice": (
        [
            ("booking.created", 3, "ACCEPTED"),
            ("booking.updated", 4, "ACCEPTED"),
            ("booking.updated", 5, "ACCEPTED"),
        ],
        ["05"],
    ),
    "moved and cancelled": (
        [
            ("booking.created", 3, "ACCEPTED"),
            ("booking.updated", 4, "ACCEPTED"),
            ("booking.updated", 4, "CANCELLED_BY_SELLER"),
        ],
        [],
    ),
    "accepted": ([("booking.created", 3, "PENDING"), ("booking.updated", 3, "ACCEPTED")], ["03"]),
    "declined": ([("booking.created", 3, "PENDING"), ("booking.updated", 3, "DECLINED")], []),
    "a move that is declined": (
        [
            ("booking.created", 3, "ACCEPTED"),
            ("booking.updated", 4, "PENDING"),
            ("booking.updated", 4, "DECLINED"),
        ],
        [],
    ),
}


@pytest.mark.parametrize(("events", "days"), APPOINTMENTS.values(), ids=APPOINTMENTS)
def test_webhooks_of_square_in_any_order(
    systems: Systems, events: Sequence[tuple[str, int, str]], days: list[str]
) -> None:
    def say_one(prefix: str, at: int) -> None:
        change = appointment_said(prefix, at, *events[at])
        assert systems.say(SQUARE, "square_created", change)[0] == 200

    check_any_order(systems, len(events), days, say_one)


def appointment_said(
    prefix: str, minute: int, event: str, day: int, status: str
) -> Callable[[dict[str, Any]], None]:
    def change(known: dict[str, Any]) -> None:
        known |= {"type": event, "created_at": f"2026-12-01T19:{minute:02}:30Z"}
        booking_of(known).update(
            id=f"{prefix}a",
            status=status,
            start_at=f"2026-12-{day:02}T02:30:00Z",
            updated_at=f"2026-12-01T19:{minute:02}:00Z",
        )

    return change
