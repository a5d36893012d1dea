"""A share of `make fleet`, and the proof that it catches planted bugs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import cache
from typing import Any
from unittest.mock import patch

import pytest
from tests.fleet.cloud import StayPut
from tests.fleet.disorder import Rates
from tests.fleet.plan import Wishes
from tests.fleet.run import Fleet, Report
from tests.fleet.trace import Violation

from baylock.domain.locks.reconcile import desired_now
from baylock.usecases.orders.move_order import MoveOrder
from baylock_lock.decide import Verdict, decide
from baylock_lock.simulated import SimulatedHardware

SEEDS = (1, 2, 3)


def wishes(seed: int, *, locks: int = 60, hours: float = 5) -> Wishes:
    return Wishes(seed=seed, locks=locks, hours=hours)


@cache
def report(seed: int) -> Report:
    return Fleet(wishes(seed))()


@pytest.mark.parametrize("seed", SEEDS)
def test_faults_16_and_17_every_lock_ends_where_its_order_needs_it(seed: int) -> None:
    """A rule of tests/fleet/rules.py that is broken during the run raises."""
    assert report(seed).promises.share > 0.9
    assert not report(seed).dead_letters


def test_every_disturbance_occurs_in_a_run() -> None:
    """Otherwise the runs above would prove little."""
    reports = [report(seed) for seed in SEEDS]
    for seen in ("repeated", "overtaken", "lost", "sessions lost"):
        assert all(run.messages[seen] for run in reports), seen
    for done in (
        "moved, vehicle_present",
        "overstayed",
        "walk-ins",
        "no_show",
        "gave up",
        "lowered by hand",
    ):
        assert sum(run.counts[done] for run in reports), done


def test_moves_keep_promises() -> None:
    seeds = SEEDS[:2]
    without = [Fleet(wishes(seed), moves=False)() for seed in seeds]
    kept = sum(report(seed).promises.kept for seed in seeds)
    assert kept > sum(run.promises.kept for run in without)
    assert not any(name.startswith("moved") for run in without for name in run.counts)


def test_same_seed_makes_the_same_run() -> None:
    small = [Fleet(wishes(seed, locks=16, hours=2))() for seed in (7, 7, 8)]
    assert small[0].digest == small[1].digest
    assert small[0].counts == small[1].counts
    assert small[0].digest != small[2].digest


# ── planted bugs ─────────────────────────────────────────────────────────────────────────────────


def obey_all(memory: Any, sensed: Any, now: float, *, fresh: bool) -> Verdict:
    """Ignore the time at which the desired state expires."""
    return decide(memory, sensed, 0.0, fresh=fresh)


def rise_anyway(thing: Any, shadow: Any, *known: Any, **others: Any) -> Any:
    """Ignore vehicles."""
    return desired_now(thing, replace(shadow, vehicle=False), *known, **others)


PLANTED: Mapping[str, Callable[[], AbstractContextManager[Any]]] = {
    "follows an expired desired state": lambda: patch("baylock_lock.agent.decide", obey_all),
    "follows an older desired state": lambda: patch("baylock_lock.agent.is_news", lambda *_: True),
    "a barrier rises under a vehicle": lambda: patch.object(
        SimulatedHardware, "_seen", lambda _: False
    ),
    "raise requested under a vehicle": lambda: patch(
        "baylock.usecases.locks.reconcile_lock.desired_now", rise_anyway
    ),
    "failed though": lambda: patch.object(MoveOrder, "_moved", StayPut._moved),
}


@pytest.fixture
def planted(request: pytest.FixtureRequest) -> Iterator[str]:
    with PLANTED[request.param]():
        yield request.param


def run_some() -> None:
    """Run often enough for chance to reach each bug."""
    for seed in range(1, 8):
        Fleet(wishes(seed), Rates(repeated=0.4, late=0.4, very_late=0.02))()


@pytest.mark.parametrize("planted", PLANTED, indirect=True)
def test_planted_bug_is_caught(planted: str) -> None:
    with pytest.raises(Violation, match=planted):
        run_some()
