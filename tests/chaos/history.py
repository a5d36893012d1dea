"""The latest versions of every item, for eventually consistent reads."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from random import Random
from typing import Any

from tests.chaos.engine import Item, stored
from tests.fakes.tables import tables

STALE_FOR = timedelta(seconds=5)
"""How long an outdated version of an item may still be read; longer than DynamoDB takes."""

VERSIONS_KEPT = 8

Request = Mapping[str, Any]
Key = tuple[str, ...]

_LONG_AGO = datetime.min.replace(tzinfo=UTC)

NOW = object()
"""The result if there is no outdated version, or it must not be read."""


class History:
    """The latest versions of every item."""

    def __init__(self) -> None:
        self._versions: dict[tuple[str, Key], deque[tuple[datetime, Item | None]]] = defaultdict(
            lambda: deque([(_LONG_AGO, None)], maxlen=VERSIONS_KEPT)
        )

    def keep(self, table: str, key: Item, now: datetime) -> tuple[Item | None, Item | None]:
        """Record what is stored at this time; return the version before it, and it."""
        versions = self._versions[table, key_values(table, key)]
        (_, before), after = versions[-1], stored(table, key)
        versions.append((now, after))
        return before, after

    def outdated(self, table: str, key: Item, now: datetime, random: Random) -> Any:
        """Return a version that was overwritten a moment ago, if there is one."""
        versions = list(self._versions.get((table, key_values(table, key)), ()))
        overwritten = [
            item for (_, item), (until, _) in pairwise(versions) if now - until < STALE_FOR
        ]
        return random.choice(overwritten) if overwritten else NOW

    def is_new(self, table: str, key: Item, now: datetime) -> bool:
        """Tell whether an item was written a moment ago."""
        versions = self._versions.get((table, key_values(table, key)))
        return versions is not None and now - versions[-1][0] < STALE_FOR


def key_values(table: str, item: Item) -> Key:
    return tuple(str(value) for part in key_of(table, item).values() for value in part.values())


def in_order(table: str, keys: Iterable[Item]) -> list[Item]:
    """Sort items, so that a run does not depend on the order of a set."""
    return sorted(keys, key=lambda key: key_values(table, key))


def key_of(table: str, item: Item) -> Item:
    return {name: item[name] for name in _key_names(table)}


@cache
def _key_names(table: str) -> tuple[str, ...]:
    return tuple(part["AttributeName"] for part in tables()[table]["KeySchema"])


def written(name: str, request: Request) -> Iterator[tuple[str, Item]]:
    """Yield the table and key of every item that a request writes."""
    parts = (
        [part for item in request["TransactItems"] for part in item.values()]
        if name == "transact_write_items"
        else [request]
    )
    for part in parts:
        table, item = part["TableName"], part.get("Key") or part["Item"]
        yield table, key_of(table, item)
