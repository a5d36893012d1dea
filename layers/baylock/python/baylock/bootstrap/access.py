"""Merchants' API keys and their limits, and the platform's keys."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from baylock.bootstrap import aws, rings, stores
from baylock.domain.access.key_ring import KeyRing, Purpose

if TYPE_CHECKING:
    from baylock.usecases.access.authenticate_key import AuthenticateKey
    from baylock.usecases.access.rate_limiter import RateLimiter


@cache
def authenticate_key() -> AuthenticateKey:
    from baylock.usecases.access.authenticate_key import AuthenticateKey

    return AuthenticateKey(stores.merchant_keys(), aws.now)


@cache
def rate_limiter() -> RateLimiter:
    from concurrent.futures import ThreadPoolExecutor

    from baylock.usecases.access.rate_limiter import RateLimiter

    return RateLimiter(stores.usage_counters(), aws.now, ThreadPoolExecutor(1))


def ring(purpose: Purpose) -> KeyRing:
    """The platform's keys of a purpose, which the function must have been given; may raise Busy."""
    return rings.ring(purpose)


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
