"""Merchants' booking systems."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from baylock.domain.booking.booking import Reference
    from baylock.domain.connect.connection import Connection, ConnectionId, LastWebhook


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

    def note_webhook(self, id_: ConnectionId, last: LastWebhook) -> None:
        """Store the last webhook's time and outcome, unless the connection was removed."""
