"""The API's description of itself: the OpenAPI document, the reference and the problems.

`make reference` writes the pages. They hold everything that they show: no script, and nothing from
elsewhere.
"""

from __future__ import annotations

from html import escape
from http import HTTPStatus
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct, json

from web.problems import EVERY_PROBLEM, NOT_FOUND, NoSuchPage
from web.request import Request
from web.response import Response
from web.router import Route

ANY_SERVER = "{api}"
"""The pages' place for the API's address."""

UNKNOWN_ADDRESS = "https://…/live"
"""Shown where the gateway does not report its address."""

_PAGES = Path(__file__).with_name("pages")
_HTML = "text/html; charset=utf-8"
_SECURITY = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "public, max-age=300",
}


class ProblemPath(Struct, frozen=True):
    """The name of a problem."""

    problem: Annotated[
        str, Meta(description="The last part of a problem's `type`.", examples=["no-space"])
    ]


def get_openapi(request: Request) -> Response:
    """Get this document.

    OpenAPI 3.1. Its server is the address of this request.
    """
    document = _page("openapi.json")
    if request.api:
        servers = [{"url": request.api, "description": "This API"}]
        document = json.encode(json.decode(document) | {"servers": servers}).decode()
    return Response(document, headers=_SECURITY)


def get_docs(request: Request) -> Response:
    """Get the reference, for people."""
    page = _page("docs.html").replace(ANY_SERVER, escape(request.api or UNKNOWN_ADDRESS))
    return Response(page, media_type=_HTML, headers=_SECURITY)


def get_problem(request: Request) -> Response:
    """Get the explanation of a problem."""
    name = request.parameters["problem"]
    if not any(problem.name == name for problem in EVERY_PROBLEM):
        raise NoSuchPage
    return Response(_page(f"problems/{name}.html"), media_type=_HTML, headers=_SECURITY)


def _page(name: str) -> str:
    return (_PAGES / name).read_text(encoding="utf-8")


ROUTES = (
    Route(
        method="GET",
        path="/v1/openapi.json",
        scope=None,
        handler=get_openapi,
        responses={HTTPStatus.OK: "application/json"},
        needs_key=False,
    ),
    Route(
        method="GET",
        path="/v1/docs",
        scope=None,
        handler=get_docs,
        responses={HTTPStatus.OK: "text/html"},
        needs_key=False,
    ),
    Route(
        method="GET",
        path="/v1/problems/{problem}",
        scope=None,
        handler=get_problem,
        responses={HTTPStatus.OK: "text/html"},
        parameters=ProblemPath,
        problems=(NOT_FOUND,),
        needs_key=False,
    ),
)
