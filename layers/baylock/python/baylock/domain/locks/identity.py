"""What the venue knows of a lock's identity: its certificate, and whether it may still be used."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

ENDS_SOON = timedelta(days=30)
"""A certificate that expires within this time should be replaced."""


@dataclass(frozen=True, slots=True)
class Identity:
    """The identity of a lock.

    `ends_at` is when its certificate expires, None where that is not known. `revoked_at` is when it
    was revoked. `awaits` is the id of a certificate: until a device has connected with it, the
    device that speaks for the lock is the one before. `expected_until` is until when a new device
    may claim the lock's identity by itself, once.
    """

    ends_at: datetime | None = None
    revoked_at: datetime | None = None
    awaits: str | None = None
    expected_until: datetime | None = None

    @property
    def is_revoked(self) -> bool:
        """Whether nothing that is said in the lock's name counts any more."""
        return self.revoked_at is not None

    @property
    def is_heard(self) -> bool:
        """Whether what is said in the lock's name counts."""
        return not self.is_revoked and self.awaits is None

    def ends_soon(self, now: datetime) -> bool:
        """Whether its certificate has expired, or will within `ENDS_SOON`."""
        return self.ends_at is not None and self.ends_at - now < ENDS_SOON

    def is_expected(self, now: datetime) -> bool:
        """Whether a new device may claim it now."""
        return self.expected_until is not None and now < self.expected_until

    def met(self, certificate: str | None) -> Self:
        """A device has connected with this certificate."""
        return replace(self, awaits=None) if certificate == self.awaits else self


UNKNOWN = Identity()
"""That of a lock of which nothing special is known."""
