"""Orders and the occupancy in memory, with the conditions of the real store."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from threading import RLock

from baylock.domain.allocation.claim import Claim
from baylock.domain.allocation.hint import PARTS, Hint, hint_of
from baylock.domain.allocation.occupancy import Entry, Occupancy, ZoneDay, with_entry, without_entry
from baylock.domain.allocation.pending import PendingClaim, PendingZone
from baylock.domain.booking.booking import OrderId
from baylock.domain.booking.window import Span
from baylock.domain.errors import OrderChanged
from baylock.domain.orders.order import Order
from baylock.domain.orders.page import Page
from baylock.domain.orders.record import Fenced, Known, Record
from baylock.domain.orders.snapshot import Snapshot
from baylock.domain.venue.mall import LotRef, MallRef, MerchantId, Space, SpaceId

MAX_KEY_LENGTH = 2048
"""DynamoDB's limit, in bytes."""


@dataclass
class FakeOrders:
    """The Orders port. `changes` is the stream: the old and new record of every write.

    `before[name]` runs once, right before the next call of that method: there, a test makes another
    caller faster, or crashes the process. `stale` has the record that the next snapshot returns,
    `looked_at` counts the zones that were read one by one.
    """

    changes: list[tuple[Record | None, Record]] = field(default_factory=list)
    before: dict[str, Callable[[], object]] = field(default_factory=dict)
    out: dict[tuple[MallRef, LotRef], set[str]] = field(default_factory=lambda: defaultdict(set))
    vehicles: dict[tuple[MallRef, LotRef], set[str]] = field(
        default_factory=lambda: defaultdict(set)
    )
    found: dict[tuple[MallRef, LotRef], dict[str, datetime]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    unheard: dict[tuple[MallRef, LotRef], set[str]] = field(
        default_factory=lambda: defaultdict(set)
    )
    stale: dict[OrderId, Record | None] = field(default_factory=dict)
    hints: dict[tuple[MallRef, LotRef, date, int], dict[str, bytes]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    looked_at: int = 0
    _records: dict[OrderId, Record] = field(default_factory=dict)
    _zones: dict[tuple[MallRef, ZoneDay], dict[str, bytes]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    _marks: dict[tuple[MallRef, ZoneDay], set[PendingClaim]] = field(
        default_factory=lambda: defaultdict(set)
    )
    _alone: RLock = field(default_factory=RLock, repr=False, compare=False)

    def find(self, order: OrderId) -> Known | None:
        self._about_to("find")
        record = self._stored(order)
        return None if isinstance(record, Fenced) else record

    def record(self, order: OrderId) -> Record | None:
        self._about_to("record")
        return self._stored(order)

    def _stored(self, order: OrderId) -> Record | None:
        if not 1 <= len(order.encode()) <= MAX_KEY_LENGTH:
            raise ValueError("the store does not accept this key")
        with self._alone:
            return self._records.get(order)

    def snapshot(
        self,
        order: OrderId | None,
        mall: MallRef,
        spans: Mapping[LotRef, Sequence[Span]],
        hinted: Collection[LotRef] = (),
        phone: str | None = None,
    ) -> Snapshot:
        self._about_to("snapshot")
        with self._alone:
            days = {(lot, span.day) for lot, asked in spans.items() for span in asked}
            zones = {
                key: dict(positions)
                for (their_mall, key), positions in self._zones.items()
                if their_mall == mall and (key.lot, key.day) in days and key.lot not in hinted
            }
            out = {lot: frozenset(self.out[mall, lot]) for lot in spans}
            vehicles = {lot: frozenset(self.vehicles[mall, lot]) for lot in spans}
            record = self.stale.pop(order, self._records.get(order)) if order else None
            hint = Hint(
                {
                    (lot, day, part): dict(self.hints[mall, lot, day, part])
                    for lot, day in days
                    if lot in hinted
                    for part in PARTS
                }
            )
            partial = frozenset(hinted) & spans.keys()
            found = {lot: dict(self.found[mall, lot]) for lot in spans}
            unheard = {lot: frozenset(self.unheard[mall, lot]) for lot in spans}
            seen = Occupancy(zones, out, vehicles, partial, found, unheard)
            of_phone = (
                one.id
                for one in self._records.values()
                if isinstance(one, Order)
                and one.is_live
                and phone
                and (one.booking.merchant.mall, one.booking.phone) == (mall, phone)
            )
            return Snapshot(record, seen, hint, frozenset(of_phone))

    def read_zones(
        self, mall: MallRef, zones: Collection[ZoneDay]
    ) -> Mapping[ZoneDay, Mapping[str, bytes]]:
        self._about_to("read_zones")
        with self._alone:
            self.looked_at += len(zones)
            return {key: dict(self._zones.get((mall, key), {})) for key in zones}

    def claim(
        self, order: OrderId, claim: Claim, seen: Occupancy, now: datetime
    ) -> Occupancy | None:
        self._about_to("claim")
        mall = claim.space.mall
        after = {
            (key, position): with_entry(seen.day(key, position), entry)
            for key, position, entry in claim.entries(order)
        }
        with self._alone:
            if all(self._day(mall, *at) == seen.day(*at) for at in after):
                for (key, position), day in after.items():
                    self._zones[mall, key][position] = day
                for key, position, entry in claim.entries(order):
                    self._marks[mall, key].add(PendingClaim(now, position, entry))
                return None
            for key, position in after:
                if self._day(mall, key, position) != seen.day(key, position):
                    seen = seen.with_zone(key, dict(self._zones[mall, key]))
            return None if seen.holds(claim.entries(order)) else seen

    def note_found_taken(self, space: SpaceId, until: datetime) -> None:
        self._about_to("note_found_taken")
        with self._alone:
            self.found[space.mall, space.lot][space.space] = until

    def found_taken_until(self, space: SpaceId) -> datetime | None:
        self._about_to("found_taken_until")
        with self._alone:
            return self.found[space.mall, space.lot].get(space.space)

    def release(self, order: OrderId, claim: Claim) -> None:
        self._about_to("release")
        with self._alone:
            self._remove(claim.space.mall, claim.entries(order))

    def pending(self, before: datetime) -> Iterator[PendingZone]:
        self._about_to("pending")
        with self._alone:
            marks = {at: sorted(marks, key=_mark) for at, marks in self._marks.items()}
        for (mall, key), claims in marks.items():
            due = tuple(one for one in claims if one.at < before)
            if due:
                yield PendingZone(mall, key, due, dict(self._zones[mall, key]))

    def resolve(self, zone: PendingZone, leftovers: Collection[PendingClaim]) -> None:
        self._about_to("resolve")
        with self._alone:
            gone = [(zone.key, taken.position, taken.entry) for taken in leftovers]
            self._remove(zone.mall, gone)
            self._marks[zone.mall, zone.key] -= set(zone.claims)

    def add(self, record: Record, replacing: Record | None) -> None:
        self._about_to("add")
        with self._alone:
            self._check(record.id, replacing)
            self._write(record)

    def change(self, old: Order, new: Order) -> None:
        self._about_to("change")
        mall = old.claim.space.mall
        gone = old.kept_claim.entries(old.id) if old.kept_claim else ()
        come = new.kept_claim.entries(new.id) if new.kept_claim else ()
        with self._alone:
            self._check(old.id, old)
            if gone == come:
                self._write(new)
                return
            before = {key: dict(positions) for key, positions in self._zones.items()}
            try:
                self._remove(mall, gone)
                for key, position, entry in come:
                    day = self._day(mall, key, position)
                    self._zones[mall, key][position] = with_entry(day, entry)
            except Exception:
                self._zones.clear()
                self._zones.update(before)
                raise
            self._write(new)

    def due(self, now: datetime) -> Iterator[OrderId]:
        self._about_to("due")
        with self._alone:
            orders = [one for one in self._records.values() if isinstance(one, Order)]
        due = [(order.due_at, order.id) for order in orders if order.due_at is not None]
        yield from (id_ for at, id_ in sorted(due) if at <= now)

    def ids_of_merchant(
        self, merchant: MerchantId, starts_from: datetime, starts_before: datetime
    ) -> Iterator[OrderId]:
        self._about_to("ids_of_merchant")
        with self._alone:
            orders = [one for one in self._records.values() if isinstance(one, Order)]
        for order in orders:
            start = order.claim.window.start
            if order.booking.merchant == merchant and starts_from <= start < starts_before:
                yield order.id

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
        self._about_to("of_merchant")
        before = _open_cursor(cursor) if cursor else None
        with self._alone:
            orders = [one for one in self._records.values() if isinstance(one, Order)]
        found = sorted(
            (
                order
                for order in orders
                if order.booking.merchant == merchant
                and (not states or order.state in states)
                and (starts_from is None or order.claim.window.start >= starts_from)
                and (starts_before is None or order.claim.window.start < starts_before)
                and (before is None or _place(order) < before)
            ),
            key=_place,
            reverse=True,
        )
        page = tuple(found[:limit])
        return Page(page, _cursor(page[-1]) if len(found) > limit else None)

    # ── for tests ────────────────────────────────────────────────────────────────────────────

    def entries(self) -> list[tuple[ZoneDay, str, Entry]]:
        """Return all entries in the occupancy."""
        return [
            (key, position, Entry.unpack(day[at : at + 10]))
            for (_, key), positions in self._zones.items()
            for position, day in positions.items()
            for at in range(0, len(day), 10)
        ]

    def occupy(self, mall: MallRef, lot: LotRef, day: date, space: Space) -> None:
        """Occupy a space all day."""
        key = ZoneDay(lot, day, space.zone)
        self._zones[mall, key][space.position] = Entry(0, 96, b"someone", 0).pack()

    def day_of(self, mall: MallRef, lot: LotRef, day: date, space: Space) -> bytes:
        """Return the packed entries of a space's day."""
        return self._day(mall, ZoneDay(lot, day, space.zone), space.position)

    def zones_of(
        self, mall: MallRef, lot: LotRef, day: date
    ) -> Mapping[ZoneDay, Mapping[str, bytes]]:
        """Return the zones of a lot that have bookings on this day."""
        return {
            key: dict(positions)
            for (their_mall, key), positions in self._zones.items()
            if (their_mall, key.lot, key.day) == (mall, lot, day) and any(positions.values())
        }

    def records(self) -> list[Known]:
        """Return all orders and declined bookings."""
        return [one for one in self._records.values() if not isinstance(one, Fenced)]

    # ── inside ───────────────────────────────────────────────────────────────────────────────

    def _about_to(self, name: str) -> None:
        if interruption := self.before.pop(name, None):
            interruption()

    def _day(self, mall: MallRef, key: ZoneDay, position: str) -> bytes:
        return self._zones[mall, key].get(position, b"")

    def _remove(self, mall: MallRef, written: Iterable[tuple[ZoneDay, str, Entry]]) -> None:
        for key, position, entry in written:
            self._zones[mall, key][position] = without_entry(self._day(mall, key, position), entry)

    def _check(self, order: OrderId, expected: Record | None) -> None:
        known = self._records.get(order)
        if (known and known.version) != (expected and expected.version):
            raise OrderChanged

    def _write(self, record: Record) -> None:
        self.changes.append((self._records.get(record.id), record))
        self._records[record.id] = record


def _place(order: Order) -> tuple[str, str]:
    return order.claim.window.start.isoformat(), order.id


def _cursor(order: Order) -> str:
    return urlsafe_b64encode("#".join(_place(order)).encode()).decode()


def _open_cursor(cursor: str) -> tuple[str, str]:
    try:
        start, _, order = urlsafe_b64decode(cursor).decode().partition("#")
    except ValueError:
        start, order = "", ""
    if not order.startswith("ord_"):
        raise ValueError("not a cursor of this store")
    return start, order


def _mark(taken: PendingClaim) -> tuple[datetime, str, bytes]:
    return taken.at, taken.position, taken.entry.pack()


@dataclass
class FakeHints:
    """The Hints port, on the fake orders."""

    orders: FakeOrders

    def refresh(self, mall: MallRef, changes: Collection[tuple[ZoneDay, int]]) -> None:
        zones = self.orders.read_zones(mall, {key for key, _ in changes})
        for key, part in changes:
            hint = self.orders.hints[mall, key.lot, key.day, part]
            hint[key.zone] = hint_of(zones[key], part)

    def rebuild(self, mall: MallRef, lot: LotRef, day: date) -> int:
        zones = self.orders.zones_of(mall, lot, day)
        for part in PARTS:
            hint = {key.zone: hint_of(positions, part) for key, positions in zones.items()}
            self.orders.hints[mall, lot, day, part] = hint
        return len(zones)
