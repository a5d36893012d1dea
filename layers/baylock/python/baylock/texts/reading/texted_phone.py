"""Which phone numbers texts are sent to: by country and by the kind of number.

A number's country is that of the number itself, not of its calling code: `+1 876 …` is Jamaica's.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import TYPE_CHECKING, Final

from baylock.domain.errors import PhoneRefusal

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

_NANP: Final = 1
_PREMIUM_EXCHANGE: Final = "976"
"""In every area code of North America: `+1 212 976 …` costs as `+1 900 …` does."""


def refusal_of(
    phone: str, countries: Collection[str], *, is_registered: bool = False
) -> PhoneRefusal | None:
    """Why no text is sent to a number in E.164; None where it gets texts.

    A driver's must be a mobile phone, or one of a country that does not tell mobile phones from
    others. A number that an operator registered (`is_registered`) may be a text-enabled landline.
    Premium rate, shared cost, pagers, voicemail and the like are refused, and so is what belongs to
    no country: satellites and international networks.
    """
    number = _parsed(phone)
    if number is None:
        return PhoneRefusal.KIND
    from phonenumbers import national_significant_number, number_type, region_code_for_number

    if number_type(number) not in _kinds(is_registered=is_registered):
        return PhoneRefusal.KIND
    national = national_significant_number(number)
    if number.country_code == _NANP and national[3:6] == _PREMIUM_EXCHANGE:
        return PhoneRefusal.KIND
    country = region_code_for_number(number)
    return None if country in countries else PhoneRefusal.COUNTRY


def country_of(phone: str) -> str | None:
    """The country (ISO 3166-1 alpha-2) of a number in E.164; None where it has none."""
    from phonenumbers import REGION_CODE_FOR_NON_GEO_ENTITY, region_code_for_number

    number = _parsed(phone)
    country = region_code_for_number(number) if number else None
    return None if country == REGION_CODE_FOR_NON_GEO_ENTITY else country


def _parsed(phone: str) -> PhoneNumber | None:
    from phonenumbers import NumberParseException, parse

    try:
        return parse(phone)
    except NumberParseException:
        return None


@cache
def _kinds(*, is_registered: bool) -> frozenset[int]:
    from phonenumbers import PhoneNumberType

    mobile = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
    lines = {PhoneNumberType.FIXED_LINE, PhoneNumberType.VOIP} if is_registered else set()
    return frozenset(mobile | lines)
