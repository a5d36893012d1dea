"""The cold start of every function is measured."""

from __future__ import annotations

from bench.cold_start import EVENTS

from local_cloud.home import PROJECT


def test_every_function_has_a_first_event() -> None:
    assert set(EVENTS) == {app.parent.name for app in PROJECT.glob("functions/*/app.py")}
