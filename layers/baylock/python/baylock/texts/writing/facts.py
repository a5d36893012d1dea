"""The facts of each kind of text; the tests hold the templates of every language to them.

Every fact is a string, ready to be shown: times by `messages.when` or `until`, lengths by
`duration_words`, needs by `needs_words`. `lot`, `level` and `space` are refs, as on the signs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Self

from baylock.texts.writing.kinds import TextKind


class Facts(NamedTuple):
    """The facts that a text needs, and those that it can do without."""

    needed: frozenset[str]
    optional: frozenset[str]

    @classmethod
    def of(cls, needed: str = "", optional: str = "") -> Self:
        """From names with spaces between them."""
        return cls(frozenset(needed.split()), frozenset(optional.split()))


_NONE = Facts.of()
_PLACE_TIME_CODE = Facts.of("lot level space start end code", "merchant")
_BOOKED = Facts.of("start_service phone_end lot level space", "start end reference plate needs")
_STAFF = Facts.of("space", "mall_phone")
_PROBLEM = Facts.of("lot level space", "since plate")
"""`since`: the driver waits there since then."""
_NOT_REACHED = Facts.of("phone_end", "start_service reference")

FACTS: Mapping[TextKind, Facts] = {
    TextKind.DRIVER_RESERVED: _PLACE_TIME_CODE,
    TextKind.DRIVER_CHANGED: _PLACE_TIME_CODE,
    TextKind.DRIVER_MOVED: _PLACE_TIME_CODE,
    TextKind.DRIVER_CANCELLED: Facts.of("merchant start"),
    TextKind.DRIVER_CANCELLING: Facts.of("space start merchant kept_until"),
    TextKind.DRIVER_NO_SHOW: Facts.of("space merchant"),
    TextKind.DRIVER_FAILED: Facts.of("start merchant"),
    TextKind.DRIVER_OVERSTAY: Facts.of("space end"),
    TextKind.DRIVER_REPLACED: Facts.of("space start", "merchant"),
    TextKind.DRIVER_STAFF_TOLD: _STAFF,
    TextKind.DRIVER_NO_OTHER: _STAFF,
    TextKind.DRIVER_WELCOME: Facts.of("lot level space end"),
    TextKind.DRIVER_NOT_YET: Facts.of("space opens_at"),
    TextKind.DRIVER_WHERE: _PLACE_TIME_CODE,
    TextKind.DRIVER_IN: Facts.of("lot level space end"),
    TextKind.DRIVER_WHERE_LOCKED: Facts.of("lot level space start end", "merchant"),
    TextKind.DRIVER_WRONG_CODE: Facts.of("tries_left"),
    TextKind.DRIVER_CODE_LOCKED: Facts.of("space", "merchant"),
    TextKind.DRIVER_DROPPED: Facts.of("space"),
    TextKind.DRIVER_DROPPING: Facts.of("space kept_until"),
    TextKind.DRIVER_NEEDS_CODE: Facts.of("example"),
    TextKind.DRIVER_EXTENDED: Facts.of("space end"),
    TextKind.DRIVER_NOT_EXTENDED: Facts.of("longest"),
    TextKind.DRIVER_DONE: Facts.of("space"),
    TextKind.DRIVER_LEAVING: Facts.of("space"),
    TextKind.DRIVER_NOTHING: _NONE,
    TextKind.DRIVER_WHICH_CODE: _NONE,
    TextKind.DRIVER_CODE_OR_MORE: _NONE,
    TextKind.DRIVER_HELP: _NONE,
    TextKind.DRIVER_UNREADABLE: _NONE,
    TextKind.DRIVER_TOO_MANY: _NONE,
    TextKind.DRIVER_LINK: Facts.of("lot space link"),
    TextKind.MALL_OVERSTAY: Facts.of("lot level space end", "plate merchant"),
    TextKind.MALL_VEHICLE: Facts.of("lot level space"),
    TextKind.MALL_TAKEN: _PROBLEM,
    TextKind.MALL_BLOCKED: _PROBLEM,
    TextKind.MALL_JAMMED: Facts.of("lot level space"),
    TextKind.MALL_TAMPERED: Facts.of("lot level space"),
    TextKind.MERCHANT_BOOKED: _BOOKED,
    TextKind.MERCHANT_CHANGED: _BOOKED,
    TextKind.MERCHANT_DECLINED: Facts.of("", "reference"),
    TextKind.MERCHANT_CANCELLING: Facts.of("reference kept_until"),
    TextKind.MERCHANT_DROPPED: Facts.of("space phone_end kept_until reference"),
    TextKind.MERCHANT_KEPT: Facts.of("space phone_end", "start_service reference"),
    TextKind.MERCHANT_TEXT_QUOTA: _NONE,
    TextKind.MERCHANT_PHONE_QUOTA: Facts.of("phone_end most"),
    TextKind.MERCHANT_SHARE_USED: Facts.of("service_time"),
    TextKind.MERCHANT_FULL: Facts.of("service_time", "needs next_times"),
    TextKind.MERCHANT_NO_SPACE: Facts.of("service_time", "phone_end next_times"),
    TextKind.MERCHANT_NO_LOCK: Facts.of("service_time", "phone_end next_times"),
    TextKind.MERCHANT_FORM_UNCLEAR: Facts.of("service_time"),
    TextKind.MERCHANT_FORM_NO_PHONE: Facts.of("service_time"),
    TextKind.MERCHANT_FORM_REFUSED: Facts.of("service_time"),
    TextKind.MERCHANT_FORM_PHONE: Facts.of("service_time countries"),
    TextKind.MERCHANT_FAILED: Facts.of("service_time phone_end", "reference"),
    TextKind.MERCHANT_NO_SHOW: Facts.of("space", "reference"),
    TextKind.MERCHANT_UNREACHABLE: _NOT_REACHED,
    TextKind.MERCHANT_NOT_REACHED: _NOT_REACHED,
    TextKind.MERCHANT_HELD_BACK: _NONE,
    TextKind.MERCHANT_WEBHOOK_OFF: _NONE,
    TextKind.MERCHANT_KEY_ADDED: _NONE,
    TextKind.MERCHANT_WEBHOOK_CHANGED: _NONE,
    TextKind.MERCHANT_CONNECTION_CHANGED: _NONE,
    TextKind.MERCHANT_TEXT_KEY_CHANGED: _NONE,
    TextKind.MERCHANT_NO_MALL: _NONE,
    TextKind.MERCHANT_TOO_FAR: Facts.of("days"),
    TextKind.MERCHANT_TOO_LONG: _NONE,
    TextKind.MERCHANT_TOO_LATE: Facts.of("reference"),
    TextKind.MERCHANT_UNKNOWN_REFERENCE: Facts.of("reference"),
    TextKind.MERCHANT_BUSY: _NONE,
    TextKind.MERCHANT_HELP: Facts.of("example_phone"),
    TextKind.MERCHANT_TOO_MANY: _NONE,
    # The readers in `texts/reading` give these facts.
    TextKind.MERCHANT_UNREADABLE: Facts.of("example_phone"),
    TextKind.MERCHANT_UNKNOWN_WORD: Facts.of("text", "example_plate"),
    TextKind.MERCHANT_PAST: Facts.of("time"),
    TextKind.MERCHANT_WHICH_TIME: Facts.of("text one two"),
    TextKind.MERCHANT_NO_SUCH_TIME: Facts.of("time"),
    TextKind.MERCHANT_WHICH_PART: Facts.of("one two"),
    TextKind.MERCHANT_DID_YOU_MEAN: Facts.of("text offer"),
    TextKind.MERCHANT_TWICE_TIME: Facts.of("time"),
    TextKind.MERCHANT_NEED_TIME: Facts.of("example_phone"),
    TextKind.MERCHANT_NEED_PHONE: Facts.of("example_phone"),
    TextKind.MERCHANT_NEED_REFERENCE: _NONE,
    TextKind.MERCHANT_BAD_PHONE: Facts.of("text"),
    TextKind.MERCHANT_PHONE_REFUSED: Facts.of("phone_end countries"),
    TextKind.MERCHANT_BAD_HEIGHT: Facts.of("text"),
    TextKind.MERCHANT_BAD_LENGTH: Facts.of("text"),
    TextKind.MERCHANT_BAD_SIGNATURE: _NONE,
    TextKind.MERCHANT_UNSIGNED: _NONE,
    TextKind.MERCHANT_BAD_PIN: _NONE,
    TextKind.MERCHANT_REPLAYED: _NONE,
    TextKind.MERCHANT_TWO_TIMES: Facts.of("one two"),
    TextKind.MERCHANT_TWO_PHONES: Facts.of("one two"),
    TextKind.MERCHANT_TWO_OF: Facts.of("one two"),
    TextKind.MERCHANT_NOTHING_TO_CHANGE: Facts.of("reference"),
}
"""`longest` is the latest possible end; `one` and `two` are both readings, as to be written.

`kept_until` is when a cancellation takes effect; `example` is a driver's text, without the code."""
