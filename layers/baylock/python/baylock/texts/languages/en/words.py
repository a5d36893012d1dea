"""The words that people write in English."""

from __future__ import annotations

from baylock.domain.venue.mall import Feature
from baylock.texts.languages.words import DayPart, Verb, Week, Words

_ASKING = (
    r"(?:(?:please|pls|plz|can you|could you|would you|will you|hey|hi|hello|ok|just|i want you to"
    r"|you must) )*"
)
_ENDING = (
    r"(?: (?:again|anymore|any more|now|from now on|at all|please|pls|plz|thanks|thank you|thx|ty"
    r"|immediately))*"
)
_TEXTS = r"(?:texts?|messages?|msgs?|sms|alerts?|notifications?|reminders?)"
_WANT = (
    r"(?:(?:how (?:do|can) )?(?:i|we) |(?:i|we)'d )?"
    r"(?:(?:want|need|wish|like|would like|have) to )?"
)

WORDS = Words(
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
        Verb.KEEP: ("keep", "keep it", "keep my space", "i need it", "i still need it"),
        Verb.WHERE: (
            "where",
            "where is it",
            "where's it",
            *(
                f"{ask} {whose}{place}"
                for ask in ("where", "where's", "where is", "wheres", "where’s")
                for whose in ("my ", "our ", "the ")
                for place in (
                    *("space", "spot", "bay", "place", "slot", "stall", "car", "parking"),
                    *("car space", "car spot", "car bay", "car park", "car place", "car parking"),
                    *("parking space", "parking spot", "parking bay", "parking place"),
                    *("parking slot", "parking stall", "parking lot", "reserved space"),
                )
            ),
            "where's my space",
            "where is my space",
            "where's my spot",
            "where is my spot",
            "where is my parking",
            "where do i park",
            "where should i park",
            "where can i park",
            "where to park",
            "which space",
            "what space",
        ),
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
    cancel=("cancel", "cancel parking", "cancel booking"),
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
    opt_out_requests=(
        _ASKING + r"(?:stop|quit|cease) (?:texting|messaging|contacting|spamming|bothering)"
        r"(?: (?:me|us|this number|my phone|my number))?" + _ENDING,
        _ASKING + r"(?:stop|quit|cease) sending(?: (?:me|us|any|more|these|those|the|your|all|text"
        r"|texts|messages|sms|to|my|this|phone|number))+" + _ENDING,
        _ASKING
        + r"(?:stop|end|cancel|quit|cease|turn off|disable|unsubscribe from) "
        + rf"(?:(?:all|the|these|those|your|any|further) )*(?:text )?{_TEXTS}"
        + _ENDING,
        _ASKING + r"(?:do not|don't|dont|never) (?:text|message|contact|sms)"
        r"(?: (?:me|us|this number))?" + _ENDING,
        _ASKING + r"(?:do not|don't|dont) send (?:(?:me|us|any|more|these|text) )*"
        r"(?:texts|messages|sms)" + _ENDING,
        _ASKING + rf"no (?:more |further )(?:text )?{_TEXTS}" + _ENDING,
        _ASKING + r"(?:stop|stop all|stopall|unsubscribe|unsub|opt out|optout|revoke)" + _ENDING,
        _ASKING + _WANT + r"(?:unsubscribe|opt out|optout)(?: (?:me|us))?"
        r"(?: (?:from|of)(?: (?:all|any|these|those|this|the|your|text))*"
        r"(?: (?:texts|messages|sms|list|service))?)?" + _ENDING,
        _ASKING + r"(?:(?:i|we) )?(?:do not|don't|dont) want (?:(?:to|get|receive|any|more|your"
        r"|these|those|the|of|text) )*(?:texts|messages|sms)" + _ENDING,
        _ASKING
        + r"(?:remove (?:me|this number)|(?:remove|delete|lose|forget) my (?:phone )?number)"
        + _ENDING,
        _ASKING + r"(?:wrong number )?stop(?: stop)*(?: wrong number)?" + _ENDING,
        _ASKING + r"(?:leave (?:me|us) alone|(?:i )?revoke(?: my)? consent)" + _ENDING,
        _ASKING + r"(?:(?:i|we) (?:want|would like|wish)|(?:i|we)'d like) to revoke" + _ENDING,
        _ASKING
        + r"(?:unsubscribe (?:me|this number|my number)|opt me out|(?:take|remove) me (?:off|from) "
        r"(?:your|this|the)(?: \w+)? list)" + _ENDING,
    ),
    opt_in=("start", "unstop"),
    polite=(
        *("please", "pls", "plz", "thanks", "thank you", "thx", "hi", "hello", "hey", "now", "ok"),
        *("thank you very much", "thank you so much", "thanks a lot", "many thanks", "cheers"),
        *("okay", "sorry", "excuse me", "kindly", "dear sir", "dear sir or madam", "right now"),
        *("good morning", "good afternoon", "good evening", "good day"),
    ),
    asking_to_park=(
        *(
            f"{ask}{please}{do}"
            for ask in ("can you", "could you", "would you", "can i", "could i", "can we", "may i")
            for please in ("", " please")
            for do in ("", " get", " have", " book", " reserve")
        ),
        *(
            f"{who}{want}"
            for who in ("", "i ", "we ", "i'd ", "i would ", "we'd ", "we would ")
            for want in ("need", "need to", "want", "want to", "like", "like to", "like to book")
        ),
        *("there", "please can you", "book", "reserve", "keep", "get me", "i need to book"),
    ),
    asked_for=(
        *(
            f"{one}{place}"
            for one in ("a ", "one ", "1 ", "")
            for place in ("space", "spot", "parking space", "parking spot", "parking place")
        ),
    ),
    counts={
        "a": 1,
        "an": 1,
        "one": 1,
        "two": 2,
        "three": 3,
        "four": 4,
        "five": 5,
        "six": 6,
        "seven": 7,
        "eight": 8,
        "nine": 9,
        "ten": 10,
        "eleven": 11,
        "twelve": 12,
        "fifteen": 15,
        "twenty": 20,
        "thirty": 30,
        "forty": 40,
        "forty-five": 45,
        "forty five": 45,
        "fifty": 50,
        "sixty": 60,
        "ninety": 90,
    },
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
        *("instead", "there"),
    ),
    days={"today": 0, "tomorrow": 1, "tmrw": 1, "tmr": 1, "day after tomorrow": 2},
    weekday_prefixes={"next": Week.EITHER, "this": Week.NEXT_SUCH, "coming": Week.NEXT_SUCH},
    ordinals=("st", "nd", "rd", "th"),
    of=("of",),
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
    halves={
        "am": DayPart.AM,
        "a.m": DayPart.AM,
        "a.m.": DayPart.AM,
        "pm": DayPart.PM,
        "p.m": DayPart.PM,
        "p.m.": DayPart.PM,
    },
    half_letters={"a": DayPart.AM, "p": DayPart.PM},
    hour_marks=("h", "hrs"),
    at=("at",),
    o_clock=("o'clock", "oclock"),
    noon=("noon", "midday", "12 noon"),
    vague_times=("now", "asap", "right now", "immediately", "soon"),
    after=("in",),
    lengths={
        "half an hour": 30,
        "half hour": 30,
        "an hour": 60,
        "one hour": 60,
        "an hour and a half": 90,
        "one and a half hours": 90,
        "thirty minutes": 30,
        "forty five minutes": 45,
        "forty-five minutes": 45,
        "sixty minutes": 60,
        "ninety minutes": 90,
        "two and a half hours": 150,
        "two hours": 120,
        "three hours": 180,
        "four hours": 240,
    },
    hours=("hours", "hour", "hrs", "hr", "h"),
    minutes=("minutes", "minute", "mins", "min", "mn", "m"),
    plus=("and",),
    longer_by=("by", "for"),
    more_after=("more", "extra", "longer", "additional", "more please"),
    longer_with=(
        "another",
        *("an extra", "additional", "an additional", "a further", "further", "an extension of"),
        "add",
        "add another",
        "extra",
        "i need another",
        "need another",
        "can i have another",
        "can i stay another",
        "can i get another",
        "could i have another",
        "could i stay another",
        "i'd like another",
        "stay another",
        "give me another",
        "i'll be another",
    ),
    needs={
        "ev": Feature.EV,
        "ev charging": Feature.EV,
        "ev charger": Feature.EV,
        "electric": Feature.EV,
        "charging": Feature.EV,
        "charger": Feature.EV,
        "accessible": Feature.ACCESSIBLE,
        "wheelchair": Feature.ACCESSIBLE,
        "wheelchair user": Feature.ACCESSIBLE,
        "wheelchair access": Feature.ACCESSIBLE,
        "wheelchair accessible": Feature.ACCESSIBLE,
        "blue badge": Feature.ACCESSIBLE,
        "handicap": Feature.ACCESSIBLE,
        "disabled": Feature.ACCESSIBLE,
        "handicapped": Feature.ACCESSIBLE,
        "family": Feature.FAMILY,
    },
    without=("no", "without", "w/o", "not", "don't need", "doesn't need", "no need for"),
    titles=("mr", "mrs", "ms", "miss", "dr", "mister", "sir", "madam", "prof"),
    name_labels=("name", "guest name", "guest", "customer", "client", "under"),
    people=(
        "people",
        "person",
        "persons",
        "ppl",
        "pax",
        "guests",
        "adults",
        "kids",
        "children",
        "adult",
        "kid",
        "child",
    ),
    people_before=("party of", "group of", "table of", "pax", "party", "table for", "party size"),
    reference_labels=("ref", "reference"),
    plate_labels=("plate", "license plate", "licence plate", "license", "reg"),
    numbers=("number", "no", "no."),
    metres=("metres", "metre", "meters", "meter", "m"),
    height_labels=("height", "clearance"),
    pin_labels=("pin", "pin code"),
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
)
