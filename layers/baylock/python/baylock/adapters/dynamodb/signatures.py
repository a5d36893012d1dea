"""Merchants' signatures under texts, in the table of texts.

Keys: `merchant#<mall>/<ref>` with `text_key`, and with `signed#<digest>` for each that was used.
What was used is kept for good: a text such as `PARK ref:A1 19:15` could be meant on any day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from baylock.adapters.dynamodb.client import milliseconds, moment, put_if_absent, with_retries
from baylock.domain.texting.signature import TextKey
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
            *(
                moment(int(item[name]["N"])) if name in item else None
                for name in ("made_at", "older_made_at")
            ),
        )

    def save_text_key(self, merchant: MerchantId, key: TextKey) -> None:
        """One PutItem."""
        item: dict[str, Any] = {
            **_key(merchant, "text_key"),
            "generation": {"N": str(key.generation)},
            "oldest": {"N": str(key.oldest)},
            "demanded": {"BOOL": key.demanded},
            **({"made_at": {"N": str(milliseconds(key.made_at))}} if key.made_at else {}),
            **(
                {"older_made_at": {"N": str(milliseconds(key.older_made_at))}}
                if key.older_made_at
                else {}
            ),
        }
        with_retries(self.client.put_item, TableName=self.texts, Item=item)

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


def _key(merchant: MerchantId, sk: str) -> dict[str, Any]:
    return {"pk": {"S": f"merchant#{merchant.mall}/{merchant.merchant}"}, "sk": {"S": sk}}
