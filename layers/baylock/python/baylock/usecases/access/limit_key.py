"""Limits of an API key."""

from __future__ import annotations

from dataclasses import dataclass, replace

from baylock.domain.access.limits import Limits
from baylock.domain.access.merchant_key import MerchantKey
from baylock.domain.errors import InvalidKey
from baylock.domain.venue.mall import MallRef
from baylock.ports.access import MerchantKeys
from baylock.usecases.access.find_key import FindKey


@dataclass(frozen=True)
class LimitKey:
    """Change some limits of a key of a mall's merchants; the others stay."""

    merchant_keys: MerchantKeys

    def __call__(
        self,
        mall: MallRef,
        which: str,
        *,
        burst: int | None = None,
        per_minute: int | None = None,
        per_day: int | None = None,
    ) -> MerchantKey:
        """Return the key with its new limits; raise InvalidKey, NoSuchKey or AmbiguousKey."""
        key = FindKey(self.merchant_keys)(mall, which)
        limits = changed_limits(key.limits, burst, per_minute, per_day) or Limits()
        self.merchant_keys.limit_key(key.digest, limits)
        return replace(key, limits=limits)


def changed_limits(
    before: Limits | None, burst: int | None, per_minute: int | None, per_day: int | None
) -> Limits | None:
    """Return a key's own limits with these changes; None where it keeps to the default ones.

    Raises InvalidKey where a limit is out of range.
    """
    given = {"burst": burst, "per_minute": per_minute, "per_day": per_day}
    changes = {name: value for name, value in given.items() if value is not None}
    if not changes:
        return before
    try:
        return replace(before or Limits(), **changes)
    except ValueError as error:
        raise InvalidKey(str(error)) from None
