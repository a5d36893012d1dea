"""What a segment of a text costs by country, for allowances in money.

AWS publishes its prices per country and network in
https://s3.amazonaws.com/aws-messaging-pricing-information/TextMessageOutbound/prices.json. The
table is what one segment is reckoned as: the dearest network's price with carrier fees, rounded up
with some room, by the list of 2022-04 and for Peru that of 2026-07. It need not be exact, as each
text has a ceiling of its own that SNS enforces; operators correct it by the stack's `TextPrices`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Self

MAX_USD: Final = "0.50"
"""What a text may cost where no setting says otherwise: more than one segment costs anywhere."""

MICROS: Final = 1_000_000
"""Prices and allowances are whole millionths of a US dollar, so that sums are exact."""

UNKNOWN: Final = 300_000
"""The price of a country that is not in the table: dearer than all that are."""

_CENTS: Final[Mapping[str, float]] = {
    "US": 1.2, "CA": 1.5, "PR": 1.2, "MX": 2, "BR": 3.5, "AR": 7, "CL": 5, "CO": 2, "PE": 25,
    "GB": 5, "IE": 12, "FR": 9, "DE": 12, "AT": 13, "CH": 7, "NL": 15, "BE": 12, "LU": 11,
    "ES": 8, "PT": 5, "IT": 10, "GR": 11, "DK": 8, "SE": 9, "NO": 11, "FI": 13, "IS": 12,
    "PL": 5, "CZ": 9, "SK": 11, "HU": 14, "SI": 6, "HR": 9, "RO": 10, "BG": 17, "EE": 10,
    "LV": 9, "LT": 6, "TR": 3, "IL": 12, "AE": 6, "SA": 8, "QA": 6, "ZA": 4,
    "CN": 5, "HK": 10, "MO": 8, "TW": 8, "JP": 10, "KR": 4, "SG": 7, "MY": 8, "TH": 3,
    "PH": 4, "ID": 25, "VN": 8, "IN": 6, "AU": 5, "NZ": 16,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TextPrices:
    """What a segment costs by country (ISO 3166-1 alpha-2); `own` goes before the table."""

    own: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def parse(cls, written: str) -> Self:
        """From `CN=0.03 DE=0.11` (US dollars a segment); ValueError where it is not that."""
        pairs = (pair.split("=") for pair in written.split())
        return cls({country.upper(): micros(price) for country, price in pairs})

    def of(self, country: str | None) -> int:
        """The price of a segment to a country's phone, in millionths of a dollar."""
        if country is None:
            return UNKNOWN
        if country in self.own:
            return self.own[country]
        cents = _CENTS.get(country)
        return UNKNOWN if cents is None else round(cents * MICROS / 100)


def micros(usd: str) -> int:
    """An amount in US dollars, as written, in millionths; ValueError where it is none."""
    try:
        amount = Decimal(usd)
    except ArithmeticError:
        raise ValueError(usd) from None
    if not amount.is_finite() or amount < 0:
        raise ValueError(usd)
    return int(amount * MICROS)
