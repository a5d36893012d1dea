"""Read and write a language whose folder is outside the layer, and print what came of it as JSON.

Run in a process of its own, as languages are found once: `speak.py <folder of language folders>`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from tests.fakes.mall import DRIVER, NOODLES_PHONE
from tests.fakes.world import World

from baylock.domain.orders.order import Order
from baylock.texts import languages as folder

MERCHANT_TEXTS = (
    "Parken morgen um 18:30 Uhr 0151 23456789",
    "Parkplatz 3.4. um halb acht abends 0151 23456789, 2einhalb Stunden, Ladesäule",
    "Parken am Freitag 18 Uhr 30 für 0151 23456789 2 Stunden und 15 Minuten B-AB 1234",
    "Parken am 1. Dezember 2026 18.30 0151 23456789 Rollstuhl Höhe 2,1 m",
    "Parken 24.12.2026 um 18 Uhr 0151 23456789 Buchung:A-7",
    "Absagen Nr:A-7",
    "Parken um 7 Uhr 0151 23456789",
    "Parken 12.01 0151 23456789",
    "Parken nächsten Samstag 18:30 0151 23456789",
    "Parken jetzt 0151 23456789",
    "Parken irgendwann 0151 23456789",
    "PARK 3/4 18:30 0151 23456789",
    "PARK 6:30 pm 0151 23456789",
    "PARK 6:30 am Friday 0151 23456789",
    "预约 明天七点 0151 23456789",
    "Hilfe!",
)
DRIVER_TEXTS = (
    "Da 4821",
    "Ich bin da, Code 4821",
    "Länger um eine halbe Stunde",
    "Wo?",
    "Bin weg, danke",
    "Hilfe besetzt",
    "Die Schranke klemmt!",
    "W E G",
    "Abmelden",
    "HERE 4821",
)


def read(text: str) -> object:
    """A merchant's text, read on a Wednesday afternoon in Berlin."""
    from baylock.texts.reading.commands import Park, Unclear
    from baylock.texts.reading.merchant_text import read_merchant_text

    zone = ZoneInfo("Europe/Berlin")
    now = datetime(2026, 11, 25, 14, tzinfo=UTC)
    command = read_merchant_text(text, now=now, zone=zone, country="DE")
    match command:
        case Park():
            assert command.service_time
            minutes = command.duration.total_seconds() / 60 if command.duration else None
            local = command.service_time.astimezone(zone)
            return {
                "time": f"{local:%Y-%m-%d %H:%M}",
                "minutes": minutes,
                "plate": command.plate,
                "needs": list(command.needs.words()),
                "ref": command.reference,
                "language": command.language,
            }
        case Unclear():
            return {"ask": command.kind, **command.facts, "language": command.language}
        case _:
            return [type(command).__name__, command.language]


def read_as_driver(text: str) -> object:
    """A driver's text."""
    from baylock.texts.reading.commands import Here, More
    from baylock.texts.reading.driver_text import read_driver_text

    command = read_driver_text(text)
    detail = command.code if isinstance(command, Here) else None
    if isinstance(command, More) and command.extra:
        detail = str(command.extra)
    return [type(command).__name__, detail, command.language]


def conversation() -> list[str]:
    """A merchant books and a driver comes, both in German: all that each is texted."""
    world = World()
    world.text(NOODLES_PHONE, f"Parken um 20 Uhr {DRIVER} Nr:A-7 Kennzeichen: B-AB 1234")
    (order,) = (each for each in world.orders._records.values() if isinstance(each, Order))
    world.at(order.claim.window.start)
    world.text(DRIVER, "Wo?")
    world.text(DRIVER, f"Ich bin da, {world.code(order)}")
    world.text(NOODLES_PHONE, "Parken Nr:A-7 21:00 Schwimmbad")
    return [text for phone, text in world.phones.sent if phone in {DRIVER, NOODLES_PHONE}]


def written() -> object:
    """Times, lengths and needs as they are printed."""
    from datetime import timedelta

    from baylock.domain.venue.mall import Needs
    from baylock.texts.writing.messages import duration_words, language_of, needs_words, when

    zone, now = ZoneInfo("Europe/Berlin"), datetime(2026, 11, 25, 14, tzinfo=UTC)
    return [
        when(now + timedelta(hours=2), zone, "de", now),
        when(now + timedelta(days=1), zone, "de", now),
        when(now + timedelta(days=9), zone, "de", now),
        duration_words(timedelta(minutes=90), "de"),
        needs_words(Needs.parse(["ev", "height:2.1"]), "de"),
        language_of("de-AT", None),
        language_of(None, "+4915123456789"),
        language_of(None, "+14255550123"),
    ]


def checks() -> object:
    """The faults that the checks of every language find in this one."""
    from tests.unit.texts.test_languages import faults_of

    return faults_of("de")


def pages() -> Mapping[str, bool]:
    """Whether the driver's page speaks it to its driver, and to whoever has a wrong link."""
    from driver_page.page import ended, nowhere, of_visitor, stay_page

    world = World()
    order = world.book(locale="de-DE")
    stay = stay_page(world.show_stay(order), None, "token")
    gone = world.cancel(order.booking.merchant, order.booking.reference)
    assert isinstance(gone, Order)
    return {
        "stay": '<html lang="de">' in stay and "Ihr Platz ist reserviert" in stay,
        "over": "Der Platz ist nicht mehr reserviert." in ended(gone),
        "wrong link": "Dieser Link geht nicht" in nowhere(of_visitor("fr, de-CH;q=0.9, en;q=0.8")),
    }


def main() -> None:
    """Print it all."""
    folder.__path__.append(sys.argv[1])
    parts: dict[str, Callable[[], object]] = {
        "merchant": lambda: {text: read(text) for text in MERCHANT_TEXTS},
        "driver": lambda: {text: read_as_driver(text) for text in DRIVER_TEXTS},
        "conversation": conversation,
        "written": written,
        "faults": checks,
        "pages": pages,
    }
    sys.stdout.write(json.dumps({name: part() for name, part in parts.items()}))


if __name__ == "__main__":
    main()
