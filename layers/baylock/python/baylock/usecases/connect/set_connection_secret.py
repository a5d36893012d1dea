"""The secret that a booking system signs with."""

from __future__ import annotations

from dataclasses import dataclass, replace

from baylock.domain.connect.connection import Connection, ConnectionId
from baylock.domain.errors import NoSuchConnection
from baylock.ports.connect import Connections


@dataclass(frozen=True)
class SetConnectionSecret:
    """Set or replace the secret that a booking system signs its messages with."""

    connections: Connections

    def __call__(self, id_: ConnectionId, secret: str) -> Connection:
        """Return the connection as it is then; raise NoSuchConnection."""
        known = self.connections.find(id_)
        if known is None:
            raise NoSuchConnection(id_)
        changed = replace(known, secret=secret.strip())
        self.connections.save(changed)
        return changed
