"""The checker, on hand-made items."""

from __future__ import annotations

import ast
from base64 import b32encode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.chaos import checker
from tests.chaos.checker import Findings, check

ZONE = ZoneInfo("America/New_York")
TAG, OTHER_TAG = b"\1\2\3\4\5\6\7", b"\7\6\5\4\3\2\1"
NOON = datetime(2026, 6, 13, 16, tzinfo=UTC)
"""32 slots into the day, in the mall's local time."""


def ms(moment: datetime) -> str:
    return str(int(moment.timestamp() * 1000))


def order(tag: bytes = TAG, /, **other: Any) -> dict[str, Any]:
    """Build an order of one hour from noon, at position 0."""
    item = {
        "id": {"S": f"ord_{b32encode(tag).decode().rstrip('=').lower()}"},
        "state": {"S": "reserved"},
        "mall": {"S": "harbour"},
        "lot": {"S": "P1"},
        "space": {"S": "A1"},
        "zone": {"S": "z0"},
        "position": {"S": "0"},
        "starts": {"N": ms(NOON)},
        "ends": {"N": ms(NOON + timedelta(hours=1))},
        "spans": {"S": "2026-06-13/32-36"},
        "attempt": {"N": "0"},
        "service_time": {"N": ms(NOON)},
        "duration_minutes": {"N": "60"},
        "changed_at": {"N": ms(NOON - timedelta(hours=2))},
    }
    return item | other


def entry(first: int = 32, end: int = 36, tag: bytes = TAG, attempt: int = 0) -> bytes:
    return bytes((first, end)) + tag + bytes((attempt,))


def zone(run: bytes, day: str = "20260613", **other: Any) -> dict[str, Any]:
    key = {"pk": {"S": f"harbour/P1#{day}"}, "sk": {"S": "z0"}, "expires": {"N": "1"}}
    return key | {"0": {"B": run}} | other


def found(orders: list[dict[str, Any]], zones: list[dict[str, Any]]) -> Findings:
    return check(orders, zones, ZONE)


def test_order_with_its_entry_is_clean() -> None:
    findings = found([order()], [zone(entry())])
    assert findings.is_clean
    assert (findings.live, findings.entries) == (1, 1)
    assert str(findings) == ("double bookings 0 / orders without space 0 / spaces without order 0")


def test_order_without_its_entry_is_found() -> None:
    assert len(found([order()], []).orders_without_space) == 1


@pytest.mark.parametrize("state", ["cancelled", "no_show", "completed", "failed", "declined"])
def test_entry_of_an_ended_order_is_found(state: str) -> None:
    ended = order(state={"S": state})
    assert len(found([ended], [zone(entry())]).spaces_without_order) == 1
    assert found([ended], []).is_clean


def test_fence_holds_nothing() -> None:
    fence = {"id": order()["id"], "state": {"S": "fenced"}, "version": {"N": "1"}}
    assert found([fence], []).is_clean
    assert len(found([fence], [zone(entry())]).spaces_without_order) == 1


@pytest.mark.parametrize(
    "wrong", [entry(31), entry(end=35), entry(attempt=1), entry(tag=OTHER_TAG)]
)
def test_entry_that_differs_from_its_order_is_found(wrong: bytes) -> None:
    findings = found([order()], [zone(wrong)])
    assert len(findings.orders_without_space) == len(findings.spaces_without_order) == 1


def test_two_entries_for_one_slot_are_found() -> None:
    both = zone(entry() + entry(35, 40, OTHER_TAG))
    findings = found([order()], [both])
    assert len(findings.double_bookings) == len(findings.spaces_without_order) == 1


def test_entry_within_a_longer_one_is_found_across_a_neighbour() -> None:
    run = entry(10, 60, OTHER_TAG) + entry(11, 12, b"1234567") + entry()
    assert len(found([order()], [zone(run)]).double_bookings) == 2


def test_two_orders_for_one_space_are_found_without_the_occupancy() -> None:
    assert len(found([order(), order(OTHER_TAG)], [zone(entry())]).double_bookings) == 1


def test_neighbours_in_time_are_clean() -> None:
    after = order(
        OTHER_TAG,
        starts={"N": ms(NOON + timedelta(hours=1))},
        ends={"N": ms(NOON + timedelta(hours=2))},
        service_time={"N": ms(NOON + timedelta(hours=1))},
        spans={"S": "2026-06-13/36-40"},
    )
    run = entry() + entry(36, 40, OTHER_TAG)
    assert found([order(), after], [zone(run)]).is_clean


def test_window_across_the_day_needs_both_entries() -> None:
    begins = NOON + timedelta(hours=15)
    across = order(
        starts={"N": ms(begins)},
        ends={"N": ms(begins + timedelta(hours=2))},
        service_time={"N": ms(begins)},
        spans={"S": "2026-06-13/92-96 2026-06-14/0-4"},
    )
    zones = [zone(entry(92, 96)), zone(entry(0, 4), day="20260614")]
    assert found([across], zones).is_clean
    assert len(found([across], zones[:1]).orders_without_space) == 1


@pytest.mark.parametrize(
    ("day", "slots"), [("2026-03-07", 92), ("2026-10-31", 100), ("2026-06-13", 96)]
)
def test_last_slot_follows_the_length_of_the_day(day: str, slots: int) -> None:
    """The last slot of the day ends at 04:00 local time."""
    closes = datetime.fromisoformat(f"{day}T04:00").replace(tzinfo=ZONE) + timedelta(days=1)
    ends = closes.astimezone(UTC)
    last = order(
        starts={"N": ms(ends - timedelta(minutes=15))},
        ends={"N": ms(ends)},
        service_time={"N": ms(ends - timedelta(minutes=15))},
        duration_minutes={"N": "15"},
        spans={"S": f"{day}/{slots - 1}-{slots}"},
    )
    last_slot = zone(entry(slots - 1, slots), day=day.replace("-", ""))
    assert found([last], [last_slot]).is_clean
    too_late = zone(entry(slots, slots + 1), day=day.replace("-", ""))
    assert found([], [too_late]).malformed


@pytest.mark.parametrize(
    "run",
    [b"", entry()[:9], entry(36, 40) + entry(), entry(36, 32), entry(32, 32)],
    ids=["empty", "cut off", "out of order", "backwards", "of no slots"],
)
def test_malformed_run_is_found(run: bytes) -> None:
    assert found([], [zone(run)]).malformed


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": {"S": "resting"}},
        {"spans": {"S": "2026-06-13/32-37"}},
        {"ends": {"N": str(int(ms(NOON)) + 1)}},
        {"ends": {"N": ms(NOON - timedelta(hours=1))}},
    ],
    ids=["state", "spans", "between slots", "backwards"],
)
def test_malformed_order_is_found(wrong: dict[str, Any]) -> None:
    assert found([order(**wrong)], [zone(entry())]).malformed


def test_space_in_two_places_is_found() -> None:
    findings = found(
        [order(), order(OTHER_TAG, position={"S": "1"})],
        [zone(entry()) | {"1": {"B": entry(tag=OTHER_TAG)}}],
    )
    assert findings.malformed
    assert findings.double_bookings


@pytest.mark.parametrize(
    "wrong",
    [{"service_time": {"N": ms(NOON - timedelta(minutes=1))}}, {"duration_minutes": {"N": "61"}}],
)
def test_window_that_does_not_cover_the_booking_is_found(wrong: dict[str, Any]) -> None:
    assert found([order(**wrong)], [zone(entry())]).too_short


def test_window_may_start_when_its_space_was_claimed() -> None:
    """Where the barrier goes up at once, a space claimed late is kept from then on."""
    late = {"service_time": {"N": ms(NOON - timedelta(minutes=9))}, "changed_at": {"N": ms(NOON)}}
    assert found([order(**late)], [zone(entry())]).is_clean


def test_other_items_of_the_table_are_ignored() -> None:
    out: dict[str, Any] = {
        "pk": {"S": "harbour/P1#out"},
        "sk": {"S": "-"},
        "spaces": {"SS": ["A1"]},
        "taken#A1": {"N": "1795000000000"},
    }
    hint = {"pk": {"S": "harbour/P1#20260613#0"}, "sk": {"S": "0"}, "~z0": {"B": b"\0"}}
    marked = zone(entry(), marks={"BS": [b"a mark"]})
    findings = found([order()], [out, hint, marked])
    assert findings.is_clean
    assert findings.marks == 1


def test_checker_shares_no_code_with_the_program() -> None:
    tree = ast.parse(Path(checker.__file__).read_text())
    imported = {
        name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in [getattr(node, "module", None), *(alias.name for alias in node.names)]
    }
    assert not any(str(name).startswith(("baylock", "tests")) for name in imported)
