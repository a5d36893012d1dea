"""Find inconsistencies in the stored items of the orders and occupancy tables.

The checker shares no code with the program: it reads the bytes and computes the slots itself, from
docs/allocation.md. Items are in DynamoDB's wire format, as a scan returns them.
"""

from __future__ import annotations

from base64 import b32decode, b32encode
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

Item = Mapping[str, Mapping[str, Any]]

SLOT_MS = 15 * 60 * 1000
LIVE = ("reserved", "held", "arrived")
HOLDING_NOTHING = ("completed", "cancelled", "no_show", "failed", "declined", "fenced")
POSITIONS = "0123456789abcdefghijklmnopqrstuv"


@dataclass(frozen=True)
class Findings:
    """The findings, a line each. `marks` counts the marks of claims that no sweep has cleared
    yet."""

    double_bookings: tuple[str, ...]
    orders_without_space: tuple[str, ...]
    spaces_without_order: tuple[str, ...]
    malformed: tuple[str, ...]
    too_short: tuple[str, ...]
    live: int
    entries: int
    marks: int

    @property
    def is_clean(self) -> bool:
        """Whether there are no findings."""
        return not self.lines()

    def lines(self) -> tuple[str, ...]:
        """Return every finding with its kind."""
        return tuple(
            f"{kind}: {line}"
            for kind, found in (
                ("double booking", self.double_bookings),
                ("order without space", self.orders_without_space),
                ("space without order", self.spaces_without_order),
                ("malformed", self.malformed),
                ("window does not cover the booking", self.too_short),
            )
            for line in found
        )

    def __str__(self) -> str:
        return (
            f"double bookings {len(self.double_bookings)} / "
            f"orders without space {len(self.orders_without_space)} / "
            f"spaces without order {len(self.spaces_without_order)}"
        )


@dataclass(frozen=True, slots=True, order=True)
class _Entry:
    """An entry of one order: its place in the occupancy and its content."""

    lot: str  # mall/lot
    day: str  # YYYYMMDD
    zone: str
    position: str
    first: int
    end: int
    order: str
    attempt: int

    @property
    def place(self) -> tuple[str, str, str, str]:
        return self.lot, self.day, self.zone, self.position

    def __str__(self) -> str:
        where = f"{self.lot}#{self.day} {self.zone}:{self.position}"
        return f"{where} {self.first}-{self.end} {self.order} attempt {self.attempt}"


@dataclass(frozen=True, slots=True)
class _Order:
    """A live order."""

    id: str
    lot: str
    space: str
    zone: str
    position: str
    starts: int
    ends: int
    entries: tuple[_Entry, ...]


def check(order_items: Iterable[Item], occupancy_items: Iterable[Item], zone: ZoneInfo) -> Findings:
    """Check these items; `zone` is the time zone of their mall (or malls)."""
    malformed: list[str] = []
    too_short: list[str] = []
    live: list[_Order] = []
    for item in order_items:
        state = item["state"]["S"]
        if state in LIVE:
            live.append(_order(item, zone, malformed))
            too_short += _too_short(item)
        elif state not in HOLDING_NOTHING:
            malformed.append(f"{item['id']['S']} is {state}")
    kept: list[_Entry] = []
    marks = 0
    for item in occupancy_items:
        kept += _kept(item, zone, malformed)
        marks += len(item.get("marks", {}).get("BS", ()))
    malformed += _names_at_odds(live)
    expected = {entry for order in live for entry in order.entries}
    found = set(kept)
    return Findings(
        double_bookings=tuple((_overlapping_orders(live) | _overlapping_entries(kept)).values()),
        orders_without_space=tuple(
            f"{missing} is missing"
            for order in live
            if (missing := next((entry for entry in order.entries if entry not in found), None))
        ),
        spaces_without_order=tuple(str(entry) for entry in sorted(found - expected)),
        malformed=tuple(malformed),
        too_short=tuple(too_short),
        live=len(live),
        entries=len(kept),
        marks=marks,
    )


# ── time ─────────────────────────────────────────────────────────────────────────────────────────


def _day_start_ms(day: date, zone: ZoneInfo) -> int:
    """Return when a day of slots begins: 04:00 local time."""
    starts = datetime.combine(day, time(4), zone).astimezone(UTC)
    return int(starts.timestamp()) * 1000


def _slots(starts: int, ends: int, zone: ZoneInfo) -> Iterator[tuple[str, float, float]]:
    """Yield day and slots `[first, end)` of a window, in milliseconds; whole numbers if it is
    valid."""
    day = datetime.fromtimestamp(starts / 1000, zone).date() - timedelta(days=1)
    while (opens := _day_start_ms(day, zone)) < ends:
        closes = _day_start_ms(day + timedelta(days=1), zone)
        first, end = max(starts, opens), min(ends, closes)
        if first < end:
            yield f"{day:%Y%m%d}", (first - opens) / SLOT_MS, (end - opens) / SLOT_MS
        day += timedelta(days=1)


# ── orders ───────────────────────────────────────────────────────────────────────────────────────


def _order(item: Item, zone: ZoneInfo, malformed: list[str]) -> _Order:
    id_, lot = item["id"]["S"], f"{item['mall']['S']}/{item['lot']['S']}"
    starts, ends = int(item["starts"]["N"]), int(item["ends"]["N"])
    slots = tuple(_slots(starts, ends, zone))
    if not slots or any(slot % 1 for _, *both in slots for slot in both):
        malformed.append(f"{id_}: the window {starts}-{ends} does not consist of whole slots")
    written = " ".join(
        f"{day[:4]}-{day[4:6]}-{day[6:]}/{first:.0f}-{end:.0f}" for day, first, end in slots
    )
    if item["spans"]["S"] != written:
        malformed.append(f"{id_}: stores {item['spans']['S']}, but its window is {written}")
    if len(_tag(id_)) != 7:
        malformed.append(f"{id_} is not a valid id")
    entries = tuple(
        _Entry(
            lot=lot,
            day=day,
            zone=item["zone"]["S"],
            position=item["position"]["S"],
            first=int(first),
            end=int(end),
            order=id_,
            attempt=int(item["attempt"]["N"]),
        )
        for day, first, end in slots
    )
    return _Order(
        id=id_,
        lot=lot,
        space=item["space"]["S"],
        zone=item["zone"]["S"],
        position=item["position"]["S"],
        starts=starts,
        ends=ends,
        entries=entries,
    )


def _too_short(item: Item) -> Iterator[str]:
    starts, ends = int(item["starts"]["N"]), int(item["ends"]["N"])
    service = int(item["service_time"]["N"])
    minutes = int(item.get("duration_minutes", {}).get("N", 0))
    # If a barrier goes up at once, the window starts when the space was claimed.
    if starts > max(service, int(item["changed_at"]["N"])):
        yield f"{item['id']['S']} starts {(starts - service) / 60_000} minutes late"
    if (over := service + minutes * 60_000 - ends) > 0:
        yield f"{item['id']['S']} ends {over / 60_000} minutes early"


def _names_at_odds(live: Collection[_Order]) -> Iterator[str]:
    """Find spaces with two places in the occupancy, and places with two spaces."""
    known: dict[str, set[str]] = defaultdict(set)
    for order in live:
        place = f"{order.zone}:{order.position}"
        known[f"space {order.lot} {order.space}"].add(place)
        known[f"place {order.lot} {place}"].add(order.space)
    for what, names in known.items():
        if len(names) > 1:
            yield f"{what} is {' and '.join(sorted(names))}"


def _overlapping_orders(live: Collection[_Order]) -> dict[tuple[str, str], str]:
    """Compare the orders with each other, without the occupancy."""
    spaces: dict[tuple[str, str], list[_Order]] = defaultdict(list)
    for order in live:
        spaces[order.lot, order.space].append(order)
    found: dict[tuple[str, str], str] = {}
    for (lot, space), orders in spaces.items():
        orders.sort(key=lambda order: (order.starts, order.id))
        longest = orders[0]
        for order in orders[1:]:
            if order.starts < longest.ends:
                pair = sorted((longest.id, order.id))
                found[pair[0], pair[1]] = f"{lot} {space}: orders {pair[0]} and {pair[1]}"
            longest = max(longest, order, key=lambda each: each.ends)
    return found


# ── occupancy ────────────────────────────────────────────────────────────────────────────────────


def _kept(item: Item, zone: ZoneInfo, malformed: list[str]) -> Iterator[_Entry]:
    """Yield the entries of a zone's day; other items of the table have none."""
    lot, _, day = item["pk"]["S"].partition("#")
    if not (len(day) == 8 and day.isdecimal()):
        return
    starts = date(int(day[:4]), int(day[4:6]), int(day[6:]))
    closes = _day_start_ms(starts + timedelta(days=1), zone)
    slots = (closes - _day_start_ms(starts, zone)) // SLOT_MS
    for position, value in item.items():
        if len(position) > 1:
            continue
        run: bytes = value.get("B", b"")
        here = f"{lot}#{day} {item['sk']['S']}:{position}"
        if position not in POSITIONS or not run or len(run) % 10:
            malformed.append(f"{here} holds {value}")
            continue
        parts = [run[at : at + 10] for at in range(0, len(run), 10)]
        if any(part > after for part, after in pairwise(parts)):
            malformed.append(f"{here} is not in order: {run.hex()}")
        for part in parts:
            if not part[0] < part[1] <= slots:
                malformed.append(f"{here} has slots {part[0]}-{part[1]} of {slots}")
            order = f"ord_{b32encode(part[2:9]).decode().rstrip('=').lower()}"
            place = (lot, day, item["sk"]["S"], position)
            yield _Entry(*place, part[0], part[1], order, part[9])


def _overlapping_entries(kept: Collection[_Entry]) -> dict[tuple[str, str], str]:
    """Compare the entries of the occupancy with each other, without the orders."""
    found: dict[tuple[str, str], str] = {}
    longest: _Entry | None = None
    for entry in sorted(kept):
        if longest is None or longest.place != entry.place:
            longest = entry
            continue
        if entry.first < longest.end:
            pair = sorted((longest.order, entry.order))
            found[pair[0], pair[1]] = f"entries {longest} and {entry}"
        longest = max(longest, entry, key=lambda each: each.end)
    return found


def _tag(order: str) -> bytes:
    return b32decode(order.removeprefix("ord_").upper() + "====")
