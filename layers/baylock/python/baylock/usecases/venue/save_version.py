"""A new version of a mall between two imports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from baylock.domain.errors import InvalidSupplement
from baylock.domain.venue.mall import Mall, Merchant, MerchantSupplement
from baylock.domain.venue.plan import Plan
from baylock.domain.venue.supplements import version_at, with_shared_doors
from baylock.ports.venue import Plans, Venues


def save_version(
    venues: Venues,
    plans: Plans,
    mall: Mall,
    merchants: Sequence[Merchant],
    supplements: Sequence[MerchantSupplement],
    now: datetime,
) -> None:
    """Save the mall with these merchants, and its drawn plan with it.

    Raises InvalidSupplement where a phone is another merchant's already.
    """
    new = replace(mall, version=version_at(now))
    guide = plans.guide(mall)
    try:
        if guide is not None:
            levels = (plans.level(mall, number) for number in guide.levels)
            drawn = Plan(guide, tuple(level for level in levels if level is not None))
            plans.save(new, with_shared_doors(drawn, supplements))
        venues.save(new, merchants)
    except ValueError as error:
        raise InvalidSupplement(str(error)) from None
