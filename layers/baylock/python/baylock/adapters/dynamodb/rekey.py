"""What was stored of a mall whose ref has `/` or `%` before its key was encoded.

Only an operator's command imports this. Everything is copied or changed in place, and nothing is
removed: a key from before may be that of another mall's lot or merchant too. It can be repeated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from baylock.adapters.dynamodb.client import (
    AttributeMap,
    accepted,
    paginate,
    put_if_absent,
    with_retries,
)
from baylock.domain.allocation.occupancy import ENTRY_BYTES
from baylock.domain.venue.keys import lot_key, merchant_key
from baylock.domain.venue.mall import Mall, MerchantId

if TYPE_CHECKING:
    from baylock.adapters.dynamodb.client import Client

_TRIES = 10


@dataclass(frozen=True)
class Rekey:
    """The tables by name."""

    client: Client
    orders: str
    occupancy: str
    texts: str

    def __call__(self, mall: Mall, merchants: Iterable[MerchantId]) -> int:
        """Bring a mall's items under its key of today; returns how many were changed."""
        changed = sum(self._list_again(who) for who in merchants)
        for lot in mall.lots:
            before, now = f"{mall.ref}/{lot.ref}#", f"{lot_key(mall.ref, lot.ref)}#"
            if before != now:
                changed += sum(self._merge(item, before, now) for item in self._of_lot(before))
        return changed

    def _list_again(self, who: MerchantId) -> int:
        before, now = f"{who.mall}/{who.merchant}", merchant_key(who)
        if before == now:
            return 0
        listed = paginate(
            self.client.query,
            TableName=self.orders,
            IndexName="by_merchant",
            KeyConditionExpression="merchant_id = :who",
            ExpressionAttributeValues={":who": {"S": before}},
        )
        changed = 0
        for item in listed:
            changed += self._set_merchant(item["id"], who, now)
        for item in self._query(self.texts, f"merchant#{before}"):
            put_if_absent(self.client, self.texts, {**item, "pk": {"S": f"merchant#{now}"}})
            changed += 1
        return changed

    def _set_merchant(self, order: Any, who: MerchantId, key: str) -> bool:
        """Also another mall's order may be listed there, which stays."""
        return accepted(
            self.client.update_item,
            TableName=self.orders,
            Key={"id": order},
            UpdateExpression="SET merchant_id = :key",
            ConditionExpression="mall = :mall AND merchant = :merchant",
            ExpressionAttributeValues={
                ":key": {"S": key},
                ":mall": {"S": who.mall},
                ":merchant": {"S": who.merchant},
            },
        )

    def _of_lot(self, prefix: str) -> Iterator[AttributeMap]:
        return paginate(
            self.client.scan,
            TableName=self.occupancy,
            FilterExpression="begins_with(pk, :lot)",
            ExpressionAttributeValues={":lot": {"S": prefix}},
            ConsistentRead=True,
        )

    def _merge(self, item: AttributeMap, before: str, now: str) -> int:
        """Add an item's bookings and lists to those that may be under the new key already."""
        key = {"pk": {"S": now + item["pk"]["S"].removeprefix(before)}, "sk": item["sk"]}
        for _ in range(_TRIES):
            answer = with_retries(
                self.client.get_item, TableName=self.occupancy, Key=key, ConsistentRead=True
            )
            known: Mapping[str, Any] = answer.get("Item", {})
            merged = {**item, **known}
            for name in item.keys() & known.keys():
                merged[name] = _both(item[name], known[name])
            merged |= key
            if merged == known:
                return 0
            if self._put(merged, known):
                return 1
        raise RuntimeError(f"{key} keeps changing")

    def _put(self, merged: Mapping[str, Any], known: Mapping[str, Any]) -> bool:
        attributes = list(enumerate(sorted(merged.keys() - {"pk", "sk"})))
        names = {f"#n{at}": name for at, name in attributes}
        values = {f":n{at}": known[name] for at, name in attributes if name in known}
        same = [
            f"#n{at} = :n{at}" if name in known else f"attribute_not_exists(#n{at})"
            for at, name in attributes
        ]
        request: dict[str, Any] = {
            "TableName": self.occupancy,
            "Item": merged,
            "ConditionExpression": " AND ".join(same),
            "ExpressionAttributeNames": names,
        }
        if values:
            request["ExpressionAttributeValues"] = values
        return accepted(self.client.put_item, **request)

    def _query(self, table: str, pk: str) -> Iterator[AttributeMap]:
        return paginate(
            self.client.query,
            TableName=table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": pk}},
            ConsistentRead=True,
        )


def _both(before: Mapping[str, Any], now: Mapping[str, Any]) -> Mapping[str, Any]:
    """The bookings or the list of both; of anything else what is there now."""
    if "B" in before and "B" in now:
        runs = {
            day[at : at + ENTRY_BYTES]
            for day in (bytes(before["B"]), bytes(now["B"]))
            for at in range(0, len(day), ENTRY_BYTES)
        }
        return {"B": b"".join(sorted(runs))}
    for kind in ("SS", "BS"):
        if kind in before and kind in now:
            return {kind: sorted({*before[kind], *now[kind]})}
    return now
