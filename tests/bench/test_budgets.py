"""A budget is `met`, `missed` or `not measured`."""

from __future__ import annotations

import pytest
from bench.budgets import BUDGETS, Budget, Verdict, verdicts
from bench.results import Results, Spread


@pytest.mark.parametrize(
    ("measured", "word"), [(1.99, "met"), (2.0, "met"), (2.01, "missed"), (None, "not measured")]
)
def test_verdict_compares_the_figure_with_the_limit(measured: float | None, word: str) -> None:
    assert Verdict(Budget("units", 2.0, lambda _: measured), measured).word == word


def test_every_budget_has_a_verdict_even_if_nothing_was_measured() -> None:
    found = verdicts(Results())
    assert len(found) == len(BUDGETS)
    assert {verdict.word for verdict in found} == {"not measured"}


def test_percentiles_are_values_that_were_measured() -> None:
    spread = Spread.of(range(1, 101))
    assert (spread.mean, spread.p50, spread.p95, spread.low, spread.high) == (50.5, 50, 95, 1, 100)
    assert Spread.of([3.0]).p95 == 3.0
