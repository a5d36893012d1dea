"""The terminal of a command, watched from a process outside its session."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True)
class Terminal:
    """A terminal device and the process (usually a shell) that leads its session.

    The device is never held open: the reader of a pseudo-terminal's other end sees its end only
    when no process holds it.
    """

    device: str
    leader: int
    changed_ns: int

    @classmethod
    def of_this_process(cls) -> Self | None:
        """Return the controlling terminal; None where there is none, as under cron or CI."""
        try:
            os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY))
        except OSError:
            return None
        if device := _device_name():
            return cls(device, os.getsid(0), Path(device).stat().st_ctime_ns)
        return None

    def is_gone(self) -> bool:
        """True once the window is closed, the connection lost or, on a console, the user out."""
        try:
            changed = Path(self.device).stat().st_ctime_ns
        except OSError:
            return True
        if self._vanishes_when_closed() and changed == self.changed_ns:
            return False
        return not _runs(self.leader)

    def _vanishes_when_closed(self) -> bool:
        """Whether it is a pseudo-terminal, whose device Linux removes (and may name anew)."""
        return self.device.startswith("/dev/pts/")


def _device_name() -> str | None:
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if stream and stream.isatty():
            return os.ttyname(stream.fileno())
    asked = subprocess.run(
        ["ps", "-o", "tty=", "-p", str(os.getpid())],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    device = Path("/dev") / asked.stdout.strip()
    return str(device) if asked.stdout.strip() and device.exists() else None


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
