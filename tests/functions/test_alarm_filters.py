"""The log lines that alarms count are those that the functions write."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

import pytest
from cfnlint.decode.cfn_yaml import load as load_template
from tests.fakes.mall import DRIVER
from tests.fakes.world import World
from tests.functions.conftest import Load, Logged, sqs_event
from tests.functions.test_connect import Systems, systems  # noqa: F401 (a fixture)
from tests.functions.test_driver_page import WRONG, Visitor, visitor  # noqa: F401 (a fixture)
from tests.functions.test_webhook import URL
from tests.functions.test_webhook import Caller as WebhookCaller
from tests.unit.project.test_template import OBSERVABILITY, plain

import authorizer.app
import send_text.app
from baylock.domain.connect.connection import System
from baylock.domain.texting import allowance
from baylock.texts.writing.kinds import TextKind

pytestmark = pytest.mark.threat(11)

RESOURCES = plain(load_template(str(OBSERVABILITY)))["Resources"]


def counts(name: str, line: Mapping[str, Any]) -> bool:
    """Whether the metric filter of this name matches a line.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
    """
    pattern = RESOURCES[name]["Properties"]["FilterPattern"].strip()
    is_any, terms = "||" in pattern, re.findall(r"\$\.(\w+) = (\"[^\"]*\"|\d+)", pattern)
    assert terms
    assert len(terms) == pattern.count("$.")
    found = [
        fnmatchcase(str(line.get(field, "")), wanted.strip('"')) if '"' in wanted
        else line.get(field) == int(wanted)
        for field, wanted in terms
    ]  # fmt: skip
    return any(found) if is_any else all(found)


def test_refused_key(load: Load, context: Any, world: World, logged: Logged) -> None:
    with pytest.raises(authorizer.app.Unauthorized):
        authorizer.app.handler(load("authorizer_token"), context)
    assert counts("RefusedKeys", logged.read()[-1])


@pytest.mark.parametrize("id_", ["con_calcom", "con_unknown"])
def test_badly_signed_webhook(
    systems: Systems,  # noqa: F811
    logged: Logged,
    id_: str,
) -> None:
    event = systems.event(System.CALCOM, "{}", {"X-Cal-Signature-256": "0" * 64}, id_)
    assert systems.send(event)[0] == 401
    assert sum(counts("BadlySignedWebhooks", line) for line in logged.read()) == 1


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("BadlySignedTexts", {TextKind.MERCHANT_BAD_SIGNATURE, TextKind.MERCHANT_REPLAYED}),
        ("LockedCodes", {TextKind.DRIVER_CODE_LOCKED}),
    ],
)
def test_answers_to_texts(name: str, kinds: set[TextKind]) -> None:
    """As AnswerText words its outcome."""
    counted = {kind for kind in TextKind if counts(name, {"message": f"answered: {kind}"})}
    assert counted == kinds


def test_outcome_of_a_text_is_worded_so(world: World) -> None:
    order = world.held()
    wrong = f"{(int(world.code(order)) + 1) % 10_000:04}"
    outcomes = [world.text(DRIVER, wrong) for _ in range(8)]
    assert any(counts("LockedCodes", {"message": outcome}) for outcome in outcomes), outcomes


def test_unknown_link(
    visitor: Visitor,  # noqa: F811
    world: World,
    logged: Logged,
) -> None:
    visitor.get(WRONG)
    assert counts("UnknownLinks", logged.read()[-1])
    visitor.get(world.held())
    assert not counts("UnknownLinks", logged.read()[-1])


def test_changed_endpoint(world: World, load: Load, context: Any, logged: Logged) -> None:
    call = WebhookCaller(load, context)
    assert call("PUT", body={"url": URL})[0] == 200
    assert counts("ChangedEndpoints", logged.read()[-1])
    assert call("PUT", body={"url": "ftp://x"})[0] == 422
    assert not counts("ChangedEndpoints", logged.read()[-1])
    call("GET")
    assert not counts("ChangedEndpoints", logged.read()[-1])


def test_text_that_is_not_sent(
    world: World, load: Load, context: Any, logged: Logged, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(allowance, "MAX_TEXTS_TO_DRIVER", 1)
    for reference, refused in (("TBL-1", False), ("TBL-2", True)):
        order = world.book(reference)
        body = {"order": order.id, "version": 1, "notice": "driver_reserved"}
        send_text.app.handler(sqs_event(load("sqs_send_text"), body), context)
        assert counts("RefusedTexts", logged.read()[-1]) is refused
