"""Bugs planted on purpose, so that we know that the checker finds them.

Each is the smallest change that takes away one thing on which docs/allocation.md relies. They are
entered as contexts, with the world in which they are planted.
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
    """Spaces are written without looking whether they are still as they were read."""

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
    # DynamoDB takes no name and no value that is in no expression.
    used = set(re.findall(r"[:#]\w+", request["UpdateExpression"]))
    named = {
        kind: {name: value for name, value in request[kind].items() if name in used}
        for kind in ("ExpressionAttributeNames", "ExpressionAttributeValues")
    }
    without = {name: value for name, value in request.items() if name != "ConditionExpression"}
    return without | named


@contextmanager
def tag_per_order(_: World) -> Iterator[None]:
    """All claims of an order look the same: every attempt is number 0."""
    with (
        patch("baylock.domain.allocation.claim.ATTEMPTS", 1),
        patch("baylock.domain.allocation.occupancy.ATTEMPTS", 1),
    ):
        yield


@contextmanager
def sweep_without_fence(world: World) -> Iterator[None]:
    """What has no order is removed, whether or not somebody may still write that order."""

    class Unfenced:
        def __getattr__(self, name: str) -> Any:
            return getattr(world.orders, name)

        def add(self, record: Record, replacing: Record | None) -> None:
            """Not the fence."""

    orders: Any = Unfenced()
    sweep = SweepSpaces(orders, world.refresh_hint, world.scheduler.clock)
    with patch.object(world, "sweep", sweep):
        yield


@contextmanager
def slots_rounded_off_by_one(_: World) -> Iterator[None]:
    """A window of several slots is written one slot shorter than it is."""

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
    """The end of a window is the slot boundary before it, not the one after it."""
    with patch("baylock.domain.booking.window.slot_ceil", slot_floor):
        yield
