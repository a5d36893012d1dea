"""The sandbox of a merchant: a mall of its own, which no import describes."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from baylock.domain.venue.mall import MallRef, MerchantId

PREFIX = "sandbox-"
"""Of the sandbox's malls, and so of the things that are their locks; no other mall's ref has it."""


def is_sandbox(mall: MallRef) -> bool:
    """Whether a mall is a sandbox: nobody parks there, and no text about it leaves."""
    return mall.startswith(PREFIX)


def sandbox_of(merchant: MerchantId) -> MerchantId:
    """The identity of a merchant that acts with a test key."""
    mall = MallRef(PREFIX + hashlib.sha256(merchant.named.encode()).hexdigest()[:12])
    return replace(merchant, mall=mall)
