"""Orders and the occupancy, kept in memory, with the conditions that the real store has."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import RLock

from baylock.domain.booking import MerchantId, OrderId
from baylock.domain.errors import OrderChanged
from baylock.domain.occupancy import Entry, Occupancy, ZoneDay, with_entry, without_entry
from baylock.domain.order import Claim, Order, Record
from baylock.domain.venue import LotRef, MallRef
from baylock.domain.window import Span
from baylock.ports import Page, Survey

LONGEST_KEY = 2048
"""DynamoDB's limit, in bytes."""


@dataclass
class FakeOrders:
    """The Orders port. `changes` is the stream: every write's old and new record.

    What is put into `before[name]` happens once, right before the next call of that method: the
    moment at which somebody else is quicker, or the process falls.
    """

    changes: list[tuple[Record | None, Record]] = field(default_factory=list)
    before: dict[str, Callable[[], object]] = field(default_factory=dict)
    out: dict[tuple[MallRef, LotRef], set[str]] = field(default_factory=lambda: defaultdict(set))
    vehicles: dict[tuple[MallRef, LotRef], set[str]] = field(
        default_factory=lambda: defaultdict(set)
    )
    _records: dict[OrderId, Record] = field(default_factory=dict)
    _zones: dict[tuple[MallRef, ZoneDay], dict[str, bytes]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    _alone: RLock = field(default_factory=RLock, repr=False, compare=False)

    def find(self, order: OrderId) -> Record | None:
        self._about_to("find")
        if not 1 <= len(order.encode()) <= LONGEST_KEY:
            raise ValueError("the store takes no such key")
        with self._alone:
            return self._records.get(order)

    def survey(
        self, order: OrderId, mall: MallRef, spans: Mapping[LotRef, Sequence[Span]]
    ) -> Survey:
        self._about_to("survey")
        with self._alone:
            days = {(lot, span.day) for lot, asked in spans.items() for span in asked}
            zones = {
                key: dict(positions)
                for (their_mall, key), positions in self._zones.items()
                if their_mall == mall and (key.lot, key.day) in days
            }
            out = {lot: frozenset(self.out[mall, lot]) for lot in spans}
            vehicles = {lot: frozenset(self.vehicles[mall, lot]) for lot in spans}
            return Survey(self._records.get(order), Occupancy(zones, out, vehicles))

    def take(self, order: OrderId, claim: Claim, seen: Occupancy) -> Occupancy | None:
        self._about_to("take")
        mall = claim.space.mall
        after = {
            (key, position): with_entry(seen.day(key, position), entry)
            for key, position, entry in claim.entries(order)
        }
        with self._alone:
            if all(self._day(mall, *at) == seen.day(*at) for at in after):
                for (key, position), day in after.items():
                    self._zones[mall, key][position] = day
                return None
            for key, position in after:
                if self._day(mall, key, position) != seen.day(key, position):
                    seen = seen.with_zone(key, dict(self._zones[mall, key]))
            return None if seen.holds(claim.entries(order)) else seen

    def give_back(self, order: OrderId, claim: Claim) -> None:
        self._about_to("give_back")
        with self._alone:
            self._remove(claim.space.mall, claim.entries(order))

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
        """All that stands in the occupancy."""
        return [
            (key, position, Entry.unpack(day[at : at + 10]))
            for (_, key), positions in self._zones.items()
            for position, day in positions.items()
            for at in range(0, len(day), 10)
        ]

    def records(self) -> list[Record]:
        """All that is known."""
        return list(self._records.values())

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
        raise ValueError("not a cursor of ours")
    return start, order
