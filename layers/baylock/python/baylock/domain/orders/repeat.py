"""A booking that the merchant sends again: what it changes about the record that is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from baylock.domain.booking.booking import Booking, Channel, OnlyIf
from baylock.domain.orders.record import Declined, Known, Record
from baylock.domain.orders.state import Reason, State


def check_precondition(only_if: OnlyIf | None, record: Record | None, *, done: bool) -> None:
    """Raise OtherVersion unless the caller finds what it wants, or all is `done` already."""
    if only_if and (only_if.absent or not done):
        only_if.check(record.version if isinstance(record, Known) else None)


def is_same(record: Record | None, booking: Booking) -> bool:
    """Whether the record has this very booking, whenever and however it was sent.

    As far as that is still known.
    """
    if not isinstance(record, Known):
        return False
    return _content(record.booking) == _content(booking.forgotten_as(record.booking))


def _content(booking: Booking) -> Booking:
    return replace(booking, channel=Channel.API, said_at=None, unsigned=False)


def said_after(record: Record | None, booking: Booking, now: datetime) -> Booking:
    """The booking, said now where its sender names no time and the record has one.

    Otherwise any older message about it would count again.
    """
    known = record.booking.said_at if isinstance(record, Known) else None
    if booking.said_at is not None or known is None:
        return booking
    return replace(booking, said_at=max(now, known + timedelta(milliseconds=1)))


def is_settled(record: Record | None, booking: Booking) -> bool:
    """Whether a booking that is sent again needs nothing done.

    A booking that the merchant had cancelled, or is cancelling, or whose order failed, is placed
    again; one that the driver gave back, missed or completed is not.
    """
    if not isinstance(record, Known) or not is_same(record, booking):
        return False
    if isinstance(record, Declined):
        return True
    if record.is_being_cancelled_for(Reason.MERCHANT):
        return False
    was_cancelled = record.state is State.CANCELLED and record.reason is Reason.MERCHANT
    return not was_cancelled and record.state is not State.FAILED
