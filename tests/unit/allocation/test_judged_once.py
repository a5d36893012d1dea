"""A search that reads a further day judges each time and each lot once."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from tests.fakes.world import World
from tests.unit.allocation.test_check_availability import EV, check

from baylock.domain.allocation.search import Search
from baylock.domain.booking.window import DAY_STARTS
from baylock.domain.orders.snapshot import Snapshot


def test_reading_a_further_day_judges_nothing_twice(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    zone = world.mall.zone
    local = world.clock.now.astimezone(zone)
    evening = (local + timedelta(days=1)).replace(hour=23, minute=0)
    world.book(needs=EV, service_time=evening, duration=timedelta(hours=3))
    counted: Counter[object] = Counter()
    has_free, without_needs = Search._has_free, Search._free_without_needs

    def judge(search: Search, lot: Any, *rest: Any) -> bool:
        counted[lot, search.booking.service_time] += 1
        return has_free(search, lot, *rest)

    def count(search: Search, lot: Any, *rest: Any) -> int:
        counted[lot] += 1
        return without_needs(search, lot, *rest)

    snapshots: list[Any] = []
    snapshot = world.orders.snapshot

    def read(*of: Any) -> Snapshot:
        snapshots.append(of)
        return snapshot(*of)

    monkeypatch.setattr(world.orders, "snapshot", read)
    monkeypatch.setattr(Search, "_has_free", judge)
    monkeypatch.setattr(Search, "_free_without_needs", count)
    found = check(world, EV, at=evening - world.clock.now)
    assert found.full is not None
    assert len(snapshots) == 2
    first, *_ = found.full.next_free
    assert first.astimezone(zone).time() < DAY_STARTS
    assert len(found.full.next_free) == 3
    assert [each for each, times in counted.items() if times > 1] == []
