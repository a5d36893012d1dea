"""The OpenAPI 3.1 document, from the table of routes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from http import HTTPStatus
from inspect import getdoc
from itertools import groupby
from typing import Any

from msgspec import Struct
from msgspec.json import schema_components

from baylock.domain.access.scope import Scope
from merchant_api.problems import (
    BROKEN,
    BUSY,
    FORBIDDEN,
    MALFORMED,
    MISSING_SCOPE,
    STALE,
    TOO_LARGE,
    TOO_MANY,
    UNAUTHORIZED,
    Problem,
)
from merchant_api.routes import Route, every_route

Schema = dict[str, Any]

_REFS = "#/components/schemas/"

_ABOUT = """\
Keep a parking space waiting for a customer: tell us what the booking is now, and everything else \
follows from it.

- **Keys**: `Authorization: Bearer blk_live_…`. The merchant is taken from the key. A key has \
scopes; each call names the one that it needs.
- **The same call makes, changes and repeats a booking**: `PUT /v1/bookings/{reference}` with your \
own reference. Sent twice, it changes nothing, so whatever fails can be sent again.
- **Versions**: answers have an `ETag`. Sent back in `If-Match`, a change is made only to what you \
have seen.
- **Times** are RFC 3339 with an offset; answers are in UTC. Minutes and metres say so in their \
names. Spaces are kept in quarters of an hour.
- **Bodies** are JSON in UTF-8, at most 16 KB. Unknown fields are refused.
- **Problems** are `application/problem+json` (RFC 9457). Each `type` is a path of this API with a \
page that explains it. Every answer has a `Request-Id`, which is in our log.
"""

_TAGS: Mapping[str, str] = {
    "bookings": "What your customers have booked, and the parking that goes with it.",
    "orders": "The parking orders that follow from bookings.",
    "availability": "What is free, before you offer it.",
    "webhook": "Where you are told of what happens.",
    "connect": "Booking systems that tell us of bookings by themselves.",
    "merchant": "Whose key it is.",
    "about": "What the API says of itself. No key is needed.",
}


def document(server: str | None = None) -> Schema:
    """The document, complete; `server` is the API's address, where it is known."""
    routes = list(every_route())
    schemas = _schemas(routes)
    paths: dict[str, Schema] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schemas)
    tags = dict.fromkeys(_tag(route) for route in routes)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Baylock merchant API",
            "version": "1",
            "summary": "A parking space that waits at the shop door.",
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [_server(server)],
        "security": [{"key": []}],
        "tags": [{"name": name, "description": _TAGS[name]} for name in tags],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "blk_live_… or blk_test_…",
                    "description": "A merchant's secret key. Scopes: "
                    + ", ".join(f"`{scope}`" for scope in sorted(Scope))
                    + ".",
                }
            },
            "headers": _HEADERS,
            "schemas": schemas,
        },
    }


@lru_cache(maxsize=4)
def written(server: str | None = None) -> str:
    """The document as JSON for a reader."""
    return json.dumps(document(server), ensure_ascii=False, indent=2) + "\n"


def _server(address: str | None) -> Schema:
    if address:
        return {"url": address, "description": "This API"}
    return {
        "url": "{api}",
        "description": "The stack's output ApiUrl",
        "variables": {
            "api": {"default": "https://example.execute-api.us-east-1.amazonaws.com/live"}
        },
    }


# ── one route ────────────────────────────────────────────────────────────────────────────────────


def problems_of(route: Route) -> Sequence[Problem]:
    """Every problem that a route may answer with, by status."""
    common = [TOO_MANY, BROKEN, BUSY]
    if route.needs_key:
        common += [UNAUTHORIZED, FORBIDDEN]
    if route.scope:
        common.append(MISSING_SCOPE)
    if route.takes:
        common += [MALFORMED, TOO_LARGE]
    every = dict.fromkeys([*route.problems, *common])
    return sorted(every, key=lambda problem: problem.status)


def _operation(route: Route, schemas: Mapping[str, Schema]) -> Schema:
    said = getdoc(route.answer) or ""
    summary, _, description = said.partition("\n")
    needs = f"Needs the scope `{route.scope}`." if route.scope else ""
    operation: Schema = {
        "operationId": route.answer.__name__,
        "tags": [_tag(route)],
        "summary": summary.rstrip("."),
        "description": "\n\n".join(filter(None, [description.strip(), needs])) or summary,
        "parameters": list(_parameters(route)),
    }
    if not route.needs_key:
        operation["security"] = []
    elif route.scope:
        operation["security"] = [{"key": [route.scope.value]}]
    if route.takes:
        operation["requestBody"] = {
            "required": True,
            "content": _content("application/json", route.takes, schemas),
        }
    operation["responses"] = dict(_responses(route, schemas))
    return operation


def _tag(route: Route) -> str:
    part = route.path.split("/")[2]
    return part if part in _TAGS else "about"


def _parameters(route: Route) -> Iterator[Schema]:
    for place, shape in (("path", route.parameters), ("query", route.query)):
        if shape is None:
            continue
        (schema,) = (_mended(one) for one in _components([shape])[1].values())
        for name, property_ in schema["properties"].items():
            about = dict(property_)
            parameter = {
                "name": name,
                "in": place,
                "required": place == "path" or name in schema.get("required", ()),
                "description": _sentence(about.pop("description", "")),
            }
            examples = about.pop("examples", ())
            if about.get("default", ...) is None:
                # A parameter is sent or is not: there is no null in a query string.
                del about["default"]
            parameter["schema"] = _without_null(about)
            if examples:
                parameter["example"] = examples[0]
            yield parameter
    if STALE in route.problems:
        yield _IF_MATCH
        yield _IF_NEW
    elif HTTPStatus.NOT_MODIFIED in route.answers:
        yield _IF_NONE_MATCH


def _without_null(schema: Schema) -> Schema:
    kinds = [kind for kind in schema.get("anyOf", ()) if kind.get("type") != "null"]
    if len(kinds) == 1:
        return {**kinds[0], **{name: said for name, said in schema.items() if name != "anyOf"}}
    return schema


def _responses(route: Route, schemas: Mapping[str, Schema]) -> Iterator[tuple[str, Schema]]:
    for status, shape in route.answers.items():
        answer: Schema = {
            "description": _MEANING.get(status, status.phrase),
            "headers": _headers(route),
        }
        if _is_versioned(route):
            answer["headers"]["ETag"] = {"$ref": "#/components/headers/ETag"}
        if isinstance(shape, str):
            answer["content"] = {shape: {"schema": _MEDIA.get(shape, {"type": "string"})}}
        elif shape is not None:
            answer["content"] = _content("application/json", shape, schemas)
            if links := _links(route, shape):
                answer["links"] = links
        yield str(int(status)), answer
    for code, problems in groupby(problems_of(route), key=lambda problem: problem.status):
        yield str(code), _problem_response(route, list(problems), schemas)


def _is_versioned(route: Route) -> bool:
    return STALE in route.problems or HTTPStatus.NOT_MODIFIED in route.answers


def _headers(route: Route) -> Schema:
    names = ("Request-Id", "RateLimit", "RateLimit-Policy") if route.needs_key else ("Request-Id",)
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _problem_response(
    route: Route, problems: Sequence[Problem], schemas: Mapping[str, Schema]
) -> Schema:
    headers = _headers(route)
    if any(problem.retry_after_seconds for problem in problems):
        headers["Retry-After"] = {"$ref": "#/components/headers/Retry-After"}
    if UNAUTHORIZED in problems:
        headers["WWW-Authenticate"] = {"$ref": "#/components/headers/WWW-Authenticate"}
    shapes = list(dict.fromkeys(problem.shape.__name__ for problem in problems))
    refs = [{"$ref": _REFS + name} for name in shapes]
    return {
        "description": " ".join(f"`{one.name}`: {one.means}" for one in problems),
        "headers": headers,
        "content": {
            "application/problem+json": {
                "schema": refs[0] if len(refs) == 1 else {"anyOf": refs},
                "examples": {
                    problem.name: {
                        "summary": problem.title,
                        "value": {
                            **_example({"$ref": _REFS + problem.shape.__name__}, schemas),
                            "type": problem.type,
                            "title": problem.title,
                            "status": problem.status,
                        },
                    }
                    for problem in problems
                },
            }
        },
    }


def _content(kind: str, shape: type[Struct], schemas: Mapping[str, Schema]) -> Schema:
    schema = {"$ref": _REFS + shape.__name__}
    return {kind: {"schema": schema, "example": _example(schema, schemas)}}


def _links(route: Route, shape: type[Struct]) -> Schema:
    """Which call can follow on an answer, and with what of it."""
    names = shape.__struct_fields__
    if "order" in names and "reference" in names and route.path.startswith("/v1/bookings/"):
        same = {"reference": "$response.body#/reference"}
        return {
            "read": {"operationId": "get_booking", "parameters": same},
            "cancel": {"operationId": "delete_booking", "parameters": same},
            "change": {"operationId": "put_booking", "parameters": same},
            "order": {
                "operationId": "get_order",
                "parameters": {"id": "$response.body#/order/id"},
            },
        }
    if "next_cursor" in names:
        return {
            "next": {
                "operationId": route.answer.__name__,
                "parameters": {"cursor": "$response.body#/next_cursor"},
            }
        }
    return {}


_MEANING: Mapping[HTTPStatus, str] = {
    HTTPStatus.OK: "As asked.",
    HTTPStatus.CREATED: "New: this reference was not known before.",
    HTTPStatus.NOT_MODIFIED: "It is what you have already; there is no body.",
}

_MEDIA: Mapping[str, Schema] = {"application/json": {"type": "object"}}

_HEADERS: Schema = {
    "Request-Id": {
        "description": "By which this call is found in our log.",
        "schema": {"type": "string"},
        "example": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
    },
    "RateLimit-Policy": {
        "description": "How much this key may call: `q` calls in `w` seconds, at once and in a day "
        "(draft-ietf-httpapi-ratelimit-headers).",
        "schema": {"type": "string"},
        "example": '"burst";q=60;w=12, "day";q=20000;w=86400',
    },
    "RateLimit": {
        "description": "How many calls it has left, and for how many seconds they must do. Not "
        "there where the gateway answered by itself.",
        "schema": {"type": "string"},
        "example": '"burst";r=59;t=1, "day";r=19942;t=32880',
    },
    "ETag": {
        "description": "The version, in quotes.",
        "schema": {"type": "string", "pattern": '^"[1-9][0-9]*"$'},
        "example": '"1"',
    },
    "Retry-After": {
        "description": "After how many seconds to try again.",
        "schema": {"type": "integer", "minimum": 1},
        "example": 2,
    },
    "WWW-Authenticate": {
        "description": "How to say who you are.",
        "schema": {"type": "string"},
        "example": "Bearer",
    },
}

_IF_MATCH: Schema = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "Change it only if it is still the version with this ETag; `*` for whichever, "
    "as long as there is one.",
    "schema": {"type": "string", "pattern": r'^(\*|"[1-9][0-9]{0,8}"(, "[1-9][0-9]{0,8}")*)$'},
    "example": '"1"',
}
_IF_NEW: Schema = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "`*`: only if there is none yet. Not together with If-Match.",
    "schema": {"type": "string", "const": "*"},
    "example": "*",
}
_IF_NONE_MATCH: Schema = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of what you have: answered 304 where it is still the same.",
    "schema": {"type": "string"},
    "example": '"1"',
}


# ── shapes ───────────────────────────────────────────────────────────────────────────────────────


@cache
def _every_problem_shape() -> tuple[type[Struct], ...]:
    shapes = (problem.shape for route in every_route() for problem in problems_of(route))
    return tuple(dict.fromkeys(shapes))


def _schemas(routes: Sequence[Route]) -> dict[str, Schema]:
    shapes = [
        shape
        for route in routes
        for shape in (route.takes, *route.answers.values())
        if isinstance(shape, type)
    ]
    _, found = _components([*shapes, *_every_problem_shape()])
    return {name: _mended(found[name]) for name in sorted(found)}


def _components(shapes: Sequence[type[Struct]]) -> tuple[Any, dict[str, Schema]]:
    unique = list(dict.fromkeys(shapes))
    refs, found = schema_components(unique, ref_template=_REFS + "{name}")
    return refs, dict(found)


def _mended(schema: Any) -> Any:
    """In the patterns that JSON Schema knows, and with descriptions that are sentences."""
    match schema:
        case {"pattern": str(pattern)}:
            mended = pattern.replace(r"\A", "^").replace(r"\Z", "$").replace("*+", "*")
            rest = {name: said for name, said in schema.items() if name != "pattern"}
            return {**_mended(rest), "pattern": mended}
        case dict():
            return {
                name: _sentence(said)
                if name == "description" and isinstance(said, str)
                else said
                if name in {"examples", "default"}
                else _mended(said)
                for name, said in schema.items()
            }
        case list():
            return [_mended(one) for one in schema]
        case _:
            return schema


def _sentence(said: str) -> str:
    """Descriptions of fields that are sent double as reasons, and so begin small."""
    return said[:1].upper() + said[1:] + ("" if said.endswith(".") or not said else ".")


def _example(schema: Schema, schemas: Mapping[str, Schema]) -> Any:
    """A value made of the examples of its fields."""
    if "examples" in schema:
        return schema["examples"][0]
    if "$ref" in schema:
        return _example(schemas[schema["$ref"].removeprefix(_REFS)], schemas)
    if "anyOf" in schema:
        return _example(schema["anyOf"][0], schemas)
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "object":
            return {
                name: _example(one, schemas)
                for name, one in schema.get("properties", {}).items()
                if name in schema.get("required", ()) or "examples" in one or "$ref" in one
            }
        case "array":
            return [_example(schema["items"], schemas)] if "items" in schema else []
        case "integer":
            return schema.get("minimum", 0)
        case _:
            return ""
