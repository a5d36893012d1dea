"""Tables of orders."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from rich.markup import escape
from rich.table import Table

from baylock.domain.allocation.claim import Choice
from baylock.domain.booking.booking import OrderId
from baylock.domain.orders.order import Order
from baylock.domain.orders.state import State
from baylock.domain.venue.mall import Mall, MerchantId
from baylock.domain.venue.sandbox_ref import is_sandbox
from baylock.usecases.reports.read_orders import ReadOrders
from baylock_cli.errors import CommandError
from baylock_cli.tables.layout import clock_time, counted, new_table
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


def orders_table(
    deployment: Deployment, mall: Mall, merchant: str | None, states: Collection[State]
) -> Table:
    """Orders of a mall or of one merchant, newest window first."""
    read_orders = ReadOrders(deployment.venues, deployment.orders)
    refs = [known.ref for known in deployment.venues.merchants(mall.ref)]
    found = [
        order
        for ref in refs
        if merchant in {None, ref}
        for order in read_orders.of_merchant(MerchantId(mall.ref, ref), states=states)
    ]
    found.sort(key=lambda order: order.claim.window.start, reverse=True)
    table = new_table("order", "merchant", "reference", "state", "space", "window", "walk")
    for order in found:
        colour = _COLOURS[order.state.value]
        table.add_row(
            order.id,
            order.booking.merchant.merchant,
            escape(order.booking.reference),
            f"[{colour}]{order.state.value}[/]",
            f"{order.claim.space.lot} {order.claim.space.space}",
            _window(mall, order),
            f"{order.claim.walk_m:g} m",
        )
    table.caption = f"{counted(len(found), 'order')}, times of {mall.timezone}"
    return table


def order_table(deployment: Deployment, which: str) -> Table:
    """One order in full."""
    found = deployment.orders.find(OrderId(which)) if _ORDER_ID.fullmatch(which) else None
    if not isinstance(found, Order):
        raise CommandError(f"there is no order {which}; `baylock orders` lists them")
    mall = deployment.venues.mall(found.booking.merchant.mall)
    table = new_table("", "")
    table.show_header = False
    for name, value in _facts(mall, found):
        table.add_row(f"[dim]{name}[/]", value)
    for kept in deployment.message_log.kept(found.id) if is_sandbox(mall.ref) else ():
        table.add_row(
            "[dim]text[/]", f"{clock_time(mall, kept.at)} to {kept.phone}: {escape(kept.text)}"
        )
    return table


def _facts(mall: Mall, found: Order) -> Iterator[tuple[str, str]]:
    booking, claim = found.booking, found.claim
    yield "order", f"{found.id}, version {found.version}"
    yield "state", f"[{_COLOURS[found.state.value]}]{found.state.value}[/]"
    yield "merchant", f"{booking.merchant.merchant}, reference {escape(booking.reference)}"
    yield "space", f"{claim.space.lot} {claim.space.space}, level {claim.level}"
    yield "window", _window(mall, found)
    yield "walk", f"{claim.walk_m:g} m"
    if claim.choice:
        yield "why here", _choice(claim.choice)
    if found.reason:
        yield "reason", found.reason.value
    if found.notes.tried:
        yield "left", ", ".join(sorted(found.notes.tried))


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
    start = order.claim.window.start.astimezone(mall.zone)
    return f"{start:%a %d %b %H:%M} to {clock_time(mall, order.claim.window.end)}"
