"""Connections in memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from baylock.domain.booking.booking import Reference
from baylock.domain.connect.connection import (
    Connection,
    ConnectionId,
    LastWebhook,
    MissedBooking,
)


@dataclass
class FakeConnections:
    """The Connections port; references never expire."""

    _connections: dict[ConnectionId, Connection] = field(default_factory=dict)
    _followers: dict[tuple[ConnectionId, str], str] = field(default_factory=dict)
    _missed: list[tuple[ConnectionId, MissedBooking]] = field(default_factory=list)
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

    def follow(
        self,
        id_: ConnectionId,
        old: str,
        new: str,
        until: datetime,  # noqa: ARG002 (nothing expires here)
    ) -> str:
        return self._followers.setdefault((id_, old), new)

    def follower(self, id_: ConnectionId, old: str) -> str | None:
        return self._followers.get((id_, old))

    def add_missed(
        self,
        id_: ConnectionId,
        missed: MissedBooking,
        until: datetime,  # noqa: ARG002 (nothing expires here)
    ) -> None:
        self._missed.append((id_, missed))

    def missed(self, id_: ConnectionId) -> Sequence[MissedBooking]:
        return [missed for of, missed in reversed(self._missed) if of == id_]

    def note_webhook(self, id_: ConnectionId, last: LastWebhook) -> None:
        if id_ in self._connections:
            self._connections[id_] = replace(self._connections[id_], last_webhook=last)
