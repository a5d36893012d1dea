"""The keys that merchants sign their texts with."""

from __future__ import annotations

from dataclasses import replace

from baylock.domain.texting.signature import TextKey, signed, text_key
from baylock.domain.venue.mall import MerchantId
from baylock.ports.texting import Signatures
from baylock_cli.errors import CommandError
from baylock_cli.site import Site


def change(
    signatures: Signatures,
    merchant: MerchantId,
    *,
    rotate: bool,
    end_older: bool,
    demand: bool | None,
) -> TextKey:
    """What counts from now on; nothing is written where nothing changes."""
    before = after = signatures.text_key(merchant)
    if rotate:
        after = after.renew()
    if end_older:
        after = after.end_older()
    if demand is not None:
        after = replace(after, demanded=demand)
    if after != before:
        signatures.save_text_key(merchant, after)
    return after


def describe(counts: TextKey) -> str:
    """For the person who looks after it."""
    older = ", the one before it counts too" if counts.oldest < counts.generation else ""
    unsigned = "change nothing" if counts.demanded else "are heeded too"
    return f"key {counts.generation}{older}; unsigned texts {unsigned}"


def with_signature(site: Site, number: str, body: str) -> str:
    """A merchant's text, signed."""
    merchant = site.venues.merchant_with_phone(number)
    if merchant is None:
        raise CommandError("only a merchant's registered number can sign")
    counts = site.signatures.text_key(merchant)
    return signed(body, text_key(merchant, counts.generation, site.code_key))
