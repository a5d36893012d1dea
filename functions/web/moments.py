"""Times as clients and booking systems write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_BELOW_MICROSECOND = re.compile(r"[.,]0{6,}[1-9]")
_LEAP_SECOND = re.compile(r"[T ][0-9]{2}(:?)[0-9]{2}\1(?:60)(?![0-9])", re.IGNORECASE)


def read_moment(written: str) -> datetime:
    """A time in UTC, to the microsecond; a smaller fraction of a second counts as one.

    ValueError, with the reason as its text, where there is no such time or its offset is missing.
    """
    if _LEAP_SECOND.search(written):
        raise ValueError("a leap second; write 59, or 00 of the next minute")
    try:
        at = datetime.fromisoformat(written)
        utc = at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("not a time") from None
    if at.tzinfo is None:
        raise ValueError("a time without an offset")
    if not utc.microsecond and _BELOW_MICROSECOND.search(written):
        return utc.replace(microsecond=1)
    return utc
