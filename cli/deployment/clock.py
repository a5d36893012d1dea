"""The clock of a deployment, run by hand."""

from __future__ import annotations

import json

from deployment.deployment import Deployment
from deployment.errors import DeploymentError


def run_clock(deployment: Deployment) -> dict[str, int]:
    """Run the clock once and return its counts: `done`, `failed`, `swept`."""
    response = deployment.client("lambda").invoke(FunctionName=deployment.outputs["ClockFunction"])
    counts: dict[str, int] = json.load(response["Payload"])
    if "FunctionError" in response:
        raise DeploymentError(f"the clock failed: {counts}")
    return counts
