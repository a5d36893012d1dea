"""The message log in DynamoDB: one table for replies, sent texts, and their numbers.

Keys: `message#<inbound id>` has the reply; `sent#<identity>` notes that a text has left;
`number#<keyed hash>` has the orders that this number has had texts about, its opt-out, its texts of
a day and its last hints; what texts cost in a day is counted under `range#<keyed hash>` (numbers
that differ in their last digits, and each of them), `merchant#<quoted_merchant_key>`, `mall#<ref>`
and `account`; `kept#<order>` has the texts about a sandbox's order, which are not sent. No key of
an item has a number in it: `phone_keys`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from botocore.exceptions import ClientError

from baylock.adapters.dynamodb.client import (
    AttributeMap,
    accepted,
    failed_condition,
    milliseconds,
    moment,
    moments,
    paginate,
    put_if_absent,
    read_moment,
    with_retries,
)
from baylock.adapters.dynamodb.merchant_columns import merchant_columns, merchant_of_columns
from baylock.adapters.dynamodb.phone_keys import PLAIN, PhoneKeys
from baylock.domain.booking.booking import OrderId
from baylock.domain.orders.order import Order
from baylock.domain.texting.allowance import Charge, Spending, TextsIn
from baylock.domain.texting.kept_text import KeptText
from baylock.domain.texting.reply import Reply
from baylock.ports.clock import Clock

if TYPE_CHECKING:
    from baylock.adapters.dynamodb.client import Client

KEPT = timedelta(days=30)
COUNTS_KEPT = timedelta(days=2)
SENDING_TAKES_AT_MOST = timedelta(seconds=30)
MAX_ORDERS = 20
MAX_HINT_TRIES = 3


@dataclass(frozen=True)
class DynamoDBMessageLog:
    """The MessageLog port. `texts` is the table's name."""

    client: Client
    texts: str
    clock: Clock
    phones: PhoneKeys

    def orders_texted_to(self, phone: str) -> Sequence[OrderId]:
        """One Query for each key that the number may be under, newest 20."""
        told_at: dict[str, int] = {}
        for pk in self.phones.every(f"number#{phone}"):
            answer = with_retries(
                self.client.query,
                TableName=self.texts,
                KeyConditionExpression="pk = :pk AND begins_with(sk, :orders)",
                ExpressionAttributeValues={":pk": {"S": pk}, ":orders": {"S": "order#"}},
                ConsistentRead=True,
            )
            for item in answer["Items"]:
                at, order = int(item["told_at"]["N"]), item["sk"]["S"]
                told_at[order] = max(at, told_at.get(order, at))
        newest = sorted(told_at, key=told_at.__getitem__, reverse=True)
        return [OrderId(order.removeprefix("order#")) for order in newest[:MAX_ORDERS]]

    def note_order(self, phone: str, order: Order) -> None:
        """One PutItem, forgotten a month after the window."""
        item = {
            **_key(self.phones.newest(f"number#{phone}"), f"order#{order.id}"),
            "told_at": {"N": str(milliseconds(self.clock()))},
            "expires": _expires(order.claim.window.end),
        }
        with_retries(self.client.put_item, TableName=self.texts, Item=item)

    def reply(self, message: str) -> Reply | None:
        """One GetItem."""
        item = self._get(f"message#{message}", "answer")
        return _reply(item) if item else None

    def record_reply(self, message: str, reply: Reply) -> Reply:
        """One PutItem if absent."""
        item: dict[str, Any] = {
            **_key(f"message#{message}", "answer"),
            "phone": {"S": reply.phone},
            "language": {"S": reply.language},
            "facts": {"S": json.dumps(dict(reply.facts), ensure_ascii=False)},
            "expires": _expires(self.clock()),
        }
        if reply.kind:
            item["kind"] = {"S": reply.kind}
        if reply.order:
            item["order"] = {"S": reply.order}
        if reply.merchant:
            item["merchant"] = {"M": merchant_columns(reply.merchant)}
        try:
            with_retries(
                self.client.put_item,
                TableName=self.texts,
                Item=item,
                ConditionExpression="attribute_not_exists(pk)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            if not failed_condition(error):
                raise
            found: AttributeMap | None = error.response.get("Item")  # type: ignore[assignment]
            return _reply(found) if found else reply
        return reply

    def begin_sending(self, identity: str) -> bool:
        """One PutItem, if nobody has sent it, or is about to.

        `by` tells our own write from another's where its answer was lost and it is tried again.
        """
        now, by = self.clock(), {"S": uuid4().hex}
        return accepted(
            self.client.put_item,
            TableName=self.texts,
            Item={
                **_key(f"sent#{identity}", "sent"),
                "until": {"N": str(milliseconds(now + SENDING_TAKES_AT_MOST))},
                "by": by,
                "expires": _expires(now),
            },
            ConditionExpression="attribute_not_exists(pk) OR #until < :now OR #by = :by",
            ExpressionAttributeNames={"#until": "until", "#by": "by"},
            ExpressionAttributeValues={":now": {"N": str(milliseconds(now))}, ":by": by},
        )

    def sent(self, identity: str, provider_id: str) -> None:
        """One UpdateItem: without `until` nobody takes it up again."""
        with_retries(
            self.client.update_item,
            TableName=self.texts,
            Key=_key(f"sent#{identity}", "sent"),
            UpdateExpression="SET provider_id = :id REMOVE #until",
            ExpressionAttributeNames={"#until": "until"},
            ExpressionAttributeValues={":id": {"S": provider_id}},
        )

    def not_sent(self, identity: str) -> None:
        """One DeleteItem."""
        with_retries(
            self.client.delete_item,
            TableName=self.texts,
            Key=_key(f"sent#{identity}", "sent"),
        )

    def opted_out(self, phone: str) -> bool:
        """One GetItem for each key that the number may be under, until it is found."""
        keys = self.phones.every(f"number#{phone}")
        return any(self._get(pk, "opted_out") is not None for pk in keys)

    def set_opted_out(self, phone: str, opted_out: bool) -> None:
        """An item that is there or not."""
        key = f"number#{phone}"
        if opted_out:
            item = _key(self.phones.newest(key), "opted_out")
            with_retries(self.client.put_item, TableName=self.texts, Item=item)
            return
        for pk in self.phones.every(key):
            with_retries(self.client.delete_item, TableName=self.texts, Key=_key(pk, "opted_out"))

    def count(self, whose: str, what: str) -> int:
        """One UpdateItem; counted twice where its answer was lost and it is tried again."""
        return self._add(whose, {what: 1})[what]

    def spend(self, whose: str, charges: Sequence[Charge]) -> Spending:
        """One UpdateItem, on the condition that every count stays within its limit.

        An item with no room for another count refuses the last charge.
        """
        try:
            return Spending(None, self._add(whose, _amounts(charges), charges))
        except ClientError as error:
            if _is_full(error):
                return Spending(charges[-1], {})
            if not failed_condition(error):
                raise
            found: AttributeMap = error.response.get("Item", {})  # type: ignore[assignment]
        counts = {charge.name: int(found.get(charge.name, {"N": "0"})["N"]) for charge in charges}
        over = (one for one in charges if counts[one.name] + one.amount > one.limit)
        return Spending(next(over, charges[0]), counts)

    def refund(self, whose: str, charges: Sequence[Charge]) -> Mapping[str, int]:
        """One UpdateItem."""
        return self._add(whose, {name: -amount for name, amount in _amounts(charges).items()})

    def _add(
        self, whose: str, amounts: Mapping[str, int], limits: Sequence[Charge] = ()
    ) -> dict[str, int]:
        """Add to counts of today; returns the new counts."""
        now = self.clock()
        marks = {name: f"n{number}" for number, name in enumerate(amounts)}
        values = {f":{mark}": {"N": str(amounts[name])} for name, mark in marks.items()}
        values[":expires"] = _expires(now, COUNTS_KEPT)
        conditional: dict[str, Any] = {}
        if limits:
            conditions = []
            for charge in limits:
                mark = marks[charge.name]
                values[f":most_{mark}"] = {"N": str(charge.limit - charge.amount)}
                conditions.append(f"(attribute_not_exists(#{mark}) OR #{mark} <= :most_{mark})")
            conditional = {
                "ConditionExpression": " AND ".join(conditions),
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        adds = ", ".join(f"#{mark} :{mark}" for mark in marks.values())
        answer = with_retries(
            self.client.update_item,
            TableName=self.texts,
            Key=_key(self.phones.newest(whose), f"day#{now:%Y-%m-%d}"),
            UpdateExpression=f"ADD {adds} SET expires = :expires",
            ExpressionAttributeNames={f"#{mark}": name for name, mark in marks.items()},
            ExpressionAttributeValues=values,
            ReturnValues="UPDATED_NEW",
            **conditional,
        )
        return {name: int(answer["Attributes"][name]["N"]) for name in amounts}

    def note_hint(self, phone: str, most: Mapping[timedelta, int]) -> bool:
        """One GetItem and one PutItem; False too where others keep noting hints at the same time.

        The item has the times of the hints of the longest period.
        """
        now, pk = self.clock(), self.phones.newest(f"number#{phone}")
        for _ in range(MAX_HINT_TRIES):
            item = self._get(pk, "hints")
            times = [moment(int(at)) for at in item["times"]["NS"]] if item else []
            if any(sum(at > now - period for at in times) >= most[period] for period in most):
                return False
            kept = {milliseconds(at) for at in times if at > now - max(most)}
            # A set has each moment once.
            own = next(at for at in count(milliseconds(now)) if at not in kept)
            if self._note_hints(pk, kept | {own}, item):
                return True
        return False

    def _note_hints(self, pk: str, times: set[int], before: AttributeMap | None) -> bool:
        """Replace the times of hints; False where they have changed since they were read."""
        item: dict[str, Any] = {
            **_key(pk, "hints"),
            "times": {"NS": [str(at) for at in sorted(times)]},
            "expires": _expires(self.clock(), COUNTS_KEPT),
        }
        names, condition = {"#times": "times"}, "attribute_not_exists(#times)"
        seen: dict[str, Any] = {}
        if before:
            condition = "#times = :seen"
            seen = {"ExpressionAttributeValues": {":seen": {"NS": before["times"]["NS"]}}}
        return accepted(
            self.client.put_item,
            TableName=self.texts,
            Item=item,
            ConditionExpression=condition,
            ExpressionAttributeNames=names,
            **seen,
        )

    def count_text_in(self, phone: str, *, books: bool) -> TextsIn:
        """One UpdateItem, whatever is counted."""
        now = self.clock()
        names = {"#in": "in", "#day": "books", "#hour": f"books_{now:%H}"}
        answer = with_retries(
            self.client.update_item,
            TableName=self.texts,
            Key=_key(self.phones.newest(f"number#{phone}"), f"day#{now:%Y-%m-%d}"),
            UpdateExpression="ADD #in :one, #day :books, #hour :books SET expires = :expires",
            ExpressionAttributeNames=names,
            ExpressionAttributeValues={
                ":one": {"N": "1"},
                ":books": {"N": str(int(books))},
                ":expires": _expires(now, COUNTS_KEPT),
            },
            ReturnValues="ALL_NEW",
        )
        counts = answer["Attributes"]
        return TextsIn(*(int(counts[names[name]]["N"]) for name in ("#in", "#hour", "#day")))

    def keep(self, order: OrderId, identity: str, text: KeptText) -> None:
        """One PutItem if absent."""
        item = {
            **_key(f"kept#{order}", identity),
            "at": {"N": str(milliseconds(text.at))},
            "phone": {"S": text.phone},
            "kind": {"S": text.kind},
            "language": {"S": text.language},
            "facts": {"S": json.dumps(dict(text.facts), ensure_ascii=False)},
            **moments(life=text.life),
            "expires": _expires(text.at),
        }
        put_if_absent(self.client, self.texts, item)

    def kept(self, order: OrderId) -> Sequence[KeptText]:
        """One Query."""
        answer = with_retries(
            self.client.query,
            TableName=self.texts,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": f"kept#{order}"}},
            ConsistentRead=True,
        )
        return sorted(map(_kept_text, answer["Items"]), key=lambda text: text.at)

    # ── what earlier versions of Baylock wrote ───────────────────────────────────────────────

    def plain_keys(self) -> Iterator[str]:
        """A Scan, each page when it is needed; partition and sort key with a line break between."""
        items = paginate(
            self.client.scan,
            TableName=self.texts,
            FilterExpression="begins_with(pk, :plain)",
            ProjectionExpression="pk, sk",
            ExpressionAttributeValues={":plain": {"S": PLAIN}},
        )
        return (f"{item['pk']['S']}\n{item['sk']['S']}" for item in items)

    def hash_key(self, key: str) -> None:
        """A GetItem, a PutItem if absent, and a DeleteItem."""
        pk, _, sk = key.partition("\n")
        item = self._get(pk, sk)
        if item is None:
            return
        hashed = {**item, "pk": {"S": self.phones.newest(pk)}}
        put_if_absent(self.client, self.texts, hashed)
        with_retries(self.client.delete_item, TableName=self.texts, Key=_key(pk, sk))

    def _get(self, pk: str, sk: str) -> AttributeMap | None:
        answer = with_retries(
            self.client.get_item,
            TableName=self.texts,
            Key=_key(pk, sk),
            ConsistentRead=True,
        )
        return answer.get("Item")


def _key(pk: str, sk: str) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def _kept_text(item: AttributeMap) -> KeptText:
    at, phone = moment(int(item["at"]["N"])), item["phone"]["S"]
    if "text" in item:
        return KeptText(at, phone, text=item["text"]["S"])
    return KeptText(
        at,
        phone,
        item["kind"]["S"],
        item["language"]["S"],
        json.loads(item["facts"]["S"]),
        read_moment(item, "life"),
    )


def _reply(item: AttributeMap) -> Reply:
    return Reply(
        phone=item["phone"]["S"],
        kind=item["kind"]["S"] if "kind" in item else None,
        language=item["language"]["S"],
        order=OrderId(item["order"]["S"]) if "order" in item else None,
        merchant=merchant_of_columns(item["merchant"]["M"]) if "merchant" in item else None,
        facts=json.loads(item["facts"]["S"]),
    )


def _is_full(error: ClientError) -> bool:
    """Whether an item would be larger than DynamoDB's 400 KB."""
    said = error.response["Error"]
    return said.get("Code") == "ValidationException" and "Item size" in said.get("Message", "")


def _amounts(charges: Sequence[Charge]) -> dict[str, int]:
    return {charge.name: charge.amount for charge in charges}


def _expires(after: datetime, kept: timedelta = KEPT) -> dict[str, Any]:
    return {"N": str(int((after + kept).timestamp()))}
