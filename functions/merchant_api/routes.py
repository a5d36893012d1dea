"""The routes of the API, in one table.

A route is one entry in `ROUTES` of the module that answers it, and one event of
MerchantApiFunction in template.yaml; a test compares the two. Each module is imported when one of
its routes is called, so that a cold start loads nothing that other routes need.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from importlib import import_module

from msgspec import Struct

from baylock.domain.access.scope import Scope
from merchant_api.call import Answer, Call
from merchant_api.problems import Problem

MODULES: Mapping[str, str] = {
    "bookings": "merchant_api.bookings",
    "orders": "merchant_api.orders",
    "availability": "merchant_api.availability",
    "merchant": "merchant_api.merchant",
    "webhook": "merchant_api.webhook",
    "connect": "connect.routes",
    "openapi.json": "merchant_api.about",
    "docs": "merchant_api.about",
    "problems": "merchant_api.about",
}
"""By the second part of its path (`/v1/<part>/…`), the module with a route's entry."""


@dataclass(frozen=True, slots=True)
class Route:
    """One method on one path.

    Its key must have `scope`; None where any key will do, and `needs_key` is False where there is
    none (such an event has `Auth: { Authorizer: NONE }` in the template). `takes` and `query` are
    the shapes of the body and the query string, `answers` is that of the body by status (None:
    without one; a media type where it is no JSON), and `problems` are those that this route may
    answer with beyond what every route may. `parameters` is the shape of those in the path. The
    first line of `answer`'s docstring is the route's summary, the others its description.
    """

    method: str
    path: str
    scope: Scope | None
    answer: Callable[[Call], Answer]
    answers: Mapping[HTTPStatus, type[Struct] | str | None]
    parameters: type[Struct] | None = None
    takes: type[Struct] | None = None
    query: type[Struct] | None = None
    problems: tuple[Problem, ...] = field(default=())
    needs_key: bool = True


def find_route(method: str, resource: str) -> Route | None:
    """By method and resource, as API Gateway has them from template.yaml: it matched the path."""
    path = resource.replace("+}", "}")
    for route in _routes_beside(path):
        if (route.method, route.path) == (method, path):
            return route
    return None


def every_route() -> Iterator[Route]:
    """The whole table; loads what any of them needs."""
    for name in dict.fromkeys(MODULES.values()):
        yield from import_module(name).ROUTES


def _routes_beside(path: str) -> tuple[Route, ...]:
    parts = path.split("/")
    module = MODULES.get(parts[2]) if len(parts) > 2 else None  # noqa: PLR2004 ("", "v1", part)
    routes: tuple[Route, ...] = import_module(module).ROUTES if module else ()
    return routes
