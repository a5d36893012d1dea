"""Items as they have been stored so far still read, field by field, and are written back the same.

`data/order_items.jsonl` was written by the code of version 0.1, when an order was one flat list of
fields. Never write it anew: add a line where an item gets an attribute.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest

from baylock.adapters.dynamodb.order_item import FencedItem, OrderItem, item_of, read_record
from baylock.domain.errors import Unreachable
from baylock.domain.orders.order import Order
from baylock.domain.orders.record import Declined, Fenced
from baylock.domain.orders.state import LIVE, Reason, State

STORED = {
    line["name"]: line
    for line in map(
        json.loads, (Path(__file__).parent / "data/order_items.jsonl").read_text().splitlines()
    )
}

KINDS = {"Order": Order, "Declined": Declined, "Fenced": Fenced}

MOVED = {
    **{name: f"schedule.{name}" for name in ("secure_at", "no_show_at")},
    **{
        name: f"promise.{name}"
        for name in ("created_at", "revised_at", "promised_at", "ended_at", "moves", "failures")
    },
    **{
        name: f"access.{name}"
        for name in (
            "asked_at",
            "admitted_at",
            "held_at",
            "arrived_at",
            "vehicle_since",
            "left_at",
            "overstay_since",
            "checked_at",
        )
    },
    **{
        name: f"notes.{name}"
        for name in (
            "last_request",
            "wrong_codes",
            "unreachable",
            "tried",
            "put_down",
            "reported_problems",
        )
    },
    "former": "notes.previous_drivers",
}
"""Where a field of the flat order is now, if it has moved into a group."""

ADDED = {"booking": {"within_second": False, "unsigned": False, "forgotten": False}}
"""Fields that groups got later, with their values in the items from before."""
ADDED_TO_MERCHANTS = {"tenancy": ""}
GONE = {"booking": ("name",)}
"""Fields that are stored no more: an item loses them when it is next written."""

ADDED_PATHS = {"notes.undone": 0}
"""Fields of orders that came later, with their values in the items from before."""

KEPT_FOR = timedelta(days=30)
LATER_KEYS = {"driver_partition", "driver_at"}
"""Keys of an index that came later: an item from before gets them when it is written again."""


def plain(value: Any) -> Any:
    """A value as the data has it: seconds, ISO 8601, lists in order."""
    match value:
        case Enum():
            return value.value
        case datetime() | date():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case frozenset():
            return sorted(map(plain, value))
        case tuple():
            return list(map(plain, value))
        case _ if is_dataclass(value):
            return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
        case _:
            return value


def in_order(item: dict[str, Any]) -> dict[str, Any]:
    """An item in DynamoDB's wire format, whose sets have no order."""
    return {
        name: {kind: sorted(value) if kind == "SS" else value}
        for name, attribute in item.items()
        for kind, value in attribute.items()
    }


def where_now(record: Any, field: str) -> str:
    """The path of a field of the flat record in the present one."""
    return MOVED.get(field, field) if isinstance(record, Order) else field


def leaves(record: Any, path: str = "") -> Iterator[str]:
    """The paths of an order's fields, those of its own groups one by one."""
    for field in fields(record):
        value = getattr(record, field.name)
        if type(value).__module__.startswith("baylock.domain.orders.") and is_dataclass(value):
            yield from leaves(value, f"{path}{field.name}.")
        else:
            yield path + field.name


@pytest.mark.parametrize("name", STORED)
def test_stored_item_reads_with_every_field(name: str) -> None:
    stored = STORED[name]
    record = read_record(stored["item"])
    assert type(record) is KINDS[stored["kind"]]
    paths = {where_now(record, name): value for name, value in stored["fields"].items()}
    # An order was once named by its booking alone.
    paths |= {"id": stored["item"]["id"]["S"]}
    if isinstance(record, Order):
        paths |= {"promise.early_code": "code_of_phone" not in stored["item"]}
    for group, added in ADDED.items():
        paths |= {group: added | paths[group]} if group in paths else {}
    if isinstance(record, Order):
        paths = ADDED_PATHS | paths
    if "booking" in paths:
        merchant = ADDED_TO_MERCHANTS | paths["booking"]["merchant"]
        paths["booking"] = {**paths["booking"], "merchant": merchant}
    for group, gone in GONE.items():
        for name_gone in gone if group in paths else ():
            paths[group].pop(name_gone, None)
    if not isinstance(record, Fenced):
        days = int(stored["item"].get("keep_days", {"N": KEPT_FOR.days})["N"])
        paths["keep_for"] = timedelta(days=days).total_seconds()
    assert {path: plain(attrgetter(path)(record)) for path in paths} == paths
    filled = {path for path in leaves(record) if attrgetter(path)(record) is not None}
    assert filled <= paths.keys()


@pytest.mark.parametrize("name", STORED)
def test_stored_item_is_written_back_the_same(name: str) -> None:
    item = STORED[name]["item"]
    written = in_order(dict(item_of(read_record(item))))
    added = written.keys() - item.keys()
    assert added <= LATER_KEYS
    assert {name: written[name] for name in written.keys() - added} == {
        name: value for name, value in item.items() if name != "name"
    }


@pytest.mark.parametrize("name", STORED)
def test_phone_is_in_a_key_for_as_long_as_the_order_is_live(name: str) -> None:
    item = dict(item_of(read_record(STORED[name]["item"])))
    partition = item.get("driver_partition", {"S": ""})["S"]
    if item["state"]["S"] in LIVE:
        assert partition == f"live#{item['mall']['S']}/{item['phone']['S']}"
        assert item["driver_at"] == item["created_at"], "another moment is two writes to the index"
    else:
        assert partition == ("forget#0" if {"phone", "plate", "former"} & item.keys() else "")
        others = {one: item[one] for one in item.keys() - {"phone", "former"}}
        assert "+1425" not in str(others)


def test_every_state_and_attribute_is_among_the_stored_items() -> None:
    items = [stored["item"] for stored in STORED.values()]
    attributes = {name for item in items for name in item}
    for model in (OrderItem, FencedItem):
        assert {one.attr_name for one in model.get_attributes().values()} <= attributes
    assert {item["state"]["S"] for item in items} == {*State, "declined", "fenced"}
    live = {item["state"]["S"] for item in items if "due_at" in item}
    assert live == LIVE
    assert {item["why"]["S"] for item in items if "why" in item} == set(Reason)
    assert {item["unreachable"]["S"] for item in items if "unreachable" in item} == set(Unreachable)
