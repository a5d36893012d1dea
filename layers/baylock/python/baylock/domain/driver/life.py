"""What codes and links are derived from."""

from __future__ import annotations

from baylock.domain.orders.order import Order


def life_and_phone(what: str, order: Order) -> str:
    """The name of this order's present life and phone, for one purpose."""
    life = order.promise.created_at.isoformat(timespec="milliseconds")
    return f"{what}\0{order.id}\0{life}\0{order.booking.phone or ''}"
