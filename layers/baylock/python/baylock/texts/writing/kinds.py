"""What a message can say."""

from __future__ import annotations

from enum import StrEnum, auto


class Kind(StrEnum):
    """A message, in any language. Beside each: its facts, those that may be left out in brackets.

    Every fact is a string, ready to be shown: times by `messages.when` or `until`, lengths by
    `duration_words`, needs by `needs_words`.
    """

    # To the driver.
    DRIVER_RESERVED = auto()  # lot level space start end code [merchant]
    DRIVER_CHANGED = auto()  # the same
    DRIVER_MOVED = auto()  # the same
    DRIVER_CANCELLED = auto()  # merchant start
    DRIVER_NO_SHOW = auto()  # space merchant
    DRIVER_FAILED = auto()  # start merchant
    DRIVER_OVERSTAY = auto()  # space end
    DRIVER_REPLACED = auto()  # space start [merchant]: the booking names another phone now
    DRIVER_STAFF_TOLD = auto()  # space [mall_phone]: what he reported
    DRIVER_NO_OTHER = auto()  # the same, and there is no other space
    DRIVER_WELCOME = auto()  # lot level space end
    DRIVER_NOT_YET = auto()  # space opens_at
    DRIVER_WHERE = auto()  # lot level space start end code [merchant]
    DRIVER_IN = auto()  # lot level space end: the same, once he is in
    DRIVER_WRONG_CODE = auto()  # tries_left
    DRIVER_CODE_LOCKED = auto()
    DRIVER_DROPPED = auto()  # space
    DRIVER_EXTENDED = auto()  # space end
    DRIVER_NOT_EXTENDED = auto()  # longest (the latest possible end)
    DRIVER_DONE = auto()  # space
    DRIVER_NOTHING = auto()
    DRIVER_WHICH_CODE = auto()
    DRIVER_HELP = auto()
    DRIVER_UNREADABLE = auto()  # says the same, but not for ever: it may be a robot
    DRIVER_TOO_MANY = auto()
    DRIVER_LINK = auto()  # lot space link: goes out after others, see usecases/texting/send_text.py

    # To whoever looks after the mall's spaces. `since`: the driver waits there.
    MALL_OVERSTAY = auto()  # lot level space end [plate merchant]
    MALL_VEHICLE = auto()  # lot level space
    MALL_TAKEN = auto()  # lot level space [since plate]
    MALL_BLOCKED = auto()  # lot level space [since plate]
    MALL_JAMMED = auto()  # lot level space
    MALL_TAMPERED = auto()  # lot level space

    # To the merchant, about a booking.
    MERCHANT_BOOKED = (
        auto()
    )  # start_service phone_end lot level space start end [reference plate needs]
    MERCHANT_CHANGED = auto()  # the same
    MERCHANT_DECLINED = auto()  # [reference]
    MERCHANT_FULL = auto()  # service_time [next_times]
    MERCHANT_NO_SPACE = auto()  # service_time [phone_end next_times]: its system had booked
    MERCHANT_FAILED = auto()  # service_time phone_end [reference]
    MERCHANT_NO_SHOW = auto()  # space [reference]
    MERCHANT_UNREACHABLE = auto()  # phone_end [start_service reference]: the driver opted out
    MERCHANT_NOT_REACHED = auto()  # the same: the network does not take texts to the driver
    MERCHANT_WEBHOOK_OFF = auto()
    MERCHANT_NO_MALL = auto()
    MERCHANT_TOO_FAR = auto()  # days
    MERCHANT_TOO_LONG = auto()
    MERCHANT_TOO_LATE = auto()  # reference
    MERCHANT_UNKNOWN_REFERENCE = auto()  # reference
    MERCHANT_BUSY = auto()
    MERCHANT_HELP = auto()
    MERCHANT_TOO_MANY = auto()

    # To the merchant, asking back about the text; the grammar gives these facts.
    MERCHANT_UNREADABLE = auto()
    MERCHANT_UNKNOWN_WORD = auto()  # text
    MERCHANT_PAST = auto()  # time
    MERCHANT_WHICH_TIME = auto()  # text one two (both readings, as they should be written)
    MERCHANT_NO_SUCH_TIME = auto()  # time
    MERCHANT_TWICE_TIME = auto()  # time
    MERCHANT_NEED_TIME = auto()
    MERCHANT_NEED_PHONE = auto()
    MERCHANT_NEED_REFERENCE = auto()
    MERCHANT_BAD_PHONE = auto()  # text
    MERCHANT_BAD_HEIGHT = auto()  # text
    MERCHANT_BAD_LENGTH = auto()  # text
    MERCHANT_BAD_SIGNATURE = auto()
    MERCHANT_UNSIGNED = auto()
    MERCHANT_REPLAYED = auto()
    MERCHANT_TWO_TIMES = auto()
    MERCHANT_TWO_PHONES = auto()
    MERCHANT_TWO_OF = auto()  # one two
    MERCHANT_NOTHING_TO_CHANGE = auto()  # reference
