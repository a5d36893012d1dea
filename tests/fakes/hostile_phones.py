"""Numbers that exist, and that no text may go to: of many countries and kinds."""

from __future__ import annotations

from typing import Final

PAID_BY_SOMEBODY: Final = {
    "premium rate, US": "+19005551234",
    "premium exchange, US": "+12129765550",
    "personal number, US": "+15005550006",
    "toll-free, US": "+18005551234",
    "premium rate, GB": "+449012345678",
    "shared cost, GB": "+448431234567",
    "personal number, GB": "+447012345678",
    "pager, GB": "+447600123456",
    "company-wide, GB": "+445512345678",
    "landline, GB": "+442079460000",
    "premium rate, FR": "+33899123456",
    "personal number, DE": "+4970012345678",
    "landline, CN": "+8675555500107",
}
"""In countries that the mall of the tests texts to."""

ABROAD: Final = {
    "Jamaica, with North America's code": "+18765551234",
    "Dominican Republic, the same": "+18095551234",
    "Canada, the same": "+16045550123",
    "Isle of Man, with Britain's code": "+447624123456",
    "Guernsey, the same": "+447911123456",
    "Latvia": "+37121234567",
    "Cuba": "+5351234567",
    "satellite, Inmarsat": "+870773111632",
    "satellite, Iridium": "+881612345678",
    "international network": "+883510012345678",
    "international premium rate": "+979123456789",
    "international shared cost": "+80812345678",
    "international toll-free": "+80012345678",
    "universal personal number": "+878101234567890",
}
"""In other countries, and in none."""

HOSTILE: Final = {**PAID_BY_SOMEBODY, **ABROAD}
