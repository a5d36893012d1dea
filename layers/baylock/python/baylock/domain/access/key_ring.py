"""The platform's keys: a ring for each purpose, with every version that still counts.

What is derived keeps the version that was in force when the thing it belongs to began: an order's
life, a webhook's secret, a text key. So a rotation changes nothing that exists.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Self

CACHED_FOR = timedelta(minutes=5)
"""How long a process uses a ring before it reads it again."""
CACHED_AT_MOST = timedelta(minutes=10)
"""How long a process goes on with a ring that it can't read again."""
COUNTS_AFTER = timedelta(minutes=15)
"""How long after its making a version counts: by then every process knows it."""

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
FORMER = 0
"""The number of what was in force before the purpose had a key of its own."""
_MADE_TOGETHER = timedelta(hours=1)


class Purpose(StrEnum):
    """What a key is for. Nothing is derived from the key of another purpose."""

    ORDER_IDS = "order-ids"
    CODES = "codes"
    """Drivers' arrival codes."""
    LINKS = "links"
    """Links to drivers' pages."""
    WEBHOOKS = "webhooks"
    """The secrets that sign webhook events."""
    TEXT_KEYS = "text-keys"
    """The keys that merchants sign their texts with."""
    PRIVACY = "privacy"
    """Hashes of phones, which can't be reversed by trying all numbers."""


@dataclass(frozen=True, slots=True)
class KeyVersion:
    """A key, and since when it is in force; an empty key means that none was used."""

    number: int
    since: datetime
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The versions of a purpose's key: at least one, oldest first."""

    versions: tuple[KeyVersion, ...]

    def version_at(self, moment: datetime | None) -> KeyVersion:
        """The version that was in force; the oldest before all of them, or where None is known."""
        known = [version for version in self.versions if moment and version.since <= moment]
        return known[-1] if known else self.versions[0]

    def at(self, moment: datetime | None) -> bytes:
        """The key that was in force at that moment; see `version_at`."""
        return self.version_at(moment).key

    @property
    def newest(self) -> bytes:
        """The key of the newest version, which new things are derived with."""
        return self.versions[-1].key

    @property
    def every(self) -> tuple[bytes, ...]:
        """The keys of all versions, newest first."""
        return tuple(version.key for version in reversed(self.versions))

    def counting(self, now: datetime) -> Self:
        """The ring without versions that are not in force yet."""
        counts = [version for version in self.versions if version.since <= now]
        return replace(self, versions=tuple(counts) or self.versions[:1])

    def rotate(self, key: bytes, now: datetime) -> Self:
        """The ring with another version, in force once every process knows it."""
        newest = self.versions[-1]
        since = max(now + COUNTS_AFTER, newest.since + timedelta(seconds=1))
        return replace(self, versions=(*self.versions, KeyVersion(newest.number + 1, since, key)))

    def was_replaced(self, number: int, now: datetime) -> bool | None:
        """Whether a later version is in force; None where there is no version of this number."""
        known = {version.number for version in self.versions}
        return number < self.version_at(now).number if number in known else None

    def drop(self, number: int) -> Self:
        """The ring without a version, which must have been replaced."""
        kept = tuple(version for version in self.versions if version.number != number)
        return replace(self, versions=kept)

    def adopt(self, former: bytes) -> Self:
        """The ring with what was in force before its first version; the same if it has that."""
        if self.versions[0].number == FORMER:
            return self
        return replace(self, versions=(KeyVersion(FORMER, BEGINNING, former), *self.versions))

    def follows(self, other: Self) -> bool:
        """Whether the other was made long before this, and has its first key still."""
        first, others = self.versions[0], other.versions[0]
        if first.number == FORMER:
            return True
        return others.number == 1 and first.since >= others.since + _MADE_TOGETHER


def ring_of(key: bytes, since: datetime = BEGINNING) -> KeyRing:
    """A ring of one version."""
    return KeyRing((KeyVersion(1, since, key),))
