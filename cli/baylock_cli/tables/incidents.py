"""The list of incidents of malls (docs/operations.md)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, assert_never

from rich.markup import escape

from baylock.domain.locks.lock import MIN_BATTERY
from baylock.domain.reports.incidents import Incident, IncidentType
from baylock.usecases.reports.list_incidents import MallIncidents
from baylock_cli.tables.layout import counted
from baylock_cli.tables.listing import Column, Listing, list_of, utc

_NOW = frozenset(
    {IncidentType.DRIVER_WAITS, IncidentType.TAMPERED, IncidentType.VEHICLE, IncidentType.OVERSTAY}
)


def list_of_incidents(found: Sequence[MallIncidents]) -> Listing:
    """The incidents of all malls in one list, mall by mall."""
    several = len(found) > 1
    items = [Listed(listed, incident) for listed in found for incident in listed.incidents]
    zones = ", ".join(sorted({listed.mall.timezone for listed in found}))
    caption = f"{counted(len(items), 'incident')}, times of {zones}" if items else "all is well"
    return list_of(_columns(several=several), items, caption=caption)


class Listed(NamedTuple):
    """An incident, and the list of its mall."""

    mall_incidents: MallIncidents
    incident: Incident


def _columns(*, several: bool) -> list[Column[Listed]]:
    return [
        Column("type", lambda one: one.incident.type.value, title="what", shown=_what_shown),
        Column(
            "mall",
            lambda one: one.mall_incidents.mall.ref,
            title="mall" if several else None,
            whole=True,
        ),
        Column(None, title="where", shown=_where),
        Column("lot", lambda one: one.incident.space.lot, title=None),
        Column("level", lambda one: one.incident.level, title=None),
        Column("space", lambda one: one.incident.space.space, title=None),
        Column("lock", lambda one: one.incident.thing, title=None),
        Column(
            "since",
            lambda one: utc(one.incident.since),
            shown=lambda one: _since(one.mall_incidents, one.incident),
        ),
        Column("order", lambda one: one.incident.order, whole=True),
        Column("plate", lambda one: one.incident.plate, whole=True),
        Column("detail", lambda one: one.incident.detail or None, title=None),
        Column("do", lambda one: to_do(one.incident)),
    ]


def _what_shown(one: Listed) -> str:
    colour = "red" if one.incident.type in _NOW else "yellow"
    return f"[{colour}]{escape(what(one.incident))}[/]"


def _where(one: Listed) -> str:
    space = one.incident.space
    return escape(f"{space.lot} level {one.incident.level} space {space.space}")


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
        case IncidentType.NEVER_HEARD:
            return f"never heard from: {incident.detail} of the lot"
        case IncidentType.BATTERY:
            return f"battery at {incident.detail}"
        case IncidentType.IDENTITY:
            return f"the lock's identity {incident.detail}"
        case _:
            assert_never(incident.type)


def to_do(incident: Incident) -> str:
    """Return the action that a person at the mall should take."""
    match incident.type:
        case IncidentType.DRIVER_WAITS:
            kept = f"; the space is kept for {incident.plate}" if incident.plate else ""
            return f"go there now; no other space was free{kept}"
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
        case IncidentType.NEVER_HEARD:
            return "install and connect: no bookings before a lock's first report; see `lock list`"
        case IncidentType.BATTERY:
            drained = int(incident.detail.partition(" ")[0]) < MIN_BATTERY
            return "replace it" + ("; nobody is sent there until then" if drained else "")
        case IncidentType.IDENTITY:
            return "give it a new one: `lock provision`, or `lock rotate` while it works"
        case _:
            assert_never(incident.type)
