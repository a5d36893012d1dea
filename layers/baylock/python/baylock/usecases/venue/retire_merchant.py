"""A merchant that moves out of its ref."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from baylock.domain.orders.order import Order
from baylock.domain.orders.state import LIVE, Reason
from baylock.domain.venue.mall import Mall, Merchant, MerchantId, MerchantRef
from baylock.domain.venue.tenancy import RefHistory, Tenants
from baylock.ports.clock import Clock
from baylock.ports.orders import Orders
from baylock.ports.venue import Plans, Venues
from baylock.usecases.change import change_order
from baylock.usecases.reports.read_orders import ReadOrders
from baylock.usecases.venue.end_credentials import EndCredentials
from baylock.usecases.venue.list_credentials import Credentials, all_of
from baylock.usecases.venue.read_tenants import read_tenants, remember
from baylock.usecases.venue.save_version import save_version


@dataclass(frozen=True, slots=True)
class Leaving:
    """What a merchant has that ends with it, and its live orders, which stay.

    `merchant` is who has the ref now. `unfinished` is set where a move was begun and has not come
    to its end: then this is what the one has that has moved out.
    """

    ref: MerchantRef
    merchant: Merchant | None
    credentials: Credentials
    live: Sequence[Order]
    is_supplemented: bool = False
    unfinished: bool = False

    @property
    def has_anything(self) -> bool:
        """Whether there is anything that a successor must not get."""
        phone = self.merchant.phone if self.merchant and not self.unfinished else None
        return bool(self.credentials or self.live or phone or self.is_supplemented)


@dataclass(frozen=True)
class RetireMerchant:
    """Move a merchant out of its ref: what comes there next is another merchant.

    The ref gets a new tenancy first, which alone keeps a successor apart: no credential of the old
    one fits it, and no order. Then what the old one had is revoked. Live orders stay until their
    end, as they are promised to drivers; nobody but the operators sees them.

    Where it fails half-way, a repeat does what is left, and does not retire the successor.
    """

    venues: Venues
    plans: Plans
    orders: Orders
    end_credentials: EndCredentials
    clock: Clock

    def look(self, mall: Mall, ref: MerchantRef) -> Leaving | None:
        """What would end; None where nobody has, or had, this ref."""
        tenants = read_tenants(self.venues, mall.ref)
        merchant, known = tenants.before.get(ref), tenants.history.get(ref)
        if merchant is None and known is None:
            return None
        is_begun = bool(known and known.leaving)
        ends = known.leaving if known and is_begun else {tenants.tenancy_of(ref)}
        ending = [MerchantId(mall.ref, ref, tenancy) for tenancy in sorted(ends)]
        reads = ReadOrders(self.venues, self.orders)
        return Leaving(
            ref,
            merchant,
            all_of(self.end_credentials.list_credentials(who) for who in ending),
            [order for who in ending for order in reads.of_merchant(who, states=LIVE)],
            any(
                one.ref == ref and one.tenancy in ends for one in self.venues.supplements(mall.ref)
            ),
            is_begun,
        )

    def live_of_former(self, mall: Mall, ref: MerchantRef) -> Sequence[Order]:
        """The live orders of all merchants that have moved out of this ref."""
        present = read_tenants(self.venues, mall.ref).tenancy_of(ref)
        reads = ReadOrders(self.venues, self.orders)
        return [
            order
            for who in self.venues.former(mall.ref)
            if who.merchant == ref and who.tenancy != present
            for order in reads.of_merchant(who, states=LIVE)
        ]

    def __call__(self, mall: Mall, ref: MerchantRef) -> None:
        """Retire it, or finish what a call before has begun; ValueError, InvalidSupplement, Busy.

        `mall` is as it is now.
        """
        tenants = read_tenants(self.venues, mall.ref)
        history = tenants.history.get(ref)
        if history is None or not history.leaving:
            history = self.begin(mall, tenants, ref)
        before = tenants.before.get(ref)
        if before is not None and before.tenancy != history.tenancy:
            self._replace(mall, tenants, before, history)
        self.finish(mall, ref)

    def begin(self, mall: Mall, tenants: Tenants, ref: MerchantRef) -> RefHistory:
        """Keep the merchant for its orders, and give the ref another tenancy: one write."""
        history = tenants.retired(ref, self.clock())
        remember(self.venues, mall, tenants, history)
        return history

    def _replace(self, mall: Mall, tenants: Tenants, before: Merchant, history: RefHistory) -> None:
        """A version of the mall in which nobody has moved in yet: the place, without a phone."""
        supplements = {one.ref: one for one in self.venues.supplements(mall.ref)}
        own = supplements.get(before.ref)
        others = [one for one in tenants.before.values() if one.ref != before.ref]
        if not (own and own.beside):
            others.append(replace(before, phone=None, tenancy=history.tenancy))
        others.sort(key=lambda one: one.ref)
        save_version(self.venues, self.plans, mall, others, [], self.clock())

    def finish(self, mall: Mall, ref: MerchantRef) -> None:
        """Revoke what tenants that have left had; the last write says that it is done."""
        history = self.venues.ref_histories(mall.ref).get(ref)
        if history is None or not history.leaving:
            return
        for supplement in self.venues.supplements(mall.ref):
            if supplement.ref == ref and supplement.tenancy in history.leaving:
                self.venues.drop_supplement(mall.ref, ref)
        for tenancy in sorted(history.leaving):
            self.end_credentials(MerchantId(mall.ref, ref, tenancy))
        self.venues.save_ref_history(mall.ref, history, history.settled())

    def cancel(self, order: Order) -> Order:
        """Cancel a live order of a merchant that has left; TooLate where its driver is in."""

        def cancelled(known: Order) -> Order:
            return known.cancel(Reason.MERCHANT, self.clock()) if known.is_live else known

        return change_order(self.orders, order.id, cancelled)
