"""Orders and the occupancy in DynamoDB: the two tables that one transaction may touch.

The formats, the three round trips and their cost are described in docs/allocation.md. Requests go
through botocore: a zone's attributes have no fixed names, and a model per zone would cost more
than the rest of a reservation.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from baylock.adapters.dynamodb import AttributeMap, failed_condition, milliseconds, persistently
from baylock.adapters.dynamodb_order_item import DUE_SHARDS, OrderItem, merchant_key
from baylock.domain.booking import MerchantId, OrderId
from baylock.domain.errors import OrderChanged
from baylock.domain.occupancy import Entry, Occupancy, ZoneDay, with_entry, without_entry
from baylock.domain.order import Claim, Order, Record
from baylock.domain.venue import LotRef, MallRef
from baylock.domain.window import Span
from baylock.ports import Page, Survey

if TYPE_CHECKING:
    from baylock.adapters.dynamodb import Client

DUE_INDEX = "due"
MERCHANT_INDEX = "by_merchant"
DAYS_KEPT = timedelta(days=35)
"""How long a day's occupancy is kept after it, for reports and for questions."""

WORKERS = 8
MOST_CONFLICTS = 6

_Written = tuple[ZoneDay, str, Entry]
_CURSOR = re.compile(r"\d{14}#ord_[a-z2-7]{12}", re.ASCII)


@dataclass(frozen=True)
class DynamoDBOrders:
    """The Orders port. `orders` and `occupancy` are table names."""

    client: Client
    orders: str
    occupancy: str
    _threads: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(WORKERS), repr=False, compare=False
    )

    # ── reading ──────────────────────────────────────────────────────────────────────────────

    def find(self, order: OrderId) -> Record | None:
        """One strongly consistent GetItem."""
        answer = persistently(
            self.client.get_item,
            TableName=self.orders,
            Key={"id": {"S": order}},
            ConsistentRead=True,
        )
        item = answer.get("Item")
        return OrderItem.read(item) if item else None

    def survey(
        self, order: OrderId, mall: MallRef, spans: Mapping[LotRef, Sequence[Span]]
    ) -> Survey:
        """In parallel: the order with the lots' `out` lists, and each lot's days."""
        record = self._threads.submit(self._order_and_out, order, mall, tuple(spans))
        days = [
            self._threads.submit(self._lot_day, mall, lot, span.day)
            for lot, asked in spans.items()
            for span in asked
        ]
        zones: dict[ZoneDay, Mapping[str, bytes]] = {}
        for day in days:
            zones.update(day.result())
        known, lists = record.result()
        return Survey(known, Occupancy(zones, lists["spaces"], lists["vehicles"]))

    def _order_and_out(
        self, order: OrderId, mall: MallRef, lots: Sequence[LotRef]
    ) -> tuple[Record | None, Mapping[str, Mapping[LotRef, frozenset[str]]]]:
        asked: dict[str, Any] = {
            self.orders: {"Keys": [{"id": {"S": order}}], "ConsistentRead": True},
        }
        if lots:
            asked[self.occupancy] = {"Keys": [out_key(mall, lot) for lot in lots]}
        record: Record | None = None
        lists: dict[str, dict[LotRef, frozenset[str]]] = {"spaces": {}, "vehicles": {}}
        by_key = {f"{mall}/{lot}#out": lot for lot in lots}
        while asked:
            answer = persistently(self.client.batch_get_item, RequestItems=asked)
            for item in answer["Responses"].get(self.orders, ()):
                record = OrderItem.read(item)
            for item in answer["Responses"].get(self.occupancy, ()):
                for name, spaces in lists.items():
                    listed = item.get(name, {}).get("SS", ())
                    spaces[by_key[item["pk"]["S"]]] = frozenset(listed)
            asked = dict(answer.get("UnprocessedKeys", {}))
        return record, lists

    def _lot_day(
        self, mall: MallRef, lot: LotRef, day: date
    ) -> Mapping[ZoneDay, Mapping[str, bytes]]:
        zones: dict[ZoneDay, Mapping[str, bytes]] = {}
        start: dict[str, Any] = {}
        while True:
            page = persistently(
                self.client.query,
                TableName=self.occupancy,
                KeyConditionExpression="pk = :pk",
                ExpressionAttributeValues={":pk": {"S": _lot_day_key(mall, lot, day)}},
                ConsistentRead=True,
                **start,
            )
            for item in page["Items"]:
                zones[ZoneDay(lot, day, item["sk"]["S"])] = _positions(item)
            if not (last := page.get("LastEvaluatedKey")):
                return zones
            start = {"ExclusiveStartKey": last}

    # ── taking and giving back ───────────────────────────────────────────────────────────────

    def take(self, order: OrderId, claim: Claim, seen: Occupancy) -> Occupancy | None:
        """One UpdateItem conditioned on the one attribute; two in a transaction across a day."""
        updates = [
            self._update(
                claim.space.mall,
                key,
                {position: (seen.day(key, position), with_entry(seen.day(key, position), entry))},
            )
            for key, position, entry in claim.entries(order)
        ]
        try:
            if len(updates) == 1:
                persistently(self.client.update_item, **updates[0])
            else:
                transaction = [{"Update": update} for update in updates]
                persistently(self._transact, transaction)
        except ClientError as error:
            if not failed_condition(error):
                raise
            found = zip(claim.entries(order), _items_found(error), strict=False)
            for (key, _, _), item in found:
                if item is not None:
                    seen = seen.with_zone(key, _positions(item))
            # The answer to our own write was lost and the SDK sent it again: it is there already.
            return None if seen.holds(claim.entries(order)) else seen
        return None

    def give_back(self, order: OrderId, claim: Claim) -> None:
        """Each entry on its own: they need not go together."""
        for key, position, entry in claim.entries(order):
            for _ in range(MOST_CONFLICTS):
                day = self._read(claim.space.mall, key, [position]).get(position, b"")
                left = without_entry(day, entry)
                if left == day:
                    break
                update = self._update(claim.space.mall, key, {position: (day, left)})
                if self._accepted(self.client.update_item, **update):
                    break

    def add(self, record: Record, replacing: Record | None) -> None:
        """One PutItem."""
        put = self._put(record, replacing)
        if not self._accepted(self.client.put_item, **put):
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
        for _ in range(MOST_CONFLICTS):
            updates = self._exchange(mall, gone, come)
            transaction = [{"Put": put}, *({"Update": update} for update in updates)]
            try:
                persistently(self._transact, transaction)
            except ClientError as error:
                if not failed_condition(error):
                    raise
                if self.find(old.id) != old:
                    raise OrderChanged from error
                continue
            return
        raise OrderChanged

    def _exchange(
        self, mall: MallRef, gone: Iterable[_Written], come: Iterable[_Written]
    ) -> list[dict[str, Any]]:
        """The updates that take out some entries and put in others, one per zone and day."""
        gone, come = tuple(gone), tuple(come)
        touched: dict[ZoneDay, set[str]] = {}
        for key, position, _ in (*gone, *come):
            touched.setdefault(key, set()).add(position)
        updates = []
        for key, positions in touched.items():
            before = self._read(mall, key, positions)
            after = dict(before)
            for one_key, position, entry in gone:
                if one_key == key:
                    after[position] = without_entry(after.get(position, b""), entry)
            for one_key, position, entry in come:
                if one_key == key:
                    after[position] = with_entry(after.get(position, b""), entry)
            changes = {
                position: (before.get(position, b""), after.get(position, b""))
                for position in sorted(positions)
            }
            updates.append(self._update(mall, key, changes))
        return updates

    def _read(self, mall: MallRef, key: ZoneDay, positions: Collection[str]) -> Mapping[str, bytes]:
        names = {f"#p{position}": position for position in positions}
        answer = persistently(
            self.client.get_item,
            TableName=self.occupancy,
            Key=_zone_key(mall, key),
            ConsistentRead=True,
            ProjectionExpression=", ".join(names),
            ExpressionAttributeNames=names,
        )
        return _positions(answer.get("Item", {}))

    def _update(
        self, mall: MallRef, key: ZoneDay, changes: Mapping[str, tuple[bytes, bytes]]
    ) -> dict[str, Any]:
        """An UpdateItem from the bytes that must be there, per position, to those that shall be."""
        names = {"#expires": "expires"}
        values: dict[str, Any] = {":expires": {"N": str(_expires(key.day))}}
        sets, removes, conditions = ["#expires = :expires"], [], []
        for position, (before, after) in changes.items():
            name = f"#p{position}"
            names[name] = position
            if before:
                values[f":b{position}"] = {"B": before}
                conditions.append(f"{name} = :b{position}")
            else:
                conditions.append(f"attribute_not_exists({name})")
            if after:
                values[f":a{position}"] = {"B": after}
                sets.append(f"{name} = :a{position}")
            else:
                removes.append(name)
        expression = "SET " + ", ".join(sets)
        if removes:
            expression += " REMOVE " + ", ".join(removes)
        return {
            "TableName": self.occupancy,
            "Key": _zone_key(mall, key),
            "UpdateExpression": expression,
            "ConditionExpression": " AND ".join(conditions),
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": values,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }

    def _put(self, record: Record, replacing: Record | None) -> dict[str, Any]:
        put: dict[str, Any] = {
            "TableName": self.orders,
            "Item": OrderItem.from_domain(record).serialize(),
        }
        if replacing is None:
            return put | {"ConditionExpression": "attribute_not_exists(id)"}
        return put | {
            "ConditionExpression": "version = :version",
            "ExpressionAttributeValues": {":version": {"N": str(replacing.version)}},
        }

    def _transact(self, items: Sequence[Mapping[str, Any]]) -> object:
        return self.client.transact_write_items(TransactItems=items)  # type: ignore[arg-type]

    def _accepted(self, write: Callable[..., object], **request: Any) -> bool:
        try:
            persistently(write, **request)
        except ClientError as error:
            if failed_condition(error):
                return False
            raise
        return True

    # ── lists ────────────────────────────────────────────────────────────────────────────────

    def due(self, now: datetime) -> Iterator[OrderId]:
        """A Query per shard of the sparse index."""
        for shard in range(DUE_SHARDS):
            yield from self._ids(
                IndexName=DUE_INDEX,
                KeyConditionExpression="due_shard = :shard AND due_at <= :now",
                ExpressionAttributeValues={
                    ":shard": {"N": str(shard)},
                    ":now": {"N": str(milliseconds(now))},
                },
            )

    def _ids(self, **query: Any) -> Iterator[OrderId]:
        start: dict[str, Any] = {}
        while True:
            page = persistently(self.client.query, TableName=self.orders, **query, **start)
            yield from (OrderId(item["id"]["S"]) for item in page["Items"])
            if not (last := page.get("LastEvaluatedKey")):
                return
            start = {"ExclusiveStartKey": last}

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
        # One read ahead, so that the last page does not promise another.
        found: list[Order] = []
        before = _open_cursor(cursor) if cursor else None
        while len(found) <= limit:
            ids, before = self._ids_by_start(merchant, starts_from, starts_before, before, limit)
            found += [order for order in self._orders(ids) if not states or order.state in states]
            if before is None:
                break
        page = tuple(found[:limit])
        more = len(found) > limit
        return Page(page, _cursor(page[-1]) if more else None)

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
        answer = persistently(
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
        for at in range(0, len(ids), 100):
            asked: dict[str, Any] = {
                self.orders: {"Keys": [{"id": {"S": id_}} for id_ in ids[at : at + 100]]}
            }
            items: dict[str, AttributeMap] = {}
            while asked:
                answer = persistently(self.client.batch_get_item, RequestItems=asked)
                items |= {item["id"]["S"]: item for item in answer["Responses"][self.orders]}
                asked = dict(answer.get("UnprocessedKeys", {}))
            for id_ in ids[at : at + 100]:
                record = OrderItem.read(items[id_]) if id_ in items else None
                if isinstance(record, Order):
                    yield record


def out_key(mall: MallRef, lot: LotRef) -> dict[str, Any]:
    """Where the spaces are listed that take no orders because of their locks, or have a vehicle."""
    return {"pk": {"S": f"{mall}/{lot}#out"}, "sk": {"S": "-"}}


def _lot_day_key(mall: MallRef, lot: LotRef, day: date) -> str:
    return f"{mall}/{lot}#{day:%Y%m%d}"


def _zone_key(mall: MallRef, key: ZoneDay) -> dict[str, Any]:
    return {"pk": {"S": _lot_day_key(mall, key.lot, key.day)}, "sk": {"S": key.zone}}


def _positions(item: AttributeMap) -> Mapping[str, bytes]:
    return {name: value["B"] for name, value in item.items() if "B" in value}


def _items_found(error: ClientError) -> list[AttributeMap | None]:
    """What stood where a condition failed, per update of the request."""
    response: Mapping[str, Any] = error.response
    if "CancellationReasons" in response:
        return [
            reason.get("Item", {}) if reason.get("Code") == "ConditionalCheckFailed" else None
            for reason in response["CancellationReasons"]
        ]
    return [response.get("Item", {})]


def _expires(day: date) -> int:
    return int((datetime.combine(day, time(), UTC) + DAYS_KEPT).timestamp())


def _cursor(order: Order) -> str:
    key = f"{milliseconds(order.claim.window.start):014}#{order.id}"
    return urlsafe_b64encode(key.encode()).decode().rstrip("=")


def _open_cursor(cursor: str) -> str:
    try:
        key = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except ValueError:
        key = ""
    if not _CURSOR.fullmatch(key):
        raise ValueError("not a cursor of ours")
    return key
