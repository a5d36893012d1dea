"""Remove an operator's supplement to a merchant."""

from __future__ import annotations

from dataclasses import dataclass

from baylock.domain.errors import InvalidSupplement
from baylock.domain.venue.mall import Mall, MerchantRef
from baylock.ports.clock import Clock
from baylock.ports.venue import Plans, Venues
from baylock.usecases.venue.read_tenants import read_tenants, remember
from baylock.usecases.venue.save_version import save_version


@dataclass(frozen=True)
class DropSupplement:
    """Drop a merchant's supplement, and the merchant with it if it is not on the plan."""

    venues: Venues
    plans: Plans
    clock: Clock

    def __call__(self, mall: Mall, ref: MerchantRef) -> bool:
        """Return True if the merchant is gone; else the next import restores it as drawn.

        Raises InvalidSupplement where the merchant has no supplement.
        """
        known = {supplement.ref: supplement for supplement in self.venues.supplements(mall.ref)}
        if ref not in known:
            raise InvalidSupplement(f"nothing was added to {ref}")
        is_gone = known[ref].beside is not None
        if is_gone:
            tenants = read_tenants(self.venues, mall.ref)
            if ref in tenants.before:
                # A merchant that gets the ref later may be another.
                remember(self.venues, mall, tenants, tenants.left(ref))
            kept = [one for one in tenants.before.values() if one.ref != ref]
            save_version(self.venues, self.plans, mall, kept, [], self.clock())
        self.venues.drop_supplement(mall.ref, ref)
        return is_gone
