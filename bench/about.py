"""The machine and the versions of a run."""

from __future__ import annotations

import os
import platform
import re
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from local_cloud.home import PROJECT

_PACKAGES = ("boto3", "botocore", "pynamodb", "psycopg")


def about(seed: int) -> dict[str, str | int | float]:
    """Describe this run for results.json and the page."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "seed": seed,
        "python": platform.python_version(),
        **{package: version(package) for package in _PACKAGES},
        "ministack": _pinned("ministack"),
        "machine": f"{_processor()}, {platform.machine()}",
        "cores": len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 0,
        "memory_gb": round(_memory_bytes() / 1e9, 1),
        "system": f"{platform.system()} {platform.release()}",
    }


def _pinned(package: str) -> str:
    """Return the version in MiniStack's lock file; it is not installed in this environment."""
    locked = (PROJECT / "requirements/ministack.txt").read_text()
    found = re.search(rf"^{package}==([\w.]+)", locked, re.MULTILINE)
    return found[1] if found else "?"


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        found = re.search(r"^model name\s*:\s*(.+)$", cpuinfo.read_text(), re.MULTILINE)
        if found:
            return found[1]
    return platform.processor() or "unknown processor"


def _memory_bytes() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
