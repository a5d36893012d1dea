"""Connections in memory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from baylock.domain.booking.booking import Reference
from baylock.domain.connect.connection import Connection, ConnectionId, LastWebhook


@dataclass
class FakeConnections:
    """The Connections port; references never expire."""

    _connections: dict[ConnectionId, Connection] = field(default_factory=dict)
    _references: dict[tuple[ConnectionId, str], Reference] = field(default_factory=dict)

    def find(self, id_: ConnectionId) -> Connection | None:
        return self._connections.get(id_)

    def save(self, connection: Connection) -> None:
        self._connections[connection.id] = connection

    def remove(self, id_: ConnectionId) -> bool:
        return self._connections.pop(id_, None) is not None

    def every(self) -> Iterable[Connection]:
        return sorted(self._connections.values(), key=lambda one: (one.created_at, one.id))

    def reference(self, id_: ConnectionId, booking: str) -> Reference | None:
        return self._references.get((id_, booking))

    def keep_reference(
        self,
        id_: ConnectionId,
        booking: str,
        reference: Reference,
        until: datetime,  # noqa: ARG002 (nothing expires here)
    ) -> None:
        self._references[id_, booking] = reference

    def note_webhook(self, id_: ConnectionId, last: LastWebhook) -> None:
        if id_ in self._connections:
            self._connections[id_] = replace(self._connections[id_], last_webhook=last)
