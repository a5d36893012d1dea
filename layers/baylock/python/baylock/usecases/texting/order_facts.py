"""The facts of an order that a text can name, written for its reader."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from baylock.domain.orders.order import Order
from baylock.domain.venue.mall import Mall, Merchant
from baylock.texts.writing.messages import day_and_time, needs_words, until, when


def order_facts(
    order: Order, mall: Mall, merchant: Merchant, language: str, now: datetime
) -> Mapping[str, str]:
    """The facts of every template about an order, but for the code: times are the mall's."""

    def written(moment: datetime) -> str:
        return when(moment, mall.zone, language, now)

    claim, booking, window = order.claim, order.booking, order.claim.window
    return {
        "merchant": merchant.name,
        # The ref, as on the signs: a name may be long, or in letters that cost more segments.
        "lot": claim.space.lot,
        "level": claim.level,
        "space": claim.space.space,
        "start": written(window.start),
        "end": until(window.end, window.start, mall.zone, language, now),
        "opens_at": written(window.start),
        "reference": booking.reference,
        "service_time": written(booking.service_time),
        "start_service": day_and_time(booking.service_time, mall.zone, language, now),
        "phone_end": (booking.phone or "")[-4:],
        "plate": booking.plate or "",
        "needs": needs_words(booking.needs, language),
        "mall_phone": mall.phone or "",
        "kept_until": written(order.cancelling.at if order.cancelling else order.missed_at),
    }
