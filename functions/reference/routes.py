"""The routes of all functions that make up the API."""

from __future__ import annotations

from connect.routes import ROUTES as CONNECT
from merchant_api.routes import every_route as merchant_routes
from web.router import Route


def every_route() -> tuple[Route, ...]:
    """All routes, in the order of the reference."""
    return (*merchant_routes(), *CONNECT)
