"""The attributes of an item that name its merchant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from baylock.domain.venue.mall import MallRef, MerchantId, MerchantRef, Tenancy

if TYPE_CHECKING:
    from baylock.adapters.dynamodb.client import AttributeMap


def merchant_columns(merchant: MerchantId) -> dict[str, dict[str, str]]:
    """`mall`, `merchant` and, from the second tenant of the ref on, `tenancy`."""
    columns = {"mall": merchant.mall, "merchant": merchant.merchant, "tenancy": merchant.tenancy}
    return {name: {"S": value} for name, value in columns.items() if value}


def merchant_of_columns(item: AttributeMap) -> MerchantId:
    """The inverse of `merchant_columns`."""
    tenancy = item["tenancy"]["S"] if "tenancy" in item else None
    return merchant_id(item["mall"]["S"], item["merchant"]["S"], tenancy)


def merchant_id(mall: str, merchant: str, tenancy: str | None) -> MerchantId:
    """From the attributes of a model; an item without a tenancy is the first tenant's."""
    return MerchantId(MallRef(mall), MerchantRef(merchant), Tenancy(tenancy or ""))
