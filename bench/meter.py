"""A meter on a DynamoDB client: the cost of each call, by AWS's rules, and the order of calls.

Local engines don't count capacity units correctly, so the meter computes them from the items that
pass through botocore's events. For single items it requests the values that a write replaces
(`ReturnValues`, which costs nothing) and removes them from the answer again. Projections, batches,
transactions and computing updates don't return whole items; the meter reads those through `peek`, a
second, unmetered client, outside the time of the call.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any

from bench.capacity import TRANSACTION, Item, Table, item_size, read_units, write_units

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_MARK = "baylock.bench"
_FAILED = "ConditionalCheckFailedException"
_SINGLE_WRITES = ("PutItem", "UpdateItem", "DeleteItem")
_ADMINISTRATION = re.compile("(Create|Describe|Update|Delete|List)(Table|Tables|TimeToLive)")


@dataclass(slots=True)
class Cost:
    """Consumed units and bytes. `index_units` are the write units of the indexes, counted
    separately."""

    read_units: float = 0.0
    write_units: float = 0.0
    index_units: float = 0.0
    items_read: int = 0
    bytes_read: int = 0

    def read(self, items: Iterable[Item]) -> int:
        """Count the items of a read, and return their size in bytes."""
        sizes = [item_size(item) for item in items]
        self.items_read += len(sizes)
        self.bytes_read += sum(sizes)
        return sum(sizes)


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the API. `start` and `end` are seconds on one clock of this process."""

    operation: str
    tables: frozenset[str]
    start: float
    end: float
    cost: Cost
    error: str | None = None


@dataclass
class Seen:
    """The calls of one request, in the order in which they ended."""

    calls: list[Call] = field(default_factory=list)

    def total(self, what: str) -> float:
        """Sum a field of `Cost` over all calls."""
        return float(sum(getattr(call.cost, what) for call in self.calls))

    def count(self, operation: str, *, error: str | None = None) -> int:
        """Count the calls of an operation; with `error`, only those that failed with it."""
        found = [call for call in self.calls if call.operation == operation]
        return sum(error is None or call.error == error for call in found)

    @property
    def lost(self) -> int:
        """Count the updates that failed because the space had been taken meanwhile."""
        return self.count("UpdateItem", error=_FAILED)

    @property
    def round_trips(self) -> int:
        """Return the longest chain of calls of which each began after the one before had ended."""
        return longest_chain((call.start, call.end) for call in self.calls)


def longest_chain(spans: Iterable[tuple[float, float]]) -> int:
    """Return the largest number of intervals that follow one another without overlapping."""
    length, last = 0, float("-inf")
    for start, end in sorted(spans, key=lambda span: span[1]):
        if start >= last:
            length, last = length + 1, end
    return length


@dataclass(slots=True)
class _Asked:
    """The state of a call from its start to its end."""

    operation: str
    params: dict[str, Any]
    seen: Seen
    before: list[Item | None]
    start: float = 0.0


class Meter:
    """Counts the calls of a client while a request is open; requests follow one another.

    Calls may come from any thread: they count for the request that is open when they begin.
    """

    def __init__(self, client: DynamoDBClient, peek: DynamoDBClient) -> None:
        self._peek = peek
        self._tables: dict[str, Table] = {}
        self._open: Seen | None = None
        self._alone = Lock()
        events = client.meta.events
        # The stubs don't declare that a handler of this event may return other parameters.
        events.register("provide-client-params.dynamodb.*", self._begin)  # type: ignore[arg-type]
        events.register("after-call.dynamodb.*", self._end)
        events.register("after-call-error.dynamodb.*", self._break_off)

    @contextmanager
    def request(self) -> Iterator[Seen]:
        """Count the calls inside the block."""
        if self._open is not None:
            raise RuntimeError("a request is already open")
        self._open = seen = Seen()
        try:
            yield seen
        finally:
            self._open = None

    # ── botocore's events ────────────────────────────────────────────────────────────────────────

    def _begin(
        self, params: dict[str, Any], model: Any, context: dict[str, Any], **_: Any
    ) -> dict[str, Any] | None:
        seen = self._open
        if seen is None or _ADMINISTRATION.fullmatch(model.name):
            return None
        asked = _Asked(model.name, params, seen, self._there_before(model.name, params))
        context[_MARK] = asked
        asked.start = time.perf_counter()
        return _asking_for_old_values(model.name, params)

    def _end(self, parsed: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        end = time.perf_counter()
        asked: _Asked | None = context.get(_MARK)
        if asked is None:
            return
        error = parsed.get("Error", {}).get("Code")
        self._record(asked, end, self._cost(asked, parsed, error), error)

    def _break_off(self, exception: Exception, context: dict[str, Any], **_: Any) -> None:
        end = time.perf_counter()
        asked: _Asked | None = context.get(_MARK)
        if asked is not None:
            self._record(asked, end, Cost(), type(exception).__name__)

    def _record(self, asked: _Asked, end: float, cost: Cost, error: str | None) -> None:
        call = Call(asked.operation, _tables(asked.params), asked.start, end, cost, error)
        with self._alone:
            asked.seen.calls.append(call)

    # ── the cost of a call ───────────────────────────────────────────────────────────────────────

    def _cost(self, asked: _Asked, parsed: dict[str, Any], error: str | None) -> Cost:
        cost = Cost()
        operation, params = asked.operation, asked.params
        if operation in _SINGLE_WRITES:
            self._write(cost, operation, params, parsed, error)
        elif operation == "TransactWriteItems":
            self._transact(cost, asked, error)
        elif error is not None:
            pass
        elif operation == "GetItem":
            self._get(cost, params, parsed.get("Item"))
        elif operation == "BatchGetItem":
            self._batch_get(cost, params, parsed)
        elif operation in {"Query", "Scan"}:
            self._query(cost, operation, params, parsed)
        elif operation == "TransactGetItems":
            self._transact_get(cost, params, parsed)
        elif operation == "BatchWriteItem":
            self._batch_write(cost, asked)
        else:
            raise NotImplementedError(f"the cost of {operation}")
        return cost

    def _get(self, cost: Cost, params: Mapping[str, Any], found: Item | None) -> None:
        if found is not None and "ProjectionExpression" in params:
            found = self._read(params["TableName"], params["Key"])
        size = cost.read([found] if found else [])
        cost.read_units += read_units(size, consistent=params.get("ConsistentRead", False))

    def _batch_get(self, cost: Cost, params: Mapping[str, Any], parsed: Mapping[str, Any]) -> None:
        for table, asked in params["RequestItems"].items():
            consistent = asked.get("ConsistentRead", False)
            left = len(parsed.get("UnprocessedKeys", {}).get(table, {}).get("Keys", ()))
            found = parsed["Responses"].get(table, [])
            if "ProjectionExpression" in asked:
                found = [item for key in asked["Keys"] if (item := self._read(table, key))]
            absent = len(asked["Keys"]) - left - len(found)
            sizes = [cost.read([item]) for item in found] + [0] * absent
            cost.read_units += sum(read_units(size, consistent=consistent) for size in sizes)

    def _query(
        self, cost: Cost, operation: str, params: Mapping[str, Any], parsed: Mapping[str, Any]
    ) -> None:
        items: Sequence[Item] = parsed.get("Items", ())
        if not {"ProjectionExpression", "FilterExpression", "Select"}.isdisjoint(params):
            items = self._unprojected(operation, params)
        size = cost.read(items)
        cost.read_units += read_units(size, consistent=params.get("ConsistentRead", False))

    def _unprojected(self, operation: str, params: Mapping[str, Any]) -> Sequence[Item]:
        whole = {
            name: value
            for name, value in params.items()
            if name not in {"ProjectionExpression", "FilterExpression", "Select"}
        }
        used = str(whole.get("KeyConditionExpression", ""))
        for map_name in ("ExpressionAttributeNames", "ExpressionAttributeValues"):
            kept = {name: value for name, value in whole.pop(map_name, {}).items() if name in used}
            if kept:
                whole[map_name] = kept
        read = self._peek.query if operation == "Query" else self._peek.scan
        items: Sequence[Item] = read(**whole)["Items"]
        return items

    def _transact_get(
        self, cost: Cost, params: Mapping[str, Any], parsed: Mapping[str, Any]
    ) -> None:
        for asked, answer in zip(params["TransactItems"], parsed["Responses"], strict=True):
            got = Cost()
            self._get(got, {**asked["Get"], "ConsistentRead": True}, answer.get("Item"))
            cost.read_units += got.read_units * TRANSACTION
            cost.items_read += got.items_read
            cost.bytes_read += got.bytes_read

    def _write(
        self,
        cost: Cost,
        operation: str,
        params: Mapping[str, Any],
        parsed: dict[str, Any],
        error: str | None,
    ) -> None:
        if error == _FAILED:
            found = parsed.get("Item")
            if "ReturnValuesOnConditionCheckFailure" not in params:
                parsed.pop("Item", None)
            cost.write_units += write_units(found, None)
        elif error is None:
            before = parsed.get("Attributes") or None
            if "ReturnValues" not in params:
                parsed.pop("Attributes", None)
            elif params["ReturnValues"] != "ALL_OLD":
                raise NotImplementedError(f"ReturnValues {params['ReturnValues']}")
            self._written(cost, params, before, self._after(operation, params, before))

    def _batch_write(self, cost: Cost, asked: _Asked) -> None:
        for (table, request), before in zip(_batched(asked.params), asked.before, strict=True):
            after = request["PutRequest"]["Item"] if "PutRequest" in request else None
            self._written(cost, {"TableName": table}, before, after)

    def _transact(self, cost: Cost, asked: _Asked, error: str | None) -> None:
        """Count a transaction; a cancelled one costs as much, as it has prepared its writes."""
        for (kind, request), before in zip(_parts(asked.params), asked.before, strict=True):
            if error is not None or kind == "ConditionCheck":
                cost.write_units += write_units(before, None) * TRANSACTION
            else:
                after = self._after(f"{kind}Item", request, before)
                self._written(cost, request, before, after, times=TRANSACTION)

    def _written(
        self,
        cost: Cost,
        params: Mapping[str, Any],
        before: Item | None,
        after: Item | None,
        times: int = 1,
    ) -> None:
        cost.write_units += write_units(before, after) * times
        cost.index_units += self._table(params["TableName"]).index_units(before, after)

    # ── items before and after ───────────────────────────────────────────────────────────────────

    def _there_before(self, operation: str, params: Mapping[str, Any]) -> list[Item | None]:
        match operation:
            case "BatchWriteItem":
                return [
                    self._read(table, self._written_key(table, request))
                    for table, request in _batched(params)
                ]
            case "TransactWriteItems":
                return [
                    self._read(request["TableName"], self._key(request))
                    for _, request in _parts(params)
                ]
            case _:
                return []

    def _after(self, operation: str, params: Mapping[str, Any], before: Item | None) -> Item | None:
        match operation:
            case "PutItem":
                item: Item = params["Item"]
                return item
            case "DeleteItem":
                return None
            case _:
                computed = updated(before, params)
                return computed or self._read(params["TableName"], params["Key"])

    def _written_key(self, table: str, request: Mapping[str, Any]) -> Item:
        if "DeleteRequest" in request:
            key: Item = request["DeleteRequest"]["Key"]
            return key
        return self._table(table).key(request["PutRequest"]["Item"])

    def _key(self, request: Mapping[str, Any]) -> Item:
        if "Key" in request:
            key: Item = request["Key"]
            return key
        return self._table(request["TableName"]).key(request["Item"])

    def _read(self, table: str, key: Item) -> Item | None:
        answer = self._peek.get_item(TableName=table, Key=key, ConsistentRead=True)
        return answer.get("Item")

    def _table(self, name: str) -> Table:
        if name not in self._tables:
            self._tables[name] = Table.of(self._peek.describe_table(TableName=name)["Table"])
        return self._tables[name]


def _asking_for_old_values(operation: str, params: Mapping[str, Any]) -> dict[str, Any] | None:
    if operation not in _SINGLE_WRITES:
        return None
    more = {"ReturnValues": "ALL_OLD"}
    if "ConditionExpression" in params:
        more["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    return {**more, **params}


def _batched(params: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    return [(table, write) for table, writes in params["RequestItems"].items() for write in writes]


def _parts(params: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    return [(kind, request) for part in params["TransactItems"] for kind, request in part.items()]


def _tables(params: Mapping[str, Any]) -> frozenset[str]:
    if "TableName" in params:
        return frozenset({params["TableName"]})
    if "RequestItems" in params:
        return frozenset(params["RequestItems"])
    return frozenset(
        request["TableName"] for part in params["TransactItems"] for request in part.values()
    )


_CLAUSE = re.compile(r"\b(SET|REMOVE|ADD|DELETE)\b", re.IGNORECASE)
_PLAIN_SET = re.compile(r"\s*(#?\w+)\s*=\s*(:\w+)\s*")
_NAME_AND_VALUE = re.compile(r"\s*(#?\w+)\s+(:\w+)\s*")
_NAME = re.compile(r"\s*(#?\w+)\s*")
_SETS = frozenset({"SS", "NS", "BS"})


def updated(before: Item | None, params: Mapping[str, Any]) -> Item | None:
    """Apply an UpdateItem to an item; None if the update does more than set or remove whole
    attributes, or add elements to sets and take them out."""
    _, *clauses = _CLAUSE.split(params.get("UpdateExpression", ""))
    names = params.get("ExpressionAttributeNames", {})
    values = params.get("ExpressionAttributeValues", {})
    after = dict(before or params["Key"])
    for clause, body in zip(clauses[::2], clauses[1::2], strict=True):
        for action in body.split(","):
            done = _ACTIONS[clause.upper()](after, action, names, values)
            if not done:
                return None
    return after


def _set(
    after: dict[str, Any], action: str, names: Mapping[str, str], values: Mapping[str, Any]
) -> bool:
    plain = _PLAIN_SET.fullmatch(action)
    if plain:
        after[names.get(plain[1], plain[1])] = values[plain[2]]
    return bool(plain)


def _remove(
    after: dict[str, Any], action: str, names: Mapping[str, str], _values: Mapping[str, Any]
) -> bool:
    plain = _NAME.fullmatch(action)
    if plain:
        after.pop(names.get(plain[1], plain[1]), None)
    return bool(plain)


def _add(
    after: dict[str, Any], action: str, names: Mapping[str, str], values: Mapping[str, Any]
) -> bool:
    plain = _NAME_AND_VALUE.fullmatch(action)
    if not plain or _SETS.isdisjoint(values[plain[2]]):
        return False
    name = names.get(plain[1], plain[1])
    ((kind, more),) = values[plain[2]].items()
    old = after.get(name, {kind: []})[kind]
    after[name] = {kind: [*old, *(element for element in more if element not in old)]}
    return True


def _take_out(
    after: dict[str, Any], action: str, names: Mapping[str, str], values: Mapping[str, Any]
) -> bool:
    plain = _NAME_AND_VALUE.fullmatch(action)
    if not plain:
        return False
    name = names.get(plain[1], plain[1])
    ((kind, gone),) = values[plain[2]].items()
    left = [element for element in after.pop(name, {kind: []})[kind] if element not in gone]
    if left:
        after[name] = {kind: left}
    return True


_ACTIONS = {"SET": _set, "REMOVE": _remove, "ADD": _add, "DELETE": _take_out}
