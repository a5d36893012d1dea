"""Orders and the occupancy."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from baylock.domain.allocation.claim import Claim
    from baylock.domain.allocation.occupancy import Occupancy, ZoneDay
    from baylock.domain.allocation.pending import PendingClaim, PendingZone
    from baylock.domain.booking.booking import OrderId
    from baylock.domain.booking.window import Span
    from baylock.domain.orders.change import Change
    from baylock.domain.orders.order import Order
    from baylock.domain.orders.page import Page
    from baylock.domain.orders.record import Known, Record
    from baylock.domain.orders.snapshot import Snapshot
    from baylock.domain.venue.mall import (
        LotRef,
        MallRef,
        MerchantId,
        SpaceId,
    )


class OrderStream(Protocol):
    """The changes of orders, as they are streamed."""

    def read(self, record: Mapping[str, Any]) -> Change:
        """Read a streamed record; UnreadableChange where it can never be read."""


class Orders(Protocol):
    """Orders, and the occupancy, which is theirs.

    Every method may raise Busy after bounded retries.
    """

    def find(self, order: OrderId) -> Known | None:
        """The record under this id (a strongly consistent read); None for a fence."""

    def record(self, order: OrderId) -> Record | None:
        """The record under this id, fences too (a strongly consistent read)."""

    def snapshot(
        self,
        order: OrderId | None,
        mall: MallRef,
        spans: Mapping[LotRef, Sequence[Span]],
        hinted: Collection[LotRef] = (),
        phone: str | None = None,
    ) -> Snapshot:
        """An order, if its id is given, and these lots on these days, in one round trip.

        Of `hinted` lots the hint is read, of the others every zone; of a `phone`, its live orders
        in the mall.
        """

    def ids_of_merchant(
        self, merchant: MerchantId, starts_from: datetime, starts_before: datetime
    ) -> Iterator[OrderId]:
        """A merchant's orders by window start, live or not; a moment old."""

    def read_zones(
        self, mall: MallRef, zones: Collection[ZoneDay]
    ) -> Mapping[ZoneDay, Mapping[str, bytes]]:
        """These zones as they are now, by zone and position; zones without bookings too."""

    def claim(
        self, order: OrderId, claim: Claim, seen: Occupancy, now: datetime
    ) -> Occupancy | None:
        """Write a claim into the occupancy if its space is still as `seen`.

        None when the space is taken for this order; otherwise nothing was written: the result is
        the occupancy as it is now. The claim is pending until `resolve`.
        """

    def release(self, order: OrderId, claim: Claim) -> None:
        """Remove this very claim from the occupancy, if it has it."""

    def add(self, record: Record, replacing: Record | None) -> None:
        """Write a record whose claim, if any, has been taken.

        OrderChanged if what is stored is not `replacing`.
        """

    def change(self, old: Order, new: Order) -> None:
        """Replace an order, and its claim by the new claim, in one transaction.

        OrderChanged if `old` is no longer what is stored; SpaceTaken if the new claim overlaps
        another order's.
        """

    def note_found_taken(self, space: SpaceId, until: datetime) -> None:
        """Note that a driver could not use this space; forgotten once a vehicle leaves it."""

    def found_taken_until(self, space: SpaceId) -> datetime | None:
        """Until when the space's note counts, if it has one; the moment may have passed."""

    def pending(self, before: datetime) -> Iterator[PendingZone]:
        """The zones with claims from before then that have not been resolved."""

    def resolve(self, zone: PendingZone, leftovers: Collection[PendingClaim]) -> None:
        """Remove the entries that will never have an order, and resolve all claims of the zone."""

    def due(self, now: datetime) -> Iterator[OrderId]:
        """The orders whose `due_at` has come, most overdue first."""

    def of_merchant(
        self,
        merchant: MerchantId,
        *,
        starts_from: datetime | None = None,
        starts_before: datetime | None = None,
        states: Collection[str] = (),
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page:
        """A merchant's orders by window start, newest first. ValueError for a foreign cursor."""
