"""Progress of a long use case."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int], None]
"""Takes how many steps are done, and how many there are in total."""
