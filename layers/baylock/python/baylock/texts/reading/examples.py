"""Examples in questions: a phone number and a plate as the mall's own country has them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

from baylock.texts.writing.facts import FACTS
from baylock.texts.writing.kinds import TextKind

_PHONES: Final = {
    "US": "+14255550123",
    "CA": "+16045550123",
    "CN": "+8613800138000",
    "DE": "+491713920012",
    "AU": "+61491570156",
}
"""Numbers that nobody has: reserved for fiction by the country's regulator; in China an operator's
own service number. Elsewhere the example of Google's libphonenumber is shown."""
_PLATES: Final = {
    "US": "7ABC123",
    "CN": "粤B12345",
    "DE": "B-AB1234",
    "FR": "AB-123-CD",
    "ES": "1234BCD",
    "GB": "AB12CDE",
    "IT": "AB123CD",
}
_ANY_PLATE: Final = "ABC1234"


def examples(kind: TextKind, country: str) -> Mapping[str, str]:
    """The facts of a question that are examples, for a mall's country (ISO 3166)."""
    makers: Mapping[str, Callable[[str], str]] = {
        "example_phone": example_phone,
        "example_plate": example_plate,
    }
    needed, optional = FACTS[kind]
    return {fact: make(country) for fact, make in makers.items() if fact in {*needed, *optional}}


@cache
def example_phone(country: str) -> str:
    """A mobile number of the country, in E.164; one of the US for no country."""
    if known := _PHONES.get(country.upper() or "US"):
        return known
    from phonenumbers import (
        PhoneNumberFormat,
        PhoneNumberType,
        example_number_for_type,
        format_number,
    )

    number = example_number_for_type(country.upper(), PhoneNumberType.MOBILE)
    return format_number(number, PhoneNumberFormat.E164) if number else _PHONES["US"]


def example_plate(country: str) -> str:
    """A plate of the country."""
    return _PLATES.get(country.upper(), _ANY_PLATE)
