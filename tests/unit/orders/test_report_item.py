"""The history in an order's item; items without it still read."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from bench.capacity import WRITE_BYTES, item_size
from tests.fakes.example_orders import BOOKING, EVERY, completed, reserved
from tests.fakes.mall import NOON

from baylock.adapters.dynamodb.order_item import item_of, read_record
from baylock.domain.booking.booking import Reference
from baylock.domain.orders.notes import Notes
from baylock.domain.orders.order import Order
from baylock.domain.orders.state import Reason
from baylock.domain.reports.ledger import PromiseOutcome, judge

HISTORY = ("promised_at", "held_at", "arrived_at", "left_at", "ended_at", "moves", "failures")


def eventful() -> Order:
    """With all the history that an order can have."""
    order = completed()
    promised, held, arrived, left, ended = (
        NOON + timedelta(minutes=number, milliseconds=number) for number in range(5)
    )
    return replace(
        order,
        access=replace(order.access, held_at=held, arrived_at=arrived, left_at=left),
        promise=replace(order.promise, promised_at=promised, ended_at=ended, moves=2, failures=1),
        reason=Reason.LOCK_SILENT,
    )


def test_history_comes_back() -> None:
    assert read_record(item_of(eventful())) == eventful()


def test_nothing_is_written_of_what_has_not_been() -> None:
    assert not item_of(reserved()).keys() & set(HISTORY)
    assert item_of(completed()).keys() & set(HISTORY) == {"held_at", "arrived_at", "ended_at"}


@pytest.mark.parametrize("state", EVERY)
def test_item_of_before_reads_without_its_history(state: str) -> None:
    order = EVERY[state]()
    item = {name: value for name, value in item_of(order).items() if name not in HISTORY}
    read = read_record(item)
    assert isinstance(read, Order)
    assert (read.state, read.version, read.claim) == (order.state, order.version, order.claim)
    assert (
        read.access.held_at,
        read.promise.ended_at,
        read.promise.moves,
        read.promise.failures,
    ) == (None, None, 0, 0)
    assert judge(read, NOON).outcome in {PromiseOutcome.OPEN, PromiseOutcome.UNKNOWN}


def test_all_of_it_fits_well_into_what_one_write_unit_pays_for() -> None:
    long = replace(
        BOOKING,
        reference=Reference("TBL-2026-12-01-000020461"),
        duration=timedelta(minutes=90),
        locale="en-GB",
        plate="7ABC123",
        said_at=NOON,
    )
    order = eventful()
    order = replace(
        order,
        booking=long,
        promise=replace(order.promise, revised_at=NOON),
        notes=Notes(
            tried=frozenset({"P1/B2-018", "P1/B2-019"}),
            last_request="8f507cfc-xmpl-4697-b07a-ac58fc914c95",
        ),
    )
    without = {name: value for name, value in item_of(order).items() if name not in HISTORY}
    assert item_size(item_of(order)) - item_size(without) < 120
    assert item_size(item_of(order)) < 0.85 * WRITE_BYTES
