"""The calls that a key has left."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baylock.domain.access.limits import Limits, Usage, rate_status

pytestmark = pytest.mark.threat(9)

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
LIMITS = Limits(burst=10, per_minute=60, per_day=100)
FRESH = Usage(NOON.date())


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def test_a_key_that_has_not_called_has_everything() -> None:
    now = rate_status(FRESH, LIMITS, NOON)
    assert (now.left, now.left_today, now.wait, now.more_in) == (10, 100, seconds(0), seconds(0))


def test_a_burst_can_be_spent_at_once_and_then_calls_come_back_one_by_one() -> None:
    spent = FRESH.after(10, LIMITS, NOON)
    assert rate_status(spent, LIMITS, NOON).left == 0
    assert rate_status(spent, LIMITS, NOON).wait == seconds(1)
    assert rate_status(spent, LIMITS, NOON + seconds(0.4)).wait == seconds(0.6)
    assert rate_status(spent, LIMITS, NOON + seconds(1)).left == 1
    assert rate_status(spent, LIMITS, NOON + seconds(3.5)).left == 3
    assert rate_status(spent, LIMITS, NOON + seconds(60)).left == 10


def test_a_debt_is_paid_before_there_is_another_call() -> None:
    spent = FRESH.after(15, LIMITS, NOON)
    assert rate_status(spent, LIMITS, NOON).left == 0
    assert rate_status(spent, LIMITS, NOON).wait == seconds(6)
    assert rate_status(spent, LIMITS, NOON + seconds(6)).left == 1


def test_a_budget_that_is_spent_comes_back_at_midnight_utc() -> None:
    spent = Usage(NOON.date(), calls=100)
    assert rate_status(spent, LIMITS, NOON).wait == timedelta(hours=12)
    midnight = NOON + timedelta(hours=12)
    assert rate_status(spent, LIMITS, midnight).left_today == 100
    assert spent.after(1, LIMITS, midnight).calls == 1


@pytest.mark.parametrize(
    "wrong", [{"burst": 0}, {"per_minute": -1}, {"per_day": 0}, {"per_minute": 60_001}]
)
def test_limits_that_cannot_be_kept_to_are_refused(wrong: dict[str, int]) -> None:
    (name,) = wrong
    with pytest.raises(ValueError, match=name):
        Limits(**wrong)


@given(
    st.builds(Limits, st.integers(1, 50), st.integers(1, 600), st.integers(1, 10_000)),
    st.lists(st.integers(0, 5_000), max_size=80),
)
def test_however_it_calls_a_key_gets_its_burst_and_its_rate_and_no_more(
    limits: Limits, waits_ms: list[int]
) -> None:
    spent, now, made = FRESH, NOON, 0
    for wait in waits_ms:
        now += timedelta(milliseconds=wait)
        stands = rate_status(spent, limits, now)
        if stands.wait:
            later = rate_status(spent, limits, now + stands.wait)
            assert not later.wait
        else:
            assert stands.left >= 1
            spent, made = spent.after(1, limits, now), made + 1
    assert made <= limits.per_day
    assert made <= limits.burst + (now - NOON) / limits.apart + 1e-6
