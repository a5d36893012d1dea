"""The sandbox of a merchant that has a test key."""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import dataclass

from baylock.domain.errors import LockChanged
from baylock.domain.locks.lock import Lock
from baylock.domain.sandbox.mall import sandbox_mall, sandbox_merchant
from baylock.domain.venue.mall import MerchantId, SpaceId
from baylock.domain.venue.sandbox_ref import sandbox_of
from baylock.ports.locks import Locks, Things
from baylock.ports.venue import Venues

_VERSION_BYTES = 8


@dataclass(frozen=True)
class MakeSandbox:
    """Make a merchant's sandbox, or bring it up to date; its orders and locks stay.

    Its spaces take orders at once: its simulated locks count as in contact.
    """

    venues: Venues
    locks: Locks
    things: Things

    def __call__(self, merchant: MerchantId) -> MerchantId:
        """Return the merchant of the sandbox; raise NoSuchMall or NotAMerchant."""
        in_sandbox = sandbox_of(merchant)
        live, known = self.venues.mall(merchant.mall), self.venues.merchant(merchant)
        version = secrets.token_hex(_VERSION_BYTES)
        mall = sandbox_mall(in_sandbox.mall, live, known, version)
        for lot in mall.lots:
            for space in lot.spaces:
                # Without a certificate: no device can connect as this lock.
                self.things.create(space.thing)
                where = SpaceId(mall.ref, lot.ref, space.ref)
                with suppress(LockChanged):  # it exists already
                    self.locks.save(None, Lock(space.thing, where, online=True))
        # Last, as the mall takes orders from here on.
        self.venues.save(mall, [sandbox_merchant(known)])
        return in_sandbox
