"""A language is a folder: German is added in a folder that only these tests have.

It is no copy of another: it has words, forms, an order of dates, templates and a page of its own.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

NEW_LANGUAGE = Path(__file__).parent / "new_language"


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """All that `speak.py` reads and writes in a process that has one more folder of languages."""
    folder = tmp_path_factory.mktemp("languages")
    shutil.copytree(NEW_LANGUAGE / "de", folder / "de")
    output = subprocess.run(
        [sys.executable, str(NEW_LANGUAGE / "speak.py"), str(folder)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    ).stdout
    return json.loads(output)


def test_a_new_language_has_all_that_a_language_must_have(spoken: Any) -> None:
    assert spoken["faults"] == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Parken morgen um 18:30 Uhr 0151 23456789", {"time": "2026-11-26 18:30"}),
        (
            "Parkplatz 3.4. um halb acht abends 0151 23456789, 2einhalb Stunden, Ladesäule",
            {"time": "2027-04-03 19:30", "minutes": 150, "needs": ["ev"]},
        ),
        (
            "Parken am Freitag 18 Uhr 30 für 0151 23456789 2 Stunden und 15 Minuten B-AB 1234",
            {"time": "2026-11-27 18:30", "minutes": 135, "plate": "BAB1234"},
        ),
        (
            "Parken am 1. Dezember 2026 18.30 0151 23456789 Rollstuhl Höhe 2,1 m",
            {"time": "2026-12-01 18:30", "needs": ["accessible", "height:2.1"]},
        ),
        (
            "Parken 24.12.2026 um 18 Uhr 0151 23456789 Buchung:A-7",
            {"time": "2026-12-24 18:00", "ref": "A-7"},
        ),
        ("Parken um 7 Uhr 0151 23456789", {"ask": "merchant_which_time", "one": "07:00"}),
        ("Parken 12.01 0151 23456789", {"one": "12:01", "two": "12.1."}),
        ("Parken nächsten Samstag 18:30 0151 23456789", {"one": "28.11.", "two": "5.12."}),
        ("Parken jetzt 0151 23456789", {"ask": "merchant_need_time"}),
        ("Parken irgendwann 0151 23456789", {"ask": "merchant_unknown_word"}),
    ],
)
def test_a_merchants_text_in_a_new_language_is_read(spoken: Any, text: str, wanted: Any) -> None:
    assert spoken["merchant"][text].items() >= {**wanted, "language": "de"}.items()


def test_words_alone_in_a_new_language_are_read(spoken: Any) -> None:
    assert spoken["merchant"]["Absagen Nr:A-7"] == ["NoPark", "de"]
    assert spoken["merchant"]["Hilfe!"] == ["Help", "de"]


def test_the_other_languages_are_read_beside_a_new_one(spoken: Any) -> None:
    """Their order of dates is theirs, and `am` is English for the morning in English only."""
    read = spoken["merchant"]
    asked = {"ask": "merchant_which_time", "one": "3 Apr", "two": "4 Mar", "language": "en"}
    assert read["PARK 3/4 18:30 0151 23456789"].items() >= asked.items()
    assert read["PARK 6:30 am Friday 0151 23456789"]["time"] == "2026-11-27 06:30"
    assert read["PARK 6:30 pm 0151 23456789"]["time"] == "2026-11-25 18:30"
    assert read["预约 明天七点 0151 23456789"]["language"] == "zh"
    assert spoken["driver"]["HERE 4821"] == ["Here", "4821", "en"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Da 4821", ["Here", "4821"]),
        ("Ich bin da, Code 4821", ["Here", "4821"]),
        ("Länger um eine halbe Stunde", ["More", "0:30:00"]),
        ("Wo?", ["Where", None]),
        ("Bin weg, danke", ["Done", None]),
        ("Hilfe besetzt", ["Taken", None]),
        ("Die Schranke klemmt!", ["Blocked", None]),
        ("W E G", ["Done", None]),
        ("Abmelden", ["OptOut", None]),
    ],
)
def test_a_drivers_text_in_a_new_language_is_read(spoken: Any, text: str, wanted: Any) -> None:
    assert spoken["driver"][text] == [*wanted, "de"]


def test_a_new_language_is_written(spoken: Any) -> None:
    assert spoken["written"] == [
        "heute 17:00",
        "morgen 15:00",
        "Fr 4.12. 15:00",
        "1 Std 30 Min",
        "Ladesäule, Höhe 2,1 m",
        *("de", "de", "en"),
    ]


def test_a_merchant_and_a_driver_are_answered_in_a_new_language(spoken: Any) -> None:
    """The first text goes to a driver who has written nothing yet, by an American phone."""
    first, booked, where, welcome, asked = spoken["conversation"]
    code = re.findall(r"HERE (\d{4})", first)
    assert booked == (
        "Gebucht heute 20:00 ..0123: P1 B2 B2-017, heute 19:45 bis 22:15. BAB1234. Nr A-7."
    )
    assert where == (
        f"P1 Ebene B2 Platz B2-017, heute 19:45 bis 22:15. Sind Sie da? DA {code[0]}. Noodle House"
    )
    assert welcome == "B2-017, P1 Ebene B2: Die Schranke senkt sich. Bis 22:15."
    assert asked == 'Was ist "Schwimmbad"? Kennzeichen schreibt man so: 7ABC123.'


def test_the_drivers_page_speaks_a_new_language(spoken: Any) -> None:
    assert spoken["pages"] == {"stay": True, "over": True, "wrong link": True}
