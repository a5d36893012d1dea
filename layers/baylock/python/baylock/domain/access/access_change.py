"""Changes of what may act for a merchant, of which it is told."""

from __future__ import annotations

from enum import StrEnum


class AccessChange(StrEnum):
    """What was added or changed: whoever did that may act for the merchant, or read its events."""

    KEY = "key"
    WEBHOOK = "webhook"
    CONNECTION = "connection"
    TEXT_KEY = "text_key"
