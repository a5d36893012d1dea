"""English."""

from __future__ import annotations

from datetime import date, time

from baylock.domain.venue.mall import Feature
from baylock.texts.languages.language import DayPart, Language, Verb, Words
from baylock.texts.writing.kinds import Kind

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_YEAR_MATTERS_AFTER = 300

_PLACE_TIME_CODE = (
    (
        "{lot} level {level} space {space}, {start} to {end}."
        " On arrival reply HERE {code} to lower the barrier.[ For {merchant}.]"
    ),
    "{lot} {level} {space}, {start} to {end}. Arrived? HERE {code}.[ {merchant}]",
)
_BOOKED = (
    "{start_service}, driver ..{phone_end}: {lot} level {level} space {space},"
    " {start} to {end}.[ Ref {reference}.][ {plate}.][ {needs}.]"
)
_BOOKED_TERSE = (
    "{start_service} ..{phone_end}: {lot} {level} {space}, {start} to {end}."
    "[ Ref {reference}.][ {plate}.][ {needs}.]"
)
_DRIVER_HELP = (
    "HERE and code: lower the barrier. MORE 30: stay longer. WHERE: your space. DROP: not"
    " needed. DONE: left. Can't park? HELP TAKEN, HELP BLOCKED. STOP: no texts"
)

TEMPLATES: dict[Kind, str | tuple[str, ...]] = {
    Kind.DRIVER_RESERVED: _PLACE_TIME_CODE,
    Kind.DRIVER_CHANGED: tuple(f"Changed: {text}" for text in _PLACE_TIME_CODE),
    Kind.DRIVER_MOVED: tuple(f"New space: {text}" for text in _PLACE_TIME_CODE),
    Kind.DRIVER_WHERE: _PLACE_TIME_CODE,
    Kind.DRIVER_CANCELLED: (
        "Cancelled: your parking {start} for {merchant}. The space is no longer kept for you.",
        "Cancelled: parking {start}[ for {merchant}].",
    ),
    Kind.DRIVER_NO_SHOW: (
        "{space} is no longer kept for you: you are too late. Please ask {merchant}.",
        "{space} is no longer kept: too late.[ Please ask {merchant}.]",
    ),
    Kind.DRIVER_FAILED: (
        "Sorry: a fault, no space is left for {start}. Park elsewhere, or call {merchant}.",
        "Sorry, no space for {start}. Park elsewhere[, or call {merchant}].",
    ),
    Kind.DRIVER_OVERSTAY: (
        "{space}: your time ended at {end}."
        " Please leave now, or reply MORE 30 to stay 30 minutes longer."
    ),
    Kind.DRIVER_REPLACED: (
        (
            "{space}, {start}, is no longer kept for you: the booking[ at {merchant}] has another"
            " phone number now."
        ),
        "{space}, {start}, is no longer kept for you.[ Ask {merchant}.]",
    ),
    Kind.DRIVER_STAFF_TOLD: (
        "{space}: we have passed it on to the mall's staff.[ Their phone: {mall_phone}.]"
    ),
    Kind.DRIVER_NO_OTHER: (
        "Sorry, no other space is free now. We have passed {space} on to the mall's staff."
        "[ Their phone: {mall_phone}.]"
    ),
    Kind.DRIVER_WELCOME: (
        "{space}, {lot} level {level}: the barrier is going down."
        " Wait until it is flat, then drive in. Yours until {end}. Leaving? Reply DONE."
    ),
    Kind.DRIVER_IN: "{lot} level {level} space {space} is yours until {end}. Leaving? Reply DONE.",
    Kind.DRIVER_NOT_YET: (
        "{space} opens for you from {opens_at} on. Please send the code again then."
    ),
    Kind.DRIVER_WRONG_CODE: (
        "That is not the code. Please check the 4 digits in our text and send them again."
        " Tries left: {tries_left}."
    ),
    Kind.DRIVER_CODE_LOCKED: (
        "Too many wrong codes. Please lower the barrier with the link that we sent you."
    ),
    Kind.DRIVER_DROPPED: "{space} is no longer kept for you. Thank you for telling us.",
    Kind.DRIVER_EXTENDED: "{space} is yours until {end}.",
    Kind.DRIVER_NOT_EXTENDED: (
        "Sorry, you can stay until {longest} at the latest: the space is taken after that."
    ),
    Kind.DRIVER_DONE: "{space}: thank you, your parking has ended. Drive safely.",
    Kind.DRIVER_NOTHING: (
        "No parking is kept for this number now. Please ask the place that booked it for you."
    ),
    Kind.DRIVER_WHICH_CODE: (
        "At the space? Reply HERE and the 4 digits of its code, for example: HERE 4821"
    ),
    Kind.DRIVER_HELP: _DRIVER_HELP,
    Kind.DRIVER_UNREADABLE: _DRIVER_HELP,
    Kind.MALL_OVERSTAY: (
        "{lot} level {level} space {space}: a car still stands there, its time ended at {end}."
        "[ Plate {plate}.][ Guest of {merchant}.]"
    ),
    Kind.MALL_VEHICLE: (
        "{lot} level {level} space {space}: a car stands where the barrier must rise for the next"
        " driver. Please look."
    ),
    Kind.MALL_TAKEN: (
        "{lot} level {level} space {space}: the driver it is kept for says another car stands"
        " there.[ He waits, since {since}.][ Plate {plate}.]"
    ),
    Kind.MALL_BLOCKED: (
        "{lot} level {level} space {space}: the driver it is kept for can't get onto it."
        "[ He waits, since {since}.][ Plate {plate}.]"
    ),
    Kind.MALL_JAMMED: (
        "{lot} level {level} space {space}: its barrier is jammed. It is given to nobody until"
        " that is mended."
    ),
    Kind.MALL_TAMPERED: (
        "{lot} level {level} space {space}: somebody is tampering with its lock. Please look."
    ),
    Kind.DRIVER_TOO_MANY: (
        "Too many texts today: we answer again tomorrow. The space stays kept for you."
    ),
    Kind.DRIVER_LINK: ("{lot} {space}: {link}", "{link}"),
    Kind.MERCHANT_BOOKED: (f"Booked {_BOOKED}", f"OK {_BOOKED_TERSE}"),
    Kind.MERCHANT_CHANGED: (f"Changed: {_BOOKED}", f"OK {_BOOKED_TERSE}"),
    Kind.MERCHANT_DECLINED: "No parking is kept[ for {reference}] (any more).",
    Kind.MERCHANT_FULL: (
        "No space is free for {service_time}.[ Free: {next_times}.]"
        " Please send it again with another time."
    ),
    Kind.MERCHANT_NO_SPACE: (
        "No parking space is free for {service_time}[, driver ..{phone_end}]: please tell your"
        " customer.[ Free: {next_times}.]"
    ),
    Kind.MERCHANT_FAILED: (
        "No space left for {service_time}, driver ..{phone_end}, after a fault."
        " Please tell your guest.[ Ref {reference}.]"
    ),
    Kind.MERCHANT_NO_SHOW: "{space} is free again: the driver did not come.[ Ref {reference}.]",
    Kind.MERCHANT_UNREACHABLE: (
        "Driver ..{phone_end} gets no texts from us any more. The space stays kept; please tell"
        " your guest.[ {start_service}.][ Ref {reference}.]"
    ),
    Kind.MERCHANT_NOT_REACHED: (
        "Our texts do not reach driver ..{phone_end}. The space stays kept; please tell your"
        " guest.[ {start_service}.][ Ref {reference}.]"
    ),
    Kind.MERCHANT_WEBHOOK_OFF: (
        "Your booking system no longer takes our news of parking: its webhook is switched off."
        " Spaces are kept as before. Please tell who looks after it."
    ),
    Kind.MERCHANT_NO_MALL: (
        "This number is not registered with a mall. Please ask your mall's office to add it."
    ),
    Kind.MERCHANT_TOO_FAR: "Spaces are kept up to {days} days ahead. Please send a nearer date.",
    Kind.MERCHANT_TOO_LONG: (
        "Spaces are kept for 24 hours at most. Please send it again, shorter."
    ),
    Kind.MERCHANT_TOO_LATE: (
        "Too late to change {reference}: the driver is in, or it is over.",
        "Too late to change {reference}.",
    ),
    Kind.MERCHANT_UNKNOWN_REFERENCE: (
        "There is no booking {reference}. A new one needs time and driver's phone too.",
        "No booking {reference}. A new one needs time and phone.",
    ),
    Kind.MERCHANT_BUSY: "Busy just now, nothing was changed. Please send it again in a minute.",
    Kind.MERCHANT_HELP: (
        "PARK 18:30 +14255550123 2h EV ref:A1 keeps a space. PARK ref:A1 19:15 moves it."
        " NOPARK ref:A1 ends it. STOP: no more texts."
    ),
    Kind.MERCHANT_TOO_MANY: (
        "Too many texts from this number today: this one changed nothing, and we answer again"
        " tomorrow."
    ),
    Kind.MERCHANT_UNREADABLE: (
        "Sorry, that can't be read. Please write it like this: PARK 18:30 +14255550123"
    ),
    Kind.MERCHANT_UNKNOWN_WORD: (
        'What is "{text}"? Please send it again without, like this: PARK 18:30 +14255550123',
        'What is "{text}"? Please send it again without.',
    ),
    Kind.MERCHANT_PAST: "{time} has passed. Please send it again with a later time.",
    Kind.MERCHANT_WHICH_TIME: (
        'When is "{text}"? Please send it again with {one} or {two}.',
        '"{text}": {one} or {two}? Please send it again.',
    ),
    Kind.MERCHANT_NO_SUCH_TIME: (
        "There is no {time}. Please send it again with another time, such as 18:30.",
        "There is no {time}. Please send another time.",
    ),
    Kind.MERCHANT_TWICE_TIME: (
        "{time} comes twice: the clocks change. Please send it again with another time."
    ),
    Kind.MERCHANT_NEED_TIME: (
        "At what time? Please send it again with one: PARK 18:30 +14255550123"
    ),
    Kind.MERCHANT_NEED_PHONE: (
        "For whom? Please send it again with the driver's phone: PARK 18:30 +14255550123"
    ),
    Kind.MERCHANT_NEED_REFERENCE: (
        "Which booking? Please send its reference: NOPARK ref:A1 - or its time and phone."
    ),
    Kind.MERCHANT_BAD_PHONE: (
        "{text} can't be a phone number here. Please check it; from abroad it starts with +.",
        "Please check the phone number {text}.",
    ),
    Kind.MERCHANT_BAD_HEIGHT: (
        '"{text}"? Please send the height in metres, like this: height:2.1',
        '"{text}"? Please send the height like this: height:2.1',
    ),
    Kind.MERCHANT_BAD_LENGTH: (
        '"{text}"? Please send how long like this: 90m or 2h',
        '"{text}"? Please send 90m or 2h.',
    ),
    Kind.MERCHANT_BAD_SIGNATURE: (
        "The signature is not right, nothing was changed. It is * and 8 letters at the end."
    ),
    Kind.MERCHANT_UNSIGNED: (
        "Nothing was changed: your texts need their signature, * and 8 letters at the end."
    ),
    Kind.MERCHANT_REPLAYED: (
        "Nothing was changed: this signed text was used before. To say it again, add #2 to it and"
        " sign it anew."
    ),
    Kind.MERCHANT_TWO_TIMES: (
        "There are two times in it. Please send it again with the one that you mean."
    ),
    Kind.MERCHANT_TWO_PHONES: (
        "There are two phone numbers in it. Please send it again with the driver's only."
    ),
    Kind.MERCHANT_TWO_OF: (
        "{one} or {two}? Please send it again with one of them.",
        "{one} or {two}? Please send one only.",
    ),
    Kind.MERCHANT_NOTHING_TO_CHANGE: (
        "What changes? Please send it with the new time: PARK ref:{reference} 19:15"
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
    year = day.year if abs(ahead) > _YEAR_MATTERS_AFTER else None
    return f"{_WEEKDAYS[day.weekday()]} {_day(day.month, day.day, year)} {at:%H:%M}"


def _length(hours: int, minutes: int) -> str:
    return " ".join([f"{hours} h"] * (hours > 0) + [f"{minutes} min"] * (minutes > 0))


LANGUAGE = Language(
    code="en",
    templates=TEMPLATES,
    plain=True,
    day=_day,
    moment=_moment,
    length=_length,
    features={
        Feature.EV: "EV",
        Feature.ACCESSIBLE: "accessible",
        Feature.FAMILY: "family",
    },
    height=lambda metres: f"height {metres:g} m",
    comma=", ",
    words=Words(
        verbs={
            Verb.PARK: ("park", "parking", "book parking", "reserve parking"),
            Verb.NOPARK: (
                "nopark",
                "noparking",
                "no park",
                "no parking",
                "no-park",
                "no-parking",
                "unpark",
            ),
            Verb.HELP: ("help", "info"),
            Verb.HERE: (
                "here",
                "i'm here",
                "im here",
                "i am here",
                "we are here",
                "we're here",
                "arrived",
                "i arrived",
                "i've arrived",
                "i have arrived",
            ),
            Verb.MORE: ("more", "extend", "stay longer", "longer"),
            Verb.DROP: (
                "drop",
                "not needed",
                "don't need it",
                "i don't need it",
                "not coming",
                "i'm not coming",
            ),
            Verb.WHERE: ("where", "where is it", "where's my space", "where is my space"),
            Verb.DONE: ("done", "left", "i left", "i've left", "i have left"),
            Verb.TAKEN: (
                "taken",
                "occupied",
                "space taken",
                "space is taken",
                "my space is taken",
                "the space is taken",
                "space occupied",
                "my space is occupied",
                "somebody is in my space",
                "someone is in my space",
            ),
            Verb.BLOCKED: (
                "blocked",
                "space blocked",
                "my space is blocked",
                "barrier stuck",
                "barrier is stuck",
                "the barrier is stuck",
                "barrier won't go down",
                "barrier doesn't go down",
                "the barrier won't go down",
                "the barrier doesn't go down",
                "can't get in",
                "i can't get in",
                "cannot get in",
            ),
        },
        opt_out=(
            "stop",
            "cancel",
            "end",
            "quit",
            "remove",
            "unsubscribe",
            "optout",
            "opt out",
            "opt-out",
            "stopall",
            "stop all",
            "revoke",
        ),
        opt_in=("start", "unstop"),
        polite=("please", "pls", "thanks", "thank you", "thx", "hi", "hello", "hey", "now", "ok"),
        fillers=(
            "at",
            "on",
            "for",
            "by",
            "to",
            "from",
            "of",
            "the",
            "and",
            "with",
            "please",
            "pls",
            "thanks",
            "thank you",
            "phone",
            "phone number",
            "tel",
            "mobile",
            "cell",
            "driver",
            "car",
            "time",
            "date",
            "duration",
            "needs",
            "need",
            "space",
            "a space",
            "a spot",
            "spot",
        ),
        days={"today": 0, "tomorrow": 1, "tmrw": 1, "tmr": 1, "day after tomorrow": 2},
        day_parts={
            "am": DayPart.AM,
            "a.m.": DayPart.AM,
            "pm": DayPart.PM,
            "p.m.": DayPart.PM,
            "morning": DayPart.MORNING,
            "in the morning": DayPart.MORNING,
            "afternoon": DayPart.AFTERNOON,
            "in the afternoon": DayPart.AFTERNOON,
            "evening": DayPart.EVENING,
            "in the evening": DayPart.EVENING,
            "night": DayPart.EVENING,
            "at night": DayPart.EVENING,
        },
        days_and_parts={
            "tonight": (0, DayPart.EVENING),
            "this morning": (0, DayPart.MORNING),
            "this afternoon": (0, DayPart.AFTERNOON),
            "this evening": (0, DayPart.EVENING),
        },
        weekdays={
            name: number
            for number, names in enumerate(
                (
                    ("mon", "monday"),
                    ("tue", "tues", "tuesday"),
                    ("wed", "weds", "wednesday"),
                    ("thu", "thur", "thurs", "thursday"),
                    ("fri", "friday"),
                    ("sat", "saturday"),
                    ("sun", "sunday"),
                )
            )
            for name in names
        },
        months={
            name: number
            for number, names in enumerate(
                (
                    ("jan", "january"),
                    ("feb", "february"),
                    ("mar", "march"),
                    ("apr", "april"),
                    ("may",),
                    ("jun", "june"),
                    ("jul", "july"),
                    ("aug", "august"),
                    ("sep", "sept", "september"),
                    ("oct", "october"),
                    ("nov", "november"),
                    ("dec", "december"),
                ),
                start=1,
            )
            for name in names
        },
        noon=("noon", "midday", "12 noon"),
        vague_times=("now", "asap", "right now", "immediately", "soon"),
        lengths={
            "half an hour": 30,
            "half hour": 30,
            "an hour": 60,
            "one hour": 60,
            "an hour and a half": 90,
            "one and a half hours": 90,
            "two hours": 120,
            "three hours": 180,
            "four hours": 240,
        },
        needs={
            "ev": Feature.EV,
            "ev charging": Feature.EV,
            "ev charger": Feature.EV,
            "electric": Feature.EV,
            "charging": Feature.EV,
            "charger": Feature.EV,
            "accessible": Feature.ACCESSIBLE,
            "wheelchair": Feature.ACCESSIBLE,
            "disabled": Feature.ACCESSIBLE,
            "handicapped": Feature.ACCESSIBLE,
            "family": Feature.FAMILY,
        },
        reference_labels=("ref", "reference"),
        plate_labels=("plate", "license plate", "licence plate", "license", "reg"),
        height_labels=("height", "clearance"),
        code_labels=("code", "my code", "the code", "code is", "my code is", "the code is"),
        yes=(
            "yes",
            "y",
            "yeah",
            "yep",
            "yup",
            "true",
            "sure",
            "ok",
            "okay",
            "please",
            "checked",
            "car",
            "by car",
            "i drive",
            "we drive",
            "i'll drive",
            "we'll drive",
            "i will drive",
            "we will drive",
            "i'm driving",
            "we're driving",
            "i am driving",
            "we are driving",
            "driving",
        ),
        no=(
            "no",
            "n",
            "nope",
            "not",
            "none",
            "nothing",
            "never",
            "false",
            "n/a",
            "without",
            "i don't",
            "i do not",
            "we don't",
            "we do not",
            "don't",
        ),
    ),
)
