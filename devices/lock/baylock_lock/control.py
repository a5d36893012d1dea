"""Commands for simulated locks: JSON lines over a loopback socket, one answer per command.

The server belongs to the simulation and has no place beside a real lock. `Control` is its client:

    control = Control(path)
    control.wait_ready()
    control.vehicle("mall-P1-B2-017", True)
"""

import asyncio
import json
import os
import socket
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

HOST = "127.0.0.1"
MAX_LINE_LENGTH = 64 * 1024


class ControlError(Exception):
    """The command is refused, or no simulation answers."""


class NoSimulation(ControlError):
    """No simulation answers."""


class CommandRefused(Exception):
    """The command can't be carried out; the text is the reason."""


Answer = Callable[[Mapping[str, Any]], dict[str, Any]]


class ControlServer:
    """The server of a simulation; `answer` carries out a command, or raises CommandRefused."""

    def __init__(self, path: Path, answer: Answer) -> None:
        self._path = path
        self._answer = answer
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen on a free port, and write it to the file atomically."""
        self._server = await asyncio.start_server(self._serve, HOST, 0, limit=MAX_LINE_LENGTH)
        port = self._server.sockets[0].getsockname()[1]
        self._path.parent.mkdir(parents=True, exist_ok=True)
        written = self._path.with_name(f"{self._path.name}.new")
        written.write_text(json.dumps({"host": HOST, "port": port, "pid": os.getpid()}))
        written.replace(self._path)

    def stop(self) -> None:
        if self._server is None:
            return
        self._server.close()
        try:
            if json.loads(self._path.read_text())["pid"] == os.getpid():
                self._path.unlink()
        except (OSError, ValueError, KeyError, TypeError):
            pass  # another process has replaced it

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                writer.write(json.dumps(self._reply(line)).encode() + b"\n")
                await writer.drain()
        except (ValueError, ConnectionError):
            pass  # the line is too long, or the caller is gone
        finally:
            writer.close()

    def _reply(self, line: bytes) -> dict[str, Any]:
        try:
            command = json.loads(line)
        except (ValueError, RecursionError) as error:
            return {"ok": False, "error": f"not JSON: {error}"}
        if not isinstance(command, dict):
            return {"ok": False, "error": "a command is a JSON object"}
        try:
            return {"ok": True, **self._answer(command)}
        except CommandRefused as error:
            return {"ok": False, "error": str(error)}


class Control:
    """A client of the simulation that wrote `path`. Every call may raise ControlError."""

    def __init__(self, path: Path | str, *, timeout_s: float = 5.0) -> None:
        self._path = Path(path)
        self._timeout_s = timeout_s

    def vehicle(self, lock: str, present: bool) -> None:
        """Let a vehicle arrive on the lock's space, or leave it."""
        self.do("vehicle", lock=lock, present=present)

    def status(self, lock: str) -> dict[str, Any]:
        """`barrier`, `order`, `vehicle`, `battery`, `fault`, `seen_version`, `connected`, …"""
        return dict(self.do("status", lock=lock)["status"])

    def list(self) -> dict[str, Any]:
        """`locks` (names), `connected` and `total` (counts), `ready`."""
        return self.do("list")

    def fault(
        self, lock: str, kind: str, *, by: float | None = None, for_s: float | None = None
    ) -> None:
        """Play a fault (`faults.Kind`) until it is mended, or for some seconds."""
        self.do("fault", lock=lock, kind=kind, by=by, for_s=for_s)

    def mend(self, lock: str, kind: str | None = None) -> None:
        """Mend a fault, or all of them, with a full battery."""
        self.do("mend", lock=lock, kind=kind)

    def battery(self, lock: str, percent: float) -> None:
        self.do("battery", lock=lock, percent=percent)

    def by_hand(self, lock: str, barrier: str) -> None:
        """Turn the barrier with the key."""
        self.do("by_hand", lock=lock, barrier=barrier)

    def wait_ready(self, timeout_s: float = 60.0) -> float:
        """Wait until every lock is connected; return the seconds waited.

        Raises ControlError where no further lock has connected for `timeout_s` seconds.
        """
        began = moved = time.monotonic()
        most = -1
        last = ControlError(f"no simulation wrote {self._path}")
        while (now := time.monotonic()) - moved < timeout_s:
            try:
                state = self.list()
                if state["ready"]:
                    return now - began
                if state["connected"] > most:
                    most, moved = state["connected"], now
                last = ControlError(f"{state['connected']} of {state['total']} locks connected")
            except ControlError as error:
                last = error
            time.sleep(0.1)
        raise ControlError(f"not ready after {timeout_s:g} s without one more lock: {last}")

    def do(self, command: str, **fields: Any) -> dict[str, Any]:
        try:
            where = json.loads(self._path.read_text())
            address = (where["host"], where["port"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise NoSimulation(f"no simulation in {self._path}: {error}") from error
        try:
            with socket.create_connection(address, self._timeout_s) as connection:
                connection.sendall(json.dumps({"do": command, **fields}).encode() + b"\n")
                with connection.makefile("rb") as answers:
                    answer: dict[str, Any] = json.loads(answers.readline())
        except (OSError, ValueError) as error:
            raise NoSimulation(f"the simulation at {address} does not answer: {error}") from error
        if not answer.get("ok"):
            raise ControlError(answer.get("error", "refused"))
        return answer
