"""What is going on, as tables."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from rich.markup import escape
from rich.table import Table

from baylock.domain.allocation.claim import Choice
from baylock.domain.booking.booking import OrderId
from baylock.domain.locks.lock import Lock
from baylock.domain.orders.order import Order
from baylock.domain.orders.state import State
from baylock.domain.sandbox.sandbox import is_sandbox
from baylock.domain.venue.mall import LotRef, Mall, MerchantId
from baylock_cli.errors import CommandError
from baylock_cli.order_pages import every_order
from baylock_cli.site import Site

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


def orders(site: Site, mall: Mall, merchant: str | None, states: Collection[State]) -> Table:
    """Orders of a mall or of one merchant, newest window first."""
    refs = [one.ref for one in site.venues.merchants(mall.ref) if merchant in {None, one.ref}]
    found = [
        order
        for ref in refs
        for order in every_order(site.orders, MerchantId(mall.ref, ref), states=states)
    ]
    found.sort(key=lambda order: order.claim.window.start, reverse=True)
    table = _table("order", "merchant", "reference", "state", "space", "window", "walk")
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
    table.caption = f"{_count(len(found), 'order')}, times of {mall.timezone}"
    return table


def order(site: Site, which: str) -> Table:
    """All about one order."""
    found = site.orders.find(OrderId(which)) if _ORDER_ID.fullmatch(which) else None
    if not isinstance(found, Order):
        raise CommandError(f"there is no order {which}; `baylock orders` lists them")
    mall = site.venues.mall(found.booking.merchant.mall)
    table = _table("", "")
    table.show_header = False
    for name, value in _facts(mall, found):
        table.add_row(f"[dim]{name}[/]", value)
    for kept in site.message_log.kept(found.id) if is_sandbox(mall.ref) else ():
        table.add_row(
            "[dim]text[/]", f"{_clock(mall, kept.at)} to {kept.phone}: {escape(kept.text)}"
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
        yield "why here", _why_here(claim.choice)
    if found.reason:
        yield "reason", found.reason.value
    if found.notes.tried:
        yield "left", ", ".join(sorted(found.notes.tried))


def _why_here(choice: Choice) -> str:
    """As in `3rd of 244: 1 better was taken, 1 had a lock that could not be used`."""
    if choice.rank == 1:
        reasons = ["the nearest that will do"]
    else:
        reasons = [f"{choice.taken} better ones were taken"] if choice.taken else []
        reasons += [f"{choice.out} better ones had no usable lock"] if choice.out else []
    if choice.kept:
        reasons.append(f"{choice.kept} nearer ones are kept for needs that nobody asked for")
    if choice.lost:
        reasons.append(f"after {choice.lost} lost races")
    return f"number {choice.rank} of {choice.suitable}: " + "; ".join(reasons)


def locks(site: Site, mall: Mall, lots: Sequence[LotRef], *, only_out: bool) -> Table:
    """The locks of some lots."""
    table = _table("lock", "contact", "barrier", "order", "vehicle", "battery", "fault", "heard")
    known = [lock for lot in lots for lock in site.locks.of_lot(mall.ref, lot)]
    shown = [lock for lock in known if not (only_out and lock.is_usable)]
    for lock in sorted(shown, key=lambda lock: lock.thing):
        table.add_row(*_lock_row(mall, lock))
    out = sum(not lock.is_usable for lock in known)
    table.caption = f"{_count(len(known), 'lock')}, {out} of them take no orders"
    return table


def _lock_row(mall: Mall, lock: Lock) -> tuple[str, ...]:
    contact = "[green]yes[/]" if lock.online else "[red]no[/]"
    said = lock.report
    if said is None:
        return lock.thing, contact, "", "", "", "", "", ""
    return (
        lock.thing,
        contact,
        said.barrier.value,
        said.order or "",
        "yes" if said.vehicle else "",
        f"{said.battery} %",
        f"[red]{said.fault.value}[/]" if said.fault else "",
        _clock(mall, said.at),
    )


def merchants(site: Site, mall: Mall) -> Table:
    """The merchants of a mall."""
    table = _table("ref", "name", "level", "phone")
    for one in site.venues.merchants(mall.ref):
        table.add_row(one.ref, escape(one.name), one.level, one.phone or "[dim]none[/]")
    return table


def _count(many: int, what: str) -> str:
    return f"{many} {what}" if many == 1 else f"{many} {what}s"


def _table(*titles: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for title in titles:
        table.add_column(title)
    return table


def _window(mall: Mall, order: Order) -> str:
    start = order.claim.window.start.astimezone(mall.zone)
    return f"{start:%a %d %b %H:%M} to {_clock(mall, order.claim.window.end)}"


def _clock(mall: Mall, moment: datetime) -> str:
    return f"{moment.astimezone(mall.zone):%H:%M}"
