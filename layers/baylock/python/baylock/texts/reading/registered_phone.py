"""The phone number that a merchant or a mall registers."""

from __future__ import annotations

import re

_SEPARATOR = re.compile("[;；]")


def registered_phone(written: str, country: str) -> str | None:
    """Return the first valid number of a list with semicolons, in E.164; None where none is.

    Numbers without a country code are read as `country`'s (ISO 3166-1 alpha-2).
    """
    from phonenumbers import (
        NumberParseException,
        PhoneNumberFormat,
        format_number,
        is_valid_number,
        parse,
    )

    for number in filter(None, (part.strip() for part in _SEPARATOR.split(written))):
        try:
            parsed = parse(number, country)
        except NumberParseException:
            continue
        if is_valid_number(parsed):
            return format_number(parsed, PhoneNumberFormat.E164)
    return None
