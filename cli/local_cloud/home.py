"""A home: the folder of a local cloud's files, and the claim on it."""

import fcntl
import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from local_cloud.errors import HomeInUse

PROJECT = Path(__file__).resolve().parents[2]
_MEMORY = Path("/dev/shm")  # noqa: S108 (our own folder in it, which only its owner may enter)
_ENOUGH_BYTES = 4 * 2**30


@dataclass(frozen=True)
class Home:
    """The folder of a local cloud's files. Clouds of different homes are independent."""

    path: Path

    @classmethod
    def named(cls, name: str = "") -> "Home":
        """`.baylock` in the project's folder, or a folder in it: `demo`, `test`."""
        return cls(PROJECT / ".baylock" / name)

    @property
    def stack_file(self) -> Path:
        return self.path / "stack.json"

    @property
    def ca_file(self) -> Path:
        """The certificate authority of the local MQTT broker."""
        return self.path / "iot-ca.pem"

    @property
    def scratch(self) -> Path:
        """Files of MiniStack and its workers, removed with the cloud."""
        return self.path / "scratch"

    @property
    def worker_folders(self) -> Path:
        """The folder in which MiniStack's workers unpack layers: in memory, where there is enough.

        Every run writes and removes thousands of small files there.
        """
        return self._in_memory if _free(_MEMORY) > _ENOUGH_BYTES else self.scratch / "tmp"

    @property
    def _in_memory(self) -> Path:
        return _MEMORY / f"baylock-{hashlib.sha256(str(self.path).encode()).hexdigest()[:16]}"

    @property
    def claim_file(self) -> Path:
        return self.path / "claim.json"

    @property
    def control_file(self) -> Path:
        """Written by the simulated locks: the address of their control."""
        return self.path / "locks.json"

    def log(self, name: str) -> Path:
        """The log of a process, made anew for each run."""
        return self.path / "logs" / f"{name}.log"

    @property
    def _seconds_file(self) -> Path:
        return self.path / "start-seconds"

    def start_seconds(self) -> float | None:
        """Return how long the last start took here; None where none is known."""
        try:
            return float(self._seconds_file.read_text())
        except (OSError, ValueError):
            return None

    def note_start(self, seconds: float) -> None:
        """Note how long a start took."""
        self._seconds_file.write_text(f"{seconds:.1f}\n")

    @contextmanager
    def claimed(self) -> Iterator[None]:
        """Hold the home for this process; raise HomeInUse if another one does.

        The claim is a file lock, which ends with its holder however that dies: a held lock proves
        that the recorded process id is its holder's.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        with self.claim_file.open("a+") as file:
            if not _locked(file):
                raise HomeInUse(
                    f"a local cloud already runs in {self.path} (process {self.holder()}).\n"
                    "If it is a `make up`, end it with `make down`; else let it finish."
                )
            file.truncate(0)
            file.write(json.dumps({"pid": os.getpid()}))
            file.flush()
            self._sweep()
            try:
                yield
            finally:
                self._sweep()

    def holder(self) -> int | None:
        """Return the id of the process that holds the claim, or None."""
        try:
            with self.claim_file.open("r+") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except OSError:
                    return _pid_in(file.read())
        except FileNotFoundError:
            pass
        return None

    def _sweep(self) -> None:
        """Remove the files that describe or feed a running cloud."""
        self.stack_file.unlink(missing_ok=True)
        self.ca_file.unlink(missing_ok=True)
        shutil.rmtree(self.scratch, ignore_errors=True)
        shutil.rmtree(self._in_memory, ignore_errors=True)


def _free(folder: Path) -> int:
    """Return the bytes that can be written there; 0 without access."""
    return shutil.disk_usage(folder).free if os.access(folder, os.W_OK) else 0


def _locked(file: TextIO) -> bool:
    """Try for a moment, as `holder` in another process may have it just now."""
    for _ in range(10):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            time.sleep(0.02)
        else:
            return True
    return False


def _pid_in(text: str) -> int:
    """Return the recorded id; 0 between the claim and the record."""
    try:
        return int(json.loads(text)["pid"])
    except (ValueError, KeyError):
        return 0
