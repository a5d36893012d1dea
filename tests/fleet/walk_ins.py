"""Drivers without a booking, who park where a barrier happens to be down."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from tests.fleet.plan import MINUTE_S
from tests.fleet.visits import visit_at_random

from baylock.domain.venue.mall import Barrier

if TYPE_CHECKING:
    from tests.fleet.site import Site
    from tests.fleet.stall import Stall

PER_SPACE_AND_HOUR = 0.06
STAYS_MINUTES = (20, 120)


class WalkIns:
    """Visits to spaces that are open to everybody and for which no driver waits."""

    def __init__(self, site: Site, random: Random) -> None:
        self._site, self._random = site, random
        self._open = [stall for stall in site.stalls.values() if stall.idle is Barrier.LOWERED]
        self._came = 0

    def start(self) -> None:
        """Schedule the first visit."""
        per_hour = PER_SPACE_AND_HOUR * len(self._open)
        visit_at_random(self._site, self._random, per_hour, self._comes)

    def _comes(self) -> None:
        stall = self._random.choice(self._open)
        stays_s = self._random.uniform(*STAYS_MINUTES) * MINUTE_S
        if stall.is_down and not stall.occupant and not self._is_waited_for(stall):
            self._came += 1
            who = f"walk-in {self._came}"
            self._site.count("walk-ins")
            self._site.rules.entering(stall, who)
            stall.enter(who)
            self._site.timeline.later(stays_s, stall.leave)

    def _is_waited_for(self, stall: Stall) -> bool:
        here = self._site.cloud.orders.at[stall.thing].values()
        return any(order.access.admitted_at for order in here)
