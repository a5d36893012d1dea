"""A DynamoDB client that runs other callers between its calls, and whose calls may fail.

Each call is one atomic step, as in DynamoDB; other callers run before and after it. A caller may
crash or stall there, its call may be refused, or its response lost; and an eventually consistent
read may return what was true a little earlier.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from hashlib import blake2b
from random import Random
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError
from tests.chaos.engine import Item
from tests.chaos.faults import WRITES, Crashed, Fault, Faults
from tests.chaos.history import NOW, History, Request, in_order, key_of, key_values, written
from tests.chaos.scheduler import Scheduler


@dataclass
class Chain:
    """The calls of one operation."""

    name: str
    calls: int = 0


@dataclass
class FaultyClient:
    """Calls of `client`, in which `faults` happen.

    `stalled` is called with the name of a caller whose operation hangs; `wrote` is called with the
    table and the old and new image of each written item, like a stream.
    """

    client: object
    scheduler: Scheduler
    random: Random
    faults: Faults
    stalled: Callable[[str], object] = lambda _: None
    wrote: Callable[[str, Item | None, Item | None], object] = lambda *_: None
    counts: Counter[str] = field(default_factory=Counter)
    trace: deque[str] | None = None
    longest: Chain = field(default_factory=lambda: Chain(""))
    _chains: dict[str, Chain] = field(default_factory=dict)
    _history: History = field(default_factory=History)
    _digest: Any = field(default_factory=blake2b)

    def __getattr__(self, name: str) -> Any:
        return partial(self._call, name)

    def begin(self, operation: str) -> None:
        """Start an operation of the current caller."""
        self._chains[self.scheduler.current] = Chain(operation)

    def note(self, line: str) -> None:
        """Add a line to the trace."""
        line = f"{self.scheduler.now:%d %H:%M:%S.%f} {self.scheduler.current} {line}"
        self._digest.update(line.encode())
        if self.trace is not None:
            self.trace.append(line)

    @property
    def trace_hash(self) -> str:
        """A hash of the trace; equal runs have equal hashes."""
        digest: str = self._digest.hexdigest()
        return digest[:16]

    # ── a call ───────────────────────────────────────────────────────────────────────────────

    def _call(self, name: str, **request: Any) -> Any:
        self._count(name)
        fault = self.faults.next(self.scheduler.current, name)
        self.counts[fault] += 1
        self._pause()
        if fault is Fault.STALL_BEFORE:
            self._stall(name)
        self._refuse(name, request, fault)
        answer, error = self._do(name, request)
        self.note(f"{name} {_about(name, request)} {fault} {_result(error)}")
        if fault is Fault.CRASH_AFTER:
            raise Crashed
        if fault is Fault.STALL_AFTER:
            self._stall(name)
        self._pause()
        if fault is Fault.LOST_ANSWER:
            raise ReadTimeoutError(endpoint_url="https://dynamodb")
        if error is not None:
            raise error
        return answer

    def _count(self, name: str) -> None:
        self.counts["calls"] += 1
        chain = self._chains.setdefault(self.scheduler.current, Chain(name))
        chain.calls += 1
        if chain.calls > self.longest.calls:
            self.longest = chain

    def _pause(self) -> None:
        """Wait some milliseconds, and sometimes long enough for another caller's whole
        operation."""
        slow = self.random.random() < 0.05
        self.scheduler.wait(timedelta(seconds=self.random.uniform(0, 0.5 if slow else 0.02)))

    def _stall(self, name: str) -> None:
        self.note(f"{name} stalls")
        self.stalled(self.scheduler.current)
        self.scheduler.wait(self.faults.stalls_for())

    def _refuse(self, name: str, request: Request, fault: Fault) -> None:
        if fault not in {Fault.CRASH_BEFORE, Fault.THROTTLED, Fault.CONFLICT}:
            return
        self.note(f"{name} {_about(name, request)} {fault}")
        if fault is Fault.CRASH_BEFORE:
            raise Crashed
        self._pause()
        raise _throttled(name) if fault is Fault.THROTTLED else _conflict(name, request)

    def _do(self, name: str, request: Request) -> tuple[Any, ClientError | None]:
        try:
            answer = getattr(self.client, name)(**request)
        except ClientError as error:
            self.counts["lost races"] += "ConditionalCheckFailed" in str(error)
            return None, error
        if name in WRITES:
            for table, key in written(name, request):
                self.wrote(table, *self._history.keep(table, key, self.scheduler.now))
            return answer, None
        return self._outdated(name, request, answer), None

    # ── eventually consistent reads ──────────────────────────────────────────────────────────────

    def _outdated(self, name: str, request: Request, answer: Any) -> Any:
        match name:
            case "get_item" if not request.get("ConsistentRead"):
                item = self._as_it_was(request["TableName"], request["Key"], request)
                if item is not NOW:
                    answer = {key: value for key, value in answer.items() if key != "Item"}
                    return answer | ({} if item is None else {"Item": item})
            case "batch_get_item":
                return answer | {"Responses": self._batch_as_it_was(request, answer)}
            case "query" | "scan" if "IndexName" not in request:
                if request.get("ConsistentRead"):
                    return answer
                items = [
                    seen
                    for item in answer["Items"]
                    if (seen := self._item_as_it_was(request, item)) and _passes(seen, request)
                ]
                return answer | {"Items": items, "Count": len(items)}
            case "query" if self.faults.is_stale():
                return self._index_as_it_was(request, answer)
        return answer

    def _as_it_was(self, table: str, key: Item, request: Request) -> Any:
        if not self.faults.is_stale():
            return NOW
        item = self._history.outdated(table, key, self.scheduler.now, self.random)
        if item is NOW:
            return NOW
        self.counts["stale reads"] += 1
        self.note(f"stale {table} {key_values(table, key)}")
        return item and _projected(item, request)

    def _item_as_it_was(self, request: Request, item: Item) -> Item | None:
        table = request["TableName"]
        seen = self._as_it_was(table, key_of(table, item), request)
        return item if seen is NOW else seen

    def _batch_as_it_was(self, request: Request, answer: Any) -> Mapping[str, list[Item]]:
        responses: dict[str, list[Item]] = dict(answer["Responses"])
        for table, asked in request["RequestItems"].items():
            if asked.get("ConsistentRead"):
                continue
            found = {key_values(table, item): item for item in responses.get(table, ())}
            for key in in_order(table, asked["Keys"]):
                item = self._as_it_was(table, key, asked)
                if item is None:
                    found.pop(key_values(table, key), None)
                elif item is not NOW:
                    found[key_values(table, key)] = item
            responses[table] = list(found.values())
        return responses

    def _index_as_it_was(self, request: Request, answer: Any) -> Any:
        """Return the results of an index, which lags: without the items that were just added."""
        table = request["TableName"]
        now = self.scheduler.now
        items = [item for item in answer["Items"] if not self._history.is_new(table, item, now)]
        self.counts["stale reads"] += len(items) < len(answer["Items"])
        return answer | {"Items": items, "Count": len(items)}


def _projected(item: Item, request: Request) -> Item:
    expression: str | None = request.get("ProjectionExpression")
    if expression is None:
        return item
    names: Mapping[str, str] = request.get("ExpressionAttributeNames", {})
    wanted = {names.get(name.strip(), name.strip()) for name in expression.split(",")}
    return {name: value for name, value in item.items() if name in wanted}


def _passes(item: Item, request: Request) -> bool:
    """Apply the only kind of filter that is in use."""
    asked = re.fullmatch(r"attribute_exists\((\w+)\)", request.get("FilterExpression", ""))
    return asked is None or asked[1] in item


def _throttled(name: str) -> ClientError:
    return ClientError({"Error": {"Code": "ProvisionedThroughputExceededException"}}, name)


def _conflict(name: str, request: Request) -> ClientError:
    """Build the error of a conflict with another transaction on the same item."""
    if name != "transact_write_items":
        return ClientError({"Error": {"Code": "TransactionConflictException"}}, name)
    reasons: Any = [{"Code": "None"} for _ in request["TransactItems"]]
    reasons[-1] = {"Code": "TransactionConflict"}
    return ClientError(
        {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}, name
    )


def _about(name: str, request: Request) -> str:
    """Describe the items of a request, for the trace."""
    if name in WRITES:
        return " ".join("/".join(key_values(table, key)) for table, key in written(name, request))
    if "Key" in request:
        return "/".join(key_values(request["TableName"], request["Key"]))
    if "RequestItems" in request:
        return " ".join(
            "/".join(key_values(table, key))
            for table, asked in request["RequestItems"].items()
            for key in in_order(table, asked["Keys"])
        )
    values = request.get("ExpressionAttributeValues", {}).values()
    return " ".join(str(value) for typed in values for value in typed.values())


def _result(error: ClientError | None) -> str:
    return error.response["Error"]["Code"] if error else "done"
