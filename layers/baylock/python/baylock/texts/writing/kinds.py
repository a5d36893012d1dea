"""The kinds of texts that Baylock sends."""

from __future__ import annotations

from enum import StrEnum, auto


class TextKind(StrEnum):
    """The kind of a text, in any language. `texts/writing/facts.py` has the facts of each."""

    # To the driver.
    DRIVER_RESERVED = auto()
    DRIVER_CHANGED = auto()
    DRIVER_MOVED = auto()
    DRIVER_CANCELLED = auto()
    DRIVER_CANCELLING = auto()
    """The merchant has cancelled by a text that it can still undo."""
    DRIVER_NO_SHOW = auto()
    DRIVER_FAILED = auto()
    DRIVER_OVERSTAY = auto()
    DRIVER_REPLACED = auto()
    """The booking has another driver's phone now."""
    DRIVER_STAFF_TOLD = auto()
    """The mall's staff know of the problem that the driver reported."""
    DRIVER_NO_OTHER = auto()
    """The same, and no other space is free."""
    DRIVER_WELCOME = auto()
    DRIVER_NOT_YET = auto()
    DRIVER_WHERE = auto()
    DRIVER_IN = auto()
    """Where the space is, to a driver who has arrived."""
    DRIVER_WHERE_LOCKED = auto()
    """Where the space is, to a driver whose code is locked."""
    DRIVER_WRONG_CODE = auto()
    DRIVER_CODE_LOCKED = auto()
    DRIVER_DROPPED = auto()
    DRIVER_DROPPING = auto()
    """The driver has given the space back by a text that they can still undo."""
    DRIVER_NEEDS_CODE = auto()
    """What the text asks for needs the driver's code. Sent only a few times."""
    DRIVER_EXTENDED = auto()
    DRIVER_NOT_EXTENDED = auto()
    DRIVER_DONE = auto()
    DRIVER_LEAVING = auto()
    """The stay ends when the vehicle has gone."""
    DRIVER_NOTHING = auto()
    DRIVER_WHICH_CODE = auto()
    DRIVER_CODE_OR_MORE = auto()
    """A code where a length should be."""
    DRIVER_HELP = auto()
    DRIVER_UNREADABLE = auto()
    """Reads like DRIVER_HELP, but is sent only a few times: the sender may be a robot."""
    DRIVER_TOO_MANY = auto()
    DRIVER_LINK = auto()
    """Follows some of the others: `usecases/texting/send_text.py`."""

    # To the staff of the mall.
    MALL_OVERSTAY = auto()
    MALL_VEHICLE = auto()
    MALL_TAKEN = auto()
    MALL_BLOCKED = auto()
    MALL_JAMMED = auto()
    MALL_TAMPERED = auto()

    # To the merchant, about a booking.
    MERCHANT_BOOKED = auto()
    MERCHANT_CHANGED = auto()
    MERCHANT_DECLINED = auto()
    MERCHANT_CANCELLING = auto()
    """The space is kept for ten minutes more, in which the cancellation can be undone."""
    MERCHANT_DROPPED = auto()
    """The driver has given the space back; the merchant can undo it."""
    MERCHANT_KEPT = auto()
    """The driver needs the space after all."""
    MERCHANT_TEXT_QUOTA = auto()
    """Texts without proof of their sender may do no more. Sent only a few times."""
    MERCHANT_PHONE_QUOTA = auto()
    """The driver's phone has as many live orders as it may have."""
    MERCHANT_SHARE_USED = auto()
    """The merchant has as many spaces as it may have at that time."""
    MERCHANT_FULL = auto()
    MERCHANT_NO_SPACE = auto()
    """A booking of the merchant's system got no space."""
    MERCHANT_NO_LOCK = auto()
    """The locks of the free spaces have never reported."""
    MERCHANT_FORM_UNCLEAR = auto()
    """The answer in a booking form is neither yes nor no."""
    MERCHANT_FORM_NO_PHONE = auto()
    MERCHANT_FORM_REFUSED = auto()
    MERCHANT_FORM_PHONE = auto()
    """No texts are sent to the phone in a booking form."""
    MERCHANT_FAILED = auto()
    MERCHANT_NO_SHOW = auto()
    MERCHANT_UNREACHABLE = auto()
    """The driver opted out."""
    MERCHANT_NOT_REACHED = auto()
    """The network does not take texts to the driver."""
    MERCHANT_HELD_BACK = auto()
    """An allowance is used up, so that drivers are not told."""
    MERCHANT_WEBHOOK_OFF = auto()
    MERCHANT_KEY_ADDED = auto()
    MERCHANT_WEBHOOK_CHANGED = auto()
    MERCHANT_CONNECTION_CHANGED = auto()
    MERCHANT_TEXT_KEY_CHANGED = auto()
    MERCHANT_NO_MALL = auto()
    MERCHANT_TOO_FAR = auto()
    MERCHANT_TOO_LONG = auto()
    MERCHANT_TOO_LATE = auto()
    MERCHANT_UNKNOWN_REFERENCE = auto()
    MERCHANT_BUSY = auto()
    MERCHANT_HELP = auto()
    MERCHANT_TOO_MANY = auto()

    # To the merchant, asking back about the text.
    MERCHANT_UNREADABLE = auto()
    MERCHANT_UNKNOWN_WORD = auto()
    MERCHANT_PAST = auto()
    MERCHANT_WHICH_TIME = auto()
    MERCHANT_NO_SUCH_TIME = auto()
    MERCHANT_WHICH_PART = auto()
    """The time does not lie in the part of the day that stands beside it."""
    MERCHANT_DID_YOU_MEAN = auto()
    """With a text that can be sent as it is."""
    MERCHANT_TWICE_TIME = auto()
    MERCHANT_NEED_TIME = auto()
    MERCHANT_NEED_PHONE = auto()
    MERCHANT_NEED_REFERENCE = auto()
    MERCHANT_BAD_PHONE = auto()
    MERCHANT_PHONE_REFUSED = auto()
    """No texts are sent to this phone: `countries` are those to whose mobile phones they are."""
    MERCHANT_BAD_HEIGHT = auto()
    MERCHANT_BAD_LENGTH = auto()
    MERCHANT_BAD_SIGNATURE = auto()
    MERCHANT_UNSIGNED = auto()
    MERCHANT_BAD_PIN = auto()
    """The PIN is missing or wrong, or too many were wrong."""
    MERCHANT_REPLAYED = auto()
    MERCHANT_TWO_TIMES = auto()
    MERCHANT_TWO_PHONES = auto()
    MERCHANT_TWO_OF = auto()
    MERCHANT_NOTHING_TO_CHANGE = auto()
