"""A list of the versions of the platform's keys."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from baylock.domain.access.key_ring import FORMER, KeyRing, KeyVersion, Purpose
from baylock_cli.tables.layout import counted
from baylock_cli.tables.listing import Column, Listing, list_of, utc


class _Row(NamedTuple):
    purpose: Purpose
    version: KeyVersion
    until: datetime | None
    now: datetime

    @property
    def state(self) -> str:
        if self.version.since > self.now:
            return "coming"
        return "replaced" if self.until and self.until <= self.now else "in force"


def list_of_versions(rings: Mapping[Purpose, KeyRing], now: datetime) -> Listing:
    """Every version of every key, by purpose, oldest first; never a key itself."""
    rows = [
        _Row(purpose, version, after.since if after else None, now)
        for purpose, ring in rings.items()
        for version, after in zip(ring.versions, (*ring.versions[1:], None), strict=True)
    ]
    columns: list[Column[_Row]] = [
        Column("purpose", lambda row: row.purpose.value, whole=True),
        Column("version", lambda row: row.version.number),
        Column("state", lambda row: row.state),
        Column("since", lambda row: _since(row.version), title="in force since"),
        Column("until", lambda row: utc(row.until)),
    ]
    return list_of(columns, rows, caption=f"{counted(len(rows), 'version')}, times in UTC")


def in_utc(version: KeyVersion) -> str:
    """Return since when a version counts."""
    return f"{version.since:%H:%M} UTC"


def _since(version: KeyVersion) -> str | None:
    return None if version.number == FORMER else utc(version.since)
