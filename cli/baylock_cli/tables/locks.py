"""A list of locks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from baylock.domain.locks.lock import Lock
from baylock.domain.venue.mall import LotRef, Mall
from baylock_cli.tables.layout import clock_time, counted, date_and_time
from baylock_cli.tables.listing import Column, Listing, list_of, utc

if TYPE_CHECKING:
    from deployment import Deployment


def list_locks(
    deployment: Deployment, mall: Mall, lots: Sequence[LotRef], *, only_out: bool
) -> Listing:
    """The locks of some lots, by thing name."""
    known = [lock for lot in lots for lock in deployment.locks.of_lot(mall.ref, lot)]
    shown = [lock for lock in known if not (only_out and lock.is_usable)]
    out = sum(not lock.is_usable for lock in known)
    unheard = sum(not lock.was_heard for lock in known)
    return list_of(
        _columns(mall, deployment.now()),
        sorted(shown, key=lambda lock: lock.thing),
        caption=f"{counted(len(known), 'lock')}, {out} of them "
        f"{'takes' if out == 1 else 'take'} no orders"
        + (f" ({unheard} never heard from)" if unheard else "")
        + f", times of {mall.timezone}",
    )


def list_of_one(mall: Mall, lock: Lock, now: datetime) -> Listing:
    """One lock."""
    words = "takes orders" if lock.is_usable else "takes no orders"
    if not lock.was_heard:
        words += " before its first report"
    return list_of(_columns(mall, now), [lock], caption=f"{words}, times of {mall.timezone}")


def _columns(mall: Mall, now: datetime) -> list[Column[Lock]]:
    return [
        Column("lock", lambda lock: lock.thing, whole=True),
        Column("mall", lambda lock: lock.space.mall, title=None),
        Column("lot", lambda lock: lock.space.lot, title=None),
        Column("space", lambda lock: lock.space.space, title=None),
        Column(
            "contact",
            lambda lock: lock.online,
            shown=_contact_shown,
        ),
        Column("heard_from", lambda lock: lock.was_heard, title=None),
        Column("usable", lambda lock: lock.is_usable, title=None),
        Column("barrier", lambda lock: lock.report.barrier.value if lock.report else None),
        Column("order", lambda lock: lock.report.order if lock.report else None, whole=True),
        Column(
            "vehicle",
            lambda lock: lock.report.vehicle if lock.report else None,
            shown=lambda lock: "yes" if lock.report and lock.report.vehicle else "",
        ),
        Column(
            "battery_percent",
            lambda lock: lock.report.battery if lock.report else None,
            title="battery",
            shown=lambda lock: f"{lock.report.battery} %" if lock.report else "",
        ),
        Column(
            "fault",
            lambda lock: lock.report.fault.value if lock.report and lock.report.fault else None,
            shown=lambda lock: (
                f"[red]{lock.report.fault.value}[/]" if lock.report and lock.report.fault else ""
            ),
        ),
        Column(
            "reported_at",
            lambda lock: utc(lock.report.heard_at) if lock.report else None,
            title="last report",
            shown=lambda lock: _when(mall, lock.report.heard_at, now) if lock.report else "never",
        ),
        Column("identity", lambda lock: _identity(lock, now), shown=lambda lock: _shown(lock, now)),
        Column(
            "identity_ends_at",
            lambda lock: utc(lock.identity.ends_at) if lock.identity.ends_at else None,
            title=None,
        ),
    ]


def _contact_shown(lock: Lock) -> str:
    if not lock.was_heard:
        return "[red]never heard from[/]"
    return "[green]yes[/]" if lock.online else "[red]no[/]"


def _when(mall: Mall, moment: datetime, now: datetime) -> str:
    """Return the time alone where it is of today."""
    days = {at.astimezone(mall.zone).date() for at in (moment, now)}
    return clock_time(mall, moment) if len(days) == 1 else date_and_time(mall, moment)


def _identity(lock: Lock, now: datetime) -> str | None:
    """Return what is to be known of a lock's identity; None for one in order."""
    identity = lock.identity
    if identity.is_revoked:
        return "revoked"
    if identity.is_expected(now):
        return "expected"
    if identity.awaits:
        return "new device"
    return "ends soon" if identity.ends_soon(now) else None


def _shown(lock: Lock, now: datetime) -> str:
    word, ends_at = _identity(lock, now), lock.identity.ends_at
    if word == "ends soon" and ends_at:
        return f"[red]ends {ends_at:%Y-%m-%d}[/]"
    return f"[red]{word}[/]" if word else ""
