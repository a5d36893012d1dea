"""A merchant's secret key, as stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from baylock.domain.access.limits import Limits
    from baylock.domain.venue.mall import (
        MerchantId,
    )


KEY_ID_LETTERS = 12


@dataclass(frozen=True, slots=True)
class MerchantKey:
    """A merchant's secret key, as stored: never the key itself, only its SHA-256."""

    digest: str
    merchant: MerchantId
    scopes: frozenset[str]
    created_at: datetime
    revoked_at: datetime | None = None
    test: bool = False
    """For trying things out: it works on a sandbox, and moves no real barrier."""
    note: str = ""
    used_at: datetime | None = None
    """Last let in, to the hour or so."""
    limits: Limits | None = None
    """Where it has its own."""

    @property
    def id(self) -> str:
        """What it is called where it is spoken of; says nothing about the key itself."""
        return self.digest[:KEY_ID_LETTERS]
