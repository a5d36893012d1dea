"""The platform's keys, by purpose."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from baylock.bootstrap import aws
from baylock.domain.access.key_ring import KeyRing, Purpose
from baylock.settings import settings

if TYPE_CHECKING:
    from baylock.adapters.secrets import CachedKeyRings


@cache
def _key_rings() -> CachedKeyRings:
    from baylock.adapters.secrets import CachedKeyRings, SecretsManagerKeyRings

    given = settings()
    secrets = {
        Purpose.ORDER_IDS: given.order_id_secret,
        Purpose.CODES: given.code_secret,
        Purpose.LINKS: given.link_secret,
        Purpose.WEBHOOKS: given.webhook_secret,
        Purpose.TEXT_KEYS: given.text_key_secret,
        Purpose.PRIVACY: given.privacy_secret,
    }
    return CachedKeyRings(SecretsManagerKeyRings(aws.client("secretsmanager"), secrets), aws.now)


def ring(purpose: Purpose) -> KeyRing:
    """The platform's keys of a purpose, which the function must have been given; may raise Busy."""
    return _key_rings()(purpose)


def order_id_ring() -> KeyRing:
    """The keys of the ids of orders."""
    return ring(Purpose.ORDER_IDS)


def code_ring() -> KeyRing:
    """The keys of arrival codes."""
    return ring(Purpose.CODES)


def link_ring() -> KeyRing:
    """The keys of links to drivers' pages."""
    return ring(Purpose.LINKS)


def text_key_ring() -> KeyRing:
    """The keys from which merchants' text keys are derived."""
    return ring(Purpose.TEXT_KEYS)


def webhook_ring() -> KeyRing:
    """The keys from which the secrets of merchants' endpoints are derived."""
    return ring(Purpose.WEBHOOKS)


def privacy_ring() -> KeyRing:
    """The keys of the hashes in the place of phone numbers."""
    return ring(Purpose.PRIVACY)
