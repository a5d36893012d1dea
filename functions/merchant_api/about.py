"""The API's description of itself: the OpenAPI document, the reference and the problems.

`make reference` writes the pages. They hold everything that they show: no script, and nothing from
elsewhere.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from html import escape
from http import HTTPStatus
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct, json

from web.problems import EVERY_PROBLEM, NOT_FOUND, NoSuchPage
from web.request import Request
from web.response import Response
from web.router import Route
from web.versions import is_known

ANY_SERVER = "{api}"
"""The pages' place for the API's address."""

UNKNOWN_ADDRESS = "https://…/live"
"""Shown where the gateway does not report its address."""

_PAGES = Path(__file__).with_name("pages")
_HTML = "text/html; charset=utf-8"
_PUBLIC = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "Cache-Control": "public, max-age=300",
}
"""In place of what other responses have: these pages have a style, and nothing to hide."""


class ProblemPath(Struct, frozen=True):
    """The name of a problem."""

    problem: Annotated[
        str, Meta(description="The last part of a problem's `type`.", examples=["no-space"])
    ]


def get_openapi(request: Request) -> Response:
    """Get this document.

    OpenAPI 3.1. Its server is the address of this request.
    """
    return _served(request, _openapi(request.api))


def get_docs(request: Request) -> Response:
    """Get the reference, for people."""
    page = _page("docs.html").replace(ANY_SERVER, escape(request.api or UNKNOWN_ADDRESS))
    return _served(request, page, _HTML)


def get_problem(request: Request) -> Response:
    """Get the explanation of a problem."""
    name = request.parameters["problem"]
    if not any(problem.name == name for problem in EVERY_PROBLEM):
        raise NoSuchPage
    return _served(request, _page(f"problems/{name}.html"), _HTML)


@lru_cache(maxsize=4)
def _openapi(api: str | None) -> str:
    document = _page("openapi.json")
    if api is None:
        return document
    servers = [{"url": api, "description": "This API"}]
    return json.encode(json.decode(document) | {"servers": servers}).decode()


def _served(request: Request, page: str, media_type: str = "application/json") -> Response:
    """The page with its ETag, or 304 for a client that has it.

    The tag is weak, because API Gateway compresses the same page for some clients.
    """
    tag = f'W/"{sha256(page.encode()).hexdigest()[:16]}"'
    headers = {**_PUBLIC, "ETag": tag, "Vary": "Accept-Encoding"}
    if is_known(tag, request):
        return Response("", HTTPStatus.NOT_MODIFIED, media_type, headers)
    return Response(page, media_type=media_type, headers=headers)


def _page(name: str) -> str:
    return (_PAGES / name).read_text(encoding="utf-8")


ROUTES = (
    Route(
        method="GET",
        path="/v1/openapi.json",
        scope=None,
        handler=get_openapi,
        responses={HTTPStatus.OK: "application/json", HTTPStatus.NOT_MODIFIED: None},
        needs_key=False,
    ),
    Route(
        method="GET",
        path="/v1/docs",
        scope=None,
        handler=get_docs,
        responses={HTTPStatus.OK: "text/html", HTTPStatus.NOT_MODIFIED: None},
        needs_key=False,
    ),
    Route(
        method="GET",
        path="/v1/problems/{problem}",
        scope=None,
        handler=get_problem,
        responses={HTTPStatus.OK: "text/html", HTTPStatus.NOT_MODIFIED: None},
        parameters=ProblemPath,
        problems=(NOT_FOUND,),
        needs_key=False,
    ),
)
