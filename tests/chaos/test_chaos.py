"""A share of `make chaos`, and the proof that its checker catches planted bugs."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from tests.chaos.directed import MISTAKEN, OUTDATED, OVERTAKEN, PUNCTUAL, Scene
from tests.chaos.planted import (
    condition_removed,
    slots_rounded_off_by_one,
    sweep_without_fence,
    tag_per_order,
    windows_rounded_down,
)
from tests.chaos.run import Chaos, Report

OPERATIONS, WORKERS = 120, 12
SEEDS = (1, 2, 3, 4)


@cache
def clean(seed: int) -> Report:
    return Chaos(seed, OPERATIONS, WORKERS)()


@pytest.mark.parametrize("seed", SEEDS)
def test_fault_09_every_held_space_has_its_order_and_every_order_its_space(seed: int) -> None:
    report = clean(seed)
    assert report.tally.failures == []
    assert report.findings.lines() == ()
    assert report.findings.marks == 0


def test_every_fault_occurs_in_a_run() -> None:
    """Otherwise the runs above would prove little."""
    reports = [clean(seed) for seed in SEEDS]
    assert all(report.crashes and report.conflicts and report.stalls for report in reports)
    assert all(report.lost_races for report in reports)
    assert sum(report.tally.swept for report in reports) > 0
    assert sum(report.stale_reads for report in reports) > 0
    assert all(report.findings.live and report.findings.entries for report in reports)


def test_same_seed_makes_the_same_run() -> None:
    chaos = Chaos(5, 30, WORKERS)
    once, again = chaos(), chaos()
    assert once.trace_hash == again.trace_hash
    assert once.tally == again.tally
    assert replace(chaos, seed=6)().trace_hash != once.trace_hash


# ── planted bugs ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("scene", [PUNCTUAL, OUTDATED, OVERTAKEN, MISTAKEN])
def test_scenes_without_a_bug_are_clean(scene: Scene) -> None:
    assert scene().lines() == ()


def test_missing_condition_is_caught() -> None:
    """A late caller overwrites an entry that another has written meanwhile, and claims its
    space."""
    findings = OUTDATED(condition_removed)
    assert findings.double_bookings
    assert findings.orders_without_space


def test_missing_condition_is_caught_by_chance_too() -> None:
    """Many callers do the same within a second, so some act on outdated reads."""
    findings = Chaos(2, OPERATIONS, workers=64, planted=condition_removed)().findings
    assert findings.double_bookings
    assert findings.orders_without_space


def test_slots_rounded_off_by_one_are_caught() -> None:
    """The checker computes the slots of each window itself."""
    findings = PUNCTUAL(slots_rounded_off_by_one)
    assert findings.orders_without_space
    assert findings.spaces_without_order


def test_windows_rounded_down_are_caught() -> None:
    """Without spare time after the service, the window ends too early."""
    assert PUNCTUAL(windows_rounded_down).too_short


def test_sweep_without_a_fence_is_caught() -> None:
    """A caller that stalls for longer than the sweep waits writes an order for another's space."""
    findings = OVERTAKEN(sweep_without_fence)
    assert findings.double_bookings
    assert findings.orders_without_space


def test_tag_per_order_is_caught() -> None:
    """The sweep removes the entry of a new attempt, which equals that of the attempt before."""
    findings = MISTAKEN(tag_per_order)
    assert findings.live == 1
    assert findings.entries == 0
    assert findings.orders_without_space
