"""The orders to which links lead, in the table of texts: `link#<SHA-256 of the token>` / `link`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from baylock.adapters.dynamodb.client import with_retries
from baylock.domain.booking.booking import OrderId
from baylock.domain.booking.window import MAX_WINDOW
from baylock.domain.orders.order import Order

if TYPE_CHECKING:
    from baylock.adapters.dynamodb.client import Client

KEPT_AFTER_THE_END = timedelta(days=1)


@dataclass(frozen=True)
class DynamoDBLinks:
    """The Links port. `texts` is the table's name."""

    client: Client
    texts: str

    def note(self, digest: str, order: Order) -> None:
        """One PutItem, forgotten a day after the latest end that the window can be given."""
        expires = order.claim.window.start + MAX_WINDOW + KEPT_AFTER_THE_END
        item: dict[str, Any] = {
            **_key(digest),
            "order": {"S": order.id},
            "expires": {"N": str(int(expires.timestamp()))},
        }
        with_retries(self.client.put_item, TableName=self.texts, Item=item)

    def order(self, digest: str) -> OrderId | None:
        """One GetItem."""
        answer = with_retries(
            self.client.get_item, TableName=self.texts, Key=_key(digest), ConsistentRead=True
        )
        item = answer.get("Item")
        return OrderId(item["order"]["S"]) if item else None


def _key(digest: str) -> dict[str, dict[str, str]]:
    return {"pk": {"S": f"link#{digest}"}, "sk": {"S": "link"}}
