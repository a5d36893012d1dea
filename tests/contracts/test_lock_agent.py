"""The lock agent as a program: its command line, its control socket, and its end.

No broker answers here; the end-to-end tests cover the whole way over mutual TLS.
"""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from baylock_lock.control import Control, ControlError, ControlServer
from baylock_lock.faults import Kind
from baylock_lock.fleet import Fleet, IdentityMissing, read_identities
from baylock_lock.link import Endpoint
from baylock_lock.simulated import SimulatedHardware
from local_cloud import LocalCloudError, simulated_locks

LOCK = "mall-P1-B2-017"
OTHER = "mall-P1-B2-018"


@pytest.fixture
def identities(tmp_path: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "lock")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .sign(key, hashes.SHA256())
    )
    for thing in (LOCK, OTHER):
        folder = tmp_path / "identities" / thing
        folder.mkdir(parents=True)
        (folder / "certificate.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
        (folder / "private.key").write_bytes(pem)
    return tmp_path / "identities"


@pytest.fixture
def deaf_port() -> Iterator[int]:
    """A port that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def simulation(identities: Path, tmp_path: Path) -> Iterator[Control]:
    """Two simulated locks with their control socket, off the network."""
    path = tmp_path / "run" / "control.json"
    loop = asyncio.new_event_loop()
    started = threading.Event()
    ended = asyncio.Event()

    async def run() -> None:
        fleet = Fleet(
            Endpoint("127.0.0.1", 1),
            read_identities(identities),
            lambda _thing: SimulatedHardware(loop.call_later, movement_s=0.01),
            loop=loop,
        )
        server = ControlServer(path, fleet.answer)
        await server.start()
        started.set()
        await ended.wait()
        server.stop()
        await fleet.stop()

    thread = threading.Thread(target=loop.run_until_complete, args=(run(),), daemon=True)
    thread.start()
    assert started.wait(60)
    yield Control(path)
    loop.call_soon_threadsafe(ended.set)
    thread.join(60)
    loop.close()
    assert not path.exists()


def test_simulation_lists_its_locks(simulation: Control) -> None:
    state = simulation.list()
    assert state["locks"] == [LOCK, OTHER]
    assert (state["connected"], state["total"], state["ready"]) == (0, 2, False)


def test_every_command_takes_effect(simulation: Control) -> None:
    simulation.vehicle(LOCK, True)
    simulation.vehicle(LOCK, True)
    for kind in Kind:
        simulation.fault(LOCK, kind)
    simulation.mend(LOCK, "jam")
    simulation.fault(LOCK, "power")
    simulation.fault(LOCK, "clock", by=-30, for_s=60)
    simulation.battery(LOCK, 12)
    simulation.by_hand(LOCK, "raised")
    status = simulation.status(LOCK)
    assert (status["connected"], status["powered"], status["position"]) == (False, False, 1)
    assert {"network", "power", "clock"} <= set(status["faults"])
    simulation.mend(LOCK)
    status = simulation.status(LOCK)
    assert (status["powered"], status["faults"], status["battery"]) == (True, [], 100)
    assert (status["vehicle"], status["barrier"], status["clock_ahead_s"]) == (True, "raised", 0)


@pytest.mark.parametrize(
    ("command", "fields", "reason"),
    [
        ("vehicle", {"lock": "nobody", "present": True}, "unknown lock 'nobody'"),
        ("vehicle", {"present": True}, "unknown lock None"),
        ("vehicle", {"lock": LOCK, "present": "yes"}, "present: true or false"),
        ("status", {"lock": ["a"]}, "unknown lock"),
        ("battery", {"lock": LOCK, "percent": 101}, "0 to 100"),
        ("battery", {"lock": LOCK, "percent": float("nan")}, "0 to 100"),
        ("by_hand", {"lock": LOCK, "barrier": "sideways"}, "raised or lowered"),
        ("fault", {"lock": LOCK, "kind": "gremlins"}, "one of jam, obstruct"),
        ("fault", {"lock": LOCK, "kind": ["jam"]}, "one of jam, obstruct"),
        ("fault", {"lock": LOCK, "kind": "jam", "for_s": 0}, "more than 0"),
        ("fault", {"lock": LOCK, "kind": "jam", "for_s": "long"}, "for_s: a number"),
        ("fault", {"lock": LOCK, "kind": "jam", "by": 3}, "jam has no amount"),
        ("fault", {"lock": LOCK, "kind": "clock", "by": float("inf")}, "by: a number"),
        ("fault", {"lock": "nobody", "kind": "jam"}, "unknown lock 'nobody'"),
        ("mend", {"lock": LOCK, "kind": "everything"}, "one of jam, obstruct"),
        ("explode", {}, "unknown command 'explode'"),
    ],
)
def test_wrong_command_gets_a_reason(
    simulation: Control, command: str, fields: dict[str, Any], reason: str
) -> None:
    with pytest.raises(ControlError, match=reason):
        simulation.do(command, **fields)


@pytest.mark.parametrize("line", [b"{\n", b"[]\n", b"\xff\n", b"[" * 5000 + b"\n"])
def test_malformed_line_gets_an_answer(simulation: Control, tmp_path: Path, line: bytes) -> None:
    where = json.loads((tmp_path / "run" / "control.json").read_text())
    with socket.create_connection((where["host"], where["port"]), 5) as connection:
        connection.sendall(line + b'{"do":"list"}\n')
        answers = connection.makefile("rb")
        assert json.loads(answers.readline())["ok"] is False
        assert json.loads(answers.readline())["ok"] is True


@pytest.mark.parametrize("kind", Kind)
def test_fail_command_names_the_fault_and_its_end(simulation: Control, kind: Kind) -> None:
    assert f"`baylock lock mend {LOCK}`" in simulated_locks.fail(
        simulation, LOCK, kind, None, None
    )
    assert simulation.status(LOCK)["faults"] == [kind]
    assert simulated_locks.fail(simulation, LOCK, kind, None, 60).endswith(
        "it is put right after 60 s"
    )
    assert simulated_locks.mend(simulation, LOCK).endswith(f"it had: {kind}")
    assert simulated_locks.mend(simulation, LOCK) == f"{LOCK} is as good as new"


def test_fail_command_takes_an_amount(simulation: Control) -> None:
    assert "90 min slow" in simulated_locks.fail(simulation, LOCK, Kind.CLOCK, -90, None)
    assert "90 min fast" in simulated_locks.fail(simulation, LOCK, Kind.CLOCK, 90, None)
    with pytest.raises(LocalCloudError, match="--by is for flaky, lossy, drain and clock"):
        simulated_locks.fail(simulation, LOCK, Kind.JAM, 3, None)


def test_turn_command_moves_the_barrier(simulation: Control) -> None:
    assert "is raised" in simulated_locks.turn(simulation, LOCK, simulated_locks.Rest.RAISED)
    assert simulation.status(LOCK)["position"] == 1


def test_unknown_lock_gets_the_likeliest_name(simulation: Control) -> None:
    with pytest.raises(LocalCloudError, match=f"is it {LOCK} or {OTHER}"):
        simulated_locks.mend(simulation, "mall-P1-B2-17")


def test_client_reports_a_missing_simulation(tmp_path: Path) -> None:
    with pytest.raises(ControlError, match="no simulation"):
        Control(tmp_path / "none.json").list()
    with pytest.raises(ControlError, match="not ready after"):
        Control(tmp_path / "none.json").wait_ready(0.2)


def test_identity_without_its_files_is_named(identities: Path) -> None:
    (identities / OTHER / "private.key").unlink()
    assert [i.thing for i in read_identities(identities, [LOCK])] == [LOCK]
    with pytest.raises(IdentityMissing, match=f"{OTHER}/private.key"):
        read_identities(identities)


def test_state_outlives_the_process(tmp_path: Path) -> None:
    path = tmp_path / "lock.json"
    loop = asyncio.new_event_loop()
    SimulatedHardware(loop.call_later, state_file=path).vehicle(True)
    assert SimulatedHardware(loop.call_later, state_file=path).sense().vehicle is True
    path.write_text("{")
    assert SimulatedHardware(loop.call_later, state_file=path).sense().vehicle is False
    loop.close()


Started = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(identities: Path, deaf_port: int, tmp_path: Path) -> Iterator[Started]:
    running: list[subprocess.Popen[str]] = []

    def run(*more: str, only: tuple[str, ...] | None = None) -> subprocess.Popen[str]:
        given = only or (
            *("--host", "127.0.0.1", "--port", str(deaf_port), "--simulate"),
            *("--identities", str(identities), "--control-file", str(tmp_path / "control.json")),
        )
        process = subprocess.Popen(
            [sys.executable, "-m", "baylock_lock", *given, *more],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        return process

    yield run
    for process in running:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe:
                pipe.close()


def wait_for(path: Path) -> None:
    until = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < until, f"no {path}"
        time.sleep(0.02)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_the_agent_cleanly(
    start: Started, tmp_path: Path, number: signal.Signals
) -> None:
    process = start()
    wait_for(tmp_path / "control.json")
    assert Control(tmp_path / "control.json").list()["total"] == 2
    process.send_signal(number)
    assert process.wait(60) == 0
    assert not (tmp_path / "control.json").exists()


def test_agent_ends_with_its_parent(start: Started, tmp_path: Path) -> None:
    process = start("--exit-with-parent")
    wait_for(tmp_path / "control.json")
    assert process.poll() is None
    assert process.stdin
    process.stdin.close()
    assert process.wait(60) == 0


def test_agent_logs_one_json_line_per_event(start: Started, tmp_path: Path) -> None:
    process = start()
    wait_for(tmp_path / "control.json")
    process.terminate()
    _, errors = process.communicate(timeout=60)
    events = [json.loads(line)["event"] for line in errors.splitlines()]
    assert events[0] == "started"
    assert events[-1] == "ended"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--host", "h", "--identities", "/nowhere", "--simulate"), "no identities in /nowhere"),
        (("--host", "h", "--identities", "."), "--simulate --hardware is required"),
        (("--host", "h", "--identities", ".", "--hardware", "nope:f"), "no hardware driver nope:f"),
        (("--host", "h", "--identities", ".", "--simulate", "--ca", "/nowhere"), "no CA file"),
        (("--host", "h", "--identities", ".", "--simulate", "--port", "0"), "1 to 65535"),
        (("--host", "h", "--identities", ".", "--simulate", "--movement", "nan"), "seconds"),
    ],
)
def test_agent_reports_why_it_cannot_start(
    start: Started, arguments: tuple[str, ...], reason: str
) -> None:
    process = start(only=arguments)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 2
    assert reason in errors


def test_broken_certificate_is_named(start: Started, identities: Path) -> None:
    (identities / LOCK / "certificate.pem").write_text("broken")
    process = start()
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 2
    assert f"{os.sep}{LOCK}: " in errors
