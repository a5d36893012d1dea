"""The limits of a key that many processes share."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from tests.fakes.calls import AtOnce, FakeUsageCounters
from tests.fakes.mall import Watch

from baylock.domain.access.limits import Limits
from baylock.domain.errors import Busy
from baylock.usecases.access import rate_limiter
from baylock.usecases.access.rate_limiter import RateLimiter

pytestmark = pytest.mark.threat(9)

LIMITS = Limits(burst=60, per_minute=300, per_day=2_000)
PLENTY = Limits(burst=10_000, per_minute=60_000, per_day=1_000_000)


class Never(Executor):
    """An executor that never runs its calls."""

    def submit(self, _fn: Callable[..., Any], /, *_args: Any, **_kwargs: Any) -> Future[Any]:
        return Future()


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def counts() -> FakeUsageCounters:
    return FakeUsageCounters()


def process(counts: FakeUsageCounters, watch: Watch) -> RateLimiter:
    return RateLimiter(counts, watch, AtOnce())


def call(admit: RateLimiter, limits: Limits = LIMITS, key: str = "k1") -> bool:
    """Make a call; return whether it was admitted."""
    if admit(key, limits).wait:
        return False
    admit.settle(key, limits)
    return True


def test_one_process_lets_in_the_burst_and_then_what_comes_back(
    counts: FakeUsageCounters, watch: Watch
) -> None:
    admit = process(counts, watch)
    assert sum(call(admit) for _ in range(300)) == 60
    watch.now += timedelta(seconds=2)
    assert sum(call(admit) for _ in range(300)) == 10


def test_fault_31_a_flood_over_many_processes_gets_the_burst_and_a_share_more_for_each(
    counts: FakeUsageCounters, watch: Watch
) -> None:
    processes = [process(counts, watch) for _ in range(20)]
    random = Random(1)
    let_in = sum(call(random.choice(processes)) for _ in range(2_000))
    assert 60 <= let_in <= 60 + 20 * (60 // rate_limiter.SHARES)
    assert sum(counts.adds) == let_in


def test_what_was_let_in_too_much_is_paid_back(counts: FakeUsageCounters, watch: Watch) -> None:
    processes = [process(counts, watch) for _ in range(20)]
    let_in = 0
    for _ in range(600):
        let_in += sum(call(admit) for admit in processes)
        watch.now += timedelta(seconds=0.1)
    # The last round is not paid back yet: each process saw the same call come back.
    assert 60 * 5 <= let_in <= 60 + 60 * 5 + 20


def test_one_keys_flood_leaves_another_keys_calls_alone(
    counts: FakeUsageCounters, watch: Watch
) -> None:
    admit = process(counts, watch)
    while call(admit, key="k1"):
        pass
    assert all(call(admit, key="k2") for _ in range(60))


def test_refused_calls_cost_nothing(counts: FakeUsageCounters, watch: Watch) -> None:
    admit = process(counts, watch)
    while call(admit):
        pass
    before = len(counts.adds)
    assert not any(call(admit) for _ in range(1_000))
    assert len(counts.adds) == before


def test_one_write_pays_for_many_calls_of_a_busy_key(
    counts: FakeUsageCounters, watch: Watch
) -> None:
    admit = process(counts, watch)
    for _ in range(1_000):
        assert call(admit, PLENTY)
        watch.now += timedelta(seconds=0.2)
    assert len(counts.adds) <= 1_000 / rate_limiter.MAX_UNREPORTED + 2


def test_a_key_that_calls_now_and_then_is_reported_at_every_third_call(
    counts: FakeUsageCounters, watch: Watch
) -> None:
    admit = process(counts, watch)
    for _ in range(31):
        assert call(admit)
        watch.now += timedelta(minutes=5)
    assert counts.adds == [1] + [3] * 10


def test_the_budget_of_the_day_is_kept_to_by_all_processes_and_is_back_at_midnight(
    counts: FakeUsageCounters, watch: Watch
) -> None:
    limits = Limits(burst=100, per_minute=6_000, per_day=200)
    processes = [process(counts, watch) for _ in range(5)]
    let_in = 0
    for _ in range(400):
        let_in += sum(call(admit, limits) for admit in processes)
        watch.now += timedelta(seconds=1)
    assert 200 <= let_in <= 200 + 5 * rate_limiter.MAX_UNREPORTED
    watch.now = datetime(2026, 12, 2, 0, 0, 1, tzinfo=UTC)
    assert call(processes[0], limits)


def test_a_new_process_hears_at_its_first_call_how_the_key_stands(
    counts: FakeUsageCounters, watch: Watch
) -> None:
    first = process(counts, watch)
    while call(first):
        pass
    second = process(counts, watch)
    assert call(second)
    assert not call(second)


def test_what_is_left_is_told_with_what_others_have_spent(
    counts: FakeUsageCounters, watch: Watch
) -> None:
    for _ in range(8):
        call(process(counts, watch))
    admit = process(counts, watch)
    assert not admit("k1", LIMITS).wait
    status = admit.settle("k1", LIMITS)
    assert (status.left, status.left_today) == (60 - 9, 2_000 - 9)


def test_a_counter_that_fails_keeps_nobody_out_and_nothing_is_forgotten(
    counts: FakeUsageCounters, watch: Watch
) -> None:
    admit = process(counts, watch)
    counts.fails = Busy()
    for _ in range(10):
        assert not admit("k1", LIMITS).wait
        with pytest.raises(Busy):
            admit.settle("k1", LIMITS)
    counts.fails = None
    assert call(admit)
    assert counts.adds == [11]


def test_a_counter_that_fails_does_not_open_the_door_to_a_flood(
    counts: FakeUsageCounters, watch: Watch
) -> None:
    admit = process(counts, watch)
    counts.fails = Busy()
    assert sum(not admit("k1", LIMITS).wait for _ in range(300)) == 60


def test_a_counter_that_does_not_answer_is_not_waited_for(
    counts: FakeUsageCounters, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate_limiter, "MAX_WAIT", timedelta(0))
    admit = RateLimiter(counts, watch, Never())
    assert call(admit)
    assert call(admit)
    assert admit.settle("k1", LIMITS).left == 58


def test_raised_limits_count_at_once(counts: FakeUsageCounters, watch: Watch) -> None:
    admit = process(counts, watch)
    while call(admit):
        pass
    assert call(admit, replace(LIMITS, burst=120))
