"""Planted bugs, which the checker must find.

Each bug is the smallest change that removes one mechanism on which docs/allocation.md relies. It is
a context manager, entered with the world in which it is planted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

from tests.chaos.world import World

from baylock.domain.booking.window import Span, Window, slot_floor, spans
from baylock.domain.orders.record import Record
from baylock.usecases.allocation.sweep_spaces import SweepSpaces


@contextmanager
def condition_removed(world: World) -> Iterator[None]:
    """Write spaces without checking whether they changed since they were read."""

    class Unconditional:
        def __init__(self, client: Any) -> None:
            self._client = client

        def __getattr__(self, name: str) -> Any:
            return getattr(self._client, name)

        def update_item(self, **request: Any) -> Any:
            return self._client.update_item(**_unconditional(request))

        def transact_write_items(self, TransactItems: Sequence[Mapping[str, Any]]) -> Any:  # noqa: N803 (botocore's)
            return self._client.transact_write_items(
                TransactItems=[
                    {what: _unconditional(part) for what, part in item.items()}
                    for item in TransactItems
                ]
            )

    with patch.object(world.client, "client", Unconditional(world.client.client)):
        yield


def _unconditional(request: Mapping[str, Any]) -> dict[str, Any]:
    if request["TableName"] != "occupancy":
        return dict(request)
    # DynamoDB rejects names and values that no expression uses.
    used = set(re.findall(r"[:#]\w+", request["UpdateExpression"]))
    named = {
        kind: {name: value for name, value in request[kind].items() if name in used}
        for kind in ("ExpressionAttributeNames", "ExpressionAttributeValues")
    }
    without = {name: value for name, value in request.items() if name != "ConditionExpression"}
    return without | named


@contextmanager
def tag_per_order(_: World) -> Iterator[None]:
    """Make all claims of an order look the same: every attempt is number 0."""
    with (
        patch("baylock.domain.allocation.claim.ATTEMPTS", 1),
        patch("baylock.domain.allocation.occupancy.ATTEMPTS", 1),
    ):
        yield


@contextmanager
def sweep_without_fence(world: World) -> Iterator[None]:
    """Remove entries without an order, even if a caller may still write that order."""

    class Unfenced:
        def __getattr__(self, name: str) -> Any:
            return getattr(world.orders, name)

        def add(self, record: Record, replacing: Record | None) -> None:
            """Skip the fence."""

    orders: Any = Unfenced()
    sweep = SweepSpaces(orders, world.refresh_hint, world.scheduler.clock)
    with patch.object(world, "sweep", sweep):
        yield


@contextmanager
def slots_rounded_off_by_one(_: World) -> Iterator[None]:
    """Write a window of several slots one slot too short."""

    def shorter(window: Window, zone: ZoneInfo) -> tuple[Span, ...]:
        return tuple(
            replace(span, end=max(span.end - 1, span.first + 1)) for span in spans(window, zone)
        )

    with ExitStack() as stack:
        for module in ("booking.window", "allocation.search", "allocation.claim"):
            stack.enter_context(patch(f"baylock.domain.{module}.spans", shorter))
        yield


@contextmanager
def windows_rounded_down(_: World) -> Iterator[None]:
    """Round the end of a window down to a slot instead of up."""
    with patch("baylock.domain.booking.window.slot_ceil", slot_floor):
        yield
