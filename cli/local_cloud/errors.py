"""Errors of the local cloud. Each message says what to do next."""

from pathlib import Path


class LocalCloudError(Exception):
    """The local cloud can't do what was asked; the message is for a person at a terminal."""


class HomeInUse(LocalCloudError):
    """Another process runs a local cloud in this home."""


class SamFailed(LocalCloudError):
    """`sam` ended with an error; the message holds the end of its log."""


def tail(log: Path, lines: int = 25) -> str:
    """Return the last lines of a log, indented, for an error message."""
    try:
        text = log.read_text(errors="replace")
    except OSError:
        return "  (no log)"
    return "\n".join(f"  {line}" for line in text.splitlines()[-lines:]) or "  (the log is empty)"
