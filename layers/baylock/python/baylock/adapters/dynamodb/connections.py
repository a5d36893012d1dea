"""Connections to booking systems, in a table of their own: no other function reads the secrets.

Keys, all below `connection#<id>`: `connection` → the connection; `booking#<id>` → the reference of
a rescheduled booking; `after#<id>` → the booking that replaced this one; `series#<series>` → the
references of a series; `trouble#<hour>#<outcome>` → a count of bookings without a space.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from botocore.exceptions import ClientError
from pynamodb.attributes import UnicodeAttribute, UnicodeSetAttribute
from pynamodb.models import Model

from baylock.adapters.dynamodb.client import (
    AttributeMap,
    MomentAttribute,
    accepted,
    failed_condition,
    from_item,
    milliseconds,
    moment,
    paginate,
    read_moment,
    with_retries,
)
from baylock.adapters.dynamodb.merchant_columns import merchant_id
from baylock.domain.booking.booking import Reference
from baylock.domain.connect.connection import (
    TROUBLES_KEPT,
    AppointmentOutcome,
    Connection,
    ConnectionId,
    LastWebhook,
    Questions,
    System,
    Trouble,
    hour_of,
)

if TYPE_CHECKING:
    from baylock.adapters.dynamodb.client import Client


class ConnectionItem(Model):
    """`connection#<id>` / `connection`."""

    SK = "connection"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    system = UnicodeAttribute()
    mall = UnicodeAttribute()
    merchant = UnicodeAttribute()
    tenancy = UnicodeAttribute(null=True)
    url = UnicodeAttribute()
    parking_question = UnicodeAttribute()
    plate_question = UnicodeAttribute(null=True)
    phone_question = UnicodeAttribute(null=True)
    secret = UnicodeAttribute(null=True)
    created_at = MomentAttribute()
    heard_at = MomentAttribute(null=True)
    outcome = UnicodeAttribute(null=True)
    locations = UnicodeSetAttribute(null=True)

    @staticmethod
    def key(id_: ConnectionId) -> str:
        """The partition of a connection."""
        return f"connection#{id_}"

    @classmethod
    def from_domain(cls, connection: Connection) -> Self:
        """The item of a connection."""
        last = connection.last_webhook
        return cls(
            pk=cls.key(connection.id),
            sk=cls.SK,
            system=connection.system.value,
            mall=connection.merchant.mall,
            merchant=connection.merchant.merchant,
            tenancy=connection.merchant.tenancy or None,
            url=connection.url,
            parking_question=connection.questions.parking,
            plate_question=connection.questions.plate,
            phone_question=connection.questions.phone,
            secret=connection.secret or None,
            created_at=connection.created_at,
            heard_at=last and last.at,
            outcome=last and last.outcome.value,
            locations=set(connection.locations) or None,
        )

    def to_domain(self) -> Connection:
        """The connection of this item."""
        heard = (
            LastWebhook(self.heard_at, AppointmentOutcome(self.outcome)) if self.outcome else None
        )
        return Connection(
            id=ConnectionId(self.pk.removeprefix("connection#")),
            system=System(self.system),
            merchant=merchant_id(self.mall, self.merchant, self.tenancy),
            url=self.url,
            questions=Questions(self.parking_question, self.plate_question, self.phone_question),
            created_at=self.created_at,
            secret=self.secret or "",
            last_webhook=heard,
            locations=frozenset(self.locations or ()),
        )


@dataclass(frozen=True)
class DynamoDBConnections:
    """The Connections port. `table` is the name of a table with the string keys `pk` and `sk`."""

    client: Client
    table: str

    def find(self, id_: ConnectionId) -> Connection | None:
        """One GetItem."""
        item = self._get(id_, ConnectionItem.SK)
        return from_item(ConnectionItem, item).to_domain() if item else None

    def save(self, connection: Connection) -> None:
        """One PutItem."""
        item = ConnectionItem.from_domain(connection).serialize()
        with_retries(self.client.put_item, TableName=self.table, Item=item)

    def remove(self, id_: ConnectionId) -> bool:
        """One DeleteItem; references expire by themselves."""
        answer = with_retries(
            self.client.delete_item,
            TableName=self.table,
            Key=_key(id_, ConnectionItem.SK),
            ReturnValues="ALL_OLD",
        )
        return "Attributes" in answer

    def every(self) -> Sequence[Connection]:
        """A Scan."""
        found = paginate(
            self.client.scan,
            TableName=self.table,
            FilterExpression="sk = :connection",
            ExpressionAttributeValues={":connection": {"S": ConnectionItem.SK}},
            ConsistentRead=True,
        )
        connections = [from_item(ConnectionItem, item).to_domain() for item in found]
        return sorted(connections, key=lambda connection: (connection.created_at, connection.id))

    def reference(self, id_: ConnectionId, booking: str) -> Reference | None:
        """One GetItem."""
        item = self._get(id_, f"booking#{booking}")
        return Reference(item["reference"]["S"]) if item else None

    def keep_reference(
        self, id_: ConnectionId, booking: str, reference: Reference, until: datetime
    ) -> None:
        """One PutItem."""
        item = {
            **_key(id_, f"booking#{booking}"),
            "reference": {"S": reference},
            "expires": _seconds(until),
        }
        with_retries(self.client.put_item, TableName=self.table, Item=item)

    def take_over(self, id_: ConnectionId, was: str, by: str, until: datetime) -> bool:
        """One UpdateItem, if nobody else was there first."""
        return accepted(
            self.client.update_item,
            TableName=self.table,
            Key=_key(id_, f"after#{was}"),
            UpdateExpression="SET successor = :by, expires = :until",
            ConditionExpression="attribute_not_exists(pk) OR successor = :by",
            ExpressionAttributeValues={":by": {"S": by}, ":until": _seconds(until)},
        )

    def successor(self, id_: ConnectionId, booking: str) -> str | None:
        """One GetItem."""
        item = self._get(id_, f"after#{booking}")
        return item["successor"]["S"] if item else None

    def join_series(
        self, id_: ConnectionId, series: str, reference: Reference, until: datetime
    ) -> datetime | None:
        """One UpdateItem."""
        item = self._update(
            _key(id_, f"series#{series}"),
            "ADD bookings :reference SET expires = :until",
            {":reference": {"SS": [reference]}, ":until": _seconds(until)},
        )
        return read_moment(item, "off_at")

    def end_series(
        self, id_: ConnectionId, series: str, at: datetime, until: datetime
    ) -> frozenset[Reference]:
        """One UpdateItem; where the series was cancelled later already, a GetItem too."""
        item: AttributeMap
        try:
            item = self._update(
                _key(id_, f"series#{series}"),
                "SET off_at = :at, expires = :until",
                {":at": {"N": str(milliseconds(at))}, ":until": _seconds(until)},
                "attribute_not_exists(off_at) OR off_at <= :at",
            )
        except ClientError as error:
            if not failed_condition(error):
                raise
            item = self._get(id_, f"series#{series}") or {}
        return frozenset(map(Reference, item.get("bookings", {}).get("SS", ())))

    def note_trouble(
        self, id_: ConnectionId, outcome: AppointmentOutcome, booking: str, at: datetime
    ) -> None:
        """One UpdateItem: a flood adds to a count, not to the table."""
        self._update(
            _key(id_, f"trouble#{hour_of(at):%Y-%m-%dT%H}#{outcome.value}"),
            "ADD bookings :one SET last_at = :at, booking = :booking, expires = :until",
            {
                ":one": {"N": "1"},
                ":at": {"N": str(milliseconds(at))},
                ":booking": {"S": booking},
                ":until": _seconds(at + TROUBLES_KEPT),
            },
        )

    def troubles(self, id_: ConnectionId) -> Sequence[Trouble]:
        """A Query."""
        found = paginate(
            self.client.query,
            TableName=self.table,
            KeyConditionExpression="pk = :connection AND begins_with(sk, :trouble)",
            ExpressionAttributeValues={
                ":connection": {"S": ConnectionItem.key(id_)},
                ":trouble": {"S": "trouble#"},
            },
            ScanIndexForward=False,
            ConsistentRead=True,
        )
        return [_trouble(item) for item in found]

    def _update(
        self,
        key: dict[str, Any],
        expression: str,
        values: dict[str, Any],
        condition: str | None = None,
    ) -> AttributeMap:
        only_if: dict[str, Any] = {"ConditionExpression": condition} if condition else {}
        answer = with_retries(
            self.client.update_item,
            TableName=self.table,
            Key=key,
            UpdateExpression=expression,
            ExpressionAttributeValues=values,
            ReturnValues="ALL_NEW",
            **only_if,
        )
        return answer["Attributes"]

    def note_webhook(self, id_: ConnectionId, last: LastWebhook) -> None:
        """One UpdateItem, if the connection is there."""
        accepted(
            self.client.update_item,
            TableName=self.table,
            Key=_key(id_, ConnectionItem.SK),
            UpdateExpression="SET heard_at = :at, outcome = :outcome",
            ConditionExpression="attribute_exists(pk)",
            ExpressionAttributeValues={
                ":at": {"N": str(milliseconds(last.at))},
                ":outcome": {"S": last.outcome.value},
            },
        )

    def _get(self, id_: ConnectionId, sk: str) -> AttributeMap | None:
        answer = with_retries(
            self.client.get_item, TableName=self.table, Key=_key(id_, sk), ConsistentRead=True
        )
        return answer.get("Item")


def _key(id_: ConnectionId, sk: str) -> dict[str, Any]:
    return {"pk": {"S": ConnectionItem.key(id_)}, "sk": {"S": sk}}


def _seconds(at: datetime) -> dict[str, str]:
    return {"N": str(int(at.timestamp()))}


def _trouble(item: AttributeMap) -> Trouble:
    at = moment(int(item["last_at"]["N"]))
    outcome = AppointmentOutcome(item["sk"]["S"].rpartition("#")[2])
    return Trouble(hour_of(at), outcome, int(item["bookings"]["N"]), at, item["booking"]["S"])
