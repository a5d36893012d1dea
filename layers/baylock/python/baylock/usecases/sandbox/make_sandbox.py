"""The sandbox of a merchant that has a test key."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from baylock.domain.sandbox.mall import sandbox_mall, sandbox_merchant
from baylock.domain.venue.mall import MerchantId
from baylock.domain.venue.sandbox_ref import sandbox_of
from baylock.ports.locks import Things
from baylock.ports.venue import Venues
from baylock.usecases.locks.register_locks import RegisterLocks

_VERSION_BYTES = 8


@dataclass(frozen=True)
class MakeSandbox:
    """Make a merchant's sandbox, or bring it up to date; its orders and locks stay.

    Its spaces take orders at once: its simulated locks are in contact, and have reported.
    """

    venues: Venues
    things: Things
    register_locks: RegisterLocks

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
        self.register_locks(mall)
        # Last, as the mall takes orders from here on.
        self.venues.save(mall, [sandbox_merchant(known)])
        return in_sandbox
