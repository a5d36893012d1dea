"""Posting to merchants' servers: real, misbehaving servers on this machine."""

from __future__ import annotations

import gc
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Event as Signal
from threading import Thread
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from baylock.adapters.http import HttpWebhookClient
from baylock.domain.webhooks.address import PORTS
from baylock.domain.webhooks.event import EventId
from baylock.domain.webhooks.webhook import Attempt, AttemptOutcome

EVENT = EventId("evt_5kabcdefghij_3_order-held")
BODY = '{"type":"order.held","data":{"reference":"桌 7"}}'
SECRET, OLD, OTHER = (f"whsec_{letter * 43}=" for letter in "AEI")
SECONDS = 1.0


class Server:
    """Accepts connections on loopback, and serves each with the given function."""

    def __init__(self, serve: Callable[[socket.socket, Server], None]) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.requests: list[bytes] = []
        self.released = Signal()
        self._serve = serve
        self._connection: socket.socket | None = None
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?a=1"

    def _run(self) -> None:
        while True:
            try:
                connection, _ = self.listening.accept()
            except OSError:
                return
            self._connection = connection
            with connection:
                try:
                    self._serve(connection, self)
                except OSError:
                    continue

    def close(self) -> None:
        self.released.set()
        if self._connection is not None:
            with suppress(OSError):
                # Writing to a client that was cut off while its window was full may wait for ever.
                self._connection.shutdown(socket.SHUT_RDWR)
        self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()
        self._thread.join(60)


@contextmanager
def serving(serve: Callable[[socket.socket, Server], None]) -> Iterator[Server]:
    server = Server(serve)
    try:
        yield server
    finally:
        server.close()


def request_of(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)
    head, _, body = received.partition(b"\r\n\r\n")
    length = int(headers_of(head)["content-length"])
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def headers_of(head: bytes) -> dict[str, str]:
    lines = head.decode().split("\r\n")[1:]
    return {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}


def answers(raw: bytes) -> Callable[[socket.socket, Server], None]:
    def serve(connection: socket.socket, server: Server) -> None:
        server.requests.append(request_of(connection))
        connection.sendall(raw)

    return serve


def status(code: int, *more: str) -> Callable[[socket.socket, Server], None]:
    head = "".join(f"{line}\r\n" for line in (f"HTTP/1.1 {code} X", "Content-Length: 0", *more))
    return answers(f"{head}\r\n".encode())


def post(url: str, *secrets: str, **how: Any) -> Attempt:
    ports = frozenset(range(65536))
    receivers = HttpWebhookClient(**{"loopback": True, "seconds": SECONDS, "ports": ports, **how})
    return receivers.post(url, EVENT, BODY, secrets or (SECRET,), datetime.now(UTC))


# ── signatures ───────────────────────────────────────────────────────────────────────────────────


def test_post_passes_the_standard_librarys_verifier() -> None:
    with serving(status(200)) as server:
        assert post(server.url, SECRET, OLD).outcome is AttemptOutcome.TAKEN
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    headers = headers_of(head)
    assert head.startswith(b"POST /hook?a=1 HTTP/1.1\r\n")
    assert headers["host"] == f"127.0.0.1:{server.port}"
    assert headers["content-type"] == "application/json"
    assert headers["webhook-id"] == EVENT
    assert body.decode() == BODY
    for secret in (SECRET, OLD):
        assert Webhook(secret).verify(body, headers)["type"] == "order.held"
    with pytest.raises(WebhookVerificationError):
        Webhook(OTHER).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body.replace(b"held", b"moved"), headers)


# ── responses ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (200, AttemptOutcome.TAKEN),
        (204, AttemptOutcome.TAKEN),
        (299, AttemptOutcome.TAKEN),
        (400, AttemptOutcome.REFUSED),
        (401, AttemptOutcome.REFUSED),
        (404, AttemptOutcome.REFUSED),
        (410, AttemptOutcome.GONE),
        (429, AttemptOutcome.REFUSED),
        (500, AttemptOutcome.REFUSED),
    ],
)
def test_status_of_the_response_decides_the_outcome(code: int, outcome: AttemptOutcome) -> None:
    with serving(status(code)) as server:
        attempt = post(server.url)
    assert (attempt.outcome, attempt.status) == (outcome, code)


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_fault_28_redirect_is_not_followed(code: int) -> None:
    with serving(status(200)) as elsewhere, serving(
        status(code, f"Location: {elsewhere.url}")
    ) as server:  # fmt: skip
        attempt = post(server.url)
    assert (attempt.outcome, attempt.status) == (AttemptOutcome.REDIRECTED, code)
    assert elsewhere.requests == []


def test_fault_28_closed_port_is_not_connected() -> None:
    with serving(status(200)) as server:
        url = server.url
    assert post(url).outcome is AttemptOutcome.NOT_CONNECTED


def silent(connection: socket.socket, server: Server) -> None:
    server.requests.append(request_of(connection))
    server.released.wait(30)


def dripping_head(connection: socket.socket, server: Server) -> None:
    request_of(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not server.released.wait(0.05):
        connection.sendall(b"a")


def deaf(_: socket.socket, server: Server) -> None:
    server.released.wait(30)


@pytest.mark.parametrize("serve", [silent, dripping_head, deaf])
def test_fault_28_slow_server_is_cut_off(serve: Callable[[socket.socket, Server], None]) -> None:
    with serving(serve) as server:
        assert post(server.url, seconds=0.3).outcome is AttemptOutcome.TIMED_OUT
        assert not server.released.is_set(), "the client did not wait for the server"


def endless(connection: socket.socket, server: Server) -> None:
    request_of(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    sent = 0
    while not server.released.is_set():
        connection.sendall(b"ffff\r\n" + b"a" * 0xFFFF + b"\r\n")
        sent += 1
        server.requests[:] = [b"sent"] * sent


def test_fault_28_endless_response_is_cut_off() -> None:
    with serving(endless) as server:
        assert post(server.url).outcome is AttemptOutcome.TAKEN


def dripping_body(connection: socket.socket, server: Server) -> None:
    request_of(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    while not server.released.wait(0.05):
        connection.sendall(b"a")


def test_fault_28_status_counts_while_the_body_drips() -> None:
    with serving(dripping_body) as server:
        assert post(server.url, seconds=3).outcome is AttemptOutcome.TAKEN
        assert not server.released.is_set()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\0\0\0\0",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/9.9 what\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 300 + b"\r\n",
        b"HTTP/1.1 200 " + b"a" * 100_000,
    ],
    ids=["nothing", "zeros", "another protocol", "no status", "many headers", "a long line"],
)
def test_fault_28_malformed_response_is_not_connected(raw: bytes) -> None:
    with serving(answers(raw)) as server:
        assert post(server.url).outcome is AttemptOutcome.NOT_CONNECTED


# ── addresses ────────────────────────────────────────────────────────────────────────────────────


def stands_for(*addresses: str) -> Callable[..., Any]:
    def look_up(host: str, port: int, **_: object) -> list[tuple[Any, ...]]:
        return [
            (
                socket.AF_INET6 if ":" in address else socket.AF_INET,
                socket.SOCK_STREAM,
                6,
                "",
                (address, port, 0, 0) if ":" in address else (address, port),
            )
            for address in addresses
        ]

    return look_up


PRIVATE = (
    "127.0.0.1",
    "10.0.0.7",
    "172.31.0.1",
    "192.168.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",  # noqa: S104
    "224.0.0.1",
    "::1",
    "fe80::1%2",
    "fd00:ec2::254",
    "::ffff:127.0.0.1",
    "64:ff9b::a9fe:a9fe",
)


@pytest.mark.parametrize("address", PRIVATE)
def test_fault_28_name_of_a_private_address_is_refused(address: str) -> None:
    """The address may have been public when the merchant set the endpoint."""
    with serving(status(200)) as server:
        url = f"https://shop.example.com:{server.port}/"
        attempt = post(url, loopback=False, look_up=stands_for(address))
        assert attempt.outcome is AttemptOutcome.NOT_PUBLIC
        assert server.requests == []


@pytest.mark.parametrize("address", PRIVATE)
def test_fault_28_public_address_does_not_hide_a_private_one(address: str) -> None:
    look_up = stands_for("93.184.215.14", address)
    attempt = post("https://shop.example.com/", loopback=False, look_up=look_up)
    assert attempt.outcome is AttemptOutcome.NOT_PUBLIC


@pytest.mark.parametrize("url", ["https://2130706433/", "https://[::1]/", "https://0x7f.1/",
                                 "http://127.0.0.1/", "https://localhost/"])  # fmt: skip
def test_fault_28_private_address_in_the_url_is_refused(url: str) -> None:
    assert post(url, loopback=False).outcome is AttemptOutcome.NOT_PUBLIC


def test_fault_28_name_is_resolved_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection goes to the checked address, not to the name."""
    asked: list[str] = []
    connected: list[object] = []

    def look_up(host: str, port: int, **more: object) -> list[tuple[Any, ...]]:
        asked.append(host)
        address = "93.184.215.14" if len(asked) == 1 else "127.0.0.1"
        return list(stands_for(address)(host, port))

    def connect(_: socket.socket, where: object) -> None:
        connected.append(where)
        raise OSError

    monkeypatch.setattr(socket.socket, "connect", connect)
    attempt = post("https://shop.example.com/", loopback=False, look_up=look_up)
    assert attempt.outcome is AttemptOutcome.NOT_CONNECTED
    assert asked == ["shop.example.com"]
    assert connected == [("93.184.215.14", 443)]


def test_next_address_is_tried_if_the_first_does_not_answer() -> None:
    with serving(status(200)) as server:
        url = f"http://localhost:{server.port}/"
        taken = post(url, look_up=stands_for("127.0.0.2", "127.0.0.1"))
    assert taken.outcome is AttemptOutcome.TAKEN


def test_unknown_name_is_not_found() -> None:
    def look_up(*_: object, **__: object) -> None:
        raise socket.gaierror

    assert (
        post("https://shop.example.com/", look_up=look_up).outcome is AttemptOutcome.NAME_NOT_FOUND
    )
    nothing = post("https://shop.example.com/", look_up=stands_for())
    assert nothing.outcome is AttemptOutcome.NAME_NOT_FOUND


def test_fault_28_slow_lookup_of_a_name_is_cut_off() -> None:
    released = Signal()

    def look_up(*_: object, **__: object) -> None:
        released.wait(30)
        raise socket.gaierror

    try:
        slow = post("https://shop.example.com/", look_up=look_up, seconds=0.2)
        assert slow.outcome is AttemptOutcome.TIMED_OUT
    finally:
        released.set()


# ── nothing goes on after the end ────────────────────────────────────────────────────────────────


def still_running() -> list[Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "webhook"]


@pytest.mark.threat(11)
@pytest.mark.parametrize("serve", [silent, dripping_head, deaf, endless, dripping_body])
def test_no_thread_and_no_socket_is_left_behind(
    serve: Callable[[socket.socket, Server], None],
) -> None:
    with serving(serve) as server:
        open_before = len(list(Path("/proc/self/fd").iterdir()))
        for _ in range(3):
            post(server.url, seconds=0.4)
            assert still_running() == []
        gc.collect()
        # The server's own sockets are of this process too: one is being served, others wait.
        left = len(list(Path("/proc/self/fd").iterdir())) - open_before
        assert left <= 1


@pytest.mark.threat(11)
def test_delivery_that_was_cut_off_while_its_name_was_resolved_connects_no_more() -> None:
    resolved = Signal()

    def look_up(host: str, port: int, **more: object) -> list[tuple[Any, ...]]:
        resolved.wait(30)
        return list(stands_for("127.0.0.1")(host, port))

    with serving(status(200)) as server:
        url = f"http://localhost:{server.port}/"
        assert post(url, seconds=0.2, look_up=look_up).outcome is AttemptOutcome.TIMED_OUT
        (waiting,) = still_running()
        resolved.set()
        waiting.join(30)
        assert not waiting.is_alive()
        server.listening.settimeout(0)
        assert server.requests == []


@pytest.mark.threat(11)
def test_delivery_that_was_cut_off_tries_no_further_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried: list[object] = []
    over = Signal()

    def connect(_: socket.socket, where: object) -> None:
        """The address does not answer for longer than the delivery may take."""
        tried.append(where)
        over.wait(30)
        raise OSError

    monkeypatch.setattr(socket.socket, "connect", connect)
    look_up = stands_for("127.0.0.2", "127.0.0.3", "127.0.0.4")
    attempt = post("http://localhost:9/", look_up=look_up, seconds=0.2)
    assert attempt.outcome is AttemptOutcome.TIMED_OUT
    left = still_running()
    over.set()
    for thread in left:
        thread.join(30)
    assert len(tried) == 1


@pytest.mark.threat(11)
def test_a_name_with_many_addresses_has_us_knock_at_three(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[object] = []

    def connect(_: socket.socket, where: object) -> None:
        tried.append(where)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", connect)
    look_up = stands_for(*(f"127.0.0.{number}" for number in range(1, 200)))
    assert post("http://localhost:9/", look_up=look_up).outcome is AttemptOutcome.NOT_CONNECTED
    assert len(tried) == 3


@pytest.mark.threat(6)
def test_endless_headers_and_endless_interim_responses_are_cut_off() -> None:
    def headers(connection: socket.socket, server: Server) -> None:
        request_of(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while not server.released.is_set():
            connection.sendall(b"X: " + b":" * 60_000 + b"\r\n")

    def interim(connection: socket.socket, server: Server) -> None:
        request_of(connection)
        while not server.released.is_set():
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)

    for serve in (headers, interim):
        with serving(serve) as server:
            outcome = post(server.url, seconds=0.5).outcome
            assert outcome in {AttemptOutcome.NOT_CONNECTED, AttemptOutcome.TIMED_OUT}
            assert still_running() == []


@pytest.mark.threat(11)
@pytest.mark.parametrize("port", [22, 25, 80, 444, 3306, 6379, 8080, 8444, 9200, 65535])
def test_no_other_port_is_connected_to(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even for an address that an earlier version of Baylock stored."""
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("connected"))
    look_up = stands_for("93.184.215.14")
    url = f"https://shop.example.com:{port}/"
    for loopback in (True, False):
        attempt = post(url, loopback=loopback, look_up=look_up, ports=PORTS)
        assert attempt.outcome is AttemptOutcome.NOT_PUBLIC


# ── TLS ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate of shop.example.com."""
    from datetime import timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "shop.example.com")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("shop.example.com")]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "shop.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


def over_tls(
    certificate: Path, serve: Callable[[Any, Server], None]
) -> Callable[[socket.socket, Server], None]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def secured(connection: socket.socket, server: Server) -> None:
        with context.wrap_socket(connection, server_side=True) as inside:
            serve(inside, server)

    return secured


def test_certificate_is_checked_against_the_name_not_the_address(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    look_up = stands_for("127.0.0.1")
    with serving(over_tls(certificate, status(200))) as server:
        taken = post(f"https://shop.example.com:{server.port}/", look_up=look_up)
        other = post(f"https://other.example.com:{server.port}/", look_up=look_up)
    assert taken.outcome is AttemptOutcome.TAKEN
    assert other.outcome is AttemptOutcome.NOT_TRUSTED
    assert len(server.requests) == 1
    assert f"\r\nHost: shop.example.com:{server.port}\r\n".encode() in server.requests[0]


def test_untrusted_certificate_is_refused(certificate: Path) -> None:
    with serving(over_tls(certificate, status(200))) as server:
        url = f"https://shop.example.com:{server.port}/"
        attempt = post(url, look_up=stands_for("127.0.0.1"))
    assert attempt.outcome is AttemptOutcome.NOT_TRUSTED
    assert server.requests == []


def test_fault_28_slow_handshake_is_cut_off() -> None:
    with serving(deaf) as server:
        url = f"https://shop.example.com:{server.port}/"
        attempt = post(url, look_up=stands_for("127.0.0.1"), seconds=0.3)
        assert attempt.outcome is AttemptOutcome.TIMED_OUT


def test_server_without_tls_is_not_trusted() -> None:
    with serving(lambda connection, _: connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")) as server:
        url = f"https://shop.example.com:{server.port}/"
        attempt = post(url, look_up=stands_for("127.0.0.1"))
    assert attempt.outcome is AttemptOutcome.NOT_TRUSTED
