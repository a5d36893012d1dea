"""A connection to a merchant's booking system."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from baylock.domain.connect.connection import Connection, ConnectionId, Questions, System
from baylock.domain.venue.mall import MerchantId
from baylock.ports.clock import Clock
from baylock.ports.connect import Connections

_ID_BYTES = 18
_SECRET_BYTES = 32


@dataclass(frozen=True)
class AddConnection:
    """Add a connection, with a new secret for systems that take one from us.

    `api` is the API's address, without `/v1`.
    """

    connections: Connections
    api: str
    clock: Clock

    def __call__(
        self,
        system: System,
        merchant: MerchantId,
        questions: Questions,
        *,
        secret: str | None = None,
        locations: frozenset[str] = frozenset(),
    ) -> Connection:
        """Return the connection; its `secret` is empty where the system makes its own later."""
        id_ = ConnectionId(f"con_{secrets.token_urlsafe(_ID_BYTES)}")
        if secret is None and system is not System.SQUARE:
            secret = secrets.token_urlsafe(_SECRET_BYTES)
        connection = Connection(
            id=id_,
            system=system,
            merchant=merchant,
            url=f"{self.api.rstrip('/')}/v1/connect/{system}?c={id_}",
            questions=questions,
            created_at=self.clock(),
            secret=secret or "",
            locations=locations,
        )
        self.connections.save(connection)
        return connection
