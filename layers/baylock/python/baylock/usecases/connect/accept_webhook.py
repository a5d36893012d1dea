"""Decide whether a booking system's webhook is accepted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from baylock.domain.connect.connection import LIMITS, Connection, ConnectionId, System
from baylock.domain.connect.signature import SignedBody, is_signed
from baylock.domain.errors import BadSignature, TooManyCalls
from baylock.ports.clock import Clock
from baylock.ports.connect import Connections
from baylock.usecases.access.rate_limiter import RateLimiter


@dataclass(frozen=True)
class AcceptWebhook:
    """Find the connection that a webhook is for, and count the webhook against its limits.

    BadSignature where the signature is not valid or the connection does not exist, TooManyCalls
    where the connection has used up a limit. Raises Busy.
    """

    connections: Connections
    rate_limiter: Callable[[], RateLimiter]
    clock: Clock

    def __call__(self, id_: ConnectionId, system: System, webhook: SignedBody) -> Connection:
        connection = self.connections.find(id_)
        if connection is None or connection.system is not system or not connection.secret:
            raise BadSignature
        if not is_signed(webhook, connection, self.clock()):
            raise BadSignature(connection.id)
        status = self.rate_limiter()(connection.id, LIMITS)
        if status.wait:
            raise TooManyCalls(status)
        return connection
