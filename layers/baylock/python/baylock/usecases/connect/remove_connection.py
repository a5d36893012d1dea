"""A connection that ends."""

from __future__ import annotations

from dataclasses import dataclass

from baylock.domain.connect.connection import ConnectionId
from baylock.domain.errors import NoSuchConnection
from baylock.ports.connect import Connections


@dataclass(frozen=True)
class RemoveConnection:
    """Accept no more from a booking system. Orders that came from it stay."""

    connections: Connections

    def __call__(self, id_: ConnectionId) -> None:
        """Raise NoSuchConnection."""
        if not self.connections.remove(id_):
            raise NoSuchConnection(id_)
