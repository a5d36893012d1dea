"""Locks after an upgrade, and beside an earlier version, which had one list of spaces that are out.

It listed a space from the moment at which its lock was provisioned until that was in contact.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tests.contracts.test_locks import Kept, first_report, lock, lot
from tests.fakes.mall import HARBOUR, NOON, P1, space_id, thing

from baylock.adapters.dynamodb.locks import DynamoDBLocks, LockItem
from baylock.adapters.dynamodb.orders import DynamoDBOrders
from baylock.adapters.dynamodb.zones import out_key
from baylock.domain.errors import Busy
from baylock.domain.locks.lock import Lock, Session

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture
def upgraded(tables_made: DynamoDBClient) -> Kept:
    """Four locks: out of contact, in contact and silent, well, and one that was not provisioned."""
    kept = Kept(
        DynamoDBLocks(tables_made, "locks", "occupancy"),
        DynamoDBOrders(tables_made, "orders", "occupancy"),
    )
    away, silent = Lock(thing("B2-0"), space_id("B2-0")), lock("B2-1")
    well = lock("B2-2").reporting(first_report("B2-2"))
    for one in (away, silent, well):
        tables_made.put_item(TableName="locks", Item=LockItem.from_domain(one).serialize())
    out = {**out_key(HARBOUR, P1), "spaces": {"SS": ["B2-0"]}}
    tables_made.put_item(TableName="occupancy", Item=out)
    assert kept.out() == {"B2-0"}
    assert kept.unheard() == frozenset()
    return kept


def test_upgrade_takes_out_what_was_never_heard_from_and_nothing_else(upgraded: Kept) -> None:
    assert upgraded.locks.register(HARBOUR, lot(4)) == 3
    assert upgraded.out() == upgraded.unheard() == {"B2-0", "B2-1", "B2-3"}


@pytest.mark.parametrize("ref", ["B2-0", "B2-1"])
@pytest.mark.parametrize("registered", [True, False])
def test_first_report_after_an_upgrade_opens_the_space(
    upgraded: Kept, ref: str, registered: bool
) -> None:
    if registered:
        upgraded.locks.register(HARBOUR, lot(4))
    known = upgraded.locks.find(thing(ref))
    assert known
    connected = known.in_session(Session(2, NOON + timedelta(seconds=1)))
    upgraded.locks.save(known, connected)
    upgraded.locks.save(connected, connected.reporting(first_report(ref)))
    assert ref not in upgraded.out() | upgraded.unheard()


def test_upgrade_leaves_the_list_that_an_earlier_version_reads(
    upgraded: Kept, tables_made: DynamoDBClient
) -> None:
    """It may run again, and would take bookings for a lock that is not even connected."""
    upgraded.locks.register(HARBOUR, lot(4))
    key = out_key(HARBOUR, P1)
    stored = tables_made.get_item(TableName="occupancy", Key=key)["Item"]
    assert stored["spaces"] == {"SS": ["B2-0"]}


@pytest.fixture
def stored_by_an_earlier_version(upgraded: Kept, tables_made: DynamoDBClient) -> Kept:
    """As where it was put back, or ran beside this one, when locks reported for the first time."""
    upgraded.locks.register(HARBOUR, lot(4))
    for ref in ("B2-0", "B2-1"):
        heard = lock(ref).reporting(first_report(ref))
        tables_made.put_item(TableName="locks", Item=LockItem.from_domain(heard).serialize())
    tables_made.update_item(
        TableName="occupancy",
        Key=out_key(HARBOUR, P1),
        UpdateExpression="DELETE #spaces :space",
        ExpressionAttributeNames={"#spaces": "spaces"},
        ExpressionAttributeValues={":space": {"SS": ["B2-0"]}},
    )
    assert upgraded.out() == upgraded.unheard() == {"B2-0", "B2-1", "B2-3"}
    return upgraded


def test_first_report_that_an_earlier_version_stored_counts_after_an_import(
    stored_by_an_earlier_version: Kept,
) -> None:
    kept = stored_by_an_earlier_version
    assert kept.locks.register(HARBOUR, lot(4)) == 1
    assert kept.out() == kept.unheard() == {"B2-3"}


def test_first_report_that_an_earlier_version_stored_counts_once_the_lock_was_away(
    stored_by_an_earlier_version: Kept,
) -> None:
    kept = stored_by_an_earlier_version
    for version, online in ((2, False), (3, True)):
        known = kept.locks.find(thing("B2-1"))
        assert known
        session = Session(version, NOON + timedelta(minutes=version), ended=not online)
        kept.locks.save(known, known.in_session(session))
    assert kept.out() == kept.unheard() == {"B2-0", "B2-3"}


def test_registering_goes_on_where_it_was(upgraded: Kept, tables_made: DynamoDBClient) -> None:
    """A lot of thousands may take longer than the clock has for it."""
    writes: list[int] = []

    class Counted:
        """Ends with the second transaction, like a function whose time is up."""

        def __getattr__(self, name: str) -> Any:
            return getattr(tables_made, name)

        def transact_write_items(self, **request: Any) -> Any:
            if len(writes) == 2:
                raise Busy
            writes.append(len(request["TransactItems"]))
            return tables_made.transact_write_items(**request)

    counted: Any = Counted()
    locks = DynamoDBLocks(counted, "locks", "occupancy")
    with pytest.raises(Busy):
        locks.register(HARBOUR, lot(250))
    assert writes == [99, 100]
    writes.clear()
    assert locks.register(HARBOUR, lot(250)) == 249
    assert writes == [53]
    assert upgraded.out() == upgraded.unheard() == {f"B2-{n}" for n in range(250)} - {"B2-2"}
    assert locks.register(HARBOUR, lot(250)) == 249
    assert writes == [53]


def test_report_during_a_registration_is_not_overruled(
    upgraded: Kept, tables_made: DynamoDBClient
) -> None:
    silent = upgraded.locks.find(thing("B2-1"))
    assert silent
    heard = silent.reporting(first_report("B2-1"))

    class Interrupted:
        """Lets the lock report after it was read, before the transaction."""

        def __init__(self) -> None:
            self.is_first = True

        def __getattr__(self, name: str) -> Any:
            if name == "transact_write_items" and self.is_first:
                self.is_first = False
                upgraded.locks.save(silent, heard)
            return getattr(tables_made, name)

    between: Any = Interrupted()
    assert DynamoDBLocks(between, "locks", "occupancy").register(HARBOUR, lot(4)) == 2
    assert upgraded.out() == upgraded.unheard() == {"B2-0", "B2-3"}
    assert upgraded.locks.find(thing("B2-1")) == heard
