"""The rules of each notice: its reader, and the states in which it is still true."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from baylock.domain.orders.notice import Notice
from baylock.domain.orders.state import LIVE, State


class Reader(Enum):
    """The person that a notice is for."""

    DRIVER = auto()
    REPLACED_DRIVER = auto()
    """The driver that this version of the order has replaced by another."""
    LAST_DRIVER = auto()
    """The replaced driver if this version has replaced one, else the driver."""
    MERCHANT = auto()
    MALL = auto()
    """The staff of the mall."""


@dataclass(frozen=True, slots=True)
class NoticeRule:
    """`true_in` are the states of the order in which the notice may still be sent."""

    reader: Reader
    true_in: frozenset[State]
    link_follows: bool = False
    """The link to the driver's page follows, in a text of its own: docs/decisions/0022."""
    about_problem: bool = False
    """It tells of the problem that this version of the order has reported."""
    while_cancelling: bool = False
    """True only for as long as the order's cancellation can still be undone."""


def _in(*states: State) -> frozenset[State]:
    return frozenset(states)


_ANY = frozenset(State)

NOTICE_RULES: Mapping[Notice, NoticeRule] = {
    Notice.DRIVER_RESERVED: NoticeRule(Reader.DRIVER, LIVE, link_follows=True),
    Notice.DRIVER_CHANGED: NoticeRule(Reader.DRIVER, LIVE),
    Notice.DRIVER_MOVED: NoticeRule(Reader.DRIVER, LIVE),
    Notice.DRIVER_CANCELLED: NoticeRule(Reader.LAST_DRIVER, _in(State.CANCELLED)),
    Notice.DRIVER_CANCELLING: NoticeRule(Reader.DRIVER, LIVE, while_cancelling=True),
    Notice.DRIVER_NO_SHOW: NoticeRule(Reader.DRIVER, _in(State.NO_SHOW)),
    Notice.DRIVER_FAILED: NoticeRule(Reader.DRIVER, _in(State.FAILED)),
    Notice.DRIVER_OVERSTAY: NoticeRule(Reader.DRIVER, _in(State.ARRIVED)),
    Notice.DRIVER_REPLACED: NoticeRule(Reader.REPLACED_DRIVER, LIVE),
    Notice.MERCHANT_NO_SHOW: NoticeRule(Reader.MERCHANT, _in(State.NO_SHOW)),
    Notice.MERCHANT_FAILED: NoticeRule(Reader.MERCHANT, _in(State.FAILED)),
    Notice.MERCHANT_DROPPED: NoticeRule(Reader.MERCHANT, LIVE, while_cancelling=True),
    Notice.MERCHANT_KEPT: NoticeRule(Reader.MERCHANT, LIVE),
    Notice.MERCHANT_UNREACHABLE: NoticeRule(Reader.MERCHANT, LIVE),
    Notice.MERCHANT_NOT_REACHED: NoticeRule(Reader.MERCHANT, LIVE),
    Notice.MALL_OVERSTAY: NoticeRule(Reader.MALL, _in(State.ARRIVED)),
    Notice.MALL_VEHICLE: NoticeRule(Reader.MALL, _ANY, about_problem=True),
    Notice.MALL_TAKEN: NoticeRule(Reader.MALL, _ANY, about_problem=True),
    Notice.MALL_BLOCKED: NoticeRule(Reader.MALL, _ANY, about_problem=True),
}
