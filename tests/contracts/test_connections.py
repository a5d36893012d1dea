"""The contract of connections: FakeConnections and DynamoDB."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.fakes.connections import FakeConnections
from tests.fakes.mall import CINEMA, NOODLES, NOON

from baylock.adapters.dynamodb.connections import DynamoDBConnections
from baylock.domain.booking.booking import Reference
from baylock.domain.connect.connection import (
    AppointmentOutcome,
    Connection,
    ConnectionId,
    LastWebhook,
    Questions,
    System,
    Trouble,
    hour_of,
)
from baylock.ports.connect import Connections

TABLES = ConnectionId("con_aaaaaaaaaaaaaaaaaaaaaa")
SEATS = ConnectionId("con_bbbbbbbbbbbbbbbbbbbbbb")
LATER = NOON + timedelta(days=90)


@pytest.fixture(params=["fake", "dynamodb"])
def connections(request: pytest.FixtureRequest) -> Connections:
    if request.param == "fake":
        return FakeConnections()
    return DynamoDBConnections(request.getfixturevalue("tables_made"), "connections")


def connection(id_: ConnectionId = TABLES) -> Connection:
    return Connection(
        id=id_,
        system=System.CALCOM,
        merchant=NOODLES,
        url=f"https://api.example/v1/connect/calcom?c={id_}",
        questions=Questions("Do you come by car?", "Your plate", None),
        created_at=NOON,
        secret="a secret",
    )


def test_connection_is_read_as_it_was_saved(connections: Connections) -> None:
    connections.save(connection())
    assert connections.find(TABLES) == connection()
    assert connections.find(SEATS) is None


def test_connection_without_a_secret_is_stored(connections: Connections) -> None:
    connections.save(replace(connection(), secret=""))
    known = connections.find(TABLES)
    assert known is not None
    assert known.secret == ""
    connections.save(connection())
    assert connections.find(TABLES) == connection()


def test_repr_does_not_show_the_secret() -> None:
    assert "a secret" not in repr(connection())


def test_connections_are_listed_oldest_first(connections: Connections) -> None:
    younger = replace(connection(), created_at=NOON + timedelta(hours=1))
    older = replace(connection(SEATS), system=System.SQUARE, merchant=CINEMA)
    connections.save(younger)
    connections.save(older)
    connections.keep_reference(TABLES, "new", Reference("old"), LATER)
    assert list(connections.every()) == [older, younger]


def test_removed_connection_is_gone(connections: Connections) -> None:
    connections.save(connection())
    assert connections.remove(TABLES)
    assert connections.find(TABLES) is None
    assert not connections.remove(TABLES)


def test_latest_call_is_stored(connections: Connections) -> None:
    connections.save(connection())
    connections.note_webhook(TABLES, LastWebhook(NOON, AppointmentOutcome.NO_PHONE))
    connections.note_webhook(
        TABLES, last := LastWebhook(NOON + timedelta(minutes=1), AppointmentOutcome.PLACED)
    )
    known = connections.find(TABLES)
    assert known is not None
    assert known.last_webhook == last
    assert replace(known, last_webhook=None) == connection()


def test_call_does_not_restore_a_removed_connection(connections: Connections) -> None:
    connections.note_webhook(TABLES, LastWebhook(NOON, AppointmentOutcome.PLACED))
    assert connections.find(TABLES) is None
    assert list(connections.every()) == []


def test_rescheduled_booking_keeps_its_reference(connections: Connections) -> None:
    connections.keep_reference(TABLES, "new", Reference("old"), LATER)
    connections.keep_reference(TABLES, "new", Reference("old"), LATER)
    assert connections.reference(TABLES, "new") == "old"
    assert connections.reference(TABLES, "old") is None
    assert connections.reference(SEATS, "new") is None


def test_one_booking_takes_the_place_of_another(connections: Connections) -> None:
    assert connections.successor(TABLES, "a") is None
    assert connections.take_over(TABLES, "a", "b", LATER)
    assert connections.take_over(TABLES, "a", "b", LATER)
    assert not connections.take_over(TABLES, "a", "c", LATER)
    assert connections.take_over(SEATS, "a", "c", LATER)
    assert connections.successor(TABLES, "a") == "b"


def test_a_series_and_its_end(connections: Connections) -> None:
    assert connections.join_series(TABLES, "weekly", Reference("a"), LATER) is None
    assert connections.join_series(TABLES, "weekly", Reference("b"), LATER) is None
    assert connections.end_series(TABLES, "weekly", NOON, LATER) == {"a", "b"}
    assert connections.join_series(TABLES, "weekly", Reference("c"), LATER) == NOON
    assert connections.end_series(SEATS, "weekly", NOON, LATER) == frozenset()


def test_history_is_counted_by_hour_and_outcome(connections: Connections) -> None:
    unclear, refused = AppointmentOutcome.UNCLEAR, AppointmentOutcome.REFUSED
    later = NOON + timedelta(minutes=30)
    connections.note_trouble(TABLES, unclear, "a", NOON)
    connections.note_trouble(TABLES, unclear, "b", later)
    connections.note_trouble(TABLES, refused, "c", NOON + timedelta(hours=1))
    last, first = connections.troubles(TABLES)
    assert first == Trouble(hour_of(NOON), unclear, 2, later, "b")
    assert (last.outcome, last.count, last.hour) == (refused, 1, hour_of(NOON) + timedelta(hours=1))
    assert connections.troubles(SEATS) == []


def test_locations_are_kept(connections: Connections) -> None:
    limited = replace(connection(), locations=frozenset({"LEQ", "1"}))
    connections.save(limited)
    assert connections.find(TABLES) == limited
