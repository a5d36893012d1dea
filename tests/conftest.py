"""Unit and function tests reach no network: what they need is handed to them."""

from pathlib import Path

import pytest

_ISOLATED = tuple(Path(__file__).parent / folder for folder in ("unit", "functions"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if any(item.path.is_relative_to(folder) for folder in _ISOLATED):
            item.add_marker(pytest.mark.disable_socket)
