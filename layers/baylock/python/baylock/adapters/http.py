"""A client for merchants' servers, which may be slow, broken or hostile."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from ipaddress import IPv4Address, ip_address
from threading import Lock, Thread
from time import monotonic
from typing import Any

from standardwebhooks.webhooks import Webhook

from baylock.domain.errors import InvalidWebhook
from baylock.domain.webhooks.address import PORTS, IpAddress, Target, may_go_to, read_target
from baylock.domain.webhooks.event import EventId
from baylock.domain.webhooks.webhook import Attempt, AttemptOutcome

SECONDS = 5.0
"""The limit for everything: name, connection, TLS, request and response headers."""
CONNECT_SECONDS = 2.0
MAX_ADDRESSES = 3
"""Of a name that are tried: more would have us knock at many doors for one event."""
BODY_SECONDS = 0.5
"""The limit for reading of the response's body, once its status is known."""
END_SECONDS = 1.0
"""The time in which a call that was cut off ends; only the resolution of a name takes longer."""
MAX_BYTES = 64 * 1024
"""Of a response's body, which is not used."""

_AGENT = "Baylock-Webhooks/1"


@dataclass(frozen=True)
class HttpWebhookClient:
    """The WebhookClient port.

    It resolves the name itself, checks every address, and connects to an address that it checked,
    so DNS rebinding has no effect. Redirects are not followed and proxies not used. `look_up` is
    getaddrinfo.
    """

    loopback: bool = False
    seconds: float = SECONDS
    ports: frozenset[int] = PORTS
    look_up: Callable[..., Any] = field(default=socket.getaddrinfo)

    def post(
        self, url: str, event: EventId, body: str, secrets: Sequence[str], now: datetime
    ) -> Attempt:
        """One POST in a thread of its own, which is cut off when the time is over.

        The socket's timeout is not enough: it restarts with each byte of a slow server, and does
        not cover the resolution of the name. When this returns, the connection is closed and none
        is made any more; a thread may still wait for a name, and ends once that is resolved.
        """
        headers = {
            "Content-Type": "application/json",
            "User-Agent": _AGENT,
            "webhook-id": event,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(
                Webhook(secret).sign(event, now, body) for secret in secrets
            ),
        }
        call = _Call(self, url, headers, body.encode(), monotonic() + self.seconds)
        thread = Thread(target=call.run, name="webhook", daemon=True)
        thread.start()
        try:
            status = call.answer.result(self.seconds)
            thread.join(min(BODY_SECONDS, max(call.left(), 0)))
        except _Failed as failed:
            return Attempt(now, event, failed.outcome)
        except TimeoutError:
            return Attempt(now, event, AttemptOutcome.TIMED_OUT)
        finally:
            call.cut_off()
            thread.join(END_SECONDS if call.began else 0)
        return Attempt(now, event, _outcome(status), status)

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context()


@dataclass
class _Call:
    webhook_client: HttpWebhookClient
    url: str
    headers: dict[str, str]
    body: bytes
    until: float
    """Of the monotonic clock."""
    answer: Future[int] = field(default_factory=Future)
    began: bool = False
    """Whether the name is resolved: what follows can be cut off."""
    _socket: socket.socket | None = None
    _is_over: bool = False
    _change: Lock = field(default_factory=Lock)

    def run(self) -> None:
        try:
            self._post()
        except _Failed as failed:
            self.answer.set_exception(failed)
        except ssl.SSLError:
            self.answer.set_exception(_Failed(AttemptOutcome.NOT_TRUSTED))
        except TimeoutError:
            self.answer.set_exception(_Failed(AttemptOutcome.TIMED_OUT))
        except (OSError, HTTPException, ValueError):
            self.answer.set_exception(_Failed(AttemptOutcome.NOT_CONNECTED))
        finally:
            self.cut_off()
            if self._socket is not None:
                self._socket.close()

    def left(self) -> float:
        """The seconds that are left."""
        return self.until - monotonic()

    def cut_off(self) -> None:
        """End the connection, whatever it is doing, and make no other."""
        with self._change:
            self._is_over = True
            if self._socket is not None:
                with suppress(OSError):
                    # Not the TLS socket's own shutdown, which frees what the other thread is using.
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def _hold(self, connection: socket.socket, at_most: float) -> None:
        """Let this socket be the one that is cut off, and give it the time that is left.

        _Failed, with the socket closed, where the call is over already.
        """
        with self._change:
            left = self.left()
            if self._is_over or left <= 0:
                connection.close()
                raise _Failed(AttemptOutcome.TIMED_OUT)
            self._socket = connection
            connection.settimeout(min(left, at_most))

    def _post(self) -> None:
        client = self.webhook_client
        try:
            target = read_target(self.url, loopback=client.loopback, ports=client.ports)
        except InvalidWebhook:
            raise _Failed(AttemptOutcome.NOT_PUBLIC) from None
        connection = _Connection(target.host, target.port)
        try:
            connection.sock = self._connected(target)
            connection.request(
                "POST", target.path, self.body, {"Host": target.authority, **self.headers}
            )
            response = connection.getresponse()
            self.answer.set_result(response.status)
            with suppress(OSError, HTTPException, ValueError):
                # Read a part of the body, so that a server that is still writing gets no error; a
                # single read, for which nothing waits for long.
                response.read1(MAX_BYTES)
        finally:
            connection.close()

    def _connected(self, target: Target) -> socket.socket:
        last: OSError | None = None
        for address in self._addresses(target)[:MAX_ADDRESSES]:
            family = socket.AF_INET if isinstance(address, IPv4Address) else socket.AF_INET6
            plain = socket.socket(family, socket.SOCK_STREAM)
            self._hold(plain, CONNECT_SECONDS)
            try:
                plain.connect((str(address), target.port))
            except OSError as error:
                plain.close()
                last = error
                continue
            if target.scheme == "http":
                self._hold(plain, self.left())
                return plain
            secured = self.webhook_client._tls.wrap_socket(
                plain, server_hostname=target.host, do_handshake_on_connect=False
            )
            self._hold(secured, self.left())
            secured.do_handshake()
            return secured
        raise last or _Failed(AttemptOutcome.NAME_NOT_FOUND)

    def _addresses(self, target: Target) -> Sequence[IpAddress]:
        """All addresses of the name; _Failed if one of them is not allowed."""
        try:
            found = self.webhook_client.look_up(target.host, target.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise _Failed(AttemptOutcome.NAME_NOT_FOUND) from None
        self.began = True
        addresses = list(dict.fromkeys(ip_address(info[4][0]) for info in found))
        loopback = self.webhook_client.loopback
        if not all(may_go_to(target, address, loopback=loopback) for address in addresses):
            raise _Failed(AttemptOutcome.NOT_PUBLIC)
        return addresses


class _Connection(HTTPConnection):
    """A connection on a socket that is connected already, and on no other."""

    auto_open = 0


class _Failed(Exception):
    def __init__(self, outcome: AttemptOutcome) -> None:
        super().__init__(outcome.value)
        self.outcome = outcome


def _outcome(status: int) -> AttemptOutcome:
    match status:
        case HTTPStatus.GONE:
            return AttemptOutcome.GONE
        case _ if 200 <= status < 300:  # noqa: PLR2004 (2xx)
            return AttemptOutcome.TAKEN
        case _ if 300 <= status < 400:  # noqa: PLR2004 (3xx)
            return AttemptOutcome.REDIRECTED
        case _:
            return AttemptOutcome.REFUSED
