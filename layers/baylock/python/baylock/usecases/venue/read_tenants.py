"""The merchants of a mall, with what is remembered of its refs."""

from __future__ import annotations

import secrets
from functools import cache

from baylock.domain.errors import NoSuchMall
from baylock.domain.venue.mall import Mall, MallRef, MerchantRef, Tenancy
from baylock.domain.venue.tenancy import RefHistory, Tenants
from baylock.ports.venue import Venues

_TENANCY_BYTES = 8


def read_tenants(venues: Venues, mall: MallRef) -> Tenants:
    """Read them; a mall that does not exist yet has none, and nothing to remember."""

    @cache
    def fresh(_: MerchantRef) -> Tenancy:
        return Tenancy(secrets.token_hex(_TENANCY_BYTES))

    try:
        before = {one.ref: one for one in venues.merchants(mall)}
    except NoSuchMall:
        return Tenants({}, venues.ref_histories(mall), is_complete=True, fresh=fresh)
    return Tenants(before, venues.ref_histories(mall), venues.remembers(mall), fresh)


def remember(venues: Venues, mall: Mall, tenants: Tenants, history: RefHistory) -> None:
    """Keep the merchant that leaves the ref, if any has it, and then whose the ref was.

    ValueError where the ref has another tenancy by now.
    """
    if (merchant := tenants.before.get(history.ref)) is not None:
        venues.keep_former(mall, merchant)
    venues.save_ref_history(mall.ref, tenants.history.get(history.ref), history)
