"""The link to a driver's page: a token of 128 bits, derived with a key and stored nowhere in clear.

It belongs to a life of an order and to a phone: a booking that is placed again, or has another
driver, has another link. Letters only, so that neither people nor the redaction of logs take a part
of it for a code or a number.
"""

from __future__ import annotations

import hashlib
import hmac
from string import ascii_letters

from baylock.domain.access.key_ring import KeyRing
from baylock.domain.driver.life import life_and_phone
from baylock.domain.orders.order import Order

TOKEN_BYTES = 16
TOKEN_LETTERS = 23
"""The fewest that hold 128 bits: 52 to the power of 22 is not enough."""


def link_token(order: Order, ring: KeyRing) -> str:
    """The token for this order's present life and phone, with the key of when that life began."""
    key = ring.at(order.promise.created_at)
    subject = life_and_phone("link", order).encode()
    number = int.from_bytes(hmac.digest(key, subject, hashlib.sha256)[:TOKEN_BYTES])
    letters = []
    for _ in range(TOKEN_LETTERS):
        number, letter = divmod(number, len(ascii_letters))
        letters.append(ascii_letters[letter])
    return "".join(letters)


def is_token(text: str) -> bool:
    """Whether a text could be a token at all."""
    return len(text) == TOKEN_LETTERS and text.isascii() and text.isalpha()


def token_digest(token: str) -> str:
    """The SHA-256 of a token, hexadecimal, which is stored in its place."""
    return hashlib.sha256(token.encode()).hexdigest()


def opens(token: str, order: Order, ring: KeyRing) -> bool:
    """Whether this is the token of the order's present life and phone."""
    return hmac.compare_digest(token.encode(), link_token(order, ring).encode())
