"""The platform's keys in AWS Secrets Manager: a secret for each purpose.

A secret's value is JSON: `{"versions": [{"number", "since" (RFC 3339), "key"}]}`, oldest first. A
key alone, as CloudFormation makes it, is a ring of one version that counts since then.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from baylock.adapters.answered import answered
from baylock.domain.access.key_ring import (
    BEGINNING,
    CACHED_AT_MOST,
    CACHED_FOR,
    KeyRing,
    KeyVersion,
    Purpose,
    ring_of,
)
from baylock.domain.errors import Busy, DamagedKeyRing

if TYPE_CHECKING:
    from baylock.ports.access import KeyRings
    from baylock.ports.clock import Clock

_QUOTE = '"'
"""In every ring, and in no key: infra/data.yaml leaves it out."""


@dataclass(frozen=True)
class SecretsManagerKeyRings:
    """The KeyRings port. `secrets` has the name or ARN of each purpose's secret."""

    client: Any
    secrets: Mapping[Purpose, str]

    def ring(self, purpose: Purpose) -> KeyRing:
        """One GetSecretValue."""
        with answered():
            got = self.client.get_secret_value(SecretId=self.secrets[purpose])
        made_at = got.get("CreatedDate")
        made_at = made_at.astimezone(UTC) if isinstance(made_at, datetime) else BEGINNING
        return read_ring(got["SecretString"], made_at)

    def save(self, purpose: Purpose, ring: KeyRing) -> None:
        """One PutSecretValue."""
        with answered():
            self.client.put_secret_value(
                SecretId=self.secrets[purpose], SecretString=written_ring(ring)
            )


@dataclass(frozen=True)
class CachedKeyRings:
    """Rings as they count now, read again every few minutes."""

    rings: KeyRings
    clock: Clock
    _held: dict[Purpose, tuple[datetime, KeyRing]] = field(default_factory=dict)

    def __call__(self, purpose: Purpose) -> KeyRing:
        """The ring; Busy where it can't be read and the one that is held is too old."""
        now = self.clock()
        read_at, ring = self._held.get(purpose, (None, None))
        if ring is None or read_at is None or now - read_at >= CACHED_FOR:
            try:
                ring, read_at = self.rings.ring(purpose), now
            except Busy:
                if ring is None or read_at is None or now - read_at >= CACHED_AT_MOST:
                    raise
            self._held[purpose] = (read_at, ring)
        return ring.counting(now)


def read_ring(value: str, made_at: datetime) -> KeyRing:
    """The ring in a secret whose value was set at `made_at`.

    DamagedKeyRing where it is neither a ring nor a key: a part of a ring, taken for a key, would be
    a key that derives other ids, codes and links than those that exist.
    """
    if value and _QUOTE not in value:
        return ring_of(value.encode(), made_at)
    try:
        versions = tuple(map(_version, json.loads(value)["versions"]))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        versions = ()
    if not versions:
        raise DamagedKeyRing
    return KeyRing(versions)


def _version(written: Mapping[str, Any]) -> KeyVersion:
    since = datetime.fromisoformat(written["since"])
    if since.tzinfo is None:
        raise ValueError("a time without its offset")
    return KeyVersion(int(written["number"]), since, written["key"].encode())


def written_ring(ring: KeyRing) -> str:
    """The value of a secret that holds this ring."""
    versions = [
        {
            "number": version.number,
            "since": version.since.isoformat(),
            "key": version.key.decode(),
        }
        for version in ring.versions
    ]
    return json.dumps({"versions": versions})
