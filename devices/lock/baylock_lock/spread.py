"""Chance in waiting times, so that a fleet that starts as one does not act as one."""

import random


def spread(seconds: float, share: float = 0.1) -> float:
    """Give or take a share of it."""
    return seconds * random.uniform(1 - share, 1 + share)  # noqa: S311 - no secret depends on it
