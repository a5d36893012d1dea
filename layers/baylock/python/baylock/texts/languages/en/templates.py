"""The texts that Baylock sends in English."""

from __future__ import annotations

from datetime import date, time

from baylock.domain.venue.mall import Feature
from baylock.texts.languages.templates import Templates, shown_year
from baylock.texts.writing.kinds import TextKind

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

_PLACE_TIME_CODE = (
    (
        "{lot} level {level} space {space}, {start} to {end}."
        " On arrival reply HERE {code} to lower the barrier.[ For {merchant}.]"
    ),
    "{lot} {level} {space}, {start} to {end}. Arrived? HERE {code}.[ {merchant}]",
)
_BOOKED = (
    "{start_service}, driver ..{phone_end}: {lot} level {level} space {space}"
    "[, {start} to {end}].[ {plate}.][ {needs}.][ Ref {reference}.]"
)
_BOOKED_TERSE = (
    "{start_service} ..{phone_end}: {lot} {level} {space}[, {start} to {end}]."
    "[ {plate}.][ {needs}.][ Ref {reference}.]"
)
_BOOKED_SHORT = (
    "OK {start_service} ..{phone_end}: {lot} {level} {space}."
    "[ {plate}.][ {needs}.][ Ref {reference}.]"
)
_DRIVER_HELP = (
    "HERE + code: lower the barrier. MORE 30: stay longer. WHERE: find your space. DROP: not"
    " needed. DONE: left. Can't park? HELP TAKEN, HELP BLOCKED. STOP: no texts"
)

_TEXTS: dict[TextKind, str | tuple[str, ...]] = {
    TextKind.DRIVER_RESERVED: _PLACE_TIME_CODE,
    TextKind.DRIVER_CHANGED: tuple(f"Changed: {text}" for text in _PLACE_TIME_CODE),
    TextKind.DRIVER_MOVED: tuple(f"New space: {text}" for text in _PLACE_TIME_CODE),
    TextKind.DRIVER_WHERE: _PLACE_TIME_CODE,
    TextKind.DRIVER_CANCELLED: (
        "Cancelled by {merchant}: your parking, {start}. The space is no longer kept for you.",
        "Cancelled[ by {merchant}]: parking {start}.",
    ),
    TextKind.DRIVER_CANCELLING: (
        (
            "Cancelled by {merchant}: your parking, {start}. {space} is kept until {kept_until}."
            " If that is wrong, ask them now."
        ),
        "Cancelled[ by {merchant}]: parking {start}. {space} is kept until {kept_until}.",
    ),
    TextKind.DRIVER_NO_SHOW: (
        "{space} is no longer kept for you: you did not arrive in time. Please contact {merchant}.",
        "{space} is no longer kept: too late.[ Please contact {merchant}.]",
    ),
    TextKind.DRIVER_FAILED: (
        "Sorry, a fault: we have no space for {start}. Please park elsewhere or call {merchant}.",
        "Sorry, no space for {start}. Park elsewhere[ or call {merchant}].",
    ),
    TextKind.DRIVER_OVERSTAY: (
        "{space}: your time ended at {end}."
        " Please leave now, or reply MORE 30 to stay 30 minutes longer."
    ),
    TextKind.DRIVER_REPLACED: (
        (
            "{space}, {start}, is no longer kept for you: the booking[ at {merchant}] now has"
            " another phone number."
        ),
        "{space}, {start}, is no longer kept for you.[ Ask {merchant}.]",
    ),
    TextKind.DRIVER_STAFF_TOLD: (
        "{space}: we have told the mall's staff.[ Their phone: {mall_phone}.]"
    ),
    TextKind.DRIVER_NO_OTHER: (
        "Sorry, no other space is free now. We have told the mall's staff about {space}."
        "[ Their phone: {mall_phone}.]"
    ),
    TextKind.DRIVER_WELCOME: (
        "{space}, {lot} level {level}: the barrier is going down."
        " Wait until it is flat, then drive in. Yours until {end}. Leaving? Reply DONE."
    ),
    TextKind.DRIVER_IN: (
        "{lot} level {level} space {space} is yours until {end}. Leaving? Reply DONE."
    ),
    TextKind.DRIVER_WHERE_LOCKED: (
        "{lot} level {level} space {space}, {start} to {end}. Its code is locked: use the link in"
        " our text[, or ask {merchant}]."
    ),
    TextKind.DRIVER_NOT_YET: (
        "{space} opens for you from {opens_at}. Please send the code again then."
    ),
    TextKind.DRIVER_WRONG_CODE: (
        "That is not the code. Please check the 4 digits in our text and send them again."
        " Tries left: {tries_left}."
    ),
    TextKind.DRIVER_CODE_LOCKED: (
        "Too many wrong codes for {space}. To lower the barrier, use the link that we send you"
        "[, or ask {merchant}]."
    ),
    TextKind.DRIVER_DROPPED: "{space} is no longer kept for you.",
    TextKind.DRIVER_DROPPING: (
        "{space} is kept until {kept_until}, then it is free for others. Still need it, or did you"
        " not ask for this? Reply KEEP."
    ),
    TextKind.DRIVER_NEEDS_CODE: (
        "Nothing was changed. To show that it is you, send it with your 4-digit code, for example:"
        " {example} 4821"
    ),
    TextKind.DRIVER_EXTENDED: "{space} is yours until {end}.",
    TextKind.DRIVER_NOT_EXTENDED: (
        "Sorry, that is too long: you can have the space until {longest} at the latest."
    ),
    TextKind.DRIVER_DONE: "{space}: thank you, your parking has ended. Drive safely.",
    TextKind.DRIVER_LEAVING: (
        "{space}: thank you. Your parking ends when your car has left. Drive safely."
    ),
    TextKind.DRIVER_NOTHING: (
        "No space is kept for this number now. Please ask the place that made your booking."
    ),
    TextKind.DRIVER_WHICH_CODE: (
        "At the space? Reply HERE and your 4-digit code, for example: HERE 4821"
    ),
    TextKind.DRIVER_CODE_OR_MORE: (
        "At the space? Reply HERE and your 4-digit code. To stay longer, reply the minutes, for"
        " example: MORE 30"
    ),
    TextKind.DRIVER_HELP: _DRIVER_HELP,
    TextKind.DRIVER_UNREADABLE: _DRIVER_HELP,
    TextKind.MALL_OVERSTAY: (
        "{lot} level {level} space {space}: a car is still there; its time ended at {end}."
        "[ Plate {plate}.][ Guest of {merchant}.]"
    ),
    TextKind.MALL_VEHICLE: (
        "{lot} level {level} space {space}: a car is in the way of the barrier, which must go up"
        " for the next driver. Please check."
    ),
    TextKind.MALL_TAKEN: (
        "{lot} level {level} space {space}: the driver it is kept for reports another car there."
        "[ Waiting since {since}.][ Kept for {plate}; the other car is unknown.]"
    ),
    TextKind.MALL_BLOCKED: (
        "{lot} level {level} space {space}: the driver it is kept for can't get in."
        "[ Waiting since {since}.][ Kept for {plate}.]"
    ),
    TextKind.MALL_JAMMED: (
        "{lot} level {level} space {space}: the barrier is jammed. The space stays out of use until"
        " it is fixed."
    ),
    TextKind.MALL_TAMPERED: (
        "{lot} level {level} space {space}: someone is tampering with the barrier.[ Please check.]"
    ),
    TextKind.DRIVER_TOO_MANY: (
        "Too many texts today: we will answer again tomorrow. Your space is still kept for you."
    ),
    TextKind.DRIVER_LINK: ("{lot} {space}: {link}", "{link}"),
    TextKind.MERCHANT_BOOKED: (f"Booked {_BOOKED}", f"OK {_BOOKED_TERSE}", _BOOKED_SHORT),
    TextKind.MERCHANT_CHANGED: (f"Changed: {_BOOKED}", f"OK {_BOOKED_TERSE}", _BOOKED_SHORT),
    TextKind.MERCHANT_DECLINED: "No space is kept[ for {reference}].",
    TextKind.MERCHANT_CANCELLING: (
        (
            "{reference}: the space is kept until {kept_until}, then it is free. Not what you want?"
            " Reply KEEP ref:{reference}"
        ),
        "Cancelled at {kept_until}. To undo: KEEP ref:{reference}",
    ),
    TextKind.MERCHANT_DROPPED: (
        (
            "Driver ..{phone_end} gives {space} back: it is free from {kept_until}. To keep it,"
            " reply KEEP ref:{reference}"
        ),
        "..{phone_end} gives {space} back at {kept_until}. To undo: KEEP ref:{reference}",
    ),
    TextKind.MERCHANT_KEPT: (
        "{space} is kept for driver ..{phone_end} after all.[ {start_service}.][ Ref {reference}.]"
    ),
    TextKind.MERCHANT_TEXT_QUOTA: (
        "Nothing was changed: a text without a PIN or signature can't do that, or not so often. Use"
        " one, or the booking system; your mall's office helps."
    ),
    TextKind.MERCHANT_PHONE_QUOTA: (
        "Driver ..{phone_end} has {most} spaces already. For another one, cancel one of them first."
    ),
    TextKind.MERCHANT_SHARE_USED: (
        "You have all the spaces that one shop may have for {service_time}. Please send it again"
        " with another time, or cancel one."
    ),
    TextKind.MERCHANT_FULL: (
        "No space[ ({needs})] is free for {service_time}.[ Free: {next_times}.]"
        " Please send it again with another time."
    ),
    TextKind.MERCHANT_NO_SPACE: (
        "No space is free for {service_time}[, driver ..{phone_end}]: please tell your guest."
        "[ Free: {next_times}.]"
    ),
    TextKind.MERCHANT_NO_LOCK: (
        "No space for {service_time}[, driver ..{phone_end}]: no free one has a working lock yet."
        " Please tell your guest and the car park.[ Free: {next_times}.]"
    ),
    TextKind.MERCHANT_FORM_UNCLEAR: (
        "No space is kept for {service_time}: the form's answer on the car is unclear."
        " If your guest drives, send us time and phone."
    ),
    TextKind.MERCHANT_FORM_NO_PHONE: (
        "No space is kept for {service_time}: the form has no valid phone number."
        " Please send us time and phone."
    ),
    TextKind.MERCHANT_FORM_REFUSED: (
        "No space can be kept for {service_time}: it is past, too far ahead or too long."
        " Please tell your guest."
    ),
    TextKind.MERCHANT_FORM_PHONE: (
        (
            "No space is kept for {service_time}: we can't text the phone in the form. Please send"
            " us a mobile phone of {countries}."
        ),
        "No space for {service_time}: please send us a mobile phone of {countries}.",
    ),
    TextKind.MERCHANT_FAILED: (
        "Due to a fault there is no space for {service_time}, driver ..{phone_end}."
        " Please tell your guest.[ Ref {reference}.]"
    ),
    TextKind.MERCHANT_NO_SHOW: "{space} is free again: the driver did not come.[ Ref {reference}.]",
    TextKind.MERCHANT_UNREACHABLE: (
        "Driver ..{phone_end} gets no texts from us: they opted out. The space is still kept;"
        " please tell your guest.[ {start_service}.][ Ref {reference}.]"
    ),
    TextKind.MERCHANT_NOT_REACHED: (
        "Our texts do not reach driver ..{phone_end}. The space is still kept; please tell your"
        " guest.[ {start_service}.][ Ref {reference}.]"
    ),
    TextKind.MERCHANT_HELD_BACK: (
        "Some of your guests get no texts today: too many were sent. Their spaces are kept. Please"
        " tell your guests where to park."
    ),
    TextKind.MERCHANT_WEBHOOK_OFF: (
        "Your booking system does not accept our messages, so its webhook is switched off."
        " Spaces are still kept. Please tell whoever looks after it."
    ),
    TextKind.MERCHANT_KEY_ADDED: (
        "A new key can now book parking for you. If you did not ask for one, please tell your"
        " mall's office at once."
    ),
    TextKind.MERCHANT_WEBHOOK_CHANGED: (
        "The address or secret of your parking webhook was changed. If that was not you, please"
        " tell your mall's office at once."
    ),
    TextKind.MERCHANT_CONNECTION_CHANGED: (
        "The connection of your booking system to parking was changed. If you did not ask for"
        " it, please tell your mall's office at once."
    ),
    TextKind.MERCHANT_TEXT_KEY_CHANGED: (
        "The key that signs your parking texts was changed. If you did not ask for it, please"
        " tell your mall's office at once."
    ),
    TextKind.MERCHANT_NO_MALL: (
        "This number is not registered with a mall. Please ask your mall's office to add it."
    ),
    TextKind.MERCHANT_TOO_FAR: (
        "Spaces can be booked up to {days} days ahead. Please send an earlier date."
    ),
    TextKind.MERCHANT_TOO_LONG: (
        "Spaces are kept for 24 hours at most, with some minutes before and after. Please send it"
        " again with a shorter stay."
    ),
    TextKind.MERCHANT_TOO_LATE: (
        "Too late to change {reference}: the driver is in, or the booking is over.",
        "Too late to change {reference}.",
    ),
    TextKind.MERCHANT_UNKNOWN_REFERENCE: (
        "There is no booking {reference}. A new booking needs a time and the driver's phone.",
        "No booking {reference}. A new one needs time and phone.",
    ),
    TextKind.MERCHANT_BUSY: ("We are busy: it may not be done. Please send it again in a minute."),
    TextKind.MERCHANT_HELP: (
        "PARK 18:30 {example_phone} 2h EV ref:A1 keeps a space. PARK ref:A1 19:15 moves it."
        " NOPARK ref:A1 cancels it. STOP: no more texts."
    ),
    TextKind.MERCHANT_TOO_MANY: (
        "Too many texts from this number today: this one changed nothing. We will answer again"
        " tomorrow."
    ),
    TextKind.MERCHANT_UNREADABLE: (
        "Sorry, we can't read that. Please write it like this: PARK 18:30 {example_phone}"
    ),
    TextKind.MERCHANT_UNKNOWN_WORD: (
        (
            '"{text}"? Write a time like 18:30, a day like 1 Dec, a stay like 90m,[ a plate like'
            ' "plate {example_plate}",] a name like "name Lee", and send it all again.'
        ),
        (
            '"{text}"? Write a day like 1 Dec, a stay like 90m, "plate" before a plate, "name"'
            " before a name, and send it all again."
        ),
        '"{text}"? Please send it in other words.',
    ),
    TextKind.MERCHANT_PAST: "{time} has passed. Please send it again with a later time.",
    TextKind.MERCHANT_WHICH_TIME: (
        'When is "{text}"? Please send it again with {one} or {two}.',
        '"{text}": {one} or {two}? Please send it again.',
    ),
    TextKind.MERCHANT_NO_SUCH_TIME: (
        "There is no {time}. Please send it again with another time, such as 18:30.",
        "There is no {time}. Please send another time.",
    ),
    TextKind.MERCHANT_WHICH_PART: (
        "{one} or {two}? The time and the part of the day do not agree. Please send the right one.",
        "{one} or {two}? Please send the right time.",
    ),
    TextKind.MERCHANT_DID_YOU_MEAN: ('"{text}"? If this is right, send: {offer}', "Send: {offer}"),
    TextKind.MERCHANT_TWICE_TIME: (
        "{time} comes twice: the clocks change. Please send it again with another time."
    ),
    TextKind.MERCHANT_NEED_TIME: (
        "What time? Please send it again with a time: PARK 18:30 {example_phone}"
    ),
    TextKind.MERCHANT_NEED_PHONE: (
        "For whom? Please send it again with the driver's phone: PARK 18:30 {example_phone}"
    ),
    TextKind.MERCHANT_NEED_REFERENCE: (
        "Which booking? Please send its reference: NOPARK ref:A1 - or its time and phone."
    ),
    TextKind.MERCHANT_BAD_PHONE: (
        "{text} is not a valid phone number. Please check it; one from abroad starts with +.",
        "Please check the phone number {text}.",
    ),
    TextKind.MERCHANT_PHONE_REFUSED: (
        (
            "Nothing was changed: we can't text the phone ..{phone_end}. Please send it again with"
            " a mobile phone of {countries}."
        ),
        "We can't text ..{phone_end}. Please send a mobile phone of {countries}.",
    ),
    TextKind.MERCHANT_BAD_HEIGHT: (
        '"{text}"? Please send the height in metres, like this: height:2.1',
        '"{text}"? Please send the height like this: height:2.1',
    ),
    TextKind.MERCHANT_BAD_LENGTH: (
        '"{text}"? Please send the length of stay like this: 90m or 2h',
        '"{text}"? Please send 90m or 2h.',
    ),
    TextKind.MERCHANT_BAD_SIGNATURE: (
        "Nothing was changed: the signature (* and 8 letters at the end) is wrong."
    ),
    TextKind.MERCHANT_UNSIGNED: (
        "Nothing was changed: your texts must end with a signature, * and 8 letters."
    ),
    TextKind.MERCHANT_BAD_PIN: (
        "Nothing was changed: the PIN is missing or wrong. Begin with it, like this: PIN 123456."
        " After 5 wrong ones wait an hour."
    ),
    TextKind.MERCHANT_REPLAYED: (
        "Nothing was changed: this signed text was used before. To send it again, add #2 and sign"
        " it again."
    ),
    TextKind.MERCHANT_TWO_TIMES: (
        (
            "When does your guest come: {one} or {two}? Please send it again with that time."
            " A stay is written like 90m."
        ),
        "{one} or {two}? Please send the time that is right.",
    ),
    TextKind.MERCHANT_TWO_PHONES: (
        "Which phone is the driver's: {one} or {two}? Please send it again with that one.",
        "{one} or {two}? Please send the driver's phone.",
    ),
    TextKind.MERCHANT_TWO_OF: (
        "{one} or {two}? Please send it again with the right one.",
        "{one} or {two}? Please send the right one.",
    ),
    TextKind.MERCHANT_NOTHING_TO_CHANGE: (
        "What should change? Please send it with the new time: PARK ref:{reference} 19:15",
        "What changes? Please send the new time: PARK ref:{reference} 19:15",
    ),
}


def _day(month: int, day: int, year: int | None) -> str:
    return f"{day} {_MONTHS[month - 1]}" + (f" {year}" if year else "")


def _moment(day: date, at: time, today: date) -> str:
    ahead = (day - today).days
    if ahead == 0:
        return f"{at:%H:%M}"
    if ahead == 1:
        return f"tomorrow {at:%H:%M}"
    written = _day(day.month, day.day, shown_year(day, today))
    return f"{_WEEKDAYS[day.weekday()]} {written} {at:%H:%M}"


def _length(hours: int, minutes: int) -> str:
    return " ".join([f"{hours} h"] * (hours > 0) + [f"{minutes} min"] * (minutes > 0))


TEMPLATES = Templates(
    texts=_TEXTS,
    gsm_7=True,
    day=_day,
    moment=_moment,
    today="today ",
    length=_length,
    features={
        Feature.EV: "EV",
        Feature.ACCESSIBLE: "accessible",
        Feature.FAMILY: "family",
    },
    height=lambda metres: f"height {metres:g} m",
    comma=", ",
)
