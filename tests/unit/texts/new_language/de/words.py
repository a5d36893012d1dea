"""What people write in German: a language for the tests, with all that a language needs."""

from __future__ import annotations

from datetime import timedelta

from baylock.domain.venue.mall import Feature
from baylock.texts.languages.words import DateOrder, DayPart, Form, Forms, Verb, Week, Words
from baylock.texts.reading.tokens import Clock, Length

_HOURS = {
    name: hour
    for hour, name in enumerate(
        ("eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf"),
        start=1,
    )
} | {"zwölf": 12}


def _half(text: str, name: str) -> Clock:
    """`halb acht` is half an hour before eight."""
    hour = _HOURS[name.lower()] - 1
    return Clock(hour or 12, 30, spoken=True, text=text)


def _hour_and_minute(text: str, hour: str, minute: str) -> Clock:
    return Clock(int(hour), int(minute), text=text)


def _half_more(text: str, hours: str) -> Length:
    return Length(timedelta(hours=int(hours) + 0.5), text)


WORDS = Words(
    verbs={
        Verb.PARK: ("parken", "parkplatz", "stellplatz", "reservieren"),
        Verb.NOPARK: ("nicht parken", "kein parkplatz", "parkplatz absagen", "absagen"),
        Verb.HELP: ("hilfe",),
        Verb.HERE: ("da", "bin da", "ich bin da", "angekommen"),
        Verb.MORE: ("länger", "verlängern"),
        Verb.DROP: ("brauche ich nicht", "komme nicht"),
        Verb.KEEP: ("behalten", "doch behalten"),
        Verb.WHERE: ("wo", "wo ist mein platz"),
        Verb.DONE: ("weg", "bin weg", "fertig"),
        Verb.TAKEN: ("besetzt", "mein platz ist besetzt"),
        Verb.BLOCKED: ("blockiert", "komme nicht rein", "die schranke klemmt"),
    },
    opt_out=("abmelden",),
    opt_out_requests=(
        r"(?:bitte )?keine (?:sms|nachrichten|texte) mehr(?: bitte| danke)?",
        r"(?:bitte )?(?:schreibt|schreiben sie|schreib) mir nicht mehr(?: bitte)?",
    ),
    opt_in=("anmelden",),
    polite=("bitte", "danke", "hallo", "guten tag"),
    fillers=(
        "am",
        "um",
        "für",
        "bis",
        "ab",
        "und",
        "mit",
        "bitte",
        "danke",
        "telefon",
        "fahrer",
        "von",
    ),
    days={"heute": 0, "morgen": 1, "übermorgen": 2},
    weekdays={
        "mo": 0,
        "montag": 0,
        "di": 1,
        "dienstag": 1,
        "mi": 2,
        "mittwoch": 2,
        "do": 3,
        "donnerstag": 3,
        "fr": 4,
        "freitag": 4,
        "sa": 5,
        "samstag": 5,
        "so": 6,
        "sonntag": 6,
    },
    weekday_prefixes={"diesen": Week.NEXT_SUCH, "nächsten": Week.EITHER},
    months={
        "jan": 1,
        "januar": 1,
        "feb": 2,
        "februar": 2,
        "märz": 3,
        "apr": 4,
        "april": 4,
        "mai": 5,
        "juni": 6,
        "juli": 7,
        "aug": 8,
        "august": 8,
        "sept": 9,
        "september": 9,
        "okt": 10,
        "oktober": 10,
        "nov": 11,
        "november": 11,
        "dez": 12,
        "dezember": 12,
    },
    date_orders=frozenset({DateOrder.DAY_FIRST}),
    day_parts={
        "früh": DayPart.MORNING,
        "vormittags": DayPart.MORNING,
        "nachmittags": DayPart.AFTERNOON,
        "abends": DayPart.EVENING,
        "abend": DayPart.EVENING,
    },
    days_and_parts={"heute abend": (0, DayPart.EVENING), "morgen früh": (1, DayPart.MORNING)},
    hour_marks=("uhr",),
    at=("um", "gegen"),
    o_clock=("uhr",),
    noon=("mittags",),
    vague_times=("jetzt", "sofort", "gleich"),
    after=("in",),
    lengths={"eine halbe stunde": 30, "eine stunde": 60, "anderthalb stunden": 90},
    hours=("stunden", "stunde", "std"),
    minutes=("minuten", "minute", "min"),
    plus=("und",),
    longer_by=("um",),
    needs={
        "laden": Feature.EV,
        "ladesäule": Feature.EV,
        "elektroauto": Feature.EV,
        "rollstuhl": Feature.ACCESSIBLE,
        "barrierefrei": Feature.ACCESSIBLE,
        "familie": Feature.FAMILY,
        "familienplatz": Feature.FAMILY,
    },
    metres=("meter", "m"),
    reference_labels=("nr", "buchung", "buchungsnummer"),
    plate_labels=("kennzeichen",),
    height_labels=("höhe",),
    pin_labels=("pin", "geheimzahl"),
    code_labels=("code", "mein code"),
    yes=("ja", "gerne", "mit dem auto"),
    no=("nein", "kein", "nicht", "ohne"),
    forms=Forms(
        lengths=(Form(r"(\d{1,2})einhalb stunden", _half_more),),
        clocks=(
            Form(rf"(?:um )?halb ({'|'.join(_HOURS)})\b", _half),
            Form(r"(?:um )?(\d{1,2}) uhr (\d\d)(?!\d)", _hour_and_minute),
        ),
    ),
)
