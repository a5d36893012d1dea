"""The deployed API conforms to its own document, whatever a client sends (schemathesis)."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.e2e.conftest import World, tomorrow

from reference.openapi import document

pytestmark = pytest.mark.e2e

CALLS = sorted(
    (method.upper(), path) for path, of_path in document()["paths"].items() for method in of_path
)
KEEPS_TO_THE_DOCUMENT = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
"""Not checked here: that invalid requests are refused (tests/functions does, case by case)."""

EXAMPLES, SEQUENCES, STEPS = 20, 8, 6

BOUNDED = settings(
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def schema() -> Any:
    return schemathesis.openapi.from_dict(document())


def make_plausible(case: Any) -> None:
    """Replace the service time by a valid one, as generated times hardly ever are."""
    time = tomorrow(hour=5).isoformat()
    if isinstance(case.body, dict) and "service_time" in case.body:
        case.body["service_time"] = time
    if case.query and "service_time" in case.query:
        case.query["service_time"] = time


@pytest.mark.parametrize(("method", "path"), CALLS, ids=[" ".join(call) for call in CALLS])
def test_every_response_conforms_to_the_document(
    world: World, schema: Any, method: str, path: str
) -> None:
    headers = {"Authorization": f"Bearer {world.merchant().key}"}
    base_url = world.seeded.stack.api

    @settings(BOUNDED, max_examples=EXAMPLES)
    @given(case=schema[path][method].as_strategy(), soon=st.booleans())
    def answered(case: Any, soon: bool) -> None:
        if soon:
            make_plausible(case)
        case.call_and_validate(
            base_url=base_url, headers=headers, checks=KEEPS_TO_THE_DOCUMENT, timeout=30
        )

    answered()


def test_every_response_of_a_sequence_conforms_to_the_document(world: World, schema: Any) -> None:
    """Bookings are made, read, changed and cancelled, with values of earlier responses."""
    headers = {"Authorization": f"Bearer {world.merchant().key}"}
    base_url = world.seeded.stack.api
    machine = schema.as_state_machine()

    class Client(machine):  # type: ignore[misc, valid-type]
        def get_call_kwargs(self, case: Any) -> dict[str, Any]:  # noqa: ARG002 (the library's)
            return {"base_url": base_url, "headers": headers, "timeout": 30}

        def before_call(self, case: Any) -> None:
            make_plausible(case)

        def validate_response(self, response: Any, case: Any, **_: Any) -> None:
            case.validate_response(response, checks=KEEPS_TO_THE_DOCUMENT)

    Client.run(settings=settings(BOUNDED, max_examples=SEQUENCES, stateful_step_count=STEPS))
