"""Child processes that cannot outlive this one."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from local_cloud.home import PROJECT

_TETHER = Path(__file__).with_name("tether.py")
_GRACE_SECONDS = 3.0


class Child:
    """A Python program in a process group of its own, tied to this process by a pipe."""

    def __init__(self, name: str, log: Path, process: subprocess.Popen[bytes]) -> None:
        self.name = name
        self.log = log
        self._process = process

    @classmethod
    def start(
        cls,
        name: str,
        command: Sequence[str],
        *,
        python: Path,
        log: Path,
        environment: Mapping[str, str],
        pass_fds: Sequence[int] = (),
    ) -> Self:
        """Start `python COMMAND`, where the command is `-m module …` or `file …`."""
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as output:
            process = subprocess.Popen(
                [python, "-I", _TETHER, *command],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=PROJECT,
                env=dict(environment),
                pass_fds=tuple(pass_fds),
                start_new_session=True,
            )
        return cls(name, log, process)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.poll()

    def wait(self) -> int:
        return self._process.wait()

    def stop(self, *, at_once: bool = False) -> None:
        """End the process group; return when it is gone.

        It gets a few seconds for cleaning up, unless `at_once`.
        """
        if not at_once:
            _signal_group(self.pid, signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_GRACE_SECONDS)
        _signal_group(self.pid, signal.SIGKILL)
        self._process.wait()
        if self._process.stdin:
            self._process.stdin.close()
        await_end_of_group(self.pid)


def await_end_of_group(group: int, seconds: float = _GRACE_SECONDS) -> None:
    """Return when no process of the group runs; zombies do not count."""
    deadline = time.monotonic() + seconds
    while _group_runs(group) and time.monotonic() < deadline:
        time.sleep(0.02)


def _group_runs(group: int) -> bool:
    listed = subprocess.run(["ps", "-axo", "pgid=,stat="], capture_output=True, check=True)
    members = (line.split() for line in listed.stdout.decode().splitlines())
    return any(int(pgid) == group and stat[0] != "Z" for pgid, stat in members)


def _signal_group(group: int, number: int) -> None:
    # PermissionError is macOS's answer where only zombies are left.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
