"""The description of the API is generated from its code, and complete."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from msgspec import to_builtins
from openapi_spec_validator import OpenAPIV31SpecValidator
from pydantic import Field, TypeAdapter
from tests.fakes.example_orders import held
from tests.functions.caller import Caller
from tests.unit.project.test_template import TEMPLATE

from baylock.domain import errors
from baylock.domain.orders.resource import EXAMPLE, order_fields, rfc3339
from baylock.domain.orders.state import Reason
from baylock.domain.webhooks.event import Event
from baylock.usecases.webhooks.announce_events import event_body
from merchant_api.about import UNKNOWN_ADDRESS
from reference.__main__ import GENERATED, ROOT
from reference.gateway import template_with_responses
from reference.openapi import document
from reference.routes import every_route
from web.order_resource import OrderResource, order_resource
from web.problems import EVERY_PROBLEM, PROBLEMS, Problem
from web.router import Route

ROUTES = list(every_route())
MADE = document()


def operations() -> list[tuple[str, Any]]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, of_path in MADE["paths"].items()
        for method, operation in of_path.items()
    ]


def bodies() -> list[tuple[str, Any, Any]]:
    """Every example of a body, with its schema."""
    found = []
    for name, operation in operations():
        contents = [operation.get("requestBody", {}).get("content", {})]
        contents += [answer.get("content", {}) for answer in operation["responses"].values()]
        for content in (one for several in contents for one in several.values()):
            examples = [one["value"] for one in content.get("examples", {}).values()]
            examples += [content["example"]] if "example" in content else []
            found += [(name, content["schema"], example) for example in examples]
    return found


@pytest.mark.parametrize("name", GENERATED)
def test_committed_copy_is_what_the_code_says(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == GENERATED[name](), "run: make reference"


def test_document_is_valid() -> None:
    OpenAPIV31SpecValidator(json.loads(json.dumps(MADE))).validate()


def test_every_route_is_in_the_document_once() -> None:
    named = [f"{route.method} {route.path}" for route in ROUTES]
    assert sorted(name for name, _ in operations()) == sorted(named)
    ids = [operation["operationId"] for _, operation in operations()]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(("name", "operation"), operations(), ids=lambda one: str(one)[:60])
def test_everything_is_described(name: str, operation: Any) -> None:
    assert operation["summary"]
    assert operation["description"]
    assert operation["tags"]
    for parameter in operation["parameters"]:
        assert parameter["description"]
    in_path = {one["name"] for one in operation["parameters"] if one["in"] == "path"}
    assert in_path == set(re.findall(r"{(\w+)}", name))
    assert all(answer["description"] for answer in operation["responses"].values())
    assert {"429", "500", "503"} <= operation["responses"].keys()
    scope = next(route.scope for route in ROUTES if f"{route.method} {route.path}" == name)
    if scope:
        assert operation["security"] == [{"key": [scope]}]
        assert {"401", "403"} <= operation["responses"].keys()


def test_links_name_calls_and_their_parameters() -> None:
    taken = {
        operation["operationId"]: {one["name"] for one in operation["parameters"]}
        for _, operation in operations()
    }
    links = [
        (name, link)
        for name, operation in operations()
        for answer in operation["responses"].values()
        for link in answer.get("links", {}).values()
    ]
    assert links
    for name, link in links:
        assert link["parameters"].keys() <= taken[link["operationId"]], name


@pytest.mark.parametrize("name", MADE["components"]["schemas"])
def test_every_field_is_described(name: str) -> None:
    schema = MADE["components"]["schemas"][name]
    assert schema["description"]
    for field, property_ in schema.get("properties", {}).items():
        assert property_.get("description"), field
    Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize(("name", "schema", "example"), bodies(), ids=lambda one: str(one)[:50])
def test_every_example_fits_its_schema(name: str, schema: Any, example: Any) -> None:
    whole = {**schema, "components": MADE["components"]}
    Draft202012Validator(whole).validate(example)


def test_patterns_are_those_of_json_schema() -> None:
    for pattern in re.findall(r'"pattern": (".*")', json.dumps(MADE, indent=1)):
        assert not re.search(r"\\[AZz]|[*+?}]\+", json.loads(pattern)), pattern
        # Nor what the engines of Go and Rust lack: surrogates, look-around, back references.
        assert not re.search(r"\\u[dD][89a-fA-F]|\(\?|\\[1-9kpP]", json.loads(pattern)), pattern
        re.compile(json.loads(pattern))


def test_patterns_compile_in_the_engine_of_rust() -> None:
    """Clients of pydantic use it: with a pattern that it does not know they can't be imported."""
    patterns = set(re.findall(r'"pattern": (".*")', json.dumps(MADE, indent=1)))
    assert len(patterns) > 5
    for pattern in patterns:
        TypeAdapter(Annotated[str, Field(pattern=json.loads(pattern))])


def test_every_parameter_of_a_query_says_what_an_empty_value_is() -> None:
    for name, operation in operations():
        for one in operation["parameters"]:
            if one["in"] == "query":
                word = "missing" if one["required"] else "none"
                assert one["description"].endswith(f"An empty value counts as {word}."), name
                assert one["allowEmptyValue"] is not one["required"]


# ── webhooks ─────────────────────────────────────────────────────────────────────────────────────


def webhook_of(event: Event) -> Any:
    return MADE["webhooks"][event]["post"]


def body_schema(event: Event) -> Any:
    schema = webhook_of(event)["requestBody"]["content"]["application/json"]["schema"]
    return {**schema, "components": MADE["components"]}


def test_every_event_is_a_webhook_of_the_document() -> None:
    assert list(MADE["webhooks"]) == [event.value for event in Event]
    ids = [webhook_of(event)["operationId"] for event in Event]
    ids += [operation["operationId"] for _, operation in operations()]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("event", Event)
def test_a_webhook_has_the_headers_and_the_body_that_are_sent(event: Event) -> None:
    headers = {one["name"] for one in webhook_of(event)["parameters"] if one["required"]}
    assert headers == {"webhook-id", "webhook-timestamp", "webhook-signature"}
    order = held()
    body = event_body(event, rfc3339(order.changed_at), order_fields(order))
    schema = Draft202012Validator(body_schema(event))
    schema.validate(json.loads(body))
    content = webhook_of(event)["requestBody"]["content"]["application/json"]
    schema.validate(content["example"])
    assert content["example"]["type"] == event.value
    assert not schema.is_valid(json.loads(body) | {"type": "order.unknown"})


def test_test_event_fits_its_schema() -> None:
    body = event_body(Event.TEST, "2026-12-01T10:00:00Z", EXAMPLE)
    Draft202012Validator(body_schema(Event.TEST)).validate(json.loads(body))


def test_an_order_has_the_same_fields_in_responses_and_in_webhooks() -> None:
    assert to_builtins(order_resource(held())) == order_fields(held())
    assert order_fields(held()).keys() == EXAMPLE.keys()
    cancelling = held().cancel_later(Reason.MERCHANT, held().changed_at)
    assert to_builtins(order_resource(cancelling)) == order_fields(cancelling)
    assert order_fields(cancelling).keys() == set(OrderResource.__struct_fields__)


# ── clients ──────────────────────────────────────────────────────────────────────────────────────


def test_a_client_of_every_operation_can_be_generated(tmp_path: Path) -> None:
    client = tmp_path / "client"
    # In an environment without ruff the generator warns that it can't format what it has written.
    quiet = tmp_path / "config.yaml"
    quiet.write_text("post_hooks: []\n")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none"),
            *("--path", ROOT / "docs/openapi.json", "--output-path", client, "--config", quiet),
            "--fail-on-warning",
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stdout
    generated = {path.stem for path in client.glob("api/*/*.py")} - {"__init__"}
    assert generated == {operation["operationId"] for _, operation in operations()}


def test_types_of_every_schema_can_be_generated_and_imported(tmp_path: Path) -> None:
    """By a generator for pydantic, which compiles every pattern."""
    types = tmp_path / "types_of_the_api.py"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "datamodel_code_generator", "--input-file-type", "openapi"),
            *("--input", ROOT / "docs/openapi.json", "--output", types),
            *("--output-model-type", "pydantic_v2.BaseModel", "--formatters", "builtin"),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr
    program = "import json, types_of_the_api as made; print(json.dumps(sorted(vars(made))))"
    imported = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert MADE["components"]["schemas"].keys() <= set(json.loads(imported.stdout))


def test_calls_and_webhooks_share_no_tag() -> None:
    """Generators make a class of each tag; the one of the webhooks would replace the other."""
    of_calls = {tag for _, operation in operations() for tag in operation["tags"]}
    of_webhooks = {tag for event in Event for tag in webhook_of(event)["tags"]}
    assert not of_calls & of_webhooks
    assert {tag["name"] for tag in MADE["tags"]} == of_calls | of_webhooks


def test_no_format_beside_alternatives_and_no_default_of_a_property() -> None:
    """Some generators apply the format to null, and take what has a default for required."""

    def look(schema: Any) -> None:
        if isinstance(schema, dict):
            assert not ("anyOf" in schema and "format" in schema), schema
            for property_ in schema.get("properties", {}).values():
                assert "default" not in property_
        for inner in schema.values() if isinstance(schema, dict) else schema:
            if isinstance(inner, dict | list):
                look(inner)

    look(MADE)


# ── served ───────────────────────────────────────────────────────────────────────────────────────


def page(call: Caller, path: str, name: str = "") -> tuple[str, str]:
    answer = call.raw(call.on("GET", path, name))
    assert answer["statusCode"] == 200
    headers = answer["multiValueHeaders"]
    assert headers["Content-Security-Policy"][0].startswith("default-src 'none'")
    return headers["Content-Type"][0], answer["body"]


def test_document_names_the_address_that_it_was_asked_for_at(call: Caller) -> None:
    event = call.on("GET", "/v1/openapi.json", "")
    event["requestContext"] |= {"domainName": "api.example.org", "path": "/live/v1/openapi.json"}
    status, served = call(event)
    assert status == 200
    assert served.pop("servers")[0]["url"] == "https://api.example.org/live"
    committed = json.loads((ROOT / "docs/openapi.json").read_text(encoding="utf-8"))
    del committed["servers"]
    assert served == committed


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1:4566", "http://127.0.0.1:4566/_aws/execute-api/a1b2c3d4e5/live"),
        ("localhost", "http://localhost/_aws/execute-api/a1b2c3d4e5/live"),
        ("[::1]:4566", "http://[::1]:4566/_aws/execute-api/a1b2c3d4e5/live"),
        ("a b", None),
        ('x"><script>', None),
        ("", None),
    ],
)
def test_address_on_a_local_cloud_is_the_one_that_was_asked_for(
    call: Caller, host: str, address: str | None
) -> None:
    event = call.on("GET", "/v1/docs", "")
    del event["requestContext"]["domainName"]
    event["headers"]["Host"] = host
    html = call.raw(event)["body"]
    assert f"<code>{address or UNKNOWN_ADDRESS}</code>" in html
    event["resource"] = "/v1/openapi.json"
    (server,) = call(event)[1]["servers"]
    assert server["url"] == (address or "{api}")


def test_reference_names_every_call_and_every_problem(call: Caller) -> None:
    kind, html = page(call, "/v1/docs")
    assert kind == "text/html; charset=utf-8"
    for route in ROUTES:
        assert route.path in html
    for problem in EVERY_PROBLEM:
        assert f'href="problems/{problem.name}"' in html
    ids = re.findall(r'id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(ids)


@pytest.mark.parametrize("problem", EVERY_PROBLEM, ids=lambda one: one.name)
def test_every_problem_has_its_page(call: Caller, problem: Problem) -> None:
    kind, html = page(call, "/v1/problems/{problem}", problem.type.rpartition("/")[2])
    assert kind.startswith("text/html")
    assert problem.type in html
    assert str(problem.status) in html


def test_pages_ask_for_nothing_from_elsewhere(call: Caller) -> None:
    elsewhere = r'<script|<link|<img|<iframe|url\(|@import|src=|href="(https?:)?//'
    for path, name in (("/v1/docs", ""), ("/v1/problems/{problem}", "busy")):
        _, html = page(call, path, name)
        assert not re.search(elsewhere, html)


def test_no_such_problem(call: Caller) -> None:
    for name in ("nope", "%00", "../docs", "<b>"):
        status, body = call(call.on("GET", "/v1/problems/{problem}", name))
        assert (status, body["type"]) == (404, "/v1/problems/not-found")


# ── complete ─────────────────────────────────────────────────────────────────────────────────────


def test_every_problem_of_the_table_is_listed() -> None:
    assert set(PROBLEMS.values()) <= set(EVERY_PROBLEM)
    assert {problem for route in ROUTES for problem in route.problems} <= set(EVERY_PROBLEM)
    assert len({problem.name for problem in EVERY_PROBLEM}) == len(EVERY_PROBLEM)


INSIDE = {
    errors.BaylockError,
    # What only drivers, texts and locks run into, or what a use case settles by itself.
    errors.WrongCode,
    errors.CodeLocked,
    errors.TooEarly,
    errors.NotSeen,
    errors.NotThatLong,
    errors.SpaceTaken,
    errors.OrderChanged,
    errors.LockChanged,
    errors.LockHeld,
    errors.NotReached,
    errors.WebhookChanged,
    errors.NoSuchLink,
    errors.UnreadableMessage,
    errors.UnreadableChange,
    # For people and keys that act in a mall.
    errors.NotAllowed,
    errors.InvalidAct,
    # For the commands alone, in cli/baylock_cli/errors.py.
    errors.AlreadyWaiting,
    errors.AmbiguousKey,
    errors.InvalidKey,
    errors.InvalidPeriod,
    errors.InvalidSupplement,
    errors.KeyVersionInUse,
    errors.NoFormerKey,
    errors.NoSuchConnection,
    errors.NoSuchEvent,
    errors.NoSuchKey,
    errors.NoSuchKeyVersion,
    errors.NoSuchLot,
    errors.WebhookDisabled,
}


def test_every_error_of_the_domain_has_a_problem_or_never_gets_out() -> None:
    known = {
        one
        for one in vars(errors).values()
        if isinstance(one, type) and issubclass(one, errors.BaylockError)
    }
    assert known == PROBLEMS.keys() | INSIDE


@pytest.mark.parametrize("route", ROUTES, ids=lambda one: f"{one.method} {one.path}")
def test_names_of_path_parameters_are_those_of_the_shape(route: Route) -> None:
    shape = route.parameters.__struct_fields__ if route.parameters else ()
    assert set(re.findall(r"{(\w+)}", route.path)) == set(shape)


# ── the gateway's own answers ────────────────────────────────────────────────────────────────────


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's short forms as their arguments."""


def _short_form(loader: yaml.SafeLoader, _tag: str, node: yaml.Node) -> object:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return node.value


_Loader.add_multi_constructor("!", _short_form)


def _gateway_answers() -> dict[str, dict[str, Any]]:
    """By kind: status, headers, body."""
    resources = yaml.load(TEMPLATE.read_text(), _Loader)["Resources"]  # noqa: S506 (safe, see above)
    api = resources["Api"]["Properties"]["GatewayResponses"]
    return {
        kind: {
            "status": response["StatusCode"],
            "headers": response["ResponseParameters"]["Headers"],
            "body": json.loads(response["ResponseTemplates"]["application/json"]),
        }
        for kind, response in api.items()
    }


GATEWAY = _gateway_answers()


@pytest.mark.parametrize("kind", GATEWAY)
def test_gateway_answers_with_problems_of_the_table(kind: str) -> None:
    answer = GATEWAY[kind]
    (problem,) = (one for one in EVERY_PROBLEM if one.type == answer["body"]["type"])
    assert answer["body"] == {
        "type": problem.type,
        "title": problem.title,
        "status": problem.status,
        "request_id": "$context.requestId",
    }
    assert answer["status"] == problem.status
    assert answer["headers"]["Content-Type"] == "'application/problem+json'"
    assert answer["headers"]["Request-Id"] == "context.requestId"
    seconds = problem.retry_after_seconds
    assert answer["headers"].get("Retry-After") == (f"'{seconds}'" if seconds else None)


def test_template_without_markers_is_refused() -> None:
    with pytest.raises(ValueError, match="0 blocks"):
        template_with_responses("Resources:\n")
