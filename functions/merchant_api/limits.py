"""A key's limits: kept to before each call, told with each answer.

The fields RateLimit-Policy and RateLimit are those of draft-ietf-httpapi-ratelimit-headers-11: `q`
calls in a window of `w` seconds; `r` calls left, for the next `t` seconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from math import ceil

from baylock.bootstrap import access
from baylock.domain.access.limits import Limits, RateStatus
from baylock.log import logger
from merchant_api.call import Key

_DAY_SECONDS = 86_400
BURST, DAY = "burst", "day"


class TooManyCalls(Exception):
    """The key has spent what it may, for now."""

    def __init__(self, stands: RateStatus) -> None:
        super().__init__(stands)
        self.stands = stands

    @property
    def retry_after_seconds(self) -> int:
        """When the next call may come."""
        return _seconds(self.stands.wait)

    @property
    def policy(self) -> str:
        """Which of its limits it is."""
        return BURST if self.stands.left_today else DAY

    @property
    def reason(self) -> str:
        """For whoever wrote the client."""
        limits = self.stands.limits
        if self.policy == DAY:
            return f"this key may make {limits.per_day} calls a day, which begins at 00:00 UTC"
        return f"this key may make {limits.burst} calls at once and {limits.per_minute} a minute"


def admit(key: Key) -> None:
    """TooManyCalls if the key has none left; else this call is counted."""
    stands = access.rate_limiter()(key.id, key.limits)
    if stands.wait:
        raise TooManyCalls(stands)


def limit_headers(key: Key) -> Mapping[str, str]:
    """How the key stands after a call. A counter that fails costs the caller no more than these."""
    try:
        stands = access.rate_limiter().settle(key.id, key.limits)
    except Exception:  # noqa: BLE001 (the call itself was answered)
        logger().exception("not counted", extra={"key": key.id})
        return {}
    return {
        "RateLimit-Policy": ", ".join(_policies(key.limits)),
        "RateLimit": ", ".join(_left(stands)),
    }


def _policies(limits: Limits) -> Iterator[str]:
    yield f'"{BURST}";q={limits.burst};w={_seconds(limits.burst * limits.apart)}'
    yield f'"{DAY}";q={limits.per_day};w={_DAY_SECONDS}'


def _left(stands: RateStatus) -> Iterator[str]:
    yield f'"{BURST}";r={stands.left};t={_seconds(stands.more_in)}'
    yield f'"{DAY}";r={stands.left_today};t={_seconds(stands.day_ends_in)}'


def _seconds(time: timedelta) -> int:
    return ceil(time.total_seconds())
