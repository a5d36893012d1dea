"""Texts about a sandbox's orders, which are kept instead of sent."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    pass


class KeptText(NamedTuple):
    """A text that was not sent, as it was about a sandbox's order; `phone` is in E.164."""

    at: datetime
    phone: str
    text: str
