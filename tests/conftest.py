"""Unit and function tests reach no network: what they need is handed to them."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes is the machine's business, and a busy one's is no failure.
settings.register_profile("baylock", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("baylock")

_ISOLATED = tuple(Path(__file__).parent / folder for folder in ("unit", "functions"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if any(item.path.is_relative_to(folder) for folder in _ISOLATED):
            item.add_marker(pytest.mark.disable_socket)
