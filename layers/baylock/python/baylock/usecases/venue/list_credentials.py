"""What a merchant has that acts for it, and so must end when it moves out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from baylock.domain.access.merchant_key import MerchantKey
from baylock.domain.connect.connection import Connection
from baylock.domain.texting.signature import ENDED_TEXT_KEY, TextKey
from baylock.domain.venue.mall import MerchantId
from baylock.domain.venue.sandbox_ref import sandbox_of
from baylock.domain.webhooks.webhook import Endpoint
from baylock.ports.access import MerchantKeys
from baylock.ports.connect import Connections
from baylock.ports.texting import Signatures
from baylock.ports.webhooks import Webhooks


@dataclass(frozen=True, slots=True)
class Credentials:
    """The credentials of a merchant and its sandbox; keys that are revoked do not count.

    `text_keys` has those of who was given a text key, or must sign.
    """

    keys: Sequence[MerchantKey]
    endpoints: Sequence[Endpoint]
    connections: Sequence[Connection]
    text_keys: Sequence[MerchantId]

    def __bool__(self) -> bool:
        return bool(self.keys or self.endpoints or self.connections or self.text_keys)


def all_of(several: Iterable[Credentials]) -> Credentials:
    """The credentials of several merchants together."""
    found = list(several)
    return Credentials(
        [key for one in found for key in one.keys],
        [endpoint for one in found for endpoint in one.endpoints],
        [connection for one in found for connection in one.connections],
        [who for one in found for who in one.text_keys],
    )


@dataclass(frozen=True)
class ListCredentials:
    """Find the credentials of a merchant. A Scan of the connections, and few reads else."""

    merchant_keys: MerchantKeys
    webhooks: Webhooks
    connections: Connections
    signatures: Signatures

    def __call__(self, merchant: MerchantId) -> Credentials:
        both = (merchant, sandbox_of(merchant))
        endpoints = [self.webhooks.endpoint(one) for one in both]
        return Credentials(
            [
                key
                for key in self.merchant_keys.keys_of(merchant.mall)
                if key.merchant == merchant and key.revoked_at is None
            ],
            [one for one in endpoints if one],
            [one for one in self.connections.every() if one.merchant in both],
            [
                one
                for one in both
                if self.signatures.text_key(one) not in {TextKey(), ENDED_TEXT_KEY}
            ],
        )
