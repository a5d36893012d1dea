"""A keyed hash in the place of a phone number: it can be found again, but not read back."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b32encode

PHONES = "phones"
"""The step of an upgrade that puts these hashes in the place of numbers: see `Upgrades`."""

_BYTES = 15


def phone_hash(phone: str, key: bytes) -> str:
    """24 letters and digits for a number in E.164.

    Without the key it can't be found by trying all numbers, of which there are few.
    """
    digest = hmac.digest(key, f"phone\0{phone}".encode(), hashlib.sha256)
    return b32encode(digest[:_BYTES]).decode().lower()
