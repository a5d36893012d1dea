"""Merchants' booking systems."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from baylock.domain.booking.booking import Reference
    from baylock.domain.connect.connection import (
        AppointmentOutcome,
        Connection,
        ConnectionId,
        LastWebhook,
        Trouble,
    )


class Connections(Protocol):
    """The connections to merchants' booking systems."""

    def find(self, id_: ConnectionId) -> Connection | None:
        """The connection, read anew each time: a removed connection is gone at once."""

    def save(self, connection: Connection) -> None:
        """Add a connection, or replace it."""

    def remove(self, id_: ConnectionId) -> bool:
        """Remove a connection; False where there was none."""

    def every(self) -> Iterable[Connection]:
        """All connections, oldest first, for operators' commands."""

    def reference(self, id_: ConnectionId, booking: str) -> Reference | None:
        """The reference of a rescheduled booking, by its current id."""

    def keep_reference(
        self, id_: ConnectionId, booking: str, reference: Reference, until: datetime
    ) -> None:
        """Store the reference of a booking with a new id, at least until `until`."""

    def take_over(self, id_: ConnectionId, was: str, by: str, until: datetime) -> bool:
        """Let a booking replace the one that it was; False where another one has replaced it."""

    def successor(self, id_: ConnectionId, booking: str) -> str | None:
        """The id of the booking that has replaced this one."""

    def join_series(
        self, id_: ConnectionId, series: str, reference: Reference, until: datetime
    ) -> datetime | None:
        """Add a booking to a series; returns when the series was cancelled, if it was."""

    def end_series(
        self, id_: ConnectionId, series: str, at: datetime, until: datetime
    ) -> frozenset[Reference]:
        """Note that a series was cancelled, unless it was later; returns its bookings."""

    def note_trouble(
        self, id_: ConnectionId, outcome: AppointmentOutcome, booking: str, at: datetime
    ) -> None:
        """Count a booking without a space in the history; each hour is kept for TROUBLES_KEPT."""

    def troubles(self, id_: ConnectionId) -> Sequence[Trouble]:
        """The history of a connection, the latest hour first."""

    def note_webhook(self, id_: ConnectionId, last: LastWebhook) -> None:
        """Store the last webhook's time and outcome, unless the connection was removed."""
