"""A language is a folder: what it must have, and that a new language needs no more than that."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import fields

import pytest
from babel import Locale

from baylock.domain.driver.stay import StayStatus
from baylock.domain.locks.lock import BarrierReport
from baylock.domain.venue.mall import Feature
from baylock.domain.venue.plan import Mark
from baylock.texts.languages.language import languages
from baylock.texts.languages.words import Verb
from baylock.texts.reading.driver_text import read_driver_text
from baylock.texts.writing.encoding import encoding
from baylock.texts.writing.facts import FACTS
from baylock.texts.writing.kinds import TextKind
from baylock.texts.writing.messages import wordings_of

FACT = re.compile(r"\{(\w+)\}")
BLOCK = re.compile(r"\[[^\]]*\]")
CODES = sorted(languages())
CLDR = {code: Locale.parse({"zh": "zh_Hans"}.get(code, code)) for code in CODES}
"""Names as Unicode's CLDR has them; babel with its data is too large to be in the layer."""
WIDTHS = [
    (context, width) for context in ("format", "stand-alone") for width in ("wide", "abbreviated")
]


@pytest.mark.parametrize("code", CODES)
def test_names_of_months_and_weekdays_are_those_of_the_cldr(code: str) -> None:
    """Chinese has numbers for both, which are forms of its own."""
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
    from baylock.texts.reading.merchant_text import read_merchant_text

    verb = languages()[code].words.verbs[Verb.PARK][0]
    now = datetime(2026, 11, 25, 7, tzinfo=UTC)  # a Wednesday

    def read(day: str) -> datetime:
        text = f"{verb} {day} 18:30 +8613800138000"
        command = read_merchant_text(text, now=now, zone=ZoneInfo("UTC"), country="CN")
        assert isinstance(command, Park), text
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
        shown = languages()[code].templates.day(month, 5, None)
        names = {CLDR[code].months[context][width][month] for context, width in WIDTHS}
        assert any(name in shown for name in names), shown


def faults_of(code: str) -> list[str]:
    """What a language lacks, or says otherwise than the facts of its texts allow."""
    known = languages()[code]
    templates, words = known.templates, known.words
    faults = [f"no text {kind}" for kind in set(TextKind) - set(templates.texts)]
    faults += [f"no word for {feature}" for feature in set(Feature) - set(templates.features)]
    faults += [f"no word for {verb}" for verb in Verb if not words.verbs.get(verb)]
    for kind in set(TextKind) & set(templates.texts):
        facts, wordings = FACTS[kind], wordings_of(templates, kind)
        named = {fact for wording in wordings for fact in FACT.findall(wording)}
        bare = {fact for wording in wordings for fact in FACT.findall(BLOCK.sub("", wording))}
        if named != facts.needed | facts.optional:
            faults.append(f"{kind} names {named ^ (facts.needed | facts.optional)}, or does not")
        if not bare <= facts.needed:
            faults.append(f"{kind} can't do without {bare - facts.needed}")
        if templates.gsm_7:
            faults += [f"not GSM-7: {text}" for text in wordings if encoding(text) != "GSM-7"]
    return faults


@pytest.mark.parametrize("code", CODES)
def test_a_language_has_all_that_a_language_must_have(code: str) -> None:
    assert faults_of(code) == []


def test_every_kind_of_text_has_its_facts() -> None:
    assert set(FACTS) == set(TextKind)
    assert not any(facts.needed & facts.optional for facts in FACTS.values())


@pytest.mark.parametrize("code", CODES)
def test_the_page_has_its_words_in_every_language(code: str) -> None:
    page = languages()[code].page
    assert page.tag.split("-")[0] == code
    assert set(page.headline) == set(page.advice) == set(StayStatus)
    assert set(page.barrier) == {*BarrierReport, None}
    assert set(page.marks) == set(Mark)
    for field in fields(page):
        shown, wanted = (getattr(each, field.name) for each in (page, languages()["en"].page))
        assert set(FACT.findall(str(shown))) == set(FACT.findall(str(wanted))), field.name


def test_no_word_of_a_language_means_two_things_to_a_driver() -> None:
    driver = (Verb.HERE, Verb.MORE, Verb.DROP, Verb.WHERE, Verb.DONE, Verb.HELP)
    means: dict[str, Verb] = {}
    for known in languages().values():
        carriers = {*known.words.opt_out, *known.words.opt_in}
        for verb in driver:
            for word in known.words.verbs[verb]:
                assert means.setdefault(word, verb) is verb, word
                assert word not in carriers
                assert type(read_driver_text(word)).__name__ == verb.name.title(), word


LOADED = """
import sys
from baylock.texts.{module} import *
{call}
print(*(name.removeprefix("baylock.texts.languages.") for name in sys.modules
        if name.startswith("baylock.texts.languages.") and name.count(".") == 4))
"""


@pytest.mark.parametrize(
    ("module", "call", "parts"),
    [
        (
            "reading.driver_text",
            "read_driver_text('HERE 4821')",
            {"en.words", "zh.forms", "zh.words"},
        ),
        ("writing.messages", "render(TextKind.DRIVER_HELP, 'zh', {})", {"zh.templates"}),
        ("languages.language", "language('en').page", {"en.page"}),
    ],
)
def test_only_the_parts_of_languages_that_are_needed_are_loaded(
    module: str, call: str, parts: set[str]
) -> None:
    """A cold start pays for nothing that it does not use."""
    loaded = subprocess.run(
        [sys.executable, "-c", LOADED.format(module=module, call=call)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert set(loaded.split()) == parts
