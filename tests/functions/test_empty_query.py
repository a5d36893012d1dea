"""An empty value in a query counts as none, as the document says of every parameter."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec.structs import fields
from tests.fakes.world import World
from tests.functions.caller import BOOKING, Caller
from tests.functions.conftest import Load

import connect.app
from merchant_api.routes import every_route

NEEDED = {"/v1/availability": {"service_time": "2026-12-01T10:30:00Z"}, "/v1/orders": {}}
PARAMETERS = [
    (route.path, field.encode_name, field.required)
    for route in every_route()
    if route.query
    for field in fields(route.query)
]


def asked(call: Caller, path: str, query: dict[str, str]) -> tuple[int, Any]:
    status, body = call(call.on("GET", path, "", query or None))
    return status, body


def test_every_query_is_covered() -> None:
    assert {path for path, _, _ in PARAMETERS} == NEEDED.keys()
    assert len(PARAMETERS) >= 8


@pytest.mark.parametrize(("path", "name", "required"), PARAMETERS)
def test_empty_value_is_as_good_as_none(call: Caller, path: str, name: str, required: bool) -> None:
    call.put(BOOKING)
    without = {key: value for key, value in NEEDED[path].items() if key != name}
    plain, empty = asked(call, path, without), asked(call, path, without | {name: ""})
    assert empty == plain
    assert plain[0] == (422 if required else 200)
    if required:
        assert [one["field"] for one in plain[1]["errors"]] == [name]
        assert plain[1]["errors"][0]["reason"].startswith("missing")


@pytest.mark.parametrize("path", NEEDED)
def test_all_at_once_and_empty(call: Caller, path: str) -> None:
    call.put(BOOKING)
    every = {name: "" for where, name, required in PARAMETERS if where == path and not required}
    assert asked(call, path, NEEDED[path] | every) == asked(call, path, NEEDED[path])


@pytest.mark.parametrize("path", NEEDED)
def test_unknown_parameter_without_a_value_says_nothing(call: Caller, path: str) -> None:
    assert asked(call, path, NEEDED[path] | {"colour": ""})[0] == 200
    assert asked(call, path, NEEDED[path] | {"colour": "red"})[0] == 422


def test_connection_without_a_name_is_none(world: World, load: Load, context: Any) -> None:
    answers = []
    for query in (None, {"c": ""}):
        event = load("api_connect")
        event["queryStringParameters"] = query
        event["multiValueQueryStringParameters"] = query and {"c": [""]}
        answer = connect.app.handler(event, context)
        answers.append((answer["statusCode"], json.loads(answer["body"])))
    assert answers[0] == answers[1]
    assert answers[0][0] >= 400
