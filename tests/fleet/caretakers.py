"""Caretakers, who have a key to the barriers and sometimes lower one that an order needs."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from tests.fleet.visits import visit_at_random

from baylock.domain.orders.state import State
from baylock.domain.venue.mall import Barrier

if TYPE_CHECKING:
    from tests.fleet.site import Site
    from tests.fleet.stall import Stall

PER_SPACE_AND_HOUR = 0.03


class Caretakers:
    """Lower barriers by hand at random, without notifying anybody."""

    def __init__(self, site: Site, random: Random) -> None:
        self._site, self._random = site, random
        # In other lots idle barriers are up, so a lowered one rises again at once.
        self._minded = [stall for stall in site.stalls.values() if stall.idle is Barrier.LOWERED]

    def start(self) -> None:
        """Schedule the first visit."""
        per_hour = PER_SPACE_AND_HOUR * len(self._minded)
        visit_at_random(self._site, self._random, per_hour, self._comes)

    def _comes(self) -> None:
        standing = [stall for stall in self._minded if self._is_held(stall)]
        if standing:
            self._site.count("lowered by hand")
            self._random.choice(standing).put_down()

    def _is_held(self, stall: Stall) -> bool:
        here = self._site.cloud.orders.at[stall.thing].values()
        held = any(order.state is State.HELD and not order.access.admitted_at for order in here)
        return held and stall.is_up and not stall.failed
