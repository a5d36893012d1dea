"""Texts about a sandbox's orders, which are kept instead of sent."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class KeptText(NamedTuple):
    """A text about a sandbox's order, kept instead of sent; `phone` is in E.164."""

    at: datetime
    phone: str
    text: str
