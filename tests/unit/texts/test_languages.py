"""A language is one file: what it must have, and that no more is needed for a new one."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from babel import Locale

from baylock.domain.venue.mall import Feature
from baylock.texts.languages.language import Verb, languages
from baylock.texts.reading.grammar import read_driver_text
from baylock.texts.writing.kinds import Kind
from baylock.texts.writing.messages import encoding, facts_of

CODES = sorted(languages())
CLDR = {code: Locale.parse({"zh": "zh_Hans"}.get(code, code)) for code in CODES}
"""Names as Unicode's CLDR has them; babel with its data is too large to be in the layer."""
WIDTHS = [
    (context, width) for context in ("format", "stand-alone") for width in ("wide", "abbreviated")
]


@pytest.mark.parametrize("code", CODES)
def test_names_of_months_and_weekdays_are_those_of_the_cldr(code: str) -> None:
    """Chinese has numbers for both, which the grammar reads by itself."""
    words = languages()[code].words
    for context, width in WIDTHS:
        for number, name in CLDR[code].months[context][width].items():
            if not name[0].isdigit() and code != "zh":
                assert words.months[name.lower()] == number
        for number, name in CLDR[code].days[context][width].items():
            if code != "zh":
                assert words.weekdays[name.lower()] == number


@pytest.mark.parametrize("code", CODES)
def test_names_of_the_cldr_are_read_in_a_text(code: str) -> None:
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo

    from baylock.texts.reading.commands import Park
    from baylock.texts.reading.grammar import read_merchant_text

    verb = languages()[code].words.verbs[Verb.PARK][0]
    now = datetime(2026, 11, 25, 7, tzinfo=UTC)  # a Wednesday

    def read(day: str) -> datetime:
        said = f"{verb} {day} 18:30 +8613800138000"
        command = read_merchant_text(said, now=now, zone=ZoneInfo("UTC"), country="CN")
        assert isinstance(command, Park), said
        assert command.service_time is not None
        return command.service_time

    for context, width in WIDTHS:
        for number, name in CLDR[code].months[context][width].items():
            day = f"{name}5日" if code == "zh" else f"5 {name}"
            assert (read(day).month, read(day).day) == (number, 5), day
        for number, name in CLDR[code].days[context][width].items():
            assert read(name).weekday() == number, name


@pytest.mark.parametrize("code", CODES)
def test_what_we_print_of_dates_is_the_cldrs(code: str) -> None:
    for month in range(1, 13):
        shown = languages()[code].day(month, 5, None)
        names = {CLDR[code].months[context][width][month] for context, width in WIDTHS}
        assert any(name in shown for name in names), shown


@pytest.mark.parametrize("code", CODES)
def test_a_language_has_all_that_a_language_must_have(code: str) -> None:
    speech = languages()[code]
    assert speech.code == code
    assert set(speech.templates) == set(Kind)
    assert set(speech.features) == set(Feature)
    for kind in Kind:
        assert facts_of(kind, code) == facts_of(kind, "en") or (
            frozenset().union(*facts_of(kind, code)) == frozenset().union(*facts_of(kind, "en"))
        )
    for verb in Verb:
        assert speech.words.verbs[verb], f"no word for {verb}"
    if speech.plain:
        for template in speech.templates.values():
            for wording in (template,) if isinstance(template, str) else template:
                assert encoding(wording) == "GSM-7", wording


def test_no_word_of_a_language_means_two_things_to_a_driver() -> None:
    driver = (Verb.HERE, Verb.MORE, Verb.DROP, Verb.WHERE, Verb.DONE, Verb.HELP)
    means: dict[str, Verb] = {}
    for speech in languages().values():
        carriers = {*speech.words.opt_out, *speech.words.opt_in}
        for verb in driver:
            for word in speech.words.verbs[verb]:
                assert means.setdefault(word, verb) is verb, word
                assert word not in carriers
                assert type(read_driver_text(word)).__name__ == verb.name.title(), word


TOY = """
from dataclasses import replace
from baylock.texts.languages import en
from baylock.texts.writing.kinds import Kind
from baylock.texts.languages.language import Verb
LANGUAGE = replace(
    en.LANGUAGE,
    code="tlh",
    templates={**en.TEMPLATES, Kind.DRIVER_DONE: "{space}: Qapla'."},
    words=replace(
        en.LANGUAGE.words,
        verbs={**en.LANGUAGE.words.verbs, Verb.PARK: ("yIvergh",), Verb.DONE: ("mejta'",)},
        days={"wa'leS": 1},
    ),
)
"""
SPEAK = """
import json, sys
from datetime import UTC, datetime
from zoneinfo import ZoneInfo
from baylock.texts import languages
languages.__path__.append(sys.argv[1])
from baylock.texts.reading.grammar import read_driver_text, read_merchant_text
from baylock.texts.writing.messages import Kind, language_of, render
said = read_merchant_text(
    "yIvergh wa'leS 18:30 4255550123", now=datetime(2026, 11, 25, tzinfo=UTC),
    zone=ZoneInfo("America/Los_Angeles"), country="US",
)
print(json.dumps([
    said.language, said.service_time.isoformat(), read_driver_text("mejta'!").language,
    language_of("tlh-KX", None), render(Kind.DRIVER_DONE, "tlh", {"space": "B2-017"}),
    read_merchant_text(
        "PARK tomorrow 18:30 4255550123", now=datetime(2026, 11, 25, tzinfo=UTC),
        zone=ZoneInfo("America/Los_Angeles"), country="US",
    ).language,
]))
"""


def test_a_new_language_is_one_file(tmp_path: Path) -> None:
    """In a process of its own, as the languages that are there are found once."""
    words = TOY.replace('"yIvergh"', '"yivergh"').replace('"wa\'leS"', '"wa\'les"')
    (tmp_path / "tlh.py").write_text(words)
    spoken = subprocess.run(
        [sys.executable, "-c", SPEAK, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert json.loads(spoken.stdout) == [
        "tlh",
        "2026-11-26T02:30:00+00:00",
        "tlh",
        "tlh",
        "B2-017: Qapla'.",
        "en",
    ]
