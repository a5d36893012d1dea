"""Merchants' API keys and their limits."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from baylock.bootstrap import aws, stores

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
