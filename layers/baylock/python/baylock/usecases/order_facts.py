"""What a text may say of an order, written for its reader."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from baylock.domain.order import Order
from baylock.domain.venue import Mall, Merchant
from baylock.texts.messages import when


def order_facts(
    order: Order, mall: Mall, merchant: Merchant, language: str, now: datetime
) -> Mapping[str, str]:
    """The facts of every template about an order, but for the code: times are the mall's."""

    def told(moment: datetime) -> str:
        return when(moment, mall.zone, language, now)

    claim, booking = order.claim, order.booking
    start, end = (moment.astimezone(mall.zone) for moment in (claim.window.start, claim.window.end))
    return {
        "merchant": merchant.name,
        # The ref, as on the signs: a name may be long, or in letters that make a text dear.
        "lot": claim.space.lot,
        "level": claim.level,
        "space": claim.space.space,
        "start": told(claim.window.start),
        "end": f"{end:%H:%M}" if end.date() == start.date() else told(claim.window.end),
        "opens_at": told(claim.window.start),
        "reference": booking.reference,
        "service_time": told(booking.service_time),
        "start_service": told(booking.service_time),
        "phone_end": (booking.phone or "")[-4:],
        "plate": booking.plate or "",
        "needs": " ".join(booking.needs.words()),
    }
