"""How many texts a day there may be, in and out, so that a flood spends no more than this.

Days are UTC's. The numbers are far above what a busy shop or an anxious driver needs, and low
enough that the cost of a flood is known beforehand: docs/texts.md has the sums.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class TextsIn(NamedTuple):
    """The texts of a number today (UTC), this one included.

    `books_hour` and `books_day` count those that booked without proof of their sender.
    """

    total: int
    books_hour: int = 0
    books_day: int = 0


MAX_TEXTS_FROM_DRIVER: Final = 60
MAX_TEXTS_FROM_MERCHANT: Final = 1_000
"""Texts of a number that are read in a day; opt-out words are heeded beyond it."""

MAX_TEXTS_TO_DRIVER: Final = 40
MAX_TEXTS_TO_OTHERS: Final = 1_000
"""Texts to a number in a day: to a driver, and to a merchant or a mall."""

MAX_TEXTS_ABOUT_MERCHANT: Final = 2_000
"""Texts in a day about the orders of a merchant."""

MAX_TEXTS: Final = 20_000
"""Texts in a day in all."""

MAX_HINTS_TO_DRIVER: Final = (3, 10)
MAX_HINTS_TO_OTHERS: Final = (10, 40)
"""Answers to texts of a number that can't be read or are not heeded: in an hour, in a day.

An automatic reply would answer each of ours, and so gets no more answers after a few.
"""
