"""Connections in memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from baylock.domain.booking.booking import Reference
from baylock.domain.connect.connection import (
    AppointmentOutcome,
    Connection,
    ConnectionId,
    LastWebhook,
    Trouble,
    hour_of,
)


@dataclass
class FakeConnections:
    """The Connections port; references never expire."""

    _connections: dict[ConnectionId, Connection] = field(default_factory=dict)
    _references: dict[tuple[ConnectionId, str], Reference] = field(default_factory=dict)
    _successors: dict[tuple[ConnectionId, str], str] = field(default_factory=dict)
    _series: dict[tuple[ConnectionId, str], set[Reference]] = field(default_factory=dict)
    _ended: dict[tuple[ConnectionId, str], datetime] = field(default_factory=dict)
    _troubles: dict[tuple[ConnectionId, datetime, AppointmentOutcome], Trouble] = field(
        default_factory=dict
    )

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

    def take_over(
        self,
        id_: ConnectionId,
        was: str,
        by: str,
        until: datetime,  # noqa: ARG002 (nothing expires here)
    ) -> bool:
        return self._successors.setdefault((id_, was), by) == by

    def successor(self, id_: ConnectionId, booking: str) -> str | None:
        return self._successors.get((id_, booking))

    def join_series(
        self,
        id_: ConnectionId,
        series: str,
        reference: Reference,
        until: datetime,  # noqa: ARG002 (nothing expires here)
    ) -> datetime | None:
        self._series.setdefault((id_, series), set()).add(reference)
        return self._ended.get((id_, series))

    def end_series(
        self,
        id_: ConnectionId,
        series: str,
        at: datetime,
        until: datetime,  # noqa: ARG002 (nothing expires here)
    ) -> frozenset[Reference]:
        self._ended[id_, series] = max(at, self._ended.get((id_, series), at))
        return frozenset(self._series.get((id_, series), ()))

    def note_trouble(
        self, id_: ConnectionId, outcome: AppointmentOutcome, booking: str, at: datetime
    ) -> None:
        key = (id_, hour_of(at), outcome)
        count = self._troubles[key].count if key in self._troubles else 0
        self._troubles[key] = Trouble(hour_of(at), outcome, count + 1, at, booking)

    def troubles(self, id_: ConnectionId) -> Sequence[Trouble]:
        found = [trouble for (of, *_), trouble in self._troubles.items() if of == id_]
        return sorted(found, key=lambda one: (one.hour, one.outcome.value), reverse=True)

    def note_webhook(self, id_: ConnectionId, last: LastWebhook) -> None:
        if id_ in self._connections:
            self._connections[id_] = replace(self._connections[id_], last_webhook=last)
