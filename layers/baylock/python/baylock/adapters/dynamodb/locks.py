"""Locks as known in the cloud, and the lists of spaces that are out, or have a vehicle on them.

A space whose lock has never reported is in a list of its own (`unheard`).
A vehicle that leaves a space also removes the note of a driver who found the space taken.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from botocore.exceptions import ClientError
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.models import Model

from baylock.adapters.dynamodb.client import (
    MomentAttribute,
    batch_get,
    failed_condition,
    from_item,
    paginate,
    with_retries,
)
from baylock.adapters.dynamodb.zones import found_taken_name, out_key
from baylock.domain.booking.booking import OrderId
from baylock.domain.errors import Busy, LockChanged
from baylock.domain.locks.identity import Identity
from baylock.domain.locks.lock import Alarm, BarrierReport, Fault, Lock, LockReport, Session
from baylock.domain.venue.mall import Lot, LotRef, MallRef, Space, SpaceId, SpaceRef, ThingName

if TYPE_CHECKING:
    from baylock.adapters.dynamodb.client import Client


class LockItem(Model):
    """An item per lock, by its thing name."""

    thing = UnicodeAttribute(hash_key=True)
    mall = UnicodeAttribute()
    lot = UnicodeAttribute()
    space = UnicodeAttribute()
    online = NumberAttribute()
    session_version = NumberAttribute(null=True)
    session_at = MomentAttribute(null=True)
    session_ended = NumberAttribute(null=True)
    session_certificate = UnicodeAttribute(null=True)
    report_version = NumberAttribute(null=True)
    barrier = UnicodeAttribute(null=True)
    order = UnicodeAttribute(null=True)
    vehicle = NumberAttribute(null=True)
    battery = NumberAttribute(null=True)
    fault = UnicodeAttribute(null=True)
    seen_version = NumberAttribute(null=True)
    reported_at = MomentAttribute(null=True)
    received_at = MomentAttribute(null=True)
    alarm = UnicodeAttribute(null=True)
    alarm_version = NumberAttribute(null=True)
    alarm_at = MomentAttribute(null=True)
    alarm_before = UnicodeAttribute(null=True)
    alarm_before_version = NumberAttribute(null=True)
    alarm_before_at = MomentAttribute(null=True)
    identity_ends_at = MomentAttribute(null=True)
    revoked_at = MomentAttribute(null=True)
    awaits = UnicodeAttribute(null=True)
    expected_until = MomentAttribute(null=True)

    @classmethod
    def from_domain(cls, lock: Lock) -> Self:
        """The item of a lock."""
        item = cls(
            thing=lock.thing,
            mall=lock.space.mall,
            lot=lock.space.lot,
            space=lock.space.space,
            online=int(lock.online),
            identity_ends_at=lock.identity.ends_at,
            revoked_at=lock.identity.revoked_at,
            awaits=lock.identity.awaits,
            expected_until=lock.identity.expected_until,
        )
        if lock.session:
            item.session_version = lock.session.version
            item.session_at = lock.session.at
            item.session_ended = int(lock.session.ended)
            item.session_certificate = lock.session.certificate
        if report := lock.report:
            item.report_version = report.version
            item.barrier = report.barrier.value
            item.order = report.order
            item.vehicle = int(report.vehicle)
            item.battery = report.battery
            item.fault = report.fault.value if report.fault else None
            item.seen_version = report.seen_version
            item.reported_at = report.at
            item.received_at = report.received_at
        if alarm := lock.alarm:
            item.alarm = alarm.fault.value
            item.alarm_version = alarm.version
            item.alarm_at = alarm.at
        if before := lock.alarm_before:
            item.alarm_before = before.fault.value
            item.alarm_before_version = before.version
            item.alarm_before_at = before.at
        return item

    def to_domain(self) -> Lock:
        """The lock of this item."""
        return Lock(
            thing=ThingName(self.thing),
            space=SpaceId(MallRef(self.mall), LotRef(self.lot), SpaceRef(self.space)),
            online=bool(self.online),
            session=self._session(),
            report=self._report(),
            alarm=_alarm(self.alarm, self.alarm_version, self.alarm_at),
            alarm_before=_alarm(self.alarm_before, self.alarm_before_version, self.alarm_before_at),
            identity=Identity(
                self.identity_ends_at, self.revoked_at, self.awaits, self.expected_until
            ),
        )

    def _session(self) -> Session | None:
        # PynamoDB's types do not say that what is `null=True` may be None.
        at: datetime | None = self.session_at
        if at is None:
            return None
        ended = bool(self.session_ended)
        return Session(int(self.session_version), at, ended, self.session_certificate)

    def _report(self) -> LockReport | None:
        at: datetime | None = self.reported_at
        if at is None:
            return None
        return LockReport(
            thing=ThingName(self.thing),
            version=int(self.report_version),
            barrier=BarrierReport(self.barrier),
            order=OrderId(self.order) if self.order else None,
            vehicle=bool(self.vehicle),
            battery=int(self.battery),
            fault=Fault(self.fault) if self.fault else None,
            seen_version=int(self.seen_version),
            at=at,
            received_at=self.received_at,
        )


def _alarm(fault: str | None, version: float | None, at: datetime | None) -> Alarm | None:
    return Alarm(Fault(fault), int(version), at) if fault and version is not None and at else None


MAX_TRIES = 6
REGISTERED_AT_ONCE = 99
"""A transaction takes a hundred writes; the last one is that of the lot's list."""

_REGISTERED: Mapping[str, Any] = {"pk": {"S": "#registered"}, "sk": {"S": "-"}}
"""The item of the occupancy table that names the malls whose locks are registered."""

_GUARDS = (
    "report_version",
    "reported_at",
    "received_at",
    "session_version",
    "session_ended",
    "session_at",
    "revoked_at",
    "awaits",
    "expected_until",
)


@dataclass(frozen=True)
class DynamoDBLocks:
    """The Locks port. `locks` and `occupancy` are table names."""

    client: Client
    locks: str
    occupancy: str

    def find(self, thing: ThingName) -> Lock | None:
        """One strongly consistent GetItem."""
        answer = with_retries(
            self.client.get_item,
            TableName=self.locks,
            Key={"thing": {"S": thing}},
            ConsistentRead=True,
        )
        item = answer.get("Item")
        return from_item(LockItem, item).to_domain() if item else None

    def of_lot(self, mall: MallRef, lot: LotRef) -> Iterator[Lock]:
        """A scan: for operators, who ask seldom; an index would cost a write with each report."""
        items = paginate(
            self.client.scan,
            TableName=self.locks,
            FilterExpression="mall = :mall AND lot = :lot",
            ExpressionAttributeValues={":mall": {"S": mall}, ":lot": {"S": lot}},
        )
        return (from_item(LockItem, item).to_domain() for item in items)

    def register(self, mall: MallRef, lot: Lot) -> int:
        """A GetItem of the lot's list and a BatchGet per 99 locks; a transaction for those of them
        that never reported and are not in the list.

        So a large lot that takes longer than its caller has goes on where it was.
        """
        listed = self._unheard(mall, lot.ref)
        spaces = lot.spaces
        return sum(
            self._register(mall, lot.ref, spaces[at : at + REGISTERED_AT_ONCE], listed)
            for at in range(0, len(spaces), REGISTERED_AT_ONCE)
        )

    def _register(
        self, mall: MallRef, lot: LotRef, spaces: Sequence[Space], listed: frozenset[str]
    ) -> int:
        for _ in range(MAX_TRIES):
            known = self._find_each([space.thing for space in spaces])
            silent = [space for space in spaces if not _was_heard(known.get(space.thing))]
            self._take_off(mall, lot, {one.ref for one in spaces if one not in silent} & listed)
            missing = [one for one in silent if one.thing not in known or one.ref not in listed]
            if not missing:
                return len(silent)
            writes: Any = [self._registration(mall, lot, space, known) for space in missing]
            listing: Any = {
                "TableName": self.occupancy,
                "Key": out_key(mall, lot),
                # An earlier version of Baylock has some in the other list, and may run again.
                "UpdateExpression": "ADD unheard :spaces",
                "ExpressionAttributeValues": {":spaces": {"SS": [one.ref for one in missing]}},
            }
            try:
                with_retries(
                    self.client.transact_write_items,
                    TransactItems=[*writes, {"Update": listing}],
                )
            except ClientError as error:
                if not failed_condition(error):
                    raise
                continue  # one of them has just reported, or was just registered
            return len(silent)
        raise Busy

    def _take_off(self, mall: MallRef, lot: LotRef, heard: Collection[str]) -> None:
        """Take spaces off the list: an earlier version of Baylock stored their first reports."""
        if heard:
            with_retries(
                self.client.update_item,
                TableName=self.occupancy,
                Key=out_key(mall, lot),
                UpdateExpression="DELETE unheard :spaces",
                ExpressionAttributeValues={":spaces": {"SS": sorted(heard)}},
            )

    def _unheard(self, mall: MallRef, lot: LotRef) -> frozenset[str]:
        answer = with_retries(
            self.client.get_item,
            TableName=self.occupancy,
            Key=out_key(mall, lot),
            ProjectionExpression="unheard",
            ConsistentRead=True,
        )
        return frozenset(answer.get("Item", {}).get("unheard", {}).get("SS", ()))

    def _registration(
        self, mall: MallRef, lot: LotRef, space: Space, known: Mapping[ThingName, Lock]
    ) -> dict[str, Any]:
        """The write of a lock that is new, or the check that a known one is silent still."""
        if space.thing not in known:
            return {"Put": self._put(None, Lock(space.thing, SpaceId(mall, lot, space.ref)))}
        check = {
            "TableName": self.locks,
            "Key": {"thing": {"S": space.thing}},
            "ConditionExpression": "attribute_not_exists(reported_at)",
        }
        return {"ConditionCheck": check}

    def _find_each(self, things: Sequence[ThingName]) -> Mapping[ThingName, Lock]:
        keys = [{"thing": {"S": thing}} for thing in things]
        asked = {self.locks: {"Keys": keys, "ConsistentRead": True}}
        found = (from_item(LockItem, item).to_domain() for _, item in batch_get(self.client, asked))
        return {lock.thing: lock for lock in found}

    def registered_malls(self) -> frozenset[MallRef] | None:
        """One strongly consistent GetItem."""
        answer = with_retries(
            self.client.get_item, TableName=self.occupancy, Key=_REGISTERED, ConsistentRead=True
        )
        item = answer.get("Item", {})
        if "every_mall" in item:
            return None
        return frozenset(MallRef(ref) for ref in item.get("malls", {}).get("SS", ()))

    def note_registered(self, mall: MallRef | None) -> None:
        """One UpdateItem."""
        every: dict[str, Any] = {
            "UpdateExpression": "SET every_mall = :yes REMOVE malls",
            "ExpressionAttributeValues": {":yes": {"BOOL": True}},
        }
        one: dict[str, Any] = {
            "UpdateExpression": "ADD malls :mall",
            "ExpressionAttributeValues": {":mall": {"SS": [mall]}},
        }
        with_retries(
            self.client.update_item,
            TableName=self.occupancy,
            Key=_REGISTERED,
            **(every if mall is None else one),
        )

    def save(self, old: Lock | None, new: Lock) -> None:
        """One PutItem; with the lot's lists in one transaction where they change."""
        put = self._put(old, new)
        listed = self._list(old, new)
        try:
            if listed is None:
                with_retries(self.client.put_item, **put)
            else:
                items = [{"Put": put}, {"Update": listed}]
                with_retries(
                    self.client.transact_write_items,
                    TransactItems=items,  # type: ignore[arg-type]
                )
        except ClientError as error:
            if failed_condition(error):
                raise LockChanged from error
            raise

    def _put(self, old: Lock | None, new: Lock) -> dict[str, Any]:
        put: dict[str, Any] = {
            "TableName": self.locks,
            "Item": LockItem.from_domain(new).serialize(),
        }
        if old is None:
            return put | {"ConditionExpression": "attribute_not_exists(thing)"}
        # A report and a session are only ever replaced by a newer one: together they show
        # whether the item is as it was read. Versions alone don't, as AWS starts them over. Nor
        # may a report that comes at the same time undo that the identity was revoked.
        before = LockItem.from_domain(old).serialize()
        conditions, values = [], {}
        for name in _GUARDS:
            if name in before:
                values[f":{name}"] = before[name]
                conditions.append(f"{name} = :{name}")
            else:
                conditions.append(f"attribute_not_exists({name})")
        put["ConditionExpression"] = " AND ".join(conditions)
        return put | ({"ExpressionAttributeValues": values} if values else {})

    def _list(self, old: Lock | None, new: Lock) -> dict[str, Any] | None:
        """The update of the lot's lists of spaces, if they change."""
        before, after = _lists_of(old), _lists_of(new)
        if old and not old.was_heard and new.was_heard:
            # An earlier version of Baylock listed it here before its first report.
            before["spaces"] = not after["spaces"]
        if before == after:
            return None
        # An earlier version of Baylock leaves it in the list when it stores its first report.
        before["unheard"] = before["unheard"] or new.was_heard
        added = [f"#{name} :space" for name in after if after[name] and not before[name]]
        gone = [f"#{name} :space" for name in after if before[name] and not after[name]]
        actions = [f"ADD {', '.join(added)}"] if added else []
        actions += [f"DELETE {', '.join(gone)}"] if gone else []
        names = {f"#{name}": name for name in after if after[name] != before[name]}
        if before["vehicles"] and not after["vehicles"]:
            # The vehicle that a driver found on the space has left.
            actions.append("REMOVE #found")
            names["#found"] = found_taken_name(new.space.space)
        return {
            "TableName": self.occupancy,
            "Key": out_key(new.space.mall, new.space.lot),
            "UpdateExpression": " ".join(actions),
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": {":space": {"SS": [new.space.space]}},
        }


def _lists_of(lock: Lock | None) -> dict[str, bool]:
    """Whether a lock's space is in each of the lot's lists."""
    return {
        "spaces": lock is not None and lock.was_heard and not lock.is_usable,
        "unheard": lock is not None and not lock.was_heard,
        "vehicles": lock is not None and lock.has_vehicle,
    }


def _was_heard(lock: Lock | None) -> bool:
    return lock is not None and lock.was_heard
