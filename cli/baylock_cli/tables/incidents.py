"""The incidents of malls, as a table or JSON (docs/operations.md)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC
from enum import StrEnum
from typing import Any, assert_never

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from baylock.domain.locks.lock import MIN_BATTERY
from baylock.domain.reports.incidents import Incident, IncidentType
from baylock.domain.venue.mall import Mall
from baylock.usecases.reports.list_incidents import MallIncidents
from baylock_cli.tables.layout import counted

_NOW = frozenset(
    {IncidentType.DRIVER_WAITS, IncidentType.TAMPERED, IncidentType.VEHICLE, IncidentType.OVERSTAY}
)


class Format(StrEnum):
    """The formats of the list."""

    TABLE = "table"
    JSON = "json"


def as_tables(found: Sequence[MallIncidents]) -> RenderableType:
    """A table per mall."""
    return Group(*(_table(listed) for listed in found))


def _table(found: MallIncidents) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", title_justify="left")
    table.title = escape(found.mall.name)
    for title in ("what", "where", "since", "order", "plate", "do"):
        table.add_column(title)
    for incident in found.incidents:
        colour = "red" if incident.type in _NOW else "yellow"
        table.add_row(
            f"[{colour}]{what(incident)}[/]",
            escape(f"{incident.space.lot} level {incident.level} space {incident.space.space}"),
            _since(found, incident),
            incident.order or "",
            escape(incident.plate or ""),
            to_do(incident),
        )
    number = len(found.incidents)
    table.caption = (
        f"{counted(number, 'incident')}, times of {found.mall.timezone}"
        if number
        else "all is well"
    )
    return table


def _since(found: MallIncidents, incident: Incident) -> str:
    if incident.since is None:
        return "always"
    zone = found.mall.zone
    local, today = incident.since.astimezone(zone), found.read_at.astimezone(zone)
    return f"{local:%H:%M}" if local.date() == today.date() else f"{local:%d %b %H:%M}"


def what(incident: Incident) -> str:
    """Return a few words for an incident."""
    match incident.type:
        case IncidentType.DRIVER_WAITS:
            return f"a driver waits: {incident.detail}"
        case IncidentType.TAMPERED:
            return "lock tampered with"
        case IncidentType.VEHICLE:
            return "car where the barrier should be up"
        case IncidentType.OVERSTAY:
            return "car stays too long"
        case IncidentType.JAMMED:
            return "barrier jammed"
        case IncidentType.FAULT:
            return f"lock reports: {incident.detail}"
        case IncidentType.LOOK:
            return f"a driver reported: {incident.detail}"
        case IncidentType.NO_CONTACT:
            return "lock out of contact"
        case IncidentType.BATTERY:
            return f"battery at {incident.detail}"
        case _:
            assert_never(incident.type)


def to_do(incident: Incident) -> str:
    """Return the action that a person at the mall should take."""
    match incident.type:
        case IncidentType.DRIVER_WAITS:
            return "go there now; no other space was free"
        case IncidentType.TAMPERED:
            return "go and check the lock"
        case IncidentType.VEHICLE:
            return "find its driver" + ("; the space is booked" if incident.order else "")
        case IncidentType.OVERSTAY:
            return "ask the driver to leave, or to text MORE 30"
        case IncidentType.JAMMED:
            return "free the barrier; nobody is sent there until then"
        case IncidentType.FAULT:
            return "check the lock; nobody is sent there until then"
        case IncidentType.LOOK:
            return "check the space; the driver has another"
        case IncidentType.NO_CONTACT:
            return "check its power and network; nobody is sent there until then"
        case IncidentType.BATTERY:
            drained = int(incident.detail.partition(" ")[0]) < MIN_BATTERY
            return "replace it" + ("; nobody is sent there until then" if drained else "")
        case _:
            assert_never(incident.type)


def as_json(found: Sequence[MallIncidents]) -> str:
    """Return the incidents of all malls in one list, mall by mall."""
    rows = [_row(listed.mall, incident) for listed in found for incident in listed.incidents]
    return json.dumps(rows, ensure_ascii=False, indent=2) + "\n"


def _row(mall: Mall, incident: Incident) -> dict[str, Any]:
    return {
        "type": incident.type.value,
        "mall": mall.ref,
        "lot": incident.space.lot,
        "level": incident.level,
        "space": incident.space.space,
        "lock": incident.thing,
        "since": incident.since and f"{incident.since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "order": incident.order,
        "plate": incident.plate,
        "detail": incident.detail or None,
        "do": to_do(incident),
    }
