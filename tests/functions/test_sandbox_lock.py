"""The queue of the desired states of sandboxes' locks."""

from __future__ import annotations

from typing import Any

import pytest
from tests.fakes.sandbox import Sandbox
from tests.fakes.world import World
from tests.functions.conftest import FakeSqs, Load, Logged, failed, sqs_event

import sandbox_lock.app
from baylock.domain.sandbox.sandbox import SandboxOutcome
from baylock.domain.venue.mall import Barrier


@pytest.fixture
def event(load: Load) -> dict[str, Any]:
    return load("sqs_sandbox_lock")


def test_lock_that_nobody_asked(
    world: World, event: dict[str, Any], context: Any, logged: Logged
) -> None:
    assert failed(sandbox_lock.app.handler(event, context)) == []
    assert logged.messages() == ["sandbox-0a1b2c3d4e5f-S1-A01 was asked for nothing"]


def test_lock_answers_and_its_driver_comes(
    world: World, sandbox: Sandbox, event: dict[str, Any], context: Any, logged: Logged
) -> None:
    order = sandbox.book(SandboxOutcome.COMPLETED)
    world.settle()
    asked = sqs_event(event, {"lock": order.claim.thing, "asked": 1})
    assert failed(sandbox_lock.app.handler(asked, context)) == []
    sandbox.hear()
    look = sqs_event(event, {"lock": order.claim.thing})
    assert failed(sandbox_lock.app.handler(look, context)) == []
    assert world.order(order).barrier is Barrier.LOWERED
    where = order.claim.thing
    assert logged.messages() == [f"{where} is raised", f"{where}: the driver is here"]


def test_driver_who_is_too_quick_is_brought_again(
    world: World, sandbox: Sandbox, event: dict[str, Any], context: Any
) -> None:
    order = sandbox.book(SandboxOutcome.COMPLETED)
    world.settle()
    look = sqs_event(event, {"lock": order.claim.thing})
    assert failed(sandbox_lock.app.handler(look, context)) == ["message-0"]


@pytest.mark.parametrize("body", ["no", "[]", "{}", '{"lock": 7}'])
def test_what_names_no_lock_is_set_aside(
    world: World, event: dict[str, Any], context: Any, body: str, dead_letters: FakeSqs
) -> None:
    assert failed(sandbox_lock.app.handler(sqs_event(event, body), context)) == []
    assert len(dead_letters.notes) == 1
