"""Keys that name a merchant, a lot, a space or a phone: the one place where refs are joined.

Refs may hold any printable character, so that `a/b` + `c` and `a` + `b/c` would be one key if they
were joined as they are: the merchants of two malls would share orders, lots and counts. The first
part is encoded, and it alone needs to be: what follows the first `/` is the rest as it is. A ref
without `/` and `%` is as it was before, and so is its key.
"""

from __future__ import annotations

from urllib.parse import quote, unquote

from baylock.domain.venue.mall import LotRef, MallRef, MerchantId, SpaceRef

_TENANCY = "%@"
"""Before the tenancy: no encoded ref holds it."""


def merchant_key(merchant: MerchantId) -> str:
    """`<mall>/<merchant>`, or `<mall>%@<tenancy>/<merchant>`."""
    return f"{_encoded(merchant.mall)}{_tenancy(merchant)}/{merchant.merchant}"


def quoted_merchant_key(merchant: MerchantId) -> str:
    """The same with both refs percent-encoded: the keys that the table of webhooks has."""
    mall, ref = quote(merchant.mall, safe=""), quote(merchant.merchant, safe="")
    return f"{mall}{_tenancy(merchant)}/{ref}"


def lot_key(mall: MallRef, lot: LotRef) -> str:
    """`<mall>/<lot>`."""
    return f"{_encoded(mall)}/{lot}"


def lot_of_key(key: str) -> tuple[MallRef, LotRef]:
    """The inverse of `lot_key`."""
    mall, _, lot = key.partition("/")
    return MallRef(unquote(mall)), LotRef(lot)


def space_key(lot: LotRef, space: SpaceRef) -> str:
    """`<lot>/<space>`: a space within its mall."""
    return f"{_encoded(lot)}/{space}"


def phone_key(mall: MallRef, phone: str) -> str:
    """`<mall>/<phone>`: a phone within a mall."""
    return f"{_encoded(mall)}/{phone}"


def _tenancy(merchant: MerchantId) -> str:
    return f"{_TENANCY}{merchant.tenancy}" if merchant.tenancy else ""


def _encoded(ref: str) -> str:
    return ref.replace("%", "%25").replace("/", "%2F")
