"""The headers that every response has. The driver's page imports nothing else of `web`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

SECURITY_HEADERS: Mapping[str, str] = MappingProxyType(
    {
        # Not for subdomains: a mall's own domain may have others that are none of ours.
        "Strict-Transport-Security": "max-age=63072000",
        "Cache-Control": "no-store",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
        "X-Frame-Options": "DENY",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
)
"""The headers of every response: of functions, of the driver's page and of API Gateway itself.

A response that is public, or a page with a style of its own, overrides the one header that differs.
https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html#security-headers
"""
