"""Malls and merchants in DynamoDB, in the items of `venue_items`.

A mall changes by one write, of the item that points at its current version. The version that it
replaces stays until the next import, for readers that have read the pointer but not yet the items.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from baylock.adapters.dynamodb.client import (
    AttributeMap,
    accepted,
    failed_condition,
    from_item,
    paginate,
    with_retries,
)
from baylock.adapters.dynamodb.merchant_columns import merchant_columns
from baylock.adapters.dynamodb.venue_items import (
    FORMER_PREFIX,
    LotChunkItem,
    MallItem,
    MerchantItem,
    PhoneItem,
    RefHistoryItem,
    SupplementItem,
    former_key,
    lots_prefix,
    merchants_prefix,
    plans_prefix,
)
from baylock.adapters.dynamodb.venue_table import FIRST_WRITTEN, mall_key, tenancies_key
from baylock.domain.errors import NoSuchMall, NotAMerchant
from baylock.domain.venue.mall import (
    Mall,
    MallRef,
    Merchant,
    MerchantId,
    MerchantRef,
    MerchantSupplement,
    Tenancy,
)
from baylock.domain.venue.sandbox_ref import is_sandbox
from baylock.domain.venue.tenancy import RefHistory, walks_as_left
from baylock.ports.clock import Clock

if TYPE_CHECKING:
    from baylock.adapters.dynamodb.client import Client

OLDEST = timedelta(minutes=1)
"""How long a mall's version is used before it is read again."""
OLDEST_FOR_A_MALL = timedelta(seconds=50)
"""Shorter than for a merchant: a caller that reads a mall and then its merchant never gets two
versions, as the second read comes too soon for another look at the pointer."""

A_BATCH = 25
"""The most that one BatchWriteItem takes."""


@dataclass(slots=True)
class _Known:
    """A version as this process knows it; its parts are read on demand."""

    item: MallItem
    looked_at: datetime
    mall: Mall | None = None
    merchants: dict[MerchantRef, Merchant] = field(default_factory=dict)


@dataclass(frozen=True)
class DynamoDBVenues:
    """The Venues port. `table` is the name of a table with the string keys `pk` and `sk`."""

    client: Client
    table: str
    clock: Clock
    _known: dict[MallRef, _Known] = field(default_factory=dict, repr=False, compare=False)

    # ── malls and merchants ──────────────────────────────────────────────────────────────────────

    def mall(self, ref: MallRef) -> Mall:
        """From this process's memory, or one Query for all of it."""
        for oldest in (OLDEST_FOR_A_MALL, timedelta(0)):
            known = self._version(ref, oldest)
            if known.mall is not None:
                return known.mall
            chunks = [
                from_item(LotChunkItem, item)
                for item in self._query(ref, lots_prefix(known.item.version))
            ]
            if len(chunks) == known.item.chunks:
                chunks.sort(key=lambda chunk: chunk.place)
                known.mall = known.item.to_domain(ref, chunks)
                return known.mall
            # Two imports since the last read: this version is gone, but a newer one exists.
        raise NoSuchMall

    def mall_refs(self) -> Sequence[MallRef]:
        """Every mall but sandboxes, by a scan: for operators' commands, which are rare."""
        return sorted(ref for ref in self.every_ref() if not is_sandbox(ref))

    def every_ref(self) -> Iterator[MallRef]:
        """A scan, each page when it is needed: a page may take a good part of a second."""
        items = paginate(
            self.client.scan,
            TableName=self.table,
            FilterExpression="sk = :mall",
            ExpressionAttributeValues={":mall": {"S": MallItem.SK}},
            ProjectionExpression="pk",
        )
        return (MallRef(item["pk"]["S"].removeprefix(mall_key(MallRef("")))) for item in items)

    def merchant(self, who: MerchantId, *, anew: bool = False) -> Merchant:
        """From this process's memory, or one GetItem.

        Where the ref has another tenant there, the pointer is read again: this one may be newer.
        """
        for oldest in (timedelta(0),) if anew else (OLDEST, timedelta(0)):
            merchant = self.merchant_at(who.mall, who.merchant, oldest)
            if merchant.tenancy == who.tenancy:
                return merchant
        raise NotAMerchant

    def merchant_at(self, mall: MallRef, ref: MerchantRef, oldest: timedelta = OLDEST) -> Merchant:
        """As `merchant`."""
        try:
            return self._merchant(self._version(mall, oldest), mall, ref)
        except NoSuchMall:
            raise NotAMerchant from None

    def merchant_then(self, who: MerchantId) -> Merchant:
        """As `merchant`; one GetItem more for one that has left its ref."""
        try:
            return self.merchant(who)
        except NotAMerchant:
            item = self._item(mall_key(who.mall), former_key(who))
            if item is None:
                raise
        former = from_item(MerchantItem, item).to_domain()
        try:
            walks = self.merchant_at(who.mall, who.merchant).walks
        except NotAMerchant:
            walks = walks_as_left(former, self.mall(who.mall))
        return replace(former, walks=walks)

    def former(self, ref: MallRef) -> Sequence[MerchantId]:
        """One Query of keys."""
        found = self._query(ref, FORMER_PREFIX, ProjectionExpression="sk")
        parts = (item["sk"]["S"].removeprefix(FORMER_PREFIX).partition("#") for item in found)
        return [MerchantId(ref, MerchantRef(own), Tenancy(tenancy)) for tenancy, _, own in parts]

    def _merchant(self, known: _Known, mall: MallRef, ref: MerchantRef) -> Merchant:
        merchant = known.merchants.get(ref)
        if merchant is None:
            item = self._item(mall_key(mall), merchants_prefix(known.item.version) + ref)
            if item is None:
                raise NotAMerchant
            merchant = from_item(MerchantItem, item).to_domain()
            known.merchants[ref] = merchant
        return merchant

    def merchant_with_phone(self, phone: str) -> MerchantId | None:
        """Only if the merchant has this number in the current version of its mall too."""
        owner = self._owner(phone)
        for oldest in (OLDEST, timedelta(0)):
            if owner is not None:
                try:
                    known = self.merchant_at(owner.mall, owner.merchant, oldest)
                except NotAMerchant:
                    continue
                if (known.phone, known.tenancy) == (phone, owner.tenancy):
                    return owner
        return None

    def merchants(self, ref: MallRef) -> Iterable[Merchant]:
        """All merchants of a mall, by ref."""
        known = self._version(ref, OLDEST)
        return self._merchants(ref, known.item.version)

    def _merchants(self, ref: MallRef, version: str) -> list[Merchant]:
        items = self._query(ref, merchants_prefix(version))
        return [from_item(MerchantItem, item).to_domain() for item in items]

    def _version(self, ref: MallRef, oldest: timedelta) -> _Known:
        now = self.clock()
        known = self._known.get(ref)
        if known is not None and now - known.looked_at < oldest:
            return known
        item = self._mall_item(ref)
        if item is None:
            self._known.pop(ref, None)
            raise NoSuchMall
        if known is None or known.item.version != item.version:
            known = self._known[ref] = _Known(item, now)
        known.looked_at = now
        return known

    def _mall_item(self, ref: MallRef) -> MallItem | None:
        item = self._item(mall_key(ref), MallItem.SK)
        return from_item(MallItem, item) if item else None

    # ── importing ────────────────────────────────────────────────────────────────────────────────

    def save(self, mall: Mall, merchants: Collection[Merchant]) -> None:
        """Writes the version, claims its phones, then points at it, and tidies up last.

        A number counts only if the current version has it too, so claiming it before the version is
        current has no effect yet, and a failed claim leaves all as it was.
        """
        old = self._mall_item(mall.ref)
        if old is not None and mall.version in (old.version, old.previous):
            raise ValueError(f"version {mall.version!r} of mall {mall.ref} is not new")
        claims = _claims(mall, merchants)
        owners = self._owners(claims)
        chunks = list(LotChunkItem.of_mall(mall))
        items = [chunk.serialize() for chunk in chunks]
        items += [MerchantItem.from_domain(mall, merchant).serialize() for merchant in merchants]
        self._write({"PutRequest": {"Item": item}} for item in items)
        self._claim(claims, owners)
        pointer = MallItem.from_domain(mall, len(chunks), old)
        self._point(pointer, old)
        self._known.pop(mall.ref, None)
        if old is not None:
            self._release(mall.ref, old.version, claims)
            if old.previous is not None:
                self._forget(mall.ref, old.previous)

    def _owners(self, claims: Mapping[str, MerchantId]) -> Mapping[str, MerchantId | None]:
        """The present owners of the numbers; ValueError where that is another mall's merchant."""
        owners: dict[str, MerchantId | None] = {}
        taken: list[str] = []
        for phone, who in claims.items():
            owners[phone] = owner = self._owner(phone)
            if owner and owner.mall != who.mall and self.merchant_with_phone(phone):
                taken.append(f"{who.merchant}'s is that of {owner.merchant} of mall {owner.mall}")
        if taken:
            raise ValueError("phones are another mall's already: " + "; ".join(taken))
        return owners

    def _claim(
        self, claims: Mapping[str, MerchantId], owners: Mapping[str, MerchantId | None]
    ) -> None:
        claimed: list[str] = []
        for phone, who in claims.items():
            owner = owners[phone]
            if owner == who:
                continue
            item = PhoneItem.from_domain(phone, who).serialize()
            try:
                with_retries(
                    self.client.put_item, TableName=self.table, Item=item, **_if_still(owner)
                )
            except ClientError as error:
                if not failed_condition(error):
                    raise
                for mine in claimed:
                    self._delete(PhoneItem.key(mine), PhoneItem.SK, _if_still(claims[mine]))
                raise ValueError(
                    f"the phone of {who.merchant} has become another mall's merchant's"
                ) from error
            if owner is None:
                claimed.append(phone)

    def _point(self, pointer: MallItem, old: MallItem | None) -> None:
        condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(pk)"}
        if old is not None:
            condition = {
                "ConditionExpression": "version = :old",
                "ExpressionAttributeValues": {":old": {"S": old.version}},
            }
        try:
            with_retries(
                self.client.put_item,
                TableName=self.table,
                Item=pointer.serialize(),
                **condition,
            )
        except ClientError as error:
            if failed_condition(error):
                raise ValueError("the mall was imported by somebody else meanwhile") from error
            raise

    def _release(self, ref: MallRef, version: str, claims: Mapping[str, MerchantId]) -> None:
        for merchant in self._merchants(ref, version):
            if merchant.phone and merchant.phone not in claims:
                mine = _if_still(merchant.id_in(ref))
                self._delete(PhoneItem.key(merchant.phone), PhoneItem.SK, mine)

    def _forget(self, ref: MallRef, version: str) -> None:
        items = [
            item
            for prefix in (lots_prefix(version), merchants_prefix(version), plans_prefix(version))
            for item in self._query(ref, prefix, ProjectionExpression="pk, sk")
        ]
        self._write({"DeleteRequest": {"Key": item}} for item in items)

    # ── refs that were left ──────────────────────────────────────────────────────────────────────

    def remembers(self, ref: MallRef) -> bool:
        """One GetItem."""
        item = self._mall_item(ref)
        return item is None or bool(item.remembers)

    def ref_histories(self, ref: MallRef) -> Mapping[MerchantRef, RefHistory]:
        """One Query."""
        items = paginate(
            self.client.query,
            TableName=self.table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": tenancies_key(ref)}},
            ConsistentRead=True,
        )
        found = (from_item(RefHistoryItem, item).to_domain() for item in items)
        return {one.ref: one for one in found}

    def save_ref_history(self, ref: MallRef, old: RefHistory | None, new: RefHistory) -> None:
        """One conditional PutItem; a response that was lost shows in the item."""
        condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(pk)"}
        if old is not None:
            tenancy = old.tenancy or FIRST_WRITTEN
            condition = {
                "ConditionExpression": "tenancy = :old",
                "ExpressionAttributeValues": {":old": {"S": tenancy}},
            }
        item = RefHistoryItem.from_domain(ref, new).serialize()
        try:
            with_retries(self.client.put_item, TableName=self.table, Item=item, **condition)
        except ClientError as error:
            if not failed_condition(error):
                raise
            if self.ref_histories(ref).get(new.ref) != new:
                raise ValueError(f"{new.ref} was changed by somebody else meanwhile") from error

    def keep_former(self, mall: Mall, merchant: Merchant) -> None:
        """One PutItem."""
        item = MerchantItem.of_former(mall, merchant).serialize()
        with_retries(self.client.put_item, TableName=self.table, Item=item)

    # ── supplements to the plan ──────────────────────────────────────────────────────────────────

    def supplements(self, ref: MallRef) -> Sequence[MerchantSupplement]:
        """One Query."""
        found = self._query(ref, SupplementItem.PREFIX)
        return [from_item(SupplementItem, item).to_domain() for item in found]

    def save_supplement(self, ref: MallRef, supplement: MerchantSupplement) -> None:
        """One PutItem."""
        item = SupplementItem.from_domain(ref, supplement).serialize()
        with_retries(self.client.put_item, TableName=self.table, Item=item)

    def drop_supplement(self, ref: MallRef, merchant: MerchantRef) -> None:
        """One DeleteItem."""
        self._delete(mall_key(ref), SupplementItem.PREFIX + merchant, {})

    # ── phones ───────────────────────────────────────────────────────────────────────────────────

    def _owner(self, phone: str) -> MerchantId | None:
        item = self._item(PhoneItem.key(phone), PhoneItem.SK)
        return from_item(PhoneItem, item).to_domain() if item else None

    # ── the table ────────────────────────────────────────────────────────────────────────────────

    def _item(self, pk: str, sk: str) -> AttributeMap | None:
        answer = with_retries(
            self.client.get_item,
            TableName=self.table,
            Key={"pk": {"S": pk}, "sk": {"S": sk}},
            ConsistentRead=True,
        )
        return answer.get("Item")

    def _query(self, ref: MallRef, prefix: str, **how: Any) -> Iterator[AttributeMap]:
        return paginate(
            self.client.query,
            TableName=self.table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
            ExpressionAttributeValues={":pk": {"S": mall_key(ref)}, ":prefix": {"S": prefix}},
            ConsistentRead=True,
            **how,
        )

    def _write(self, requests: Iterable[Any]) -> None:
        waiting = list(requests)
        while waiting:
            batch, waiting = waiting[:A_BATCH], waiting[A_BATCH:]
            answer = with_retries(self.client.batch_write_item, RequestItems={self.table: batch})
            left: Sequence[Any] = answer.get("UnprocessedItems", {}).get(self.table, ())
            waiting = [*left, *waiting]

    def _delete(self, pk: str, sk: str, condition: Mapping[str, Any]) -> None:
        """Deletes if the condition holds; otherwise nothing of ours is left to delete."""
        key = {"pk": {"S": pk}, "sk": {"S": sk}}
        accepted(self.client.delete_item, TableName=self.table, Key=key, **condition)


def _claims(mall: Mall, merchants: Iterable[Merchant]) -> dict[str, MerchantId]:
    claims: dict[str, MerchantId] = {}
    for merchant in merchants:
        if merchant.phone is None:
            continue
        if merchant.phone in claims:
            other = claims[merchant.phone].merchant
            raise ValueError(f"{merchant.ref} and {other} have the same phone")
        claims[merchant.phone] = merchant.id_in(mall.ref)
    return claims


def _if_still(owner: MerchantId | None) -> dict[str, Any]:
    """The condition that a number still has the owner that was read."""
    if owner is None:
        return {"ConditionExpression": "attribute_not_exists(pk)"}
    columns = merchant_columns(owner)
    tenancy = "tenancy = :tenancy" if "tenancy" in columns else "attribute_not_exists(tenancy)"
    return {
        "ConditionExpression": f"mall = :mall AND merchant = :merchant AND {tenancy}",
        "ExpressionAttributeValues": {f":{name}": value for name, value in columns.items()},
    }
