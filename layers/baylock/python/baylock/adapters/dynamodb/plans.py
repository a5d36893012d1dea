"""Drawn plans, beside the version of the mall to which they belong.

A part of a plan (the guide, or a level) is compressed JSON, cut into pieces that stay below
DynamoDB's 400 KB: `mall#<ref>` / `v#<version>#plan#<part>#<nnn>`. Only the driver's page reads
them, and only the levels that it draws.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from baylock.adapters.dynamodb.client import paginate, with_retries
from baylock.adapters.dynamodb.venue_items import plans_prefix
from baylock.adapters.dynamodb.venue_table import mall_key
from baylock.domain.venue.mall import Mall, MerchantRef
from baylock.domain.venue.plan import (
    Guide,
    Level,
    Mark,
    Marked,
    Net,
    Place,
    Plan,
    Shop,
    Stalls,
    Step,
)

if TYPE_CHECKING:
    from baylock.adapters.dynamodb.client import Client

PIECE_BYTES = 300_000
_KEPT = 8
"""Parts that a process caches: a mall's guide and its most requested levels."""


@dataclass(frozen=True)
class DynamoDBPlans:
    """The Plans port. `table` is the venue's."""

    client: Client
    table: str
    _known: dict[tuple[str, str, str], Any] = field(default_factory=dict, repr=False, compare=False)

    def save(self, mall: Mall, plan: Plan) -> None:
        """One PutItem for each piece."""
        self._put(mall, "guide", _guide(plan.guide))
        for level in plan.levels:
            self._put(mall, f"level:{level.number:g}", _level(level))

    def guide(self, mall: Mall) -> Guide | None:
        """From this process's memory, or one Query."""
        body = self._part(mall, "guide", _read_guide)
        return body if isinstance(body, Guide) else None

    def level(self, mall: Mall, number: float) -> Level | None:
        """From this process's memory, or one Query."""
        body = self._part(mall, f"level:{number:g}", _read_level)
        return body if isinstance(body, Level) else None

    def _put(self, mall: Mall, part: str, body: object) -> None:
        packed = zlib.compress(json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode())
        for number, start in enumerate(range(0, len(packed), PIECE_BYTES)):
            item: dict[str, Any] = {
                "pk": {"S": mall_key(mall.ref)},
                "sk": {"S": f"{plans_prefix(mall.version)}{part}#{number:03}"},
                "body": {"B": packed[start : start + PIECE_BYTES]},
            }
            with_retries(self.client.put_item, TableName=self.table, Item=item)

    def _part(self, mall: Mall, part: str, read: Any) -> Any:
        key = (mall.ref, mall.version, part)
        if key not in self._known:
            packed = b"".join(self._pieces(mall, part))
            if not packed:
                return None
            while len(self._known) >= _KEPT:
                self._known.pop(next(iter(self._known)))
            self._known[key] = read(json.loads(zlib.decompress(packed)))
        return self._known[key]

    def _pieces(self, mall: Mall, part: str) -> Iterator[bytes]:
        items = paginate(
            self.client.query,
            TableName=self.table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
            ExpressionAttributeValues={
                ":pk": {"S": mall_key(mall.ref)},
                ":prefix": {"S": f"{plans_prefix(mall.version)}{part}#"},
            },
        )
        return (item["body"]["B"] for item in items)


# ── as JSON ──────────────────────────────────────────────────────────────────────────────────────


def _guide(guide: Guide) -> object:
    return {
        "levels": [[number, name, sorted(on)] for number, (name, on) in guide.levels.items()],
        "paths": _net(guide.paths),
        "roads": _net(guide.roads),
        "doors": guide.doors,
        "entrances": guide.entrances,
        "cars": guide.car_entrances,
    }


def _read_guide(body: Any) -> Guide:
    return Guide(
        {number: (name, frozenset(on)) for number, name, on in body["levels"]},
        _read_net(body["paths"]),
        _read_net(body["roads"]),
        {MerchantRef(ref): _pairs(doors) for ref, doors in body["doors"].items()},
        _pairs(body["entrances"]),
        _pairs(body["cars"]),
    )


def _net(net: Net) -> object:
    return {"places": net.places, "steps": net.steps}


def _read_net(body: Any) -> Net:
    return Net(
        tuple(Place(_xy(at), level) for at, level in body["places"]),
        tuple(Step(one, other, dm, by and Mark(by)) for one, other, dm, by in body["steps"]),
    )


def _level(level: Level) -> object:
    return {
        "number": level.number,
        "name": level.name,
        "signs": sorted(level.signs),
        "floors": level.floors,
        "lots": level.lots,
        "stalls": level.stalls.rows,
        "shops": level.shops,
        "paths": level.paths,
        "roads": level.roads,
        "marks": level.marks,
    }


def _read_level(body: Any) -> Level:
    return Level(
        number=body["number"],
        name=body["name"],
        signs=frozenset(body["signs"]),
        floors=_lines(body["floors"]),
        lots=_lines(body["lots"]),
        stalls=Stalls(body["stalls"]),
        shops=tuple(
            Shop(MerchantRef(ref), name, _xy(at), _line(ring))
            for ref, name, at, ring in body["shops"]
        ),
        paths=_lines(body["paths"]),
        roads=_lines(body["roads"]),
        marks=tuple(Marked(Mark(mark), name, _xy(at)) for mark, name, at in body["marks"]),
    )


def _xy(at: Any) -> tuple[int, int]:
    return at[0], at[1]


def _line(line: Any) -> tuple[tuple[int, int], ...]:
    return tuple(map(_xy, line))


def _lines(lines: Any) -> tuple[tuple[tuple[int, int], ...], ...]:
    return tuple(map(_line, lines))


def _pairs(pairs: Any) -> Any:
    return tuple(map(tuple, pairs))
