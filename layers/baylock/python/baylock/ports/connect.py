"""Merchants' booking systems."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from baylock.domain.booking.booking import Reference
    from baylock.domain.connect.connection import Connection, ConnectionId, LastHeard


class Connections(Protocol):
    """Merchants' booking systems that tell us of their bookings."""

    def find(self, id_: ConnectionId) -> Connection | None:
        """The connection, read anew each time: one that was removed is gone at once."""

    def save(self, connection: Connection) -> None:
        """Add a connection, or replace it."""

    def remove(self, id_: ConnectionId) -> bool:
        """Forget a connection; False where there was none."""

    def every(self) -> Iterable[Connection]:
        """All of them, oldest first: for operators' commands, which ask seldom."""

    def reference(self, id_: ConnectionId, booking: str) -> Reference | None:
        """The reference that a rescheduled booking kept, by the id that it has now."""

    def keep_reference(
        self, id_: ConnectionId, booking: str, reference: Reference, until: datetime
    ) -> None:
        """A booking with a new id keeps its reference; may be forgotten after `until`."""

    def heard(self, id_: ConnectionId, last: LastHeard) -> None:
        """Note what was heard last; a connection that was removed stays so."""
