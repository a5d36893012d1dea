"""Rate limits: checked before each request, reported with each response.

The fields RateLimit-Policy and RateLimit are those of draft-ietf-httpapi-ratelimit-headers-11: `q`
requests in a window of `w` seconds; `r` requests left for the next `t` seconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from math import ceil

from baylock.bootstrap import access
from baylock.domain.access.limits import Limits, RateStatus
from baylock.domain.errors import TooManyCalls
from baylock.log import logger

_DAY_SECONDS = 86_400
BURST, DAY = "burst", "day"


def admit(key: str, limits: Limits) -> None:
    """Count a request; TooManyCalls if the key with this id has none left."""
    status = access.rate_limiter()(key, limits)
    if status.wait:
        raise TooManyCalls(status)


def limit_headers(key: str, limits: Limits) -> Mapping[str, str]:
    """The headers that report what a key has left; none where the counter fails."""
    try:
        status = access.rate_limiter().settle(key, limits)
    except Exception:  # noqa: BLE001 (the request itself succeeded)
        logger().exception("not counted", extra={"key": key})
        return {}
    return {
        "RateLimit-Policy": ", ".join(_policies(limits)),
        "RateLimit": ", ".join(_left(status)),
    }


def exhausted_policy(status: RateStatus) -> str:
    """The name of the limit that has nothing left."""
    return BURST if status.left_today else DAY


def exhausted_reason(status: RateStatus) -> str:
    """A sentence on the limit that has nothing left, for the client's developer."""
    limits = status.limits
    if exhausted_policy(status) == DAY:
        return f"this key may make {limits.per_day} calls a day, which begins at 00:00 UTC"
    return f"this key may make {limits.burst} calls at once and {limits.per_minute} a minute"


def whole_seconds(time: timedelta) -> int:
    """A time in seconds, rounded up."""
    return ceil(time.total_seconds())


def _policies(limits: Limits) -> Iterator[str]:
    yield f'"{BURST}";q={limits.burst};w={whole_seconds(limits.burst * limits.apart)}'
    yield f'"{DAY}";q={limits.per_day};w={_DAY_SECONDS}'


def _left(status: RateStatus) -> Iterator[str]:
    yield f'"{BURST}";r={status.left};t={whole_seconds(status.more_in)}'
    yield f'"{DAY}";r={status.left_today};t={whole_seconds(status.day_ends_in)}'
