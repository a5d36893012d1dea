"""What the API says of itself, to whoever asks: the OpenAPI document, the reference, the problems.

The pages hold all that they show: no script, and nothing from elsewhere.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from msgspec import Meta, Struct

from merchant_api.call import Answer, Call
from merchant_api.problems import EVERY_PROBLEM, NOT_FOUND, NoSuchPage
from merchant_api.routes import Route

_HTML = "text/html; charset=utf-8"
_SAFELY = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "public, max-age=300",
}


class ProblemPath(Struct, frozen=True):
    """Which problem."""

    problem: Annotated[
        str, Meta(description="The last part of a problem's `type`.", examples=["no-space"])
    ]


def get_openapi(call: Call) -> Answer:
    """This document.

    OpenAPI 3.1, with the address under which it was asked for as its server.
    """
    from merchant_api.reference.openapi import written

    return Answer(written(call.api), headers=_SAFELY)


def get_docs(call: Call) -> Answer:
    """The reference, for people."""
    from merchant_api.reference.pages import docs_page

    return Answer(docs_page(call.api), kind=_HTML, headers=_SAFELY)


def get_problem(call: Call) -> Answer:
    """What a problem means, and what to do."""
    from merchant_api.reference.pages import problem_page

    for problem in EVERY_PROBLEM:
        if problem.name == call.parameters["problem"]:
            return Answer(problem_page(problem), kind=_HTML, headers=_SAFELY)
    raise NoSuchPage


ROUTES = (
    Route(
        method="GET",
        path="/v1/openapi.json",
        scope=None,
        answer=get_openapi,
        answers={HTTPStatus.OK: "application/json"},
        needs_key=False,
    ),
    Route(
        method="GET",
        path="/v1/docs",
        scope=None,
        answer=get_docs,
        answers={HTTPStatus.OK: "text/html"},
        needs_key=False,
    ),
    Route(
        method="GET",
        path="/v1/problems/{problem}",
        scope=None,
        answer=get_problem,
        answers={HTTPStatus.OK: "text/html"},
        parameters=ProblemPath,
        problems=(NOT_FOUND,),
        needs_key=False,
    ),
)
