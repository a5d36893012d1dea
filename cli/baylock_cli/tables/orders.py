"""Tables of orders."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from baylock.domain.allocation.claim import Choice
from baylock.domain.booking.booking import OrderId
from baylock.domain.orders.order import Order
from baylock.domain.venue.mall import Mall, MerchantId
from baylock.domain.venue.sandbox_ref import is_sandbox
from baylock_cli.errors import CommandError
from baylock_cli.tables.layout import clock_time, counted, new_table
from baylock_cli.tables.listing import Column, Listing, list_of, utc

if TYPE_CHECKING:
    from deployment import Deployment

_ORDER_ID = re.compile("ord_[a-z2-7]{12}")

_COLOURS = {
    "reserved": "yellow",
    "held": "cyan",
    "arrived": "green",
    "completed": "dim",
    "cancelled": "dim",
    "no_show": "magenta",
    "failed": "red",
}


def list_of_orders(
    mall: Mall, found: Collection[Order], asked: str, present: Collection[MerchantId]
) -> Listing:
    """Orders, newest window first; `asked` says which they are, as in `today (2026-12-01)`.

    Merchants that are not `present` have moved out of their refs, which are others' by now.
    """
    return list_of(
        _columns(mall, present),
        sorted(found, key=lambda order: order.claim.window.start, reverse=True),
        caption=f"{counted(len(found), 'order') if found else 'no orders'} {escape(asked)}, "
        f"times of {mall.timezone}",
    )


def _columns(mall: Mall, present: Collection[MerchantId]) -> list[Column[Order]]:
    def merchant(order: Order) -> str:
        who = order.booking.merchant
        return who.merchant if who in present else f"{who.merchant} (left)"

    return [
        Column("order", lambda order: order.id, whole=True),
        Column("mall", lambda order: order.booking.merchant.mall, title=None),
        Column("merchant", merchant, whole=True),
        Column("reference", lambda order: order.booking.reference),
        Column("state", lambda order: order.state.value, shown=_state),
        Column(None, title="space", shown=_space),
        Column("lot", lambda order: order.claim.space.lot, title=None),
        Column("level", lambda order: order.claim.level, title=None),
        Column("space", lambda order: order.claim.space.space, title=None),
        Column(None, title="window", shown=lambda order: _window(mall, order)),
        Column("window_start", lambda order: utc(order.claim.window.start), title=None),
        Column("window_end", lambda order: utc(order.claim.window.end), title=None),
        Column(
            "walk_m",
            lambda order: order.claim.walk_m,
            title="walk",
            shown=lambda order: f"{order.claim.walk_m:g} m",
        ),
        Column("plate", lambda order: order.booking.plate, whole=True),
        Column("reason", lambda order: order.reason.value if order.reason else None, title=None),
    ]


def _state(order: Order) -> str:
    return f"[{_COLOURS[order.state.value]}]{order.state.value}[/]"


def _space(order: Order) -> str:
    return escape(f"{order.claim.space.lot} {order.claim.space.space}")


def order_table(deployment: Deployment, which: str) -> Table:
    """One order in full."""
    found = deployment.orders.find(OrderId(which)) if _ORDER_ID.fullmatch(which) else None
    if not isinstance(found, Order):
        raise CommandError(
            f"there is no order {which}; `baylock orders --from DATE` lists those of a day"
        )
    mall = deployment.venues.mall(found.booking.merchant.mall)
    table = new_table("", "")
    table.show_header = False
    for name, value in _facts(mall, found):
        table.add_row(f"[dim]{name}[/]", value)
    base = deployment.outputs["LinkBase"].rstrip("/") if is_sandbox(mall.ref) else ""
    for kept in deployment.read_texts(found, base) if is_sandbox(mall.ref) else ():
        table.add_row(
            "[dim]text[/]", escape(f"{clock_time(mall, kept.at)} to {kept.phone}: {kept.text}")
        )
    return table


def _facts(mall: Mall, found: Order) -> Iterator[tuple[str, str]]:
    booking, claim = found.booking, found.claim
    yield "order", f"{found.id}, version {found.version}"
    yield "state", f"[{_COLOURS[found.state.value]}]{found.state.value}[/]"
    yield "merchant", f"{escape(booking.merchant.merchant)}, reference {escape(booking.reference)}"
    yield "space", escape(f"{claim.space.lot} {claim.space.space}, level {claim.level}")
    yield "window", _window(mall, found)
    yield "walk", f"{claim.walk_m:g} m"
    if claim.choice:
        yield "why here", _choice(claim.choice)
    if found.reason:
        yield "reason", found.reason.value
    if found.notes.tried:
        yield "left", escape(", ".join(sorted(found.notes.tried)))


def _choice(choice: Choice) -> str:
    """Return, for instance, `number 3 of 244: 1 better space taken; 1 without a usable lock`."""
    if choice.rank == 1:
        reasons = ["the nearest suitable space"]
    else:
        reasons = [f"{counted(choice.taken, 'better space')} taken"] if choice.taken else []
        reasons += [f"{choice.out} without a usable lock"] if choice.out else []
    if choice.kept:
        reasons.append(
            f"{counted(choice.kept, 'nearer space')} kept for needs that this booking lacks"
        )
    if choice.lost:
        reasons.append(f"after {counted(choice.lost, 'lost race')}")
    return f"number {choice.rank} of {choice.suitable}: " + "; ".join(reasons)


def _window(mall: Mall, order: Order) -> str:
    start, end = (
        moment.astimezone(mall.zone)
        for moment in (order.claim.window.start, order.claim.window.end)
    )
    day = "" if start.date() == end.date() else f"{end:%Y-%m-%d} "
    return f"{start:%Y-%m-%d %H:%M} to {day}{end:%H:%M}"
