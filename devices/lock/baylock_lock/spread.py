"""Jitter for delays, so that the locks of a fleet do not act at the same time."""

import random


def spread(seconds: float, share: float = 0.1) -> float:
    """Return `seconds`, varied at random by up to `share` of it."""
    return seconds * random.uniform(1 - share, 1 + share)  # noqa: S311 - no secret depends on it
