"""What somebody of the mall should go and see, as a table or JSON (docs/operations.md)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, assert_never

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from baylock.domain.booking.window import MAX_WINDOW
from baylock.domain.locks.lock import MIN_BATTERY
from baylock.domain.orders.order import Order
from baylock.domain.reports.incidents import Incident, IncidentType, attention
from baylock.domain.venue.mall import Mall
from baylock.ports.locks import Locks
from baylock.ports.orders import Orders
from baylock.ports.venue import Venues
from baylock_cli.order_pages import orders_of_mall
from baylock_cli.progress import Counting

_NOW = frozenset(
    {IncidentType.DRIVER_WAITS, IncidentType.TAMPERED, IncidentType.VEHICLE, IncidentType.OVERSTAY}
)


class Format(StrEnum):
    """How the list is written."""

    TABLE = "table"
    JSON = "json"


@dataclass(frozen=True)
class MallCases:
    """What is the matter in one mall."""

    mall: Mall
    cases: Sequence[Incident]
    looked_at: datetime


def read_cases(
    venues: Venues, orders: Orders, locks: Locks, mall: Mall, now: datetime, progress: Counting
) -> MallCases:
    """From the locks, the orders that they name, and those whose window begins within a day.

    No window is longer than a day, so only a vehicle that overstays is there for longer; and its
    lock names its order. `progress(done, total)` counts merchants.
    """
    known = [lock for lot in mall.lots for lock in locks.of_lot(mall.ref, lot.ref)]
    day = MAX_WINDOW + timedelta(minutes=15)
    near = orders_of_mall(venues, orders, mall, now - day, now + day, progress)
    found = {order.id: order for order in near}
    named = {lock.report.order for lock in known if lock.report and lock.report.order}
    for which in named - found.keys():
        order = orders.find(which)
        if isinstance(order, Order):
            found[order.id] = order
    return MallCases(mall, attention(mall, known, list(found.values()), now), now)


def as_tables(found: Sequence[MallCases]) -> RenderableType:
    """A table per mall."""
    return Group(*(_table(one) for one in found))


def _table(found: MallCases) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", title_justify="left")
    table.title = escape(found.mall.name)
    for title in ("what", "where", "since", "order", "plate", "do"):
        table.add_column(title)
    for case in found.cases:
        colour = "red" if case.matter in _NOW else "yellow"
        table.add_row(
            f"[{colour}]{what(case)}[/]",
            escape(f"{case.space.lot} level {case.level} space {case.space.space}"),
            _since(found, case),
            case.order or "",
            escape(case.plate or ""),
            to_do(case),
        )
    many = len(found.cases)
    table.caption = f"{many} to see to, times of {found.mall.timezone}" if many else "all is well"
    return table


def _since(found: MallCases, case: Incident) -> str:
    if case.since is None:
        return "ever"
    local, today = (one.astimezone(found.mall.zone) for one in (case.since, found.looked_at))
    return f"{local:%H:%M}" if local.date() == today.date() else f"{local:%d %b %H:%M}"


def what(case: Incident) -> str:
    """What is the matter, in few words."""
    match case.matter:
        case IncidentType.DRIVER_WAITS:
            return f"a driver waits: {case.detail}"
        case IncidentType.TAMPERED:
            return "lock tampered with"
        case IncidentType.VEHICLE:
            return "car where the barrier should be up"
        case IncidentType.OVERSTAY:
            return "car stays too long"
        case IncidentType.JAMMED:
            return "barrier jammed"
        case IncidentType.FAULT:
            return f"lock says: {case.detail}"
        case IncidentType.LOOK:
            return f"a driver said: {case.detail}"
        case IncidentType.NO_CONTACT:
            return "lock out of contact"
        case IncidentType.BATTERY:
            return f"battery at {case.detail}"
        case _:
            assert_never(case.matter)


def to_do(case: Incident) -> str:
    """What somebody should do about it."""
    match case.matter:
        case IncidentType.DRIVER_WAITS:
            return "go there now, no other space was free"
        case IncidentType.TAMPERED:
            return "go and look"
        case IncidentType.VEHICLE:
            return "find its driver" + (", somebody has booked the space" if case.order else "")
        case IncidentType.OVERSTAY:
            return "ask the driver to leave, or to text MORE 30"
        case IncidentType.JAMMED:
            return "free the barrier; nobody is sent there until then"
        case IncidentType.FAULT:
            return "look at the lock; nobody is sent there until then"
        case IncidentType.LOOK:
            return "look at the space; the driver has another"
        case IncidentType.NO_CONTACT:
            return "look at its power and network; nobody is sent there until then"
        case IncidentType.BATTERY:
            drained = int(case.detail.partition(" ")[0]) < MIN_BATTERY
            return "change it" + ("; nobody is sent there until then" if drained else "")
        case _:
            assert_never(case.matter)


def as_json(found: Sequence[MallCases]) -> str:
    """All malls' cases in one list, in their order."""
    rows = [_row(one.mall, case) for one in found for case in one.cases]
    return json.dumps(rows, ensure_ascii=False, indent=2) + "\n"


def _row(mall: Mall, case: Incident) -> dict[str, Any]:
    return {
        "matter": case.matter.value,
        "mall": mall.ref,
        "lot": case.space.lot,
        "level": case.level,
        "space": case.space.space,
        "lock": case.thing,
        "since": case.since and f"{case.since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "order": case.order,
        "plate": case.plate,
        "detail": case.detail or None,
        "do": to_do(case),
    }
