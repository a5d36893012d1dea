"""Orders and the occupancy in DynamoDB: the two tables that a transaction may change together.

The formats, the three round trips and their cost are described in docs/allocation.md.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from heapq import merge
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from botocore.exceptions import ClientError

from baylock.adapters.dynamodb.client import (
    MAX_BATCH,
    AttributeMap,
    accepted,
    batch_get,
    failed_condition,
    milliseconds,
    paginate,
    with_retries,
)
from baylock.adapters.dynamodb.hints import read_hint
from baylock.adapters.dynamodb.order_item import (
    DUE_SHARDS,
    FORGET_PARTITION,
    item_of,
    live_partition,
    read_record,
)
from baylock.adapters.dynamodb.zones import (
    Zones,
    found_taken_name,
    out_key,
    positions,
    read_found_taken,
)
from baylock.domain.allocation.claim import Claim
from baylock.domain.allocation.hint import Hint, parts_asked
from baylock.domain.allocation.occupancy import (
    Entry,
    Occupancy,
    Written,
    ZoneDay,
    with_entry,
    without_entry,
)
from baylock.domain.allocation.pending import PendingClaim, PendingZone
from baylock.domain.booking.booking import OrderId
from baylock.domain.booking.window import Span
from baylock.domain.errors import Busy, OrderChanged
from baylock.domain.orders.order import Order
from baylock.domain.orders.page import Page
from baylock.domain.orders.record import Fenced, Known, Record
from baylock.domain.orders.snapshot import Snapshot
from baylock.domain.orders.state import LIVE
from baylock.domain.venue.keys import merchant_key
from baylock.domain.venue.mall import LotRef, MallRef, MerchantId, SpaceId

if TYPE_CHECKING:
    from baylock.adapters.dynamodb.client import Client

DUE_INDEX = "due"
DRIVER_INDEX = "by_driver"
MERCHANT_INDEX = "by_merchant"

WORKERS = 8
MAX_CONFLICTS = 6

MAX_LOOKS = 10
"""The queries for a page of a list; a page of orders in a rare state may come out short."""

_P = ParamSpec("_P")
_T = TypeVar("_T")

_CURSOR = re.compile(r"\d{14}#ord_[a-z2-7]{12}", re.ASCII)


@dataclass(frozen=True)
class DynamoDBOrders:
    """The Orders port. `orders` and `occupancy` are table names."""

    client: Client
    orders: str
    occupancy: str
    _threads: Executor = field(
        default_factory=lambda: ThreadPoolExecutor(WORKERS), repr=False, compare=False
    )

    @cached_property
    def _zones(self) -> Zones:
        return Zones(self.client, self.occupancy)

    # ── reading ──────────────────────────────────────────────────────────────────────────────

    def find(self, order: OrderId) -> Known | None:
        """One strongly consistent GetItem."""
        record = self.record(order)
        return None if isinstance(record, Fenced) else record

    def record(self, order: OrderId) -> Record | None:
        """One strongly consistent GetItem."""
        answer = with_retries(
            self.client.get_item,
            TableName=self.orders,
            Key={"id": {"S": order}},
            ConsistentRead=True,
        )
        item = answer.get("Item")
        return read_record(item) if item else None

    def snapshot(
        self,
        order: OrderId | None,
        mall: MallRef,
        spans: Mapping[LotRef, Sequence[Span]],
        hinted: Collection[LotRef] = (),
        phone: str | None = None,
    ) -> Snapshot:
        """In parallel: the order with the lots' `out` lists, and each lot's days or their hint.

        Beside them a phone's live orders: a Query of half a unit.
        """
        of_phone = self._beside(self._live_of_phone, mall, phone) if phone else None
        record = self._beside(self._order_and_out, order, mall, tuple(spans))
        asked = [(lot, span) for lot, of_lot in spans.items() for span in of_lot]
        days = [
            self._beside(self._zones.of_day, mall, lot, span.day)
            for lot, span in asked
            if lot not in hinted
        ]
        hints = {
            (lot, span.day, part): self._beside(read_hint, self._zones, mall, lot, span.day, part)
            for lot, span in asked
            if lot in hinted
            for part in parts_asked(span)
        }
        zones: dict[ZoneDay, Mapping[str, bytes]] = {}
        for day in days:
            zones.update(day.result())
        hint = Hint({key: answer.result() for key, answer in hints.items()})
        known, seen = record.result()
        partial = frozenset(hinted) & spans.keys()
        occupancy = replace(seen, zones=zones, partial=partial)
        return Snapshot(known, occupancy, hint, of_phone.result() if of_phone else frozenset())

    def _live_of_phone(self, mall: MallRef, phone: str) -> frozenset[OrderId]:
        live = {":live": {"S": live_partition(mall, phone)}}
        return frozenset(self._listed(DRIVER_INDEX, "driver_partition = :live", live))

    def _beside(self, call: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> Future[_T]:
        """Call it in a thread, which gets the deadline of this one with the context."""
        context = copy_context()
        return self._threads.submit(lambda: context.run(call, *args, **kwargs))

    def _order_and_out(
        self, order: OrderId | None, mall: MallRef, lots: Sequence[LotRef]
    ) -> tuple[Record | None, Occupancy]:
        """Half the price of a consistent read; for its meaning see `Snapshot`."""
        asked: dict[str, Any] = {}
        if order is not None:
            asked[self.orders] = {"Keys": [{"id": {"S": order}}]}
        if lots:
            asked[self.occupancy] = {"Keys": [out_key(mall, lot) for lot in lots]}
        record: Record | None = None
        items: dict[LotRef, Mapping[str, Any]] = {}
        by_key = {out_key(mall, lot)["pk"]["S"]: lot for lot in lots}
        for table, item in batch_get(self.client, asked):
            if table == self.orders:
                record = read_record(item)
            else:
                items[by_key[item["pk"]["S"]]] = item
        return record, Occupancy(
            out={lot: _listed(item, "spaces", "unheard") for lot, item in items.items()},
            unheard={lot: _listed(item, "unheard") for lot, item in items.items()},
            vehicles={lot: _listed(item, "vehicles") for lot, item in items.items()},
            found_taken={lot: read_found_taken(item) for lot, item in items.items()},
        )

    def read_zones(
        self, mall: MallRef, zones: Collection[ZoneDay]
    ) -> Mapping[ZoneDay, Mapping[str, bytes]]:
        """One BatchGet per hundred zones."""
        return self._zones.of(mall, zones)

    # ── taking and giving back ───────────────────────────────────────────────────────────────

    def claim(
        self, order: OrderId, claim: Claim, seen: Occupancy, now: datetime
    ) -> Occupancy | None:
        """One UpdateItem conditioned on the one attribute; two in a transaction across a day."""
        written = claim.entries(order)
        updates = []
        for key, position, entry in written:
            before = seen.day(key, position)
            changes = {position: (before, with_entry(before, entry))}
            mark = PendingClaim(now, position, entry)
            updates.append(self._zones.update(claim.space.mall, key, changes, mark=mark))
        try:
            if len(updates) == 1:
                with_retries(self.client.update_item, **updates[0])
            else:
                transaction = [{"Update": update} for update in updates]
                with_retries(self._transact, transaction)
        except ClientError as error:
            if not failed_condition(error):
                raise
            for (key, _, _), item in zip(written, _items_found(error), strict=False):
                if item is not None:
                    seen = seen.with_zone(key, positions(item))
            # The response to our write was lost and the SDK sent it again: it is written already.
            return None if seen.holds(written) else seen
        return None

    def release(self, order: OrderId, claim: Claim) -> None:
        """Each entry on its own: they need not go together."""
        for key, position, entry in claim.entries(order):
            self._remove(claim.space.mall, key, [(position, entry)])

    def note_found_taken(self, space: SpaceId, until: datetime) -> None:
        """One UpdateItem."""
        with_retries(
            self.client.update_item,
            TableName=self.occupancy,
            Key=out_key(space.mall, space.lot),
            UpdateExpression="SET #found = :until",
            ExpressionAttributeNames={"#found": found_taken_name(space.space)},
            ExpressionAttributeValues={":until": {"N": str(milliseconds(until))}},
        )

    def found_taken_until(self, space: SpaceId) -> datetime | None:
        """One GetItem, of one attribute, at half the price of a consistent read."""
        answer = with_retries(
            self.client.get_item,
            TableName=self.occupancy,
            Key=out_key(space.mall, space.lot),
            ProjectionExpression="#found",
            ExpressionAttributeNames={"#found": found_taken_name(space.space)},
        )
        return read_found_taken(answer.get("Item", {})).get(space.space)

    def pending(self, before: datetime) -> Iterator[PendingZone]:
        """A scan of the occupancy that returns marked zones only."""
        return self._zones.marked(before)

    def resolve(self, zone: PendingZone, leftovers: Collection[PendingClaim]) -> None:
        """One UpdateItem, and a GetItem before it where something is removed."""
        gone = [(taken.position, taken.entry) for taken in leftovers]
        self._remove(zone.mall, zone.key, gone, resolved=zone.claims)

    def _remove(
        self,
        mall: MallRef,
        key: ZoneDay,
        gone: Collection[tuple[str, Entry]],
        resolved: Collection[PendingClaim] = (),
    ) -> None:
        """Take entries out of a zone where it has them; Busy where it keeps changing."""
        for _ in range(MAX_CONFLICTS):
            before = self._zones.read(mall, key, {position for position, _ in gone}) if gone else {}
            after = dict(before)
            for position, entry in gone:
                after[position] = without_entry(after.get(position, b""), entry)
            changes = {
                position: (day, after[position])
                for position, day in before.items()
                if after[position] != day
            }
            if not (changes or resolved):
                return
            update = self._zones.update(mall, key, changes, resolved=resolved)
            if accepted(self.client.update_item, **update):
                return
        raise Busy

    def add(self, record: Record, replacing: Record | None) -> None:
        """One PutItem."""
        put = self._put(record, replacing)
        if not accepted(self.client.put_item, **put):
            raise OrderChanged

    def change(self, old: Order, new: Order) -> None:
        """One PutItem where the claim stays, else one transaction over order and zones."""
        gone = old.kept_claim.entries(old.id) if old.kept_claim else ()
        come = new.kept_claim.entries(new.id) if new.kept_claim else ()
        if gone == come:
            self.add(new, replacing=old)
            return
        mall = old.claim.space.mall
        put = self._put(new, old)
        for _ in range(MAX_CONFLICTS):
            updates = self._exchange(mall, gone, come)
            transaction = [{"Put": put}, *({"Update": update} for update in updates)]
            try:
                with_retries(self._transact, transaction)
            except ClientError as error:
                if not failed_condition(error):
                    raise
                if self.record(old.id) != old:
                    raise OrderChanged from error
                continue
            return
        raise OrderChanged

    def _exchange(
        self, mall: MallRef, gone: Sequence[Written], come: Sequence[Written]
    ) -> list[dict[str, Any]]:
        """The updates that take out some entries and put in others, one per zone and day."""
        touched: dict[ZoneDay, set[str]] = {}
        for key, position, _ in (*gone, *come):
            touched.setdefault(key, set()).add(position)
        updates = []
        for key, at in touched.items():
            before = self._zones.read(mall, key, at)
            after = dict(before)
            for zone, position, entry in gone:
                if zone == key:
                    after[position] = without_entry(after.get(position, b""), entry)
            for zone, position, entry in come:
                if zone == key:
                    after[position] = with_entry(after.get(position, b""), entry)
            changes = {
                position: (before.get(position, b""), after.get(position, b""))
                for position in sorted(at)
            }
            updates.append(self._zones.update(mall, key, changes))
        return updates

    def _put(self, record: Record, replacing: Record | None) -> dict[str, Any]:
        put: dict[str, Any] = {
            "TableName": self.orders,
            "Item": item_of(record),
        }
        if replacing is None:
            return put | {"ConditionExpression": "attribute_not_exists(id)"}
        return put | {
            "ConditionExpression": "version = :version",
            "ExpressionAttributeValues": {":version": {"N": str(replacing.version)}},
        }

    def _transact(self, items: Sequence[Mapping[str, Any]]) -> object:
        return self.client.transact_write_items(TransactItems=items)  # type: ignore[arg-type]

    # ── lists ────────────────────────────────────────────────────────────────────────────────

    def due(self, now: datetime) -> Iterator[OrderId]:
        """A Query per shard of the sparse index, merged."""
        shards = (self._due_in(shard, now) for shard in range(DUE_SHARDS))
        return (order for _, order in merge(*shards))

    def _due_in(self, shard: int, now: datetime) -> Iterator[tuple[int, OrderId]]:
        items = paginate(
            self.client.query,
            TableName=self.orders,
            IndexName=DUE_INDEX,
            KeyConditionExpression="due_shard = :shard AND due_at <= :now",
            ExpressionAttributeValues={
                ":shard": {"N": str(shard)},
                ":now": {"N": str(milliseconds(now))},
            },
        )
        return ((int(item["due_at"]["N"]), OrderId(item["id"]["S"])) for item in items)

    def to_forget(self, now: datetime) -> Iterator[OrderId]:
        """A Query of the sparse index, each page when it is needed."""
        values = {":ended": {"S": FORGET_PARTITION}, ":now": {"N": str(milliseconds(now))}}
        return self._listed(DRIVER_INDEX, "driver_partition = :ended AND driver_at <= :now", values)

    def never_to_forget(self) -> Iterator[OrderId]:
        """A Scan, each page when it is needed."""
        items = paginate(
            self.client.scan,
            TableName=self.orders,
            FilterExpression="attribute_not_exists(driver_partition)"
            " AND NOT (#state IN (:reserved, :held, :arrived))"
            " AND (attribute_exists(phone) OR attribute_exists(plate)"
            " OR attribute_exists(#locale) OR attribute_exists(#name)"
            " OR attribute_exists(former))",
            ProjectionExpression="id",
            ExpressionAttributeNames={"#state": "state", "#name": "name", "#locale": "locale"},
            ExpressionAttributeValues={f":{state.value}": {"S": state.value} for state in LIVE},
        )
        return (OrderId(item["id"]["S"]) for item in items)

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
        """A Query of the index and a BatchGet of what it found, until the page is full."""
        # Read one order ahead, so that the last page does not promise another.
        found: list[Order] = []
        before = _open_cursor(cursor) if cursor else None
        for _ in range(MAX_LOOKS):
            ids, before = self._ids_by_start(merchant, starts_from, starts_before, before, limit)
            found += [order for order in self._orders(ids) if not states or order.state in states]
            if len(found) > limit:
                return Page(tuple(found[:limit]), _cursor(_by_start(found[limit - 1])))
            if before is None:
                return Page(tuple(found))
        return Page(tuple(found), _cursor(before) if before else None)

    def ids_of_merchant(
        self, merchant: MerchantId, starts_from: datetime, starts_before: datetime
    ) -> Iterator[OrderId]:
        """A Query of the index, whose items are small: some thirty orders to half a unit."""
        values = {
            ":who": {"S": merchant_key(merchant)},
            ":low": {"S": f"{milliseconds(starts_from):014}"},
            ":high": {"S": f"{milliseconds(starts_before):014}"},
        }
        return self._listed(
            MERCHANT_INDEX, "merchant_id = :who AND by_start BETWEEN :low AND :high", values
        )

    def _listed(self, index: str, condition: str, values: Mapping[str, Any]) -> Iterator[OrderId]:
        """The orders that an index lists, each page when it is needed."""
        items = paginate(
            self.client.query,
            TableName=self.orders,
            IndexName=index,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=values,
        )
        return (OrderId(item["id"]["S"]) for item in items)

    def _ids_by_start(
        self,
        merchant: MerchantId,
        starts_from: datetime | None,
        starts_before: datetime | None,
        before: str | None,
        limit: int,
    ) -> tuple[Sequence[str], str | None]:
        low = f"{milliseconds(starts_from):014}" if starts_from else "0"
        high = f"{milliseconds(starts_before):014}" if starts_before else ":"
        if before is not None:
            high = min(high, before)
        if low >= high:
            return (), None
        answer = with_retries(
            self.client.query,
            TableName=self.orders,
            IndexName=MERCHANT_INDEX,
            KeyConditionExpression="merchant_id = :who AND by_start BETWEEN :low AND :high",
            ExpressionAttributeValues={
                ":who": {"S": merchant_key(merchant)},
                ":low": {"S": low},
                ":high": {"S": high},
            },
            ScanIndexForward=False,
            Limit=limit + 2,
        )
        keys = [item["by_start"]["S"] for item in answer["Items"]]
        last = answer.get("LastEvaluatedKey")
        return (
            [key.partition("#")[2] for key in keys if key != before],
            last["by_start"]["S"] if last else None,
        )

    def _orders(self, ids: Sequence[str]) -> Iterator[Order]:
        for at in range(0, len(ids), MAX_BATCH):
            batch = ids[at : at + MAX_BATCH]
            asked = {self.orders: {"Keys": [{"id": {"S": id_}} for id_ in batch]}}
            items = {item["id"]["S"]: item for _, item in batch_get(self.client, asked)}
            for id_ in batch:
                record = read_record(items[id_]) if id_ in items else None
                if isinstance(record, Order):
                    yield record


def _items_found(error: ClientError) -> list[AttributeMap | None]:
    """The item at which a condition failed, per update of the request."""
    response: Mapping[str, Any] = error.response
    if "CancellationReasons" in response:
        return [
            reason.get("Item", {}) if reason.get("Code") == "ConditionalCheckFailed" else None
            for reason in response["CancellationReasons"]
        ]
    return [response.get("Item", {})]


def _listed(item: Mapping[str, Any], *names: str) -> frozenset[str]:
    return frozenset(space for name in names for space in item.get(name, {}).get("SS", ()))


def _by_start(order: Order) -> str:
    return f"{milliseconds(order.claim.window.start):014}#{order.id}"


def _cursor(key: str) -> str:
    return urlsafe_b64encode(key.encode()).decode().rstrip("=")


def _open_cursor(cursor: str) -> str:
    try:
        key = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except ValueError:
        key = ""
    if not _CURSOR.fullmatch(key):
        raise ValueError("not a cursor of ours")
    return key
