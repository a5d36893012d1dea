"""The notices of an order: texts that Baylock sends unasked."""

from __future__ import annotations

from enum import StrEnum


class Notice(StrEnum):
    """A kind of text about an order that is sent unasked."""

    DRIVER_RESERVED = "driver_reserved"
    DRIVER_CHANGED = "driver_changed"
    DRIVER_MOVED = "driver_moved"
    DRIVER_CANCELLED = "driver_cancelled"
    DRIVER_CANCELLING = "driver_cancelling"
    DRIVER_NO_SHOW = "driver_no_show"
    DRIVER_FAILED = "driver_failed"
    DRIVER_OVERSTAY = "driver_overstay"
    DRIVER_REPLACED = "driver_replaced"
    MERCHANT_NO_SHOW = "merchant_no_show"
    MERCHANT_FAILED = "merchant_failed"
    MERCHANT_DROPPED = "merchant_dropped"
    MERCHANT_KEPT = "merchant_kept"
    MERCHANT_UNREACHABLE = "merchant_unreachable"
    MERCHANT_NOT_REACHED = "merchant_not_reached"
    MALL_OVERSTAY = "mall_overstay"
    MALL_VEHICLE = "mall_vehicle"
    MALL_TAKEN = "mall_taken"
    MALL_BLOCKED = "mall_blocked"
