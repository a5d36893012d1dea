"""Which scene shows which planted bug: proof that the checker notices each."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from tests.chaos.directed import MISTAKEN, OUTDATED, OVERTAKEN, PUNCTUAL, Scene
from tests.chaos.planted import (
    condition_removed,
    slots_rounded_off_by_one,
    sweep_without_fence,
    tag_per_order,
    windows_rounded_down,
)
from tests.chaos.world import World


@dataclass(frozen=True, slots=True)
class Planted:
    """A bug, and the scene in which it does harm."""

    bug: Callable[[World], AbstractContextManager[None]]
    scene: Scene

    def is_caught(self) -> bool:
        """Tell whether the checker finds something with the bug, and nothing without it."""
        return self.scene().is_clean and not self.scene(self.bug).is_clean


PLANTED = (
    Planted(condition_removed, OUTDATED),
    Planted(tag_per_order, MISTAKEN),
    Planted(sweep_without_fence, OVERTAKEN),
    Planted(slots_rounded_off_by_one, PUNCTUAL),
    Planted(windows_rounded_down, PUNCTUAL),
)
