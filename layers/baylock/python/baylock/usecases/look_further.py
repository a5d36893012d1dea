"""In lots too large to be read as a whole: look where a better space may be, until none can be."""

from __future__ import annotations

from collections.abc import Iterable

from baylock.domain.booking import OrderId
from baylock.domain.occupancy import Occupancy, ZoneDay
from baylock.domain.search import Search
from baylock.ports import Orders, Survey

FIRST_LOOK = 3
"""Zones read at once. Each further look is for twice as many, should the hint be of no use."""


def survey_for(orders: Orders, search: Search, order: OrderId) -> Survey:
    """The first look: the order, small lots as a whole, of large ones the hint."""
    return orders.survey(order, search.mall.ref, search.spans, search.hinted)


def look_at(
    orders: Orders, search: Search, occupancy: Occupancy, zones: Iterable[ZoneDay]
) -> Occupancy:
    """With these zones as well, where they have not been read yet."""
    unread = {key for key in zones if not occupancy.knows(key)}
    return occupancy.with_zones(orders.look(search.mall.ref, unread)) if unread else occupancy


def look_further(orders: Orders, search: Search, survey: Survey) -> Occupancy:
    """All that must be known to choose the nearest space.

    That no space is free is believed only when every zone has been read.
    """
    occupancy, most = survey.occupancy, FIRST_LOOK
    while more := search.worth_reading(occupancy, survey.hint, most):
        occupancy = look_at(orders, search, occupancy, more)
        most *= 2
    if occupancy.partial and not search.finds_any(occupancy):
        return orders.survey(search.booking.order_id, search.mall.ref, search.spans).occupancy
    return occupancy
