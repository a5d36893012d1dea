"""The times of an order: when the clock acts on it, and how far its driver has got."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self


@dataclass(frozen=True, slots=True)
class Schedule:
    """When the barrier is due to go up, and when the driver counts as a no-show."""

    secure_at: datetime
    no_show_at: datetime


@dataclass(frozen=True, slots=True)
class Access:
    """The events at the present space. An order that starts over has a new `Access`.

    `asked_at` is when the lock was last asked to move for this order, `admitted_at` when the driver
    asked to come in. `held_at` and `arrived_at` are when the lock reported its barrier up for the
    order, and down for its driver. `vehicle_since` is when a vehicle was first seen on the space
    after that, `left_at` when it was last seen to go, and `leaving_at` when the driver wrote that
    they leave while it was there. `overstay_since` is when the window had ended with the vehicle
    still there, `checked_at` the newest check of that.
    """

    asked_at: datetime | None = None
    admitted_at: datetime | None = None
    held_at: datetime | None = None
    arrived_at: datetime | None = None
    vehicle_since: datetime | None = None
    left_at: datetime | None = None
    leaving_at: datetime | None = None
    overstay_since: datetime | None = None
    checked_at: datetime | None = None

    def ask(self, now: datetime) -> Self:
        """The lock is asked to move, for the first time or again."""
        return replace(self, asked_at=now)

    def admit(self, now: datetime) -> Self:
        """The driver asks to come in, so the lock is asked to lower its barrier."""
        return replace(self, asked_at=now, admitted_at=now)

    def hold(self, now: datetime) -> Self:
        """The barrier is up. The first time counts where it had been lowered by hand meanwhile."""
        return replace(self, held_at=self.held_at or now)

    def arrive(self, now: datetime) -> Self:
        """The barrier is down for the driver."""
        return replace(self, arrived_at=now)

    def lower_by_hand(self, *, was_ready: bool) -> Self:
        """The barrier is no longer up. `was_ready`: it had been up when the window started."""
        return replace(self, asked_at=None, held_at=self.held_at if was_ready else None)

    def see_vehicle(self, present: bool, now: datetime) -> Self:
        """A vehicle has come onto the space, or has left it."""
        if present:
            return replace(self, vehicle_since=now, left_at=None)
        return replace(self, vehicle_since=None, left_at=now)

    def overstay(self, now: datetime) -> Self:
        """The window has ended and the vehicle is still there."""
        return replace(self, overstay_since=self.overstay_since or now, checked_at=now)

    def within_window(self) -> Self:
        """The window ends later now, so the vehicle does not overstay (any more)."""
        return replace(self, overstay_since=None, checked_at=None, leaving_at=None)
