"""What is stored about a person, by phone number: all of it, and its end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from baylock.adapters.dynamodb.client import with_retries
from baylock.adapters.dynamodb.order_item import read_record
from baylock.domain.access.key_ring import Purpose
from baylock.domain.booking.booking import OrderId
from baylock.domain.errors import TooLate
from baylock.domain.orders.order import Order
from baylock.domain.orders.record import Fenced, Known
from baylock.domain.orders.resource import rfc3339
from baylock.usecases.change import change_order
from baylock.usecases.driver.leave_space import LeaveSpace
from baylock.usecases.orders.cancel_booking import CancelBooking
from deployment.deployment import Deployment
from deployment.raw_tables import RawItem, Spellings, items_with, plain_item

BY_OPERATOR = "erased"
"""The request by which live orders of an erased person are ended."""


@dataclass(frozen=True)
class Person:
    """Everything with a number: records of orders, other items that it is in."""

    phone: str
    records: tuple[Known, ...]
    others: tuple[RawItem, ...]

    @property
    def live(self) -> list[Order]:
        """The live orders whose driver has this number."""
        return [
            one
            for one in self.records
            if isinstance(one, Order) and one.is_live and one.booking.phone == self.phone
        ]


@dataclass(frozen=True)
class Erased:
    """The number of records and of texts that were cleared, and what is left."""

    records: int
    texts: int
    left: tuple[RawItem, ...]
    opted_out: bool


def find_person(deployment: Deployment, phone: str, seen: Callable[[int], None]) -> Person:
    """Scan every table for a number in E.164."""
    spellings = Spellings.of(phone, deployment.ring(Purpose.PRIVACY).every)
    records, others = [], []
    for found in items_with(deployment.client("dynamodb"), deployment.outputs, spellings, seen):
        record = read_record(found.item) if found.table == "Orders" else None
        if record is not None and not isinstance(record, Fenced):
            records.append(record)
        else:
            others.append(found)
    return Person(phone, tuple(records), tuple(others))


def export(person: Person, now: datetime) -> dict[str, Any]:
    """What is stored about a person, as JSON has it."""
    of_table: dict[str, list[RawItem]] = {}
    for found in person.others:
        of_table.setdefault(found.table, []).append(found)
    texts = of_table.pop("Texts", [])
    return {
        "phone": person.phone,
        "read_at": rfc3339(now),
        "orders": [_of_record(one, person.phone) for one in person.records],
        "opted_out": any(_sort_key(one) == "opted_out" for one in texts),
        "texts": [plain_item(one.item) for one in texts if _sort_key(one) != "opted_out"],
        "elsewhere": [
            {"table": table, "key": one.key}
            for table, found in sorted(of_table.items())
            for one in found
        ],
    }


def _sort_key(found: RawItem) -> str:
    return str(found.item.get("sk", {}).get("S", ""))


def _of_record(record: Known, phone: str) -> dict[str, Any]:
    booking = record.booking
    is_driver = booking.phone == phone
    shown: dict[str, Any] = {
        "id": record.id,
        "mall": booking.merchant.mall,
        "merchant": booking.merchant.merchant,
        "reference": booking.reference,
        "as": "driver" if is_driver else "former driver or in the reference",
        "service_time": rfc3339(booking.service_time),
        "parking_needed": booking.parking_needed,
        "forget_at": rfc3339(record.forget_at) if record.forget_at else None,
    }
    if is_driver:
        shown |= {
            "plate": booking.plate,
            "locale": booking.locale,
            "needs": list(booking.needs.words()),
        }
    if isinstance(record, Order):
        access, window = record.access, record.claim.window
        shown |= {
            "state": record.state.value,
            "lot": record.claim.space.lot,
            "space": record.claim.space.space,
            "window": {"start": rfc3339(window.start), "end": rfc3339(window.end)},
            **{
                name: rfc3339(at) if at else None
                for name, at in (
                    ("created_at", record.promise.created_at),
                    ("admitted_at", access.admitted_at),
                    ("arrived_at", access.arrived_at),
                    ("left_at", access.left_at),
                    ("ended_at", record.promise.ended_at),
                )
            },
            "unreachable": record.notes.unreachable and record.notes.unreachable.value,
        }
    return shown


def end_live(deployment: Deployment, person: Person) -> int:
    """End the person's live orders: a space is given back, a stay is over. Returns how many.

    The merchant is told as of any order that its driver ends.
    """
    cancel = CancelBooking(deployment.find_booking, deployment.orders, deployment.now)
    leave = LeaveSpace(deployment.orders, deployment.now)
    for order in person.live:
        try:
            cancel.give_up(order.id, BY_OPERATOR)
        except TooLate:
            leave(order.id, BY_OPERATOR)
    return len(person.live)


def erase(deployment: Deployment, person: Person, seen: Callable[[int], None]) -> Erased:
    """Erase what is stored about a person; live orders must have been ended before.

    An opt-out stays, as a keyed hash: without it the number would get texts again. Repeating it is
    safe. `left` is what a scan of every table finds afterwards.
    """
    records = sum(_forget(deployment, one.id, person.phone) for one in person.records)
    texts = 0
    for found in person.others:
        if found.table == "Texts" and _sort_key(found) != "opted_out":
            _clear_text(deployment, found)
            texts += 1
    for key in list(deployment.message_log.plain_keys()):
        if key.startswith(f"number#{person.phone}\n"):
            deployment.message_log.hash_key(key)
    after = find_person(deployment, person.phone, seen)
    left = [one for one in after.others if one.plain]
    left += [RawItem("Orders", {"id": {"S": one.id}}, plain=True) for one in after.records]
    opted_out = deployment.message_log.opted_out(person.phone)
    return Erased(records, texts, tuple(left), opted_out)


def _forget(deployment: Deployment, order: OrderId, phone: str) -> bool:
    """Forget the driver, or only a former driver with this number where another has the order."""
    known = deployment.orders.find(order)
    if known is None:
        return False
    if known.booking.phone == phone:
        return deployment.forget_driver(order, at_once=True)
    if not isinstance(known, Order):
        return False

    def without(current: Order) -> Order:
        drivers = current.notes.previous_drivers
        kept = tuple(driver for driver in drivers if driver.phone != phone)
        if kept == drivers:
            return current
        notes = replace(current.notes, previous_drivers=kept)
        return replace(
            current, notes=notes, version=current.version + 1, changed_at=deployment.now()
        )

    return change_order(deployment.orders, order, without) != known


def _clear_text(deployment: Deployment, found: RawItem) -> None:
    """Delete a text; of a reply keep that there was one, so that its text is not answered again."""
    client, table = deployment.client("dynamodb"), deployment.outputs["TextsTable"]
    key = {name: found.item[name] for name in ("pk", "sk")}
    if found.item["pk"]["S"].startswith("message#"):
        item = {**key, "language": {"S": "en"}, "facts": {"S": "{}"}, "phone": {"S": ""}}
        if "expires" in found.item:
            item["expires"] = found.item["expires"]
        with_retries(client.put_item, TableName=table, Item=item)
    else:
        with_retries(client.delete_item, TableName=table, Key=key)


def keys_of(found: Sequence[RawItem]) -> list[str]:
    """Items by table and key, for an operator."""
    return sorted({f"{one.table}: {one.key}" for one in found})
