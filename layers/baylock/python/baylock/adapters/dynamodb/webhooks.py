"""Merchants' endpoints and the deliveries to them, in one table.

Keys: the merchant, and `endpoint`, `endpoint#<permit>` or `event#<id>`; `tries#<counted>` and
`tries` for the tests of an hour. Deliveries expire after a month. The index `due` holds waiting
deliveries by `due_at`, in shards.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from heapq import merge
from typing import TYPE_CHECKING, Any
from zlib import crc32

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
from baylock.domain.errors import WebhookChanged
from baylock.domain.venue.keys import quoted_merchant_key
from baylock.domain.venue.mall import MerchantId
from baylock.domain.webhooks.event import Event, EventId, turn_of
from baylock.domain.webhooks.tries import HOUR, Counted, Tries
from baylock.domain.webhooks.webhook import (
    Attempt,
    AttemptOutcome,
    Delivery,
    DeliveryState,
    DisabledReason,
    Endpoint,
    Permit,
    Salt,
    Secret,
)

if TYPE_CHECKING:
    from baylock.adapters.dynamodb.client import Client

KEPT = timedelta(days=30)
DUE_INDEX = "due"
DUE_SHARDS = 4

MAX_OF_ORDER = 50
"""The most events of an order that a delivery looks at."""

_ENDPOINT = "endpoint"
_PERMIT = "endpoint#"
_EVENT = "event#"
_TRIES = "tries"
_TRIES_KEPT = timedelta(days=1)


@dataclass(frozen=True)
class DynamoDBWebhooks:
    """The Webhooks port. `table` is the table's name."""

    client: Client
    table: str

    # ── endpoints ────────────────────────────────────────────────────────────────────────────

    def endpoint(self, merchant: MerchantId) -> Endpoint | None:
        """One strongly consistent Query: the endpoint and its permits, a few kilobytes."""
        found = list(self._endpoint_and_permits(merchant))
        permits = tuple(_permit_of(item) for item in found if item["sk"]["S"] != _ENDPOINT)
        item = next((item for item in found if item["sk"]["S"] == _ENDPOINT), None)
        return _endpoint_of(item, permits or _permits_before(item)) if item else None

    def endpoints(self) -> Iterator[Endpoint]:
        """A Scan for the merchants, then each endpoint."""
        items = paginate(
            self.client.scan,
            TableName=self.table,
            FilterExpression="sk = :endpoint",
            ExpressionAttributeValues={":endpoint": {"S": _ENDPOINT}},
        )
        return (known for item in items if (known := self.endpoint(merchant_of_columns(item))))

    def save_endpoint(self, old: Endpoint | None, new: Endpoint) -> None:
        """One conditional PutItem.

        If the response is lost, the stored item shows whether this very write succeeded.
        """
        item = _endpoint_item(new)
        try:
            with_retries(self.client.put_item, TableName=self.table, Item=item, **_still(old))
        except ClientError as error:
            if not failed_condition(error):
                raise
            if self._get(new.merchant, _ENDPOINT) != item:
                raise WebhookChanged from error

    def remove_endpoint(self, old: Endpoint) -> None:
        """One conditional DeleteItem."""
        try:
            with_retries(
                self.client.delete_item,
                TableName=self.table,
                Key=_key(old.merchant, _ENDPOINT),
                **_still(old),
            )
        except ClientError as error:
            if not failed_condition(error):
                raise
            if self.endpoint(old.merchant) is not None:
                raise WebhookChanged from error
        for item in self._endpoint_and_permits(old.merchant):
            if item["sk"]["S"] != _ENDPOINT:
                with_retries(
                    self.client.delete_item,
                    TableName=self.table,
                    Key={name: item[name] for name in ("pk", "sk")},
                )

    def take_permit(self, merchant: MerchantId, permit: Permit, now: datetime) -> bool:
        """One conditional PutItem; a lost response counts as a permit that another has."""
        return self._put_permit(
            merchant,
            permit,
            "attribute_not_exists(pk) OR #until <= :now",
            {":now": _moment(now)},
            {"#until": "until"},
        )

    def release_permit(self, merchant: MerchantId, permit: Permit) -> None:
        """One conditional PutItem."""
        self._put_permit(
            merchant,
            permit,
            "#event = :event",
            {":event": {"S": permit.event}},
            {"#event": "event"},
        )

    def _put_permit(
        self,
        merchant: MerchantId,
        permit: Permit,
        condition: str,
        values: Mapping[str, Any],
        names: Mapping[str, str],
    ) -> bool:
        return accepted(
            self.client.put_item,
            TableName=self.table,
            Item=_permit_item(merchant, permit),
            ConditionExpression=condition,
            ExpressionAttributeValues=values,
            ExpressionAttributeNames=names,
        )

    def tries(self, what: Counted) -> Tries | None:
        """One strongly consistent GetItem."""
        item = self._item(_tries_key(what))
        return Tries(int(item["hour"]["N"]), int(item["tried"]["N"])) if item else None

    def count_tries(self, what: Counted, old: Tries | None, new: Tries) -> bool:
        """One conditional PutItem; a lost response counts once more, which is on the safe side."""
        ends = datetime.fromtimestamp(new.hour * HOUR.total_seconds(), UTC) + _TRIES_KEPT
        item = {
            **_tries_key(what),
            "hour": {"N": str(new.hour)},
            "tried": {"N": str(new.count)},
            "expires": {"N": str(int(ends.timestamp()))},
        }
        condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(pk)"}
        if old:
            condition = {
                "ConditionExpression": "#hour = :hour AND tried = :tried",
                "ExpressionAttributeNames": {"#hour": "hour"},
                "ExpressionAttributeValues": {
                    ":hour": {"N": str(old.hour)},
                    ":tried": {"N": str(old.count)},
                },
            }
        return accepted(self.client.put_item, TableName=self.table, Item=item, **condition)

    def _endpoint_and_permits(self, merchant: MerchantId) -> Iterator[AttributeMap]:
        return paginate(
            self.client.query,
            TableName=self.table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :endpoint)",
            ExpressionAttributeValues={
                ":pk": {"S": _pk(merchant)},
                ":endpoint": {"S": _ENDPOINT},
            },
            ConsistentRead=True,
        )

    # ── events ───────────────────────────────────────────────────────────────────────────────

    def add_delivery(self, delivery: Delivery) -> None:
        """One PutItem if absent."""
        put_if_absent(self.client, self.table, _delivery_item(delivery))

    def delivery(self, merchant: MerchantId, event: EventId) -> Delivery | None:
        """One strongly consistent GetItem."""
        item = self._get(merchant, _EVENT + event)
        return _delivery_of(item) if item else None

    def earlier(self, delivery: Delivery) -> Sequence[Delivery]:
        """A strongly consistent Query of one page; nothing for the first version of an order."""
        turn = turn_of(delivery.id)
        if turn.version <= 1:
            return ()
        answer = with_retries(
            self.client.query,
            TableName=self.table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :order)",
            ExpressionAttributeValues={
                ":pk": {"S": _pk(delivery.merchant)},
                ":order": {"S": f"{_EVENT}evt_{turn.order}_"},
            },
            ConsistentRead=True,
            ScanIndexForward=False,
            Limit=MAX_OF_ORDER,
        )
        of_order = map(_delivery_of, answer["Items"])
        return [one for one in of_order if turn_of(one.id).comes_before(turn)]

    def deliveries(self, merchant: MerchantId) -> Sequence[Delivery]:
        """A Query of all of a merchant's month."""
        items = paginate(
            self.client.query,
            TableName=self.table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :events)",
            ExpressionAttributeValues={
                ":pk": {"S": _pk(merchant)},
                ":events": {"S": _EVENT},
            },
        )
        found = [_delivery_of(item) for item in items]
        return sorted(found, key=lambda delivery: (delivery.created_at, delivery.id), reverse=True)

    def save_delivery(self, delivery: Delivery) -> None:
        """One PutItem, unconditional: where the same message was queued twice, the last one wins.

        So an event that was delivered may be delivered again, and none is lost.
        """
        with_retries(self.client.put_item, TableName=self.table, Item=_delivery_item(delivery))

    def due_deliveries(self, now: datetime) -> Iterator[Delivery]:
        """A Query per shard, each page when it is needed; then the event itself."""

        def shard(number: int) -> Iterator[tuple[int, str, str]]:
            items = paginate(
                self.client.query,
                TableName=self.table,
                IndexName=DUE_INDEX,
                KeyConditionExpression="due_shard = :shard AND due_at <= :now",
                ExpressionAttributeValues={
                    ":shard": {"N": str(number)},
                    ":now": {"N": str(milliseconds(now))},
                },
            )
            return ((int(item["due_at"]["N"]), item["pk"]["S"], item["sk"]["S"]) for item in items)

        for _, pk, sk in merge(*map(shard, range(DUE_SHARDS))):
            item = self._item({"pk": {"S": pk}, "sk": {"S": sk}})
            if item is None:
                continue
            delivery = _delivery_of(item)
            # The index may lag behind the item.
            if delivery.due_at and delivery.due_at <= now:
                yield delivery

    def requeue(self, delivery: Delivery, now: datetime) -> bool:
        """One conditional UpdateItem."""
        due_at = delivery.handed_out(now).due_at
        if due_at is None or delivery.due_at is None:
            return False
        return accepted(
            self.client.update_item,
            TableName=self.table,
            Key=_key(delivery.merchant, _EVENT + delivery.id),
            UpdateExpression="SET due_at = :later",
            ConditionExpression="due_at = :seen",
            ExpressionAttributeValues={
                ":later": _moment(due_at),
                ":seen": _moment(delivery.due_at),
            },
        )

    def _get(self, merchant: MerchantId, sk: str) -> AttributeMap | None:
        return self._item(_key(merchant, sk))

    def _item(self, key: AttributeMap) -> AttributeMap | None:
        answer = with_retries(
            self.client.get_item, TableName=self.table, Key=key, ConsistentRead=True
        )
        return answer.get("Item")


def _pk(merchant: MerchantId) -> str:
    return quoted_merchant_key(merchant)


def _key(merchant: MerchantId, sk: str) -> dict[str, Any]:
    return {"pk": {"S": _pk(merchant)}, "sk": {"S": sk}}


def _tries_key(what: Counted) -> dict[str, Any]:
    return {"pk": {"S": f"{_TRIES}#{what.name}"}, "sk": {"S": _TRIES}}


def _still(old: Endpoint | None) -> Mapping[str, Any]:
    if old is None:
        return {"ConditionExpression": "attribute_not_exists(pk)"}
    return {
        # One that was removed and set again counts from 1, as the one before did.
        "ConditionExpression": "version = :old AND changed_at = :at",
        "ExpressionAttributeValues": {
            ":old": {"N": str(old.version)},
            ":at": _moment(old.changed_at),
        },
    }


# ── items ────────────────────────────────────────────────────────────────────────────────────────


def _endpoint_item(endpoint: Endpoint) -> dict[str, Any]:
    return {
        **_key(endpoint.merchant, _ENDPOINT),
        **merchant_columns(endpoint.merchant),
        "url": {"S": endpoint.url},
        "secrets": {
            "L": [
                {
                    "M": {
                        "salt": {"S": secret.salt},
                        **moments(until=secret.until, made_at=secret.made_at),
                    }
                }
                for secret in endpoint.secrets
            ]
        },
        "version": {"N": str(endpoint.version)},
        "failures": {"N": str(endpoint.failures)},
        "concurrency": {"N": str(endpoint.concurrency)},
        **({"pending": {"BOOL": True}} if endpoint.pending else {}),
        **(
            {"disabled_why": {"S": endpoint.disabled_reason.value}}
            if endpoint.disabled_reason
            else {}
        ),
        **moments(
            changed_at=endpoint.changed_at,
            rests_until=endpoint.rests_until,
            failing_since=endpoint.failing_since,
            disabled_at=endpoint.disabled_at,
        ),
    }


def _permit_item(merchant: MerchantId, permit: Permit) -> dict[str, Any]:
    return {
        **_key(merchant, f"{_PERMIT}{permit.number}"),
        "event": {"S": permit.event},
        **moments(until=permit.until),
        **_last(permit.last),
    }


def _permit_of(item: AttributeMap) -> Permit:
    return Permit(
        number=int(item["sk"]["S"].removeprefix(_PERMIT)),
        event=EventId(item["event"]["S"]),
        until=moment(int(item["until"]["N"])),
        last=_read_last(item),
    )


def _permits_before(item: AttributeMap) -> tuple[Permit, ...]:
    """The last attempt of an earlier version of Baylock, which had no permits, in a free one."""
    last = _read_last(item)
    return (Permit(0, last.event, last.at, last),) if last else ()


def _endpoint_of(item: AttributeMap, permits: tuple[Permit, ...]) -> Endpoint:
    reason = item.get("disabled_why")
    return Endpoint(
        merchant=merchant_of_columns(item),
        url=item["url"]["S"],
        secrets=tuple(
            Secret(
                Salt(secret["M"]["salt"]["S"]),
                read_moment(secret["M"], "until"),
                read_moment(secret["M"], "made_at"),
            )
            for secret in item["secrets"]["L"]
        ),
        version=int(item["version"]["N"]),
        changed_at=moment(int(item["changed_at"]["N"])),
        permits=permits,
        concurrency=int(item["concurrency"]["N"]) if "concurrency" in item else 1,
        rests_until=read_moment(item, "rests_until"),
        failing_since=read_moment(item, "failing_since"),
        failures=int(item["failures"]["N"]),
        disabled_at=read_moment(item, "disabled_at"),
        disabled_reason=DisabledReason(reason["S"]) if reason else None,
        # Of an earlier version of Baylock, which asked for no proof: it works already.
        pending="pending" in item,
    )


def _delivery_item(delivery: Delivery) -> dict[str, Any]:
    waits = delivery.due_at is not None
    return {
        **_key(delivery.merchant, _EVENT + delivery.id),
        **merchant_columns(delivery.merchant),
        "id": {"S": delivery.id},
        "event": {"S": delivery.event.value},
        "body": {"S": delivery.body},
        "state": {"S": delivery.state.value},
        "attempts": {"N": str(delivery.attempts)},
        "expires": {"N": str(int((delivery.created_at + KEPT).timestamp()))},
        **({"due_shard": {"N": str(crc32(delivery.id.encode()) % DUE_SHARDS)}} if waits else {}),
        **moments(
            created_at=delivery.created_at,
            tried_until=delivery.tried_until,
            not_before=delivery.not_before,
            due_at=delivery.due_at,
        ),
        **_last(delivery.last),
    }


def _delivery_of(item: AttributeMap) -> Delivery:
    return Delivery(
        merchant=merchant_of_columns(item),
        id=EventId(item["id"]["S"]),
        event=Event(item["event"]["S"]),
        body=item["body"]["S"],
        created_at=moment(int(item["created_at"]["N"])),
        tried_until=moment(int(item["tried_until"]["N"])),
        not_before=moment(int(item["not_before"]["N"])),
        due_at=read_moment(item, "due_at"),
        state=DeliveryState(item["state"]["S"]),
        attempts=int(item["attempts"]["N"]),
        last=_read_last(item),
    )


def _last(attempt: Attempt | None) -> dict[str, Any]:
    if attempt is None:
        return {}
    written = {
        "at": milliseconds(attempt.at),
        "event": attempt.event,
        "outcome": attempt.outcome,
        "status": attempt.status,
    }
    return {"last": {"S": json.dumps(written)}}


def _read_last(item: AttributeMap) -> Attempt | None:
    if "last" not in item:
        return None
    read = json.loads(item["last"]["S"])
    outcome = AttemptOutcome(read["outcome"])
    return Attempt(moment(read["at"]), EventId(read["event"]), outcome, read["status"])


def _moment(at: datetime) -> dict[str, Any]:
    return {"N": str(milliseconds(at))}
