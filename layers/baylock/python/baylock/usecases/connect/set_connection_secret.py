"""The secret that a booking system signs with."""

from __future__ import annotations

from dataclasses import dataclass, replace

from baylock.domain.connect.connection import ConnectionId
from baylock.domain.errors import NoSuchConnection
from baylock.ports.connect import Connections


@dataclass(frozen=True)
class SetConnectionSecret:
    """Set or replace the secret that a booking system signs its messages with."""

    connections: Connections

    def __call__(self, id_: ConnectionId, secret: str) -> None:
        """Raise NoSuchConnection."""
        known = self.connections.find(id_)
        if known is None:
            raise NoSuchConnection(id_)
        self.connections.save(replace(known, secret=secret.strip()))
