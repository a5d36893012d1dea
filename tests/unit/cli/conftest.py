"""A deployment of fakes, which the commands run on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from tests.fakes.world import World

from deployment import Deployment

Deploy = Callable[..., Deployment]

STORES = (
    *("venues", "plans", "orders", "locks", "merchant_keys", "key_rings", "usage_counters"),
    *("connections", "webhooks", "message_log", "signatures", "effect_queues"),
)
"""What a world and a deployment have by the same names."""


@pytest.fixture
def deploy(monkeypatch: pytest.MonkeyPatch) -> Deploy:
    """Put fakes in place of stores, the clock or use cases of the deployment that is running.

    Of a world that is given, its stores and its clock.
    """

    def put(world: World | None = None, **fakes: Any) -> Deployment:
        deployment = Deployment(boto3.session.Session(), {}, api="https://api.example.com")
        if world is not None:
            vars(deployment).update({name: getattr(world, name) for name in STORES})
            vars(deployment).update(now=world.clock)
        vars(deployment).update(fakes)
        running = "baylock_cli.commands.context.running_deployment"
        monkeypatch.setattr(running, lambda: deployment)
        return deployment

    return put
