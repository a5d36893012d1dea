"""Merchants' API keys in DynamoDB, in the table of venues.

A key is two items: one under its digest, which the authorizer reads, and one under its mall, which
lists it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Self

from pynamodb.attributes import (
    BooleanAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
)
from pynamodb.models import Model

from baylock.adapters.dynamodb.client import (
    MAX_BATCH,
    MomentAttribute,
    accepted,
    batch_get,
    from_item,
    milliseconds,
    paginate,
    with_retries,
)
from baylock.adapters.dynamodb.merchant_columns import merchant_id
from baylock.adapters.dynamodb.venue_table import mall_key, read_tenancy, tenancies_key
from baylock.domain.access.limits import Limits
from baylock.domain.access.merchant_key import MerchantKey
from baylock.domain.venue.mall import FIRST_TENANCY, MallRef, MerchantId, Tenancy

if TYPE_CHECKING:
    from baylock.adapters.dynamodb.client import Client


@dataclass(frozen=True)
class DynamoDBMerchantKeys:
    """The MerchantKeys port. `table` is the name of a table with the string keys `pk` and `sk`."""

    client: Client
    table: str

    def key(self, digest: str) -> MerchantKey | None:
        """One consistent GetItem, never from a cache: a revocation takes effect at once."""
        answer = with_retries(
            self.client.get_item, TableName=self.table, Key=_key(digest), ConsistentRead=True
        )
        item = answer.get("Item")
        return from_item(KeyItem, item).to_domain(digest) if item else None

    def tenancy(self, merchant: MerchantId) -> Tenancy:
        """One consistent GetItem of an item that most refs do not have: half a read unit or one."""
        answer = with_retries(
            self.client.get_item,
            TableName=self.table,
            Key={"pk": {"S": tenancies_key(merchant.mall)}, "sk": {"S": merchant.merchant}},
            ProjectionExpression="tenancy",
            ConsistentRead=True,
        )
        item = answer.get("Item")
        return read_tenancy(item["tenancy"]["S"]) if item else FIRST_TENANCY

    def save_key(self, key: MerchantKey) -> None:
        """Two PutItems, the listing first: every key that works is listed."""
        for item in (KeyOfMallItem.from_domain(key), KeyItem.from_domain(key)):
            with_retries(self.client.put_item, TableName=self.table, Item=item.serialize())

    def keys_of(self, ref: MallRef) -> Sequence[MerchantKey]:
        """A Query of the listings, and a BatchGetItem for each hundred keys."""
        listed = paginate(
            self.client.query,
            TableName=self.table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
            ExpressionAttributeValues={
                ":pk": {"S": mall_key(ref)},
                ":prefix": {"S": KeyOfMallItem.PREFIX},
            },
            ConsistentRead=True,
        )
        keys = [_key(from_item(KeyOfMallItem, item).digest()) for item in listed]
        found = [
            from_item(KeyItem, item).to_domain(item["pk"]["S"].removeprefix(KeyItem.key("")))
            for start in range(0, len(keys), MAX_BATCH)
            for _, item in batch_get(
                self.client,
                {self.table: {"Keys": keys[start : start + MAX_BATCH], "ConsistentRead": True}},
            )
        ]
        return sorted(found, key=lambda key: (key.merchant.merchant, key.created_at, key.digest))

    def revoke_key(self, digest: str, now: datetime) -> None:
        """Update `revoked_at` alone, so that concurrent writes to the key are kept."""
        self._update(digest, {"revoked_at": milliseconds(now)}, "attribute_not_exists(revoked_at)")

    def limit_key(self, digest: str, limits: Limits) -> None:
        """Update the three limits alone."""
        self._update(digest, asdict(limits))

    def note_key_use(self, digest: str, now: datetime) -> None:
        """Update `used_at` alone, so that a revocation is never undone."""
        earlier = "attribute_not_exists(used_at) OR used_at < :used_at"
        self._update(digest, {"used_at": milliseconds(now)}, earlier)

    def _update(
        self, digest: str, numbers: Mapping[str, int], condition: str = "attribute_exists(pk)"
    ) -> None:
        """Do nothing where the key does not exist or the condition does not hold."""
        accepted(
            self.client.update_item,
            TableName=self.table,
            Key=_key(digest),
            UpdateExpression="SET " + ", ".join(f"{name} = :{name}" for name in numbers),
            ConditionExpression=f"attribute_exists(pk) AND ({condition})",
            ExpressionAttributeValues={
                f":{name}": {"N": str(number)} for name, number in numbers.items()
            },
        )


class KeyItem(Model):
    """`key#<sha256>` / `key`: the merchant of the key with this digest, and the key's scopes."""

    SK = "key"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    mall = UnicodeAttribute()
    merchant = UnicodeAttribute()
    tenancy = UnicodeAttribute(null=True)
    scopes = UnicodeSetAttribute(null=True)
    created_at = MomentAttribute()
    revoked_at = MomentAttribute(null=True)
    ends_at = MomentAttribute(null=True)
    test = BooleanAttribute(null=True)
    note = UnicodeAttribute(null=True)
    used_at = MomentAttribute(null=True)
    burst = NumberAttribute(null=True)
    per_minute = NumberAttribute(null=True)
    per_day = NumberAttribute(null=True)

    @staticmethod
    def key(digest: str) -> str:
        """The partition of a digest."""
        return f"key#{digest}"

    @classmethod
    def from_domain(cls, key: MerchantKey) -> Self:
        """The item of a key."""
        return cls(
            pk=cls.key(key.digest),
            sk=cls.SK,
            mall=key.merchant.mall,
            merchant=key.merchant.merchant,
            tenancy=key.merchant.tenancy or None,
            scopes=set(key.scopes) or None,
            created_at=key.created_at,
            revoked_at=key.revoked_at,
            ends_at=key.expires_at,
            test=key.test or None,
            note=key.note or None,
            used_at=key.used_at,
            **(asdict(key.limits) if key.limits else {}),
        )

    def to_domain(self, digest: str) -> MerchantKey:
        """The key of this item."""
        return MerchantKey(
            digest,
            merchant_id(self.mall, self.merchant, self.tenancy),
            frozenset(self.scopes or ()),
            self.created_at,
            self.revoked_at,
            expires_at=self.ends_at,
            test=bool(self.test),
            note=self.note or "",
            used_at=self.used_at,
            limits=Limits(int(self.burst), int(self.per_minute), int(self.per_day))
            if self.burst
            else None,
        )


class KeyOfMallItem(Model):
    """`mall#<ref>` / `key#<merchant>#<sha256>`: lists a key under its merchant's mall."""

    PREFIX = "key#"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)

    @classmethod
    def from_domain(cls, key: MerchantKey) -> Self:
        """The listing of a key."""
        who = key.merchant
        return cls(pk=mall_key(who.mall), sk=f"{cls.PREFIX}{who.merchant}#{key.digest}")

    def digest(self) -> str:
        """The digest of the listed key."""
        return self.sk.rpartition("#")[2]


def _key(digest: str) -> dict[str, dict[str, str]]:
    return {"pk": {"S": KeyItem.key(digest)}, "sk": {"S": KeyItem.SK}}
