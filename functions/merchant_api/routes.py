"""The routes of the merchant API.

A module is imported when one of its routes is requested, so that a cold start loads nothing that
other routes need.
"""

from __future__ import annotations

from web.router import Route


def routes_near(resource: str) -> tuple[Route, ...]:
    """The routes of a resource, as API Gateway reports it, and those of its module."""
    return routes_of(resource.removeprefix("/v1/").partition("/")[0])


def routes_of(part: str) -> tuple[Route, ...]:
    """The routes under `/v1/<part>`."""
    match part:
        case "bookings":
            from merchant_api import bookings

            return bookings.ROUTES
        case "orders":
            from merchant_api import orders

            return orders.ROUTES
        case "availability":
            from merchant_api import availability

            return availability.ROUTES
        case "merchant":
            from merchant_api import merchant

            return merchant.ROUTES
        case "webhook":
            from merchant_api import webhook

            return webhook.ROUTES
        case "openapi.json" | "docs" | "problems":
            from merchant_api import about

            return about.ROUTES
        case _:
            return ()


PARTS = ("bookings", "orders", "availability", "merchant", "webhook", "docs")
"""A part of each module, in the order of the reference."""


def every_route() -> tuple[Route, ...]:
    """All routes; imports every module."""
    return tuple(route for part in PARTS for route in routes_of(part))
