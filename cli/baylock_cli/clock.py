"""The clock of a deployed Baylock, run by hand."""

from __future__ import annotations

import json

from baylock_cli.errors import CommandError
from baylock_cli.site import Site


def run_clock(site: Site) -> dict[str, int]:
    """What it says it did: `done`, `failed`, `swept`."""
    answer = site.client("lambda").invoke(FunctionName=site.outputs["ClockFunction"])
    said: dict[str, int] = json.load(answer["Payload"])
    if "FunctionError" in answer:
        raise CommandError(f"the clock failed: {said}")
    return said
