"""How many texts a day there may be, in and out, so that one who floods spends no more than this.

Days are UTC's. The numbers are far above what a busy shop or an anxious driver needs, and low
enough that what a flood costs is known beforehand: docs/texts.md has the sums.
"""

from __future__ import annotations

from typing import Final

FROM_A_DRIVER: Final = 60
FROM_A_MERCHANT: Final = 1_000
"""Texts of one number that are read in a day; opt-out words are heeded beyond it."""

TO_A_DRIVER: Final = 40
TO_OTHERS: Final = 1_000
"""Texts to one number in a day: to a driver, and to a merchant or a mall."""

FOR_A_MERCHANT: Final = 2_000
"""Texts in a day that are about the orders of one merchant."""

IN_ALL: Final = 20_000
"""Texts in a day: the last fuse."""

HINTS_TO_A_DRIVER: Final = (3, 10)
HINTS_TO_OTHERS: Final = (10, 40)
"""Answers to texts of one number that can't be read or may not be heeded: in an hour, in a day.

Somebody's automatic reply answers each of ours, and so is answered no more after a few.
"""
