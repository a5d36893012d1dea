"""The OpenAPI 3.1 document, from the tables of routes and problems."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from http import HTTPStatus
from inspect import getdoc
from itertools import groupby
from typing import Any

from msgspec import Struct
from msgspec.json import schema_components

from baylock.domain.access.scope import Scope
from baylock.domain.webhooks.event import Event
from reference.routes import every_route
from web.problems import (
    BROKEN,
    BUSY,
    FORBIDDEN,
    KEY_EXPIRED,
    MALFORMED,
    MISSING_SCOPE,
    STALE,
    TOO_LARGE,
    TOO_MANY,
    UNAUTHORIZED,
    Problem,
)
from web.router import Route

Schema = dict[str, Any]

_REFS = "#/components/schemas/"

_ABOUT = """\
Keep a parking space waiting for a customer: send us each booking as it is now, and everything \
else follows from it.

- **Keys**: `Authorization: Bearer blk_live_…`. The key identifies the merchant and has scopes; \
each call names the scope that it needs.
- **One call creates, changes and repeats a booking**: `PUT /v1/bookings/{reference}` with your \
own reference. Repeating it changes nothing, so any call that fails can be sent again.
- **Versions**: responses have an `ETag`. Send it in `If-Match` to change a booking only if it has \
not changed since.
- **Times** are RFC 3339 with an offset; responses are in UTC. Names of fields carry their unit: \
minutes, metres (`_m`). Spaces are kept in quarter hours.
- **Bodies** are JSON in UTF-8, at most 16 KB. Unknown fields are refused.
- **Problems** are `application/problem+json` (RFC 9457). Each `type` is a path of this API with a \
page that explains it. Every response has a `Request-Id`, the id of the request in our log.
- **HEAD** is answered wherever GET is: the same status and headers, without the body. \
**OPTIONS** names a path's methods in `Allow`; one that a path does not have is answered with 405 \
and `Allow`. Scripts of other sites get no access (CORS).
- **Webhooks** are signed as Standard Webhooks (https://www.standardwebhooks.com) specifies.
"""

_EVENTS_TAG = "events"

_TAGS: Mapping[str, str] = {
    "bookings": "Your customers' bookings, and the parking that goes with them.",
    "orders": "The parking orders that follow from bookings.",
    "availability": "Free spaces, before you offer them.",
    "webhook": "The address to which we send events.",
    _EVENTS_TAG: "Webhooks: the requests that we send to that address.",
    "connect": "Booking systems that send us their bookings themselves.",
    "merchant": "The key's merchant.",
    "about": "The API's description of itself. No key is needed.",
}


@cache
def document() -> Schema:
    """The document, complete."""
    routes = list(every_route())
    schemas = _schemas(routes)
    paths: dict[str, Schema] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schemas)
    tags = dict.fromkeys([*map(_tag, routes), _EVENTS_TAG])
    schemas |= event_schemas()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Baylock merchant API",
            "version": "1",
            "summary": "A parking space that waits at the shop door.",
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [_server()],
        "security": [{"key": []}],
        "tags": [{"name": name, "description": _TAGS[name]} for name in tags],
        "paths": paths,
        "webhooks": webhooks(schemas),
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
            "schemas": {name: schemas[name] for name in sorted(schemas)},
        },
    }


def indented() -> str:
    """The document as JSON for people."""
    return json.dumps(document(), ensure_ascii=False, indent=2) + "\n"


def compact() -> str:
    """The document as JSON without spaces."""
    return json.dumps(document(), ensure_ascii=False, separators=(",", ":")) + "\n"


def _server() -> Schema:
    return {
        "url": "{api}",
        "description": "The stack's output ApiUrl",
        "variables": {
            "api": {"default": "https://example.execute-api.us-east-1.amazonaws.com/live"}
        },
    }


# ── one route ────────────────────────────────────────────────────────────────────────────────────


def problems_of(route: Route) -> Sequence[Problem]:
    """Every problem of a route, by status."""
    common = [TOO_MANY, BROKEN, BUSY]
    if route.needs_key:
        common += [UNAUTHORIZED, KEY_EXPIRED, FORBIDDEN]
    if route.scope:
        common.append(MISSING_SCOPE)
    if route.body:
        common += [MALFORMED, TOO_LARGE]
    every = dict.fromkeys([*route.problems, *common])
    return sorted(every, key=lambda problem: problem.status)


def _operation(route: Route, schemas: Mapping[str, Schema]) -> Schema:
    summary, _, description = (getdoc(route.handler) or "").partition("\n")
    needs = f"Needs the scope `{route.scope}`." if route.scope else ""
    operation: Schema = {
        "operationId": route.handler.__name__,
        "tags": [_tag(route)],
        "summary": summary.rstrip("."),
        "description": "\n\n".join(filter(None, [description.strip(), needs])) or summary,
        "parameters": list(_parameters(route)),
    }
    if not route.needs_key:
        operation["security"] = []
    elif route.scope:
        operation["security"] = [{"key": [route.scope.value]}]
    if route.body:
        operation["requestBody"] = {
            "required": True,
            "content": _content("application/json", route.body, schemas),
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
        (schema,) = map(_portable, _components([shape])[1].values())
        for name, property_ in schema["properties"].items():
            details = dict(property_)
            parameter = {
                "name": name,
                "in": place,
                "required": place == "path" or name in schema.get("required", ()),
                "description": _sentence(details.pop("description", "")),
            }
            if place == "query":
                parameter["description"] += " " + _EMPTY[parameter["required"]]
                parameter["allowEmptyValue"] = not parameter["required"]
            examples = details.pop("examples", ())
            if details.get("default", ...) is None:
                # A query string has no null: a parameter is present or absent.
                del details["default"]
            parameter["schema"] = _without_null(details)
            if examples:
                parameter["example"] = examples[0]
            yield parameter
    if STALE in route.problems:
        yield _IF_MATCH
        yield _IF_NEW
    elif HTTPStatus.NOT_MODIFIED in route.responses:
        yield _IF_NONE_MATCH


_EMPTY: Mapping[bool, str] = {
    False: "An empty value counts as none.",
    True: "An empty value counts as missing.",
}
"""What `read_query` makes of an empty value, by whether the parameter is required."""


def _without_null(schema: Schema) -> Schema:
    kinds = [kind for kind in schema.get("anyOf", ()) if kind.get("type") != "null"]
    if len(kinds) == 1:
        return {**kinds[0], **{name: value for name, value in schema.items() if name != "anyOf"}}
    return schema


def _responses(route: Route, schemas: Mapping[str, Schema]) -> Iterator[tuple[str, Schema]]:
    for status, shape in route.responses.items():
        response: Schema = {
            "description": _MEANING.get(status, status.phrase),
            "headers": _headers(route),
        }
        if _is_versioned(route):
            name = "ETag" if route.needs_key else "PageETag"
            response["headers"]["ETag"] = {"$ref": f"#/components/headers/{name}"}
        if isinstance(shape, str):
            response["content"] = {shape: {"schema": _MEDIA.get(shape, {"type": "string"})}}
        elif shape is not None:
            response["content"] = _content("application/json", shape, schemas)
            if links := _links(route, shape):
                response["links"] = links
        yield str(int(status)), response
    for code, problems in groupby(problems_of(route), key=lambda problem: problem.status):
        yield str(code), _problem_response(route, list(problems), schemas)


def _is_versioned(route: Route) -> bool:
    return STALE in route.problems or HTTPStatus.NOT_MODIFIED in route.responses


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
        "description": " ".join(f"`{problem.name}`: {problem.means}" for problem in problems),
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
    """The operations that can follow a response, and their parameters from it."""
    names = shape.__struct_fields__
    if "order" in names and "reference" in names and route.path.startswith("/v1/bookings/"):
        reference = {"reference": "$response.body#/reference"}
        return {
            "read": {"operationId": "get_booking", "parameters": reference},
            "cancel": {"operationId": "delete_booking", "parameters": reference},
            "change": {"operationId": "put_booking", "parameters": reference},
            "order": {
                "operationId": "get_order",
                "parameters": {"id": "$response.body#/order/id"},
            },
        }
    if "next_cursor" in names:
        return {
            "next": {
                "operationId": route.handler.__name__,
                "parameters": {"cursor": "$response.body#/next_cursor"},
            }
        }
    return {}


_MEANING: Mapping[HTTPStatus, str] = {
    HTTPStatus.OK: "Success.",
    HTTPStatus.CREATED: "Created: the reference is new.",
    HTTPStatus.ACCEPTED: "Accepted: the event is queued.",
    HTTPStatus.NOT_MODIFIED: "Not modified: you have this version. There is no body.",
}

_MEDIA: Mapping[str, Schema] = {"application/json": {"type": "object"}}

_HEADERS: Schema = {
    "Request-Id": {
        "description": "The id of this request in our log.",
        "schema": {"type": "string"},
        "example": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
    },
    "RateLimit-Policy": {
        "description": "The key's limits: `q` calls in `w` seconds, in a burst and in a day "
        "(draft-ietf-httpapi-ratelimit-headers).",
        "schema": {"type": "string"},
        "example": '"burst";q=60;w=12, "day";q=20000;w=86400',
    },
    "RateLimit": {
        "description": "The key's calls left: `r` for the next `t` seconds. Absent from responses "
        "of the gateway itself.",
        "schema": {"type": "string"},
        "example": '"burst";r=59;t=1, "day";r=19942;t=32880',
    },
    "ETag": {
        "description": "The version, in quotes; marked where the body has links.",
        "schema": {"type": "string", "pattern": '^"[1-9][0-9]*(-link)?"$'},
        "example": '"1"',
    },
    "PageETag": {
        "description": "The version of this page.",
        "schema": {"type": "string", "pattern": '^W/"[0-9a-f]{16}"$'},
        "example": 'W/"1f1f1f1f1f1f1f1f"',
    },
    "Retry-After": {
        "description": "The seconds to wait before the next attempt.",
        "schema": {"type": "integer", "minimum": 1},
        "example": 2,
    },
    "WWW-Authenticate": {
        "description": "The authentication scheme.",
        "schema": {"type": "string"},
        "example": "Bearer",
    },
}

_TAG = '"[1-9][0-9]{0,8}(-link)?"'

_IF_MATCH: Schema = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "Change the booking only if its version has this ETag; `*` for any version, as "
    "long as the booking exists.",
    "schema": {"type": "string", "pattern": rf"^(\*|{_TAG}(, {_TAG})*)$"},
    "example": '"1"',
}
_IF_NEW: Schema = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "`*`: only if the booking does not exist yet. Not together with If-Match.",
    # A pattern rather than a constant, which some generators do not take in a header.
    "schema": {"type": "string", "pattern": r"^\*$"},
    "example": "*",
}
_IF_NONE_MATCH: Schema = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of the version that you have; 304 where it is current.",
    "schema": {"type": "string"},
    "example": '"1"',
}


# ── webhooks ─────────────────────────────────────────────────────────────────────────────────────

_EVENTS: Mapping[Event, str] = {
    Event.RESERVED: "A space is reserved. Sent again when an ended order gets a space anew, and "
    "when a held order goes back to waiting for its time.",
    Event.HELD: "The lock has reported that its barrier is up for this order.",
    Event.MOVED: "The order has another space.",
    Event.ARRIVED: "The driver asked to come in, and the lock has reported that the way is free.",
    Event.COMPLETED: "The stay is over.",
    Event.CANCELLED: "The order was cancelled; `reason` says by whom.",
    Event.NO_SHOW: "The driver did not come, and the space is free for others.",
    Event.FAILED: "No space could be found.",
    Event.UNREACHABLE: "Our texts do not reach the driver; `unreachable` says why. The space stays "
    "reserved.",
    Event.TEST: "A test, requested with `POST /v1/webhook/test`. The order does not exist.",
}

_WEBHOOK_HEADERS: Sequence[Schema] = (
    {
        "name": "webhook-id",
        "in": "header",
        "required": True,
        "description": "The id of the event; the same for every attempt to deliver it.",
        "schema": {"type": "string"},
        "example": "evt_fhximlfi7ahq_3_order-held",
    },
    {
        "name": "webhook-timestamp",
        "in": "header",
        "required": True,
        "description": "The time of this attempt, in seconds since 1970.",
        "schema": {"type": "string", "pattern": "^[0-9]+$"},
        "example": "1796119203",
    },
    {
        "name": "webhook-signature",
        "in": "header",
        "required": True,
        "description": "`v1,` and the Base64 of HMAC-SHA256 over id, timestamp and body, joined "
        "with dots; several, separated by spaces, while a former secret still signs.",
        "schema": {"type": "string"},
        "example": "v1,ftVvrp8jhZyI5qMJIQFJL3zfQTWzuuqYMIw6p+U8nKs=",
    },
)

_WEBHOOK_RESPONSES: Schema = {
    "2XX": {"description": "The event is delivered. Respond within 5 seconds."},
    "410": {"description": "The endpoint is gone: the webhook is disabled at once."},
    "default": {"description": "The event is delivered again later, for a day."},
}


def webhooks(schemas: Mapping[str, Schema]) -> dict[str, Schema]:
    """The requests that we send to merchants' endpoints, by event."""
    return {event.value: {"post": _webhook(event, schemas)} for event in Event}


def _webhook(event: Event, schemas: Mapping[str, Schema]) -> Schema:
    schema = {"$ref": _REFS + _event_schema_name(event)}
    return {
        "operationId": f"receive_{event.value.replace('.', '_')}",
        # Not the tag of the calls: generators make a class of each tag, and would lose one of them.
        "tags": [_EVENTS_TAG],
        "summary": _EVENTS[event].partition(".")[0],
        "description": f"{_EVENTS[event]} Events may arrive more than once and in any order; "
        "`data.version` counts the changes of an order.",
        "security": [],
        "parameters": list(_WEBHOOK_HEADERS),
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": schema, "example": _example(schema, schemas)}
            },
        },
        "responses": _WEBHOOK_RESPONSES,
    }


def event_schemas() -> dict[str, Schema]:
    """The schema of each event's body, by name."""
    return {
        _event_schema_name(event): {
            "title": _event_schema_name(event),
            "description": _EVENTS[event],
            "type": "object",
            "properties": {
                "type": {
                    "description": "The event's type.",
                    "type": "string",
                    "const": event.value,
                },
                "timestamp": {
                    "description": "The time of the change. UTC.",
                    "type": "string",
                    "format": "date-time",
                    "examples": ["2026-12-01T10:00:02Z"],
                },
                "data": {
                    "description": "The order after the change.",
                    "$ref": _REFS + "OrderResource",
                },
            },
            "required": ["type", "timestamp", "data"],
        }
        for event in Event
    }


def _event_schema_name(event: Event) -> str:
    return "".join(map(str.capitalize, re.split("[._]", event.value))) + "Event"


# ── shapes ───────────────────────────────────────────────────────────────────────────────────────


@cache
def _problem_shapes() -> tuple[type[Struct], ...]:
    shapes = (problem.shape for route in every_route() for problem in problems_of(route))
    return tuple(dict.fromkeys(shapes))


def _schemas(routes: Sequence[Route]) -> dict[str, Schema]:
    shapes = [
        shape
        for route in routes
        for shape in (route.body, *route.responses.values())
        if isinstance(shape, type)
    ]
    _, found = _components([*shapes, *_problem_shapes()])
    return {name: _portable(_without_defaults(schema)) for name, schema in found.items()}


def _without_defaults(shape: Schema) -> Schema:
    """A shape whose properties have no `default`; those that are required come first.

    Generators understand a default in different ways. To some a property with one is always there,
    in requests and in responses; others take none beside `anyOf`. A default that says something
    becomes a part of the description. The order is that of a dataclass's fields.
    """
    properties = {}
    required = shape.get("required", ())
    theirs = sorted(shape.get("properties", {}).items(), key=lambda one: one[0] not in required)
    for name, property_ in theirs:
        properties[name] = {key: value for key, value in property_.items() if key != "default"}
        if isinstance(default := property_.get("default"), bool | int | list | tuple):
            described = _sentence(property_.get("description", ""))
            properties[name]["description"] = f"{described} By default {json.dumps(default)}."
    return {**shape, **({"properties": properties} if properties else {})}


def _components(shapes: Sequence[type[Struct]]) -> tuple[Any, dict[str, Schema]]:
    unique = list(dict.fromkeys(shapes))
    refs, found = schema_components(unique, ref_template=_REFS + "{name}")
    return refs, dict(found)


def _portable(schema: Any) -> Any:
    """A schema with patterns for every engine and with descriptions that are sentences."""
    match schema:
        case {"format": str(format_), "anyOf": [{"type": "string"}, {"type": "null"}]}:
            # Beside `anyOf` the format would also be that of null, which generators warn of.
            rest = {
                name: value for name, value in schema.items() if name not in {"format", "anyOf"}
            }
            one = {"type": "string", "format": format_}
            return {**_portable(rest), "anyOf": [one, {"type": "null"}]}
        case {"pattern": str(pattern)}:
            rest = {name: value for name, value in schema.items() if name != "pattern"}
            return {**_portable(rest), "pattern": _portable_pattern(pattern)}
        case dict():
            return {name: _portable_keyword(name, value) for name, value in schema.items()}
        case list():
            return [_portable(item) for item in schema]
        case _:
            return schema


def _portable_pattern(pattern: str) -> str:
    """A pattern that the engines of ECMAScript, Python, Java, Go and Rust compile.

    Those of Go and Rust work on valid UTF-8 and have no surrogates. They are left out: text that
    holds one can't be sent in UTF-8, and the API refuses its escape in JSON.
    """
    for ours, theirs in ((r"\A", "^"), (r"\Z", "$"), ("*+", "*"), (r"\ud800-\udfff", "")):
        pattern = pattern.replace(ours, theirs)
    return pattern


def _portable_keyword(name: str, value: Any) -> Any:
    if name == "description" and isinstance(value, str):
        return _sentence(value)
    return value if name in {"examples", "default"} else _portable(value)


def _sentence(text: str) -> str:
    """A description as a sentence: those of inputs double as reasons, and begin in lower case."""
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") or not text else ".")


def _example(schema: Schema, schemas: Mapping[str, Schema]) -> Any:
    """A value made from the examples of its fields."""
    if "examples" in schema:
        return schema["examples"][0]
    if "$ref" in schema:
        return _example(schemas[schema["$ref"].removeprefix(_REFS)], schemas)
    if "anyOf" in schema:
        return _example(schema["anyOf"][0], schemas)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "object":
            return {
                name: _example(property_, schemas)
                for name, property_ in schema.get("properties", {}).items()
                if name in schema.get("required", ())
                or "examples" in property_
                or "$ref" in property_
            }
        case "array":
            return [_example(schema["items"], schemas)] if "items" in schema else []
        case "integer":
            return schema.get("minimum", 0)
        case _:
            return ""
