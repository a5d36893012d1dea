"""Merchants' signatures under texts and their PINs, in the table of texts.

Keys: `merchant#<merchant_key>` with `text_key`, which has the PIN too, and with `signed#<digest>`
for each signed text that was used. What was used is kept for good: a text such as
`PARK ref:A1 19:15` could be meant on any day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from baylock.adapters.dynamodb.client import (
    AttributeMap,
    accepted,
    milliseconds,
    moments,
    put_if_absent,
    read_moment,
    with_retries,
)
from baylock.domain.texting.signature import WRONG_PINS_COUNT_FOR, Pin, TextKey
from baylock.domain.venue.keys import merchant_key
from baylock.domain.venue.mall import MerchantId

if TYPE_CHECKING:
    from baylock.adapters.dynamodb.client import Client


@dataclass(frozen=True)
class DynamoDBSignatures:
    """The Signatures port. `texts` is the table's name."""

    client: Client
    texts: str

    def text_key(self, merchant: MerchantId) -> TextKey:
        """One GetItem."""
        answer = with_retries(
            self.client.get_item,
            TableName=self.texts,
            Key=_key(merchant, "text_key"),
            ConsistentRead=True,
        )
        item = answer.get("Item")
        if item is None:
            return TextKey()
        return TextKey(
            int(item["generation"]["N"]),
            int(item["oldest"]["N"]),
            item["demanded"]["BOOL"],
            _pin(item),
            read_moment(item, "made_at"),
            read_moment(item, "older_made_at"),
        )

    def save_text_key(self, merchant: MerchantId, key: TextKey) -> None:
        """One PutItem."""
        item: dict[str, Any] = {
            **_key(merchant, "text_key"),
            "generation": {"N": str(key.generation)},
            "oldest": {"N": str(key.oldest)},
            "demanded": {"BOOL": key.demanded},
            **moments(made_at=key.made_at, older_made_at=key.older_made_at),
        }
        if key.pin:
            item["pin"] = {"B": key.pin.digest}
            item["pin_salt"] = {"B": key.pin.salt}
            item["pin_demanded"] = {"BOOL": key.pin.demanded}
        with_retries(self.client.put_item, TableName=self.texts, Item=item)

    def count_wrong_pin(self, merchant: MerchantId, now: datetime) -> None:
        """One UpdateItem, or two for the first in an hour; more where several come first."""
        times = {
            ":one": {"N": "1"},
            ":from": {"N": str(milliseconds(now - WRONG_PINS_COUNT_FOR))},
        }
        ours = {"TableName": self.texts, "Key": _key(merchant, "text_key")}

        def count() -> bool:
            return accepted(
                self.client.update_item,
                **ours,
                UpdateExpression="ADD wrong_pins :one",
                ConditionExpression="wrong_since > :from",
                ExpressionAttributeValues=times,
            )

        def count_first() -> bool:
            return accepted(
                self.client.update_item,
                **ours,
                UpdateExpression="SET wrong_pins = :one, wrong_since = :now",
                ConditionExpression="attribute_exists(pin) AND "
                "(attribute_not_exists(wrong_since) OR wrong_since <= :from)",
                ExpressionAttributeValues={**times, ":now": {"N": str(milliseconds(now))}},
            )

        if not count() and not count_first():
            # Another was the first at the same moment, or there is no PIN.
            count()

    def right_pin(self, merchant: MerchantId, pin: Pin, now: datetime) -> bool:
        """One UpdateItem."""
        values = {
            ":now": {"N": str(milliseconds(now))},
            ":pin": {"B": pin.digest},
        }
        uncounted = "attribute_not_exists(wrong_since)"
        if pin.wrong_since:
            uncounted = "wrong_pins = :wrong AND wrong_since = :since"
            values[":wrong"] = {"N": str(pin.wrong)}
            values[":since"] = {"N": str(milliseconds(pin.wrong_since))}
        return accepted(
            self.client.update_item,
            TableName=self.texts,
            Key=_key(merchant, "text_key"),
            UpdateExpression="SET right_pin_at = :now",
            ConditionExpression=f"pin = :pin AND {uncounted}",
            ExpressionAttributeValues=values,
        )

    def used_by(self, merchant: MerchantId, digest: str) -> str | None:
        """One GetItem."""
        answer = with_retries(
            self.client.get_item,
            TableName=self.texts,
            Key=_key(merchant, f"signed#{digest}"),
            ConsistentRead=True,
        )
        item = answer.get("Item")
        return item["message"]["S"] if item else None

    def use(self, merchant: MerchantId, digest: str, message: str) -> None:
        """One PutItem if absent."""
        put_if_absent(
            self.client,
            self.texts,
            {**_key(merchant, f"signed#{digest}"), "message": {"S": message}},
        )


def _pin(item: AttributeMap) -> Pin | None:
    if "pin" not in item:
        return None
    return Pin(
        item["pin_salt"]["B"],
        item["pin"]["B"],
        item["pin_demanded"]["BOOL"],
        int(item["wrong_pins"]["N"]) if "wrong_pins" in item else 0,
        read_moment(item, "wrong_since"),
    )


def _key(merchant: MerchantId, sk: str) -> dict[str, Any]:
    return {"pk": {"S": f"merchant#{merchant_key(merchant)}"}, "sk": {"S": sk}}
