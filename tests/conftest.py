"""How the suite is run: what is isolated from the network, and what is done side by side."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

# How long an example takes is the machine's business, and a busy one's is no failure.
settings.register_profile("baylock", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("baylock")

_ISOLATED = tuple(Path(__file__).parent / folder for folder in ("unit", "functions"))
_CLOUDS_OF_THEIR_OWN = "tests/e2e/test_local_lifecycle.py"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Unit and function tests reach no network: what they need is handed to them."""
    for item in items:
        if any(item.path.is_relative_to(folder) for folder in _ISOLATED):
            item.add_marker(pytest.mark.disable_socket)


class OneCloud(LoadFileScheduling):  # type: ignore[misc]
    """A file is run by one worker, and all that share the deployed cloud by the same one.

    So it is deployed once, what a test counts in it is its own, and while a test waits for it the
    other workers go on. By file, what a module makes for its tests is made once too.
    """

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        shares_it = file.startswith("tests/e2e/") and file != _CLOUDS_OF_THEIR_OWN
        return "the deployed cloud" if shares_it else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneCloud:
    """However many workers there are, and whatever they are told to distribute by."""
    return OneCloud(config, log)
