"""A deployment of fakes, which the commands run on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest

from deployment import Deployment

Deploy = Callable[..., Deployment]


@pytest.fixture
def deploy(monkeypatch: pytest.MonkeyPatch) -> Deploy:
    """Put fakes in place of stores, the clock or use cases of the deployment that is running."""

    def put(**fakes: Any) -> Deployment:
        deployment = Deployment(boto3.session.Session(), {}, api="https://api.example.com")
        vars(deployment).update(fakes)
        running = "baylock_cli.commands.context.running_deployment"
        monkeypatch.setattr(running, lambda: deployment)
        return deployment

    return put
