"""List prices: US dollars, on demand, region us-east-1, first tier, no free tier."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bench.results import Alone


class Unit(StrEnum):
    """A unit that AWS charges for."""

    READ = "DynamoDB read request unit"
    WRITE = "DynamoDB write request unit"
    LAMBDA_REQUEST = "Lambda request"
    LAMBDA_GB_SECOND = "Lambda GB-second, arm64"
    API_CALL = "API Gateway call, REST API"


@dataclass(frozen=True, slots=True)
class Price:
    """The price of a million units; `as_of` is when it was last seen published."""

    unit: Unit
    usd_per_million: float
    as_of: date
    source: str


PRICES = (
    Price(Unit.READ, 0.125, date(2025, 7, 21), "https://aws.amazon.com/dynamodb/pricing/on-demand/"),
    Price(Unit.WRITE, 0.625, date(2025, 7, 21), "https://aws.amazon.com/dynamodb/pricing/on-demand/"),
    Price(Unit.LAMBDA_REQUEST, 0.20, date(2026, 3, 8), "https://aws.amazon.com/lambda/pricing/"),
    Price(Unit.LAMBDA_GB_SECOND, 13.3334, date(2026, 3, 8), "https://aws.amazon.com/lambda/pricing/"),
    Price(Unit.API_CALL, 3.50, date(2025, 5, 19), "https://aws.amazon.com/api-gateway/pricing/"),
)  # fmt: skip

LAMBDA_GB = 1.0
"""`MemorySize` of the merchant API's function in template.yaml, in GB."""


def usd_per_million(unit: Unit) -> float:
    """Return the price of a million units."""
    return next(price.usd_per_million for price in PRICES if price.unit is unit)


@dataclass(frozen=True, slots=True)
class Bill:
    """Computed cost of a million reservations in DynamoDB requests, in US dollars."""

    reads: float
    writes: float
    indexes: float
    hint: float

    @property
    def total(self) -> float:
        """Sum all parts."""
        return self.reads + self.writes + self.indexes + self.hint


def bill(cell: Alone) -> Bill:
    """Compute the bill from a reservation's mean units."""
    read, write = usd_per_million(Unit.READ), usd_per_million(Unit.WRITE)
    return Bill(
        reads=cell.read_units.mean * read,
        writes=cell.write_units.mean * write,
        indexes=cell.index_units.mean * write,
        hint=cell.hint_read_units.mean * read + cell.hint_write_units.mean * write,
    )


def lambda_duration(milliseconds: float) -> float:
    """Return the cost of a million invocations that are billed for `milliseconds` each."""
    return usd_per_million(Unit.LAMBDA_GB_SECOND) * LAMBDA_GB * milliseconds / 1000
