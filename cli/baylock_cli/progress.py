"""How far a long piece of work has come."""

from __future__ import annotations

from collections.abc import Callable

Counting = Callable[[int, int], None]
"""Is told of so much `done`, of so much in `total`."""
