"""Merchants that have moved in or out between two imports."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from baylock.domain.venue.mall import FIRST_TENANCY, Mall, MallRef, Merchant, MerchantRef
from baylock.domain.venue.tenancy import Change, RefHistory, Tenants, Verdict
from baylock.ports.venue import Venues
from baylock.usecases.venue.read_tenants import read_tenants, remember
from baylock.usecases.venue.retire_merchant import RetireMerchant


@dataclass(frozen=True)
class Moves:
    """Carry out what was decided about the merchants that a plan drops or names otherwise.

    Before the mall is saved, a ref whose merchant moves out gets another tenancy; afterwards what
    the merchant had is revoked. An import that fails in between does the rest when it is repeated.
    """

    venues: Venues
    retire: RetireMerchant | None

    def begin(
        self,
        mall: Mall,
        tenants: Tenants,
        changes: Sequence[Change],
        verdicts: Mapping[MerchantRef, Verdict],
    ) -> Tenants:
        """Return the tenants as they are then; ValueError where they were changed meanwhile."""
        for change in changes:
            if verdicts[change.ref] is Verdict.RETIRE:
                if self.retire is None:
                    raise ValueError(f"{change.ref} can't be retired here")
                self.retire.begin(mall, tenants, change.ref)
            elif change.now is None:
                remember(self.venues, mall, tenants, tenants.left(change.ref))
        return read_tenants(self.venues, mall.ref) if changes else tenants

    def remember_new(
        self, mall: MallRef, tenants: Tenants, merchants: Collection[Merchant]
    ) -> None:
        """Store the tenancies of refs that nobody is known to have had."""
        for merchant in merchants:
            if merchant.tenancy != FIRST_TENANCY and merchant.ref not in tenants.history:
                new = RefHistory(merchant.ref, merchant.tenancy)
                self.venues.save_ref_history(mall, None, new)

    def finish(self, mall: Mall) -> None:
        """Revoke what the merchants had that have moved out, in this import or one before."""
        if self.retire is None:
            return
        for history in self.venues.ref_histories(mall.ref).values():
            if history.leaving:
                self.retire.finish(mall, history.ref)
