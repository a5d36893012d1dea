"""The merchants of a mall, with what is remembered of its refs."""

from __future__ import annotations

import secrets
from functools import cache

from baylock.domain.errors import NoSuchMall
from baylock.domain.venue.mall import MallRef, MerchantRef, Tenancy
from baylock.domain.venue.tenancy import Tenants
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
