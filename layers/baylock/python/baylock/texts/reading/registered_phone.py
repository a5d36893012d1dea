"""The phone number that a merchant or a mall registers."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

from baylock.domain.errors import PhoneRefusal
from baylock.texts.reading.texted_phone import refusal_of

_SEPARATOR = re.compile("[;；]")


class RegisteredPhone(NamedTuple):
    """A number in E.164; or why a number that exists gets no texts; or neither."""

    phone: str | None = None
    refusal: PhoneRefusal | None = None

    def problem(self, countries: Collection[str]) -> str:
        """What is wrong with it, after the number that was written."""
        match self.refusal:
            case PhoneRefusal.COUNTRY:
                return f"is of a country that the mall sends no texts to: {', '.join(countries)}"
            case PhoneRefusal.KIND:
                return "is a kind of number that no texts are sent to, such as premium rate"
            case _:
                return "is not a phone number"


def registered_phone(written: str, country: str, countries: Collection[str]) -> RegisteredPhone:
    """Read the first number of a list with semicolons that gets texts.

    Numbers without a country code are read as `country`'s (ISO 3166-1 alpha-2); `countries` are
    those whose phones get texts.
    """
    from phonenumbers import (
        NumberParseException,
        PhoneNumberFormat,
        format_number,
        is_valid_number,
        parse,
    )

    refused = RegisteredPhone()
    for number in filter(None, (part.strip() for part in _SEPARATOR.split(written))):
        try:
            parsed = parse(number, country)
        except NumberParseException:
            continue
        if not is_valid_number(parsed):
            continue
        phone = format_number(parsed, PhoneNumberFormat.E164)
        refusal = refusal_of(phone, countries, is_registered=True)
        if refusal is None:
            return RegisteredPhone(phone)
        refused = RegisteredPhone(refusal=refused.refusal or refusal)
    return refused
