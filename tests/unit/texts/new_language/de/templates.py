"""What we say by text in German: a language for the tests, with all that a language needs."""

from __future__ import annotations

from datetime import date, time

from baylock.domain.venue.mall import Feature
from baylock.texts.languages.templates import Templates, shown_year
from baylock.texts.writing.kinds import TextKind

_WEEKDAYS = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")
_PLACE = (
    "{lot} Ebene {level} Platz {space}, {start} bis {end}. Sind Sie da? DA {code}.[ {merchant}]",
    "{lot} {level} {space}, {start} bis {end}. Code {code}.[ {merchant}]",
)
_BOOKED = (
    "{start_service} ..{phone_end}: {lot} {level} {space}[, {start} bis {end}]."
    "[ {plate}.][ {needs}.][ Nr {reference}.]"
)
_HELP = "DA und Code: Schranke senken. LÄNGER UM 30 MINUTEN. WO. KOMME NICHT. WEG. HILFE BESETZT."
_AT = "{lot} Ebene {level} Platz {space}: "

_TEXTS: dict[TextKind, str | tuple[str, ...]] = {
    TextKind.DRIVER_RESERVED: _PLACE,
    TextKind.DRIVER_CHANGED: tuple(f"Neu: {text}" for text in _PLACE),
    TextKind.DRIVER_MOVED: tuple(f"Neuer Platz: {text}" for text in _PLACE),
    TextKind.DRIVER_WHERE: _PLACE,
    TextKind.DRIVER_CANCELLED: (
        "Abgesagt: Ihr Parkplatz {start}, {merchant}.",
        "Abgesagt: Parkplatz {start}[, {merchant}].",
    ),
    TextKind.DRIVER_CANCELLING: (
        "Abgesagt: Parkplatz {start}[, {merchant}]. {space} bleibt bis {kept_until} Ihr Platz."
    ),
    TextKind.DRIVER_NO_SHOW: "{space} ist nicht mehr frei. Fragen Sie {merchant}.",
    TextKind.DRIVER_FAILED: "Leider kein Platz {start}. Fragen Sie {merchant}.",
    TextKind.DRIVER_OVERSTAY: "{space}: Ihre Zeit endete {end}. Bitte fahren Sie weg.",
    TextKind.DRIVER_REPLACED: "{space}, {start}, ist nicht mehr Ihr Platz.[ {merchant}]",
    TextKind.DRIVER_STAFF_TOLD: "{space}: Das Personal kommt.[ Telefon {mall_phone}.]",
    TextKind.DRIVER_NO_OTHER: "{space}: kein anderer Platz frei.[ Telefon {mall_phone}.]",
    TextKind.DRIVER_WELCOME: "{space}, {lot} Ebene {level}: Die Schranke senkt sich. Bis {end}.",
    TextKind.DRIVER_NOT_YET: "{space} ist ab {opens_at} frei.",
    TextKind.DRIVER_IN: "{lot} Ebene {level} Platz {space} bis {end}.",
    TextKind.DRIVER_WRONG_CODE: "Falscher Code. Noch {tries_left} Versuche.",
    TextKind.DRIVER_CODE_LOCKED: (
        "Zu viele falsche Codes für {space}. Bitte nehmen Sie den Link"
        "[ oder fragen Sie {merchant}]."
    ),
    TextKind.DRIVER_WHERE_LOCKED: (
        "{lot} {level} {space}, {start} bis {end}. Code gesperrt: Bitte nehmen Sie den Link"
        "[ oder fragen Sie {merchant}]."
    ),
    TextKind.DRIVER_DROPPED: "{space} ist nicht mehr Ihr Platz. Danke.",
    TextKind.DRIVER_DROPPING: "{space} bleibt bis {kept_until} Ihr Platz. Sonst: BEHALTEN",
    TextKind.DRIVER_NEEDS_CODE: "Bitte mit Ihrem Code, zum Beispiel: {example} 4821",
    TextKind.DRIVER_EXTENDED: "{space} ist bis {end} Ihr Platz.",
    TextKind.DRIVER_NOT_EXTENDED: "Leider nur bis {longest}.",
    TextKind.DRIVER_DONE: "{space}: Danke und gute Fahrt.",
    TextKind.DRIVER_LEAVING: "{space}: Danke. Ihre Zeit endet, wenn das Auto weg ist.",
    TextKind.DRIVER_NOTHING: "Für diese Nummer ist kein Platz reserviert.",
    TextKind.DRIVER_WHICH_CODE: "Bitte mit den 4 Ziffern, zum Beispiel: DA 4821",
    TextKind.DRIVER_CODE_OR_MORE: "Am Platz? DA und Ihr Code. Bleiben Sie länger? LÄNGER 30",
    TextKind.DRIVER_HELP: _HELP,
    TextKind.DRIVER_UNREADABLE: _HELP,
    TextKind.DRIVER_TOO_MANY: "Heute zu viele Texte. Ihr Platz bleibt reserviert.",
    TextKind.DRIVER_LINK: ("{lot} {space}: {link}", "{link}"),
    TextKind.MALL_OVERSTAY: _AT + "Zeit endete {end}.[ {plate}.][ Gast von {merchant}.]",
    TextKind.MALL_VEHICLE: _AT + "Ein Auto steht im Weg.",
    TextKind.MALL_TAKEN: _AT + "besetzt.[ Jemand wartet seit {since}.][ {plate}.]",
    TextKind.MALL_BLOCKED: _AT + "blockiert.[ Jemand wartet seit {since}.][ {plate}.]",
    TextKind.MALL_JAMMED: _AT + "Die Schranke klemmt.",
    TextKind.MALL_TAMPERED: _AT + "Jemand macht sich an der Schranke zu schaffen.",
    TextKind.MERCHANT_BOOKED: f"Gebucht {_BOOKED}",
    TextKind.MERCHANT_CHANGED: f"Geändert {_BOOKED}",
    TextKind.MERCHANT_DECLINED: "Kein Platz reserviert[ für {reference}].",
    TextKind.MERCHANT_CANCELLING: ("Abgesagt um {kept_until}. Doch nicht? BEHALTEN Nr:{reference}"),
    TextKind.MERCHANT_DROPPED: (
        "Fahrer ..{phone_end} gibt {space} um {kept_until} frei. Sonst: BEHALTEN Nr:{reference}"
    ),
    TextKind.MERCHANT_KEPT: (
        "{space} bleibt für Fahrer ..{phone_end}.[ {start_service}.][ Nr {reference}.]"
    ),
    TextKind.MERCHANT_TEXT_QUOTA: "Zu viel ohne Geheimzahl. Bitte mit Geheimzahl senden.",
    TextKind.MERCHANT_PHONE_QUOTA: "Fahrer ..{phone_end} hat schon {most} Plätze.",
    TextKind.MERCHANT_SHARE_USED: "Mehr Plätze gibt es nicht für {service_time}.",
    TextKind.MERCHANT_FULL: "Kein Platz[ ({needs})] frei {service_time}.[ Frei: {next_times}.]",
    TextKind.MERCHANT_NO_SPACE: (
        "Kein Platz frei {service_time}[, Fahrer ..{phone_end}].[ Frei: {next_times}.]"
    ),
    TextKind.MERCHANT_NO_LOCK: (
        "Kein Platz {service_time}[, Fahrer ..{phone_end}]: Schlösser noch nicht in Betrieb."
        "[ Frei: {next_times}.]"
    ),
    TextKind.MERCHANT_FORM_UNCLEAR: "Kein Platz {service_time}: Antwort zum Auto unklar.",
    TextKind.MERCHANT_FORM_NO_PHONE: "Kein Platz {service_time}: keine gültige Nummer.",
    TextKind.MERCHANT_FORM_REFUSED: "Kein Platz {service_time}: vorbei, zu fern oder zu lang.",
    TextKind.MERCHANT_FORM_PHONE: (
        "Kein Platz {service_time}: bitte eine Handynummer aus {countries}."
    ),
    TextKind.MERCHANT_FAILED: (
        "Störung: kein Platz {service_time}, Fahrer ..{phone_end}.[ Nr {reference}.]"
    ),
    TextKind.MERCHANT_NO_SHOW: "{space} ist frei: Der Fahrer kam nicht.[ Nr {reference}.]",
    TextKind.MERCHANT_UNREACHABLE: (
        "Fahrer ..{phone_end} will keine Texte.[ {start_service}.][ Nr {reference}.]"
    ),
    TextKind.MERCHANT_NOT_REACHED: (
        "Fahrer ..{phone_end} ist nicht erreichbar.[ {start_service}.][ Nr {reference}.]"
    ),
    TextKind.MERCHANT_HELD_BACK: "Heute bekommen nicht alle Gäste Texte.",
    TextKind.MERCHANT_WEBHOOK_OFF: "Ihr Webhook ist abgeschaltet.",
    TextKind.MERCHANT_KEY_ADDED: "Ein neuer Schlüssel bucht für Sie.",
    TextKind.MERCHANT_WEBHOOK_CHANGED: "Ihr Webhook ist geändert.",
    TextKind.MERCHANT_CONNECTION_CHANGED: "Ihre Verbindung ist geändert.",
    TextKind.MERCHANT_TEXT_KEY_CHANGED: "Ihr Textschlüssel ist geändert.",
    TextKind.MERCHANT_NO_MALL: "Diese Nummer kennt kein Einkaufszentrum.",
    TextKind.MERCHANT_TOO_FAR: "Höchstens {days} Tage im Voraus.",
    TextKind.MERCHANT_TOO_LONG: "Höchstens 24 Stunden.",
    TextKind.MERCHANT_TOO_LATE: "Zu spät für {reference}.",
    TextKind.MERCHANT_UNKNOWN_REFERENCE: "Keine Buchung {reference}.",
    TextKind.MERCHANT_BUSY: "Bitte in einer Minute noch einmal.",
    TextKind.MERCHANT_HELP: "PARKEN 18:30 {example_phone}",
    TextKind.MERCHANT_TOO_MANY: "Heute zu viele Texte.",
    TextKind.MERCHANT_UNREADABLE: "Bitte so: PARKEN 18:30 {example_phone}",
    TextKind.MERCHANT_UNKNOWN_WORD: (
        'Was ist "{text}"?[ Kennzeichen schreibt man so: {example_plate}.]'
    ),
    TextKind.MERCHANT_PAST: "{time} ist vorbei.",
    TextKind.MERCHANT_WHICH_TIME: '"{text}": {one} oder {two}?',
    TextKind.MERCHANT_WHICH_PART: "{one} oder {two}?",
    TextKind.MERCHANT_DID_YOU_MEAN: '"{text}"? Sonst bitte: {offer}',
    TextKind.MERCHANT_NO_SUCH_TIME: "{time} gibt es nicht.",
    TextKind.MERCHANT_TWICE_TIME: "{time} gibt es zweimal.",
    TextKind.MERCHANT_NEED_TIME: "Um wie viel Uhr? PARKEN 18:30 {example_phone}",
    TextKind.MERCHANT_NEED_PHONE: "Für welche Telefonnummer? PARKEN 18:30 {example_phone}",
    TextKind.MERCHANT_NEED_REFERENCE: "Welche Buchung?",
    TextKind.MERCHANT_BAD_PHONE: "{text} ist hier keine Telefonnummer.",
    TextKind.MERCHANT_PHONE_REFUSED: (
        "An ..{phone_end} geht kein Text: bitte eine Handynummer aus {countries}."
    ),
    TextKind.MERCHANT_BAD_HEIGHT: '"{text}"? Zum Beispiel: Höhe 2,1 m',
    TextKind.MERCHANT_BAD_LENGTH: '"{text}"? Zum Beispiel: 2 Stunden',
    TextKind.MERCHANT_BAD_SIGNATURE: "Die Unterschrift ist falsch.",
    TextKind.MERCHANT_UNSIGNED: "Die Unterschrift fehlt.",
    TextKind.MERCHANT_BAD_PIN: "Die Geheimzahl fehlt oder ist falsch.",
    TextKind.MERCHANT_REPLAYED: "Dieser Text kam schon einmal.",
    TextKind.MERCHANT_TWO_TIMES: "Um {one} oder um {two}?",
    TextKind.MERCHANT_TWO_PHONES: "Nummer {one} oder {two}?",
    TextKind.MERCHANT_TWO_OF: "{one} oder {two}?",
    TextKind.MERCHANT_NOTHING_TO_CHANGE: "Was ändert sich an {reference}?",
}


def _day(month: int, day: int, year: int | None) -> str:
    return f"{day}.{month}." + (f"{year}" if year else "")


def _moment(day: date, at: time, today: date) -> str:
    ahead = (day - today).days
    if ahead in (0, 1):
        return f"{('heute', 'morgen')[ahead]} {at:%H:%M}"
    written = _day(day.month, day.day, shown_year(day, today))
    return f"{_WEEKDAYS[day.weekday()]} {written} {at:%H:%M}"


def _length(hours: int, minutes: int) -> str:
    return " ".join([f"{hours} Std"] * (hours > 0) + [f"{minutes} Min"] * (minutes > 0))


TEMPLATES = Templates(
    texts=_TEXTS,
    gsm_7=True,
    day=_day,
    moment=_moment,
    today="heute ",
    length=_length,
    features={
        Feature.EV: "Ladesäule",
        Feature.ACCESSIBLE: "barrierefrei",
        Feature.FAMILY: "Familienplatz",
    },
    height=lambda metres: f"Höhe {metres:g} m".replace(".", ","),
    comma=", ",
    calling_codes=("+49", "+43"),
)
