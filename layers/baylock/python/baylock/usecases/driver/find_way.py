"""Find the way from the mall's entrance to a space, and from the space to the shop."""

from __future__ import annotations

from dataclasses import dataclass

from baylock.domain.orders.order import Order
from baylock.domain.venue.mall import Mall
from baylock.domain.venue.plan import Guide, Level, Node, Shop, Stall, Way, shortest
from baylock.ports.venue import Plans


@dataclass(frozen=True, slots=True)
class WayThere:
    """The way, as far as the plan has it. `arrive` leads from an entrance, by car if it has roads.

    `level` is the space's, `shop_level` the one that `walk` ends on.
    """

    guide: Guide
    level: Level
    stall: Stall
    arrive: Way | None
    by_car: bool
    walk: Way | None
    shop_level: Level | None
    shop: Shop | None

    def level_name(self, number: float) -> str:
        """The name of a level on its signs."""
        return self.guide.levels[number][0] if number in self.guide.levels else f"{number:g}"


@dataclass(frozen=True)
class FindWay:
    """Find the way; None where the mall has no plan, or the plan does not show the space."""

    plans: Plans

    def __call__(self, order: Order, mall: Mall) -> WayThere | None:
        """Two searches of a few milliseconds; changes nothing. Raises Busy."""
        guide, space = self.plans.guide(mall), order.claim.space
        number = guide.level_of(order.claim.level) if guide else None
        if guide is None or number is None:
            return None
        level = self.plans.level(mall, number)
        stall = level.stalls.find(space.lot, space.space) if level else None
        if level is None or stall is None:
            return None
        merchant = order.booking.merchant.merchant
        walk = shortest(guide.paths, stall.at, stall.on_foot, dict(guide.doors.get(merchant, ())))
        arrive, by_car = _arrival(guide, stall)
        shop_level = level
        if walk and walk.legs[-1].level != number:
            shop_level = self.plans.level(mall, walk.legs[-1].level) or level
        shop = next((found for found in shop_level.shops if found.ref == merchant), None)
        return WayThere(guide, level, stall, arrive, by_car, walk, shop_level, shop)


def _arrival(guide: Guide, stall: Stall) -> tuple[Way | None, bool]:
    """By car if there is such a way, else on foot from the nearest entrance."""
    by_car = shortest(guide.roads, stall.at, stall.by_car, _ends(guide.car_entrances))
    if by_car:
        return by_car.turned_round(), True
    on_foot = shortest(guide.paths, stall.at, stall.on_foot, _ends(guide.entrances), backwards=True)
    return on_foot.turned_round() if on_foot else None, False


def _ends(entrances: tuple[tuple[Node, str], ...]) -> dict[Node, int]:
    return {node: 0 for node, _ in entrances}
