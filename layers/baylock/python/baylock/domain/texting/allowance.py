"""What texts may cost in a day, and how many there may be: a flood spends no more than this.

Days and hours are UTC's. Amounts are millionths of a US dollar: a text costs its segments times the
price of its country. The numbers are far above what a busy shop or an anxious driver needs, and low
enough that the cost of a flood is known beforehand: docs/texts.md has the sums.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, StrEnum, auto
from typing import Final, NamedTuple
from urllib.parse import quote

from baylock.domain.texting.prices import MICROS
from baylock.domain.venue.keys import quoted_merchant_key
from baylock.domain.venue.mall import TEXTS_USD_A_DAY, MallRef, MerchantId


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
"""Segments to a number in a day that a mall may send: to a driver, to a merchant or the mall."""

MAX_OTHER_TEXTS_TO_DRIVER: Final = 30
MAX_OTHER_TEXTS_TO_OTHERS: Final = 800
"""Those of them that are not `Purpose.PROMISE`."""

MAX_TEXTS_TO_DRIVER_OF_ALL: Final = 80
"""Segments to a driver in a day of all malls together; no mall alone can use them up."""

MAX_TEXTS_BY_FORMS: Final = 6
MAX_TEXTS_BY_FORMS_OF_ALL: Final = 10
"""Segments in a day to a number that public forms named and that has not reacted: of a mall, and of
all malls together. Three bookings with their links, as a guest with a full day makes them.
"""

NUMBER_USD: Final = 5
"""What a mall's texts to a driver's number may cost in a day: fewer where they are dear."""

PREFIX_USD: Final = 10
PREFIX_USD_BY_FORMS: Final = 2
"""What a mall's unasked texts to drivers whose numbers differ in their last three digits only may
cost in an hour: in all, and those after public forms. Ranges of that size are rented for pumping.
"""

MERCHANT_SHARE: Final = 0.25
"""The share of the mall's money that texts about one merchant's bookings may cost."""

OTHER_SHARE: Final = 0.4
FORMS_SHARE: Final = 0.4
"""The share of a mall's or a merchant's money for texts of the purposes OTHER and FORM, each."""

ACCOUNT_USD_A_DAY: Final = 1_000
ACCOUNT_OTHER_SHARE: Final = 0.8
ACCOUNT_STEP: Final = MICROS
"""Malls report to the account a dollar at a time."""

MAX_HINTS_TO_DRIVER: Final = (3, 10)
MAX_HINTS_TO_OTHERS: Final = (10, 40)
"""Answers to texts of a number that can't be read or are not heeded: in an hour, in a day.

Each hour and each day that there is counts, whenever it begins. An automatic reply would answer
each of ours, and so gets no more answers after a few.
"""
HINT_PERIODS: Final = (timedelta(hours=1), timedelta(days=1))

_PREFIX_LACKS = 3
"""Few enough digits that the counts of all numbers of a range fit one item: 1,000 at most."""


class Purpose(Enum):
    """Why a text is sent, which decides what it may spend."""

    PROMISE = auto()
    """It says where the space is, or that it no longer is: it alone may spend the reserve."""
    OTHER = auto()
    """Replies, hints, and notices that a driver can do without."""
    FORM = auto()
    """Unasked, to a number that a public form named, and that has not reacted yet."""


class Quota(StrEnum):
    """Texts that share a limit."""

    NUMBER = "number"
    FORMS = "forms"
    PREFIX = "prefix"
    MERCHANT = "merchant"
    MALL = "mall"
    ACCOUNT = "account"


class Charge(NamedTuple):
    """An amount that is added to a count, and the most that the count may then be."""

    name: str
    amount: int
    limit: int
    quota: Quota


class Spending(NamedTuple):
    """The outcome of charges: the one that is over its limit, or else the new counts by name."""

    refused: Charge | None
    totals: Mapping[str, int]


class Account(NamedTuple):
    """Counts of a day that are kept in one item, and what a text adds to them."""

    key: str
    charges: Sequence[Charge]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A text that is about to leave, as far as it costs; `price` is that of a segment.

    `mall` and `merchant` pay for it; without them it is about no booking. `mall_usd` is what the
    mall's texts may cost in a day.
    """

    phone: str
    segments: int
    price: int
    purpose: Purpose
    to_driver: bool
    mall: MallRef | None = None
    mall_usd: int = TEXTS_USD_A_DAY
    merchant: MerchantId | None = None

    @property
    def cost(self) -> int:
        """What it costs."""
        return self.segments * self.price


class _NumberKey(NamedTuple):
    """Where the counts of a phone number are kept: an item of its prefix, and its part in that."""

    item: str
    own: str


def number_key(phone: str) -> _NumberKey:
    """The one place that says under which names a phone number's counts are stored."""
    return _NumberKey(f"range#{phone[:-_PREFIX_LACKS]}", phone[-_PREFIX_LACKS:])


def accounts(text: Outgoing, now: datetime) -> Sequence[Account]:
    """What a text adds to which counts, the smallest first; the mall's are last."""
    found = [_range(text, now)]
    usd = text.mall_usd * MICROS
    if text.merchant:
        share = int(usd * MERCHANT_SHARE)
        found.append(
            _purse(f"merchant#{quoted_merchant_key(text.merchant)}", text, share, Quota.MERCHANT)
        )
    found.append(_purse(f"mall#{quote(text.mall or '', safe='')}", text, usd, Quota.MALL))
    return found


def _range(text: Outgoing, now: datetime) -> Account:
    """The counts of a number and of its prefix: one item a day, so that both are one write."""
    item, own = number_key(text.phone)
    mall = hashlib.blake2b((text.mall or "").encode(), digest_size=4).hexdigest()
    limits = (MAX_TEXTS_TO_OTHERS, MAX_OTHER_TEXTS_TO_OTHERS)
    if text.to_driver:
        paid_for = NUMBER_USD * MICROS // max(text.price, 1)
        limits = (min(MAX_TEXTS_TO_DRIVER, paid_for), min(MAX_OTHER_TEXTS_TO_DRIVER, paid_for))
    charges = [Charge(f"n{own}:{mall}", text.segments, limits[0], Quota.NUMBER)]
    if text.purpose is not Purpose.PROMISE:
        charges.append(Charge(f"o{own}:{mall}", text.segments, limits[1], Quota.NUMBER))
    if text.to_driver:
        charges.append(Charge(f"n{own}", text.segments, MAX_TEXTS_TO_DRIVER_OF_ALL, Quota.NUMBER))
    if text.purpose is Purpose.FORM:
        charges += [
            Charge(f"f{own}:{mall}", text.segments, MAX_TEXTS_BY_FORMS, Quota.FORMS),
            Charge(f"f{own}", text.segments, MAX_TEXTS_BY_FORMS_OF_ALL, Quota.FORMS),
        ]
    if text.to_driver and text.purpose is not Purpose.OTHER:
        charges.append(
            Charge(f"h{now:%H}:{mall}", text.cost, PREFIX_USD * MICROS, Quota.PREFIX),
        )
        if text.purpose is Purpose.FORM:
            most = PREFIX_USD_BY_FORMS * MICROS
            charges.append(Charge(f"g{now:%H}:{mall}", text.cost, most, Quota.PREFIX))
    return Account(item, charges)


def _purse(key: str, text: Outgoing, usd: int, quota: Quota) -> Account:
    charges = [Charge("all", text.cost, usd, quota)]
    match text.purpose:
        case Purpose.OTHER:
            charges.append(Charge("other", text.cost, int(usd * OTHER_SHARE), quota))
        case Purpose.FORM:
            charges.append(Charge("forms", text.cost, int(usd * FORMS_SHARE), quota))
        case Purpose.PROMISE:
            pass
    return Account(key, charges)
