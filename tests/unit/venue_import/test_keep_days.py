"""`baylock:keep_days`: how long a mall keeps drivers' data after an order's end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.unit.venue_import.drawing import Drawing, straight

from baylock.domain.venue.mall import KEEP_FOR

pytestmark = pytest.mark.threat(8)


def mall(**tags: str) -> Drawing:
    drawing = straight()
    drawing.box((-500, -500), (500, 500), shop="mall", name="Harbour Gate", **tags)
    return drawing


def test_thirty_days_where_the_plan_does_not_say() -> None:
    assert timedelta(days=30) == KEEP_FOR
    assert straight().plan().mall.keep_for == KEEP_FOR
    assert mall().plan().mall.keep_for == KEEP_FOR


@pytest.mark.parametrize("days", [1, 7, 3650])
def test_mall_has_its_own(days: int) -> None:
    plan = mall(baylock__keep_days=str(days)).plan()
    assert not plan.errors
    assert plan.mall.keep_for == timedelta(days=days)


@pytest.mark.parametrize("written", ["0", "-1", "3651", "a week", "7.5", "１０", "99999999"])
def test_what_is_no_number_of_days_is_an_error(written: str) -> None:
    (error,) = mall(baylock__keep_days=written).plan().errors
    assert "baylock:keep_days" in error.message
