"""Visits at random moments of the day, independent of bookings."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING

from tests.fleet.plan import HOUR_S

if TYPE_CHECKING:
    from tests.fleet.site import Site


def visit_at_random(
    site: Site, random: Random, per_hour: float, comes: Callable[[], object]
) -> None:
    """Call `comes` that many times an hour, at independent moments, until the day ends."""

    def wait() -> None:
        if per_hour and site.now <= site.wishes.ends:
            site.timeline.later(random.expovariate(per_hour / HOUR_S), visit)

    def visit() -> None:
        comes()
        wait()

    wait()
