"""A route of an API, and how a request finds it.

A route is one entry in `ROUTES` of the module that handles it, and one event of its function in
template.yaml; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from msgspec import Struct

from baylock.domain.access.scope import Scope
from web.problems import Problem
from web.request import Request
from web.response import Response


@dataclass(frozen=True, slots=True)
class Route:
    """One method on one path.

    `scope` is the scope that the key must have, None where any key will do. `needs_key` is False
    where no key is needed; the template then has `Auth: { Authorizer: NONE }`. `parameters`,
    `query` and `body` are the shapes of the path's parameters, the query string and the body.
    `responses` has the shape of the body by status: None without a body, a media type where the
    body is no JSON. `problems` are those that this route may respond with besides the common ones.
    The first line of the handler's docstring is the route's summary, the rest its description.
    """

    method: str
    path: str
    scope: Scope | None
    handler: Callable[[Request], Response]
    responses: Mapping[HTTPStatus, type[Struct] | str | None]
    parameters: type[Struct] | None = None
    body: type[Struct] | None = None
    query: type[Struct] | None = None
    problems: tuple[Problem, ...] = field(default=())
    needs_key: bool = True


def routes_at(routes: Iterable[Route], resource: str) -> tuple[Route, ...]:
    """The routes of a resource, as API Gateway reports the one that it matched."""
    path = resource.replace("+}", "}")
    return tuple(route for route in routes if route.path == path)


def route_for(routes: Iterable[Route], method: str) -> Route | None:
    """The route of a method; HEAD is what GET is (RFC 9110, section 9.3.2)."""
    asked = "GET" if method == "HEAD" else method
    return next((route for route in routes if route.method == asked), None)


def allow(routes: Iterable[Route]) -> str:
    """The value of the header `Allow` of the path that has these routes."""
    methods = [route.method for route in routes]
    if "GET" in methods:
        methods.append("HEAD")
    return ", ".join([*methods, "OPTIONS"])
