"""Every text fits one segment, in every language, and has examples that we can read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baylock.domain.venue.mall import Feature, Needs
from baylock.texts.languages.language import languages
from baylock.texts.languages.words import Verb
from baylock.texts.reading.commands import Help, NoPark, Park, Unclear, Unreadable
from baylock.texts.reading.driver_text import read_driver_text
from baylock.texts.reading.merchant_text import read_merchant_text
from baylock.texts.writing.encoding import Encoding, encoding, segments
from baylock.texts.writing.facts import FACTS
from baylock.texts.writing.kinds import TextKind
from baylock.texts.writing.messages import (
    duration_words,
    language_of,
    needs_words,
    render,
    until,
    when,
)

SHENZHEN = ZoneInfo("Asia/Shanghai")
SEATTLE = ZoneInfo("America/Los_Angeles")
NOW = datetime(2026, 11, 25, 7, 0, tzinfo=UTC)
EACH = [(kind, language) for kind in TextKind for language in languages()]
CAN_NOT_BE_SHORTENED = {
    "lot",
    "level",
    "space",
    "start",
    "end",
    "code",
    "link",
    "time",
    "service_time",
    "start_service",
}


_EN_NAMES = (
    "Din Tai Fung",
    "Joe's Diner",
    "Café Zürich",
    "The Cheesecake Factory",
    "Barnes & Noble Booksellers",
    "Trattoria dell’Angelo – Bellevue",
    "海底捞火锅",
)
_ZH_NAMES = (
    "海底捞火锅",
    "星巴克",
    "西贝莜面村",
    "优衣库",
    "外婆家（深圳湾万象城店）",
    "永辉超市",
    "Din Tai Fung 鼎泰丰",
)
LONG_NAME = (
    "The Very Long Established and Most Excellent Noodle House of the Northern Provinces (Mall)"
)
LONG_NAME_ZH = "北方各省历史悠久口碑极佳的老字号手工拉面馆（城市广场购物中心三层旗舰店）"

OTHER_FACT = "B2-017, B1-003"
"""For a fact that is not named here: as long as most, so that a new text is tried at once."""

_TIMES = {
    "en": {"early": "Wed 30 Dec 18:15", "late": "Wed 30 Dec 20:15", "day": "Wed 30 Dec"},
    "zh": {"early": "12月30日18:15", "late": "20:15", "day": "12月30日"},
}


def _facts(
    kind: TextKind, language: str, merchant: str, *, reference: str = "TBL-20461"
) -> dict[str, str]:
    """Realistic facts for all that a kind needs or can show, times as long as they get."""
    times = _TIMES[language]
    several = ["Wed 30 Dec 19:00", "Wed 30 Dec 20:30", "Thu 31 Dec 18:30"]
    every = {
        "merchant": merchant,
        "lot": "P1",
        "level": "B2",
        "space": "B2-017",
        "start": times["early"],
        "end": times["late"],
        "code": "4821",
        "link": f"https://a1b2c3d4e5.execute-api.ap-southeast-1.amazonaws.com/live/d/{'x' * 23}",
        "opens_at": times["early"],
        "since": times["early"],
        "mall_phone": "+8613800138000",
        "tries_left": "4",
        "longest": times["late"],
        "start_service": times["early"],
        "service_time": times["early"],
        "phone_end": "8000",
        "reference": reference,
        "plate": "粤B12345" if language == "zh" else "7ABC123",
        "example_phone": "+8613800138000" if language == "zh" else "+14255550123",
        "example_plate": "粤B12345" if language == "zh" else "7ABC123",
        "needs": "充电、无障碍" if language == "zh" else "EV, accessible",
        "next_times": "、".join(["12月30日19:00"] * 3) if language == "zh" else ", ".join(several),
        "days": "90",
        "time": times["early"],
        "text": "下午明天晚上吃饭两位" if language == "zh" else "table for two, please",
        "one": times["day"],
        "two": "12月31日" if language == "zh" else "Thu 31 Dec",
    }
    needed, optional = FACTS[kind]
    return {name: every.get(name, OTHER_FACT) for name in needed | optional}


def _names(language: str) -> tuple[str, ...]:
    return _ZH_NAMES if language == "zh" else _EN_NAMES


@pytest.mark.parametrize(("kind", "language"), EACH)
def test_each_message_fits_one_segment_with_usual_names(kind: TextKind, language: str) -> None:
    for name in _names(language):
        text = render(kind, language, _facts(kind, language, name))
        assert segments(text) == 1, text
        assert not re.search(r"[{}\[\]]|  |None", text), text


@pytest.mark.parametrize(("kind", "language"), EACH)
def test_long_names_are_shortened_and_place_time_and_code_are_not(
    kind: TextKind, language: str
) -> None:
    for name in (LONG_NAME, LONG_NAME_ZH):
        facts = _facts(kind, language, name, reference="R" * 128)
        text = render(kind, language, facts)
        assert segments(text) == 1, text
        needed, _ = FACTS[kind]
        for fact in needed.intersection(CAN_NOT_BE_SHORTENED):
            assert facts[fact] in text


@pytest.mark.parametrize(("kind", "language"), EACH)
def test_optional_facts_may_be_missing(kind: TextKind, language: str) -> None:
    needed, optional = FACTS[kind]
    facts = _facts(kind, language, _names(language)[0])
    text = render(kind, language, {name: facts[name] for name in needed})
    assert not re.search(r"[{}\[\]]|  ", text), text
    assert (
        render(kind, language, {name: facts[name] for name in needed} | dict.fromkeys(optional, ""))
        == text
    )


@pytest.mark.parametrize("kind", TextKind)
def test_english_travels_as_gsm_7_whatever_typographic_signs_its_facts_have(kind: TextKind) -> None:
    facts = _facts(kind, "en", "Chez René’s – “Crêpes” … 🍽\u200b")
    assert encoding(render(kind, "en", facts)) is Encoding.GSM_7


@pytest.mark.parametrize("name", ["\u200b", "\u00ad", " \u2060 "])
def test_a_name_that_nobody_sees_is_not_put_in_words(name: str) -> None:
    facts = _facts(TextKind.DRIVER_RESERVED, "en", name)
    named = _facts(TextKind.DRIVER_RESERVED, "en", "Din Tai Fung")
    text = render(TextKind.DRIVER_RESERVED, "en", facts)
    assert text.count("space") == render(TextKind.DRIVER_RESERVED, "en", named).count("space")


def test_a_reservation_says_place_time_and_what_to_do_first() -> None:
    facts = _facts(TextKind.DRIVER_RESERVED, "en", "Din Tai Fung") | {
        "start": "18:15",
        "end": "20:15",
    }
    assert render(TextKind.DRIVER_RESERVED, "en", facts) == (
        "P1 level B2 space B2-017, 18:15 to 20:15."
        " On arrival reply HERE 4821 to lower the barrier. For Din Tai Fung."
    )
    assert render(TextKind.DRIVER_RESERVED, "zh", facts | {"merchant": "海底捞火锅"}) == (
        "P1 B2层 B2-017，18:15至20:15。到达后回复 到了4821 降下车位锁。海底捞火锅"
    )


def test_a_chinese_name_in_an_english_text_is_kept_in_fewer_words() -> None:
    facts = _facts(TextKind.DRIVER_RESERVED, "en", "海底捞火锅") | {
        "start": "tomorrow 18:15",
        "end": "20:15",
    }
    text = render(TextKind.DRIVER_RESERVED, "en", facts)
    assert text == "P1 B2 B2-017, tomorrow 18:15 to 20:15. Arrived? HERE 4821. 海底捞火锅"
    assert segments(text) == 1


def test_a_chinese_place_in_an_english_booking_is_kept_in_fewer_words() -> None:
    for kind in (TextKind.MERCHANT_BOOKED, TextKind.MERCHANT_CHANGED):
        facts = _facts(kind, "en", "Din Tai Fung") | {
            "space": "东12",
            "start_service": "Sat 28 Nov 18:30",
            "start": "Sat 28 Nov 18:15",
            "end": "20:45",
        }
        text = render(kind, "en", facts)
        assert text == "OK Sat 28 Nov 18:30 ..8000: P1 B2 东12. 7ABC123. EV, accessible."
        assert segments(text) == 1


@pytest.mark.parametrize("kind", [kind for kind in TextKind if kind.startswith("merchant")])
@pytest.mark.parametrize("fact", ["reference", "text", "one"])
def test_what_a_merchant_wrote_in_another_script_is_quoted_in_one_segment(
    kind: TextKind, fact: str
) -> None:
    facts = {**_facts(kind, "en", "Joe's Diner"), "plate": "", "needs": "", "next_times": ""}
    text = render(kind, "en", {**facts, "two": "4 Mar", fact: "¡Ỻ"})
    assert segments(text) == 1, text


def test_a_long_name_ends_after_a_word_and_in_plain_dots() -> None:
    text = render(
        TextKind.DRIVER_NO_SHOW,
        "en",
        {"space": "B2-017", "merchant": LONG_NAME + " & Sons" * 9},
    )
    assert re.search(r"The Very Long Established and Most \w+\.\.\.$", text) or ".." in text
    assert segments(text) == 1


def test_a_missing_fact_is_an_error_that_names_it() -> None:
    with pytest.raises(KeyError, match="space"):
        render(TextKind.DRIVER_DROPPED, "en", {})


def test_a_language_that_we_do_not_speak_gets_english() -> None:
    assert render(TextKind.DRIVER_HELP, "fr", {}) == render(TextKind.DRIVER_HELP, "en", {})


def test_facts_can_not_smuggle_lines_or_templates_in() -> None:
    text = render(TextKind.DRIVER_DROPPED, "en", {"space": "B2\n{code}\u202e\0x"})
    assert text.startswith("B2 {code} x is")


# Examples that we print.


def _examples(text: str, language: str) -> Iterator[str]:
    verbs = languages()[language].words.verbs
    starts = "|".join(
        sorted((verb.upper() for verb in (*verbs[Verb.NOPARK], *verbs[Verb.PARK])), key=len)[::-1]
    )
    stop = r"(?= keeps| moves| cancels| - |；|，|, or|\.$|\. |$)"
    for found in re.finditer(rf"(?<![A-Z一-龥])(?:{starts})[ :].*?{stop}", text):
        yield found[0]


@pytest.mark.parametrize(("kind", "language"), EACH)
def test_what_we_print_as_an_example_for_merchants_we_read(kind: TextKind, language: str) -> None:
    if not kind.startswith("merchant"):
        return
    text = render(kind, language, _facts(kind, language, _names(language)[0]))
    for example in _examples(text, language):
        for country in ("US", "CN", "DE"):
            command = read_merchant_text(example, now=NOW, zone=SHENZHEN, country=country)
            assert isinstance(command, Park | NoPark), (example, command)
            assert command.language == language


def test_the_examples_are_found() -> None:
    found = {
        (language, kind)
        for kind, language in EACH
        if kind.startswith("merchant")
        for _ in _examples(render(kind, language, _facts(kind, language, "X")), language)
    }
    asked = {
        TextKind.MERCHANT_UNREADABLE,
        TextKind.MERCHANT_HELP,
        TextKind.MERCHANT_NEED_TIME,
        TextKind.MERCHANT_NEED_PHONE,
        TextKind.MERCHANT_NEED_REFERENCE,
        TextKind.MERCHANT_NOTHING_TO_CHANGE,
    }
    assert found >= {(language, kind) for kind in asked for language in languages()}


@pytest.mark.parametrize(
    "example",
    [
        "HERE 4821",
        "MORE 30",
        "WHERE",
        "DROP",
        "DONE",
        "到了4821",
        "延长30",
        "在哪",
        "不要了",
        "走了",
        "HELP TAKEN",
        "HELP BLOCKED",
        "帮助 被占",
        "帮助 挡住",
    ],
)
def test_what_we_tell_drivers_to_send_we_read(example: str) -> None:
    printed = " ".join(
        render(kind, language, _facts(kind, language, "X"))
        for kind, language in EACH
        if kind.startswith("driver")
    )
    assert example in printed
    assert not isinstance(read_driver_text(example), Unreadable | Help)


@pytest.mark.parametrize("language", sorted(languages()))
def test_both_ways_that_a_question_offers_can_be_sent(language: str) -> None:
    verb = languages()[language].words.verbs[Verb.PARK][0]
    for written in ("3/4 18:30", "1/12/26 18:30", "next Friday 18:30", "7 o'clock"):
        asked = read_merchant_text(
            f"{verb} {written} 13800138000", now=NOW, zone=SHENZHEN, country="CN"
        )
        assert isinstance(asked, Unclear), written
        for offer in (asked.facts["one"], asked.facts["two"]):
            again = f"{verb} {offer} {'18:30' if ':' not in offer else ''} 13800138000"
            command = read_merchant_text(again, now=NOW, zone=SHENZHEN, country="CN")
            past = isinstance(command, Unclear) and command.kind is TextKind.MERCHANT_PAST
            assert past or isinstance(command, Park), again


# Times and lengths.


@given(
    minutes=st.integers(0, 90 * 24 * 60),
    language=st.sampled_from(sorted(languages())),
    zone=st.sampled_from([SHENZHEN, SEATTLE, ZoneInfo("Europe/Berlin")]),
)
def test_every_time_that_we_print_we_read(minutes: int, language: str, zone: ZoneInfo) -> None:
    moment = NOW + timedelta(minutes=minutes)
    local = moment.astimezone(zone)
    if local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset():
        return  # this hour comes twice; it is asked back
    verb = languages()[language].words.verbs[Verb.PARK][0]
    text = f"{verb} {when(moment, zone, language, NOW)} +8613800138000"
    command = read_merchant_text(text, now=NOW, zone=zone, country="CN")
    assert isinstance(command, Park), (text, command)
    assert command.service_time == moment


@given(minutes=st.integers(5, 24 * 60), language=st.sampled_from(sorted(languages())))
def test_every_length_that_we_print_we_read(minutes: int, language: str) -> None:
    length = timedelta(minutes=minutes)
    text = f"PARK 18:30 +8613800138000 {duration_words(length, language)}"
    command = read_merchant_text(text, now=NOW, zone=SHENZHEN, country="CN")
    assert isinstance(command, Park), text
    assert command.duration == length


@given(
    features=st.sets(st.sampled_from(Feature)),
    height=st.none() | st.integers(15, 30).map(lambda tenths: tenths / 10),
    language=st.sampled_from(sorted(languages())),
)
def test_all_needs_that_we_print_we_read(
    features: set[Feature], height: float | None, language: str
) -> None:
    needs = Needs(frozenset(features), height)
    text = f"PARK 18:30 +8613800138000 {needs_words(needs, language)}"
    command = read_merchant_text(text, now=NOW, zone=SHENZHEN, country="CN")
    assert isinstance(command, Park), text
    assert command.needs == needs


@pytest.mark.parametrize(
    ("local", "en", "zh"),
    [
        ("2026-11-25 18:30", "18:30", "今天18:30"),
        ("2026-11-26 08:05", "tomorrow 08:05", "明天08:05"),
        ("2026-12-01 18:30", "Tue 1 Dec 18:30", "12月1日18:30"),
        ("2026-11-24 18:30", "Tue 24 Nov 18:30", "11月24日18:30"),
        ("2028-01-05 18:30", "Wed 5 Jan 2028 18:30", "2028年1月5日18:30"),
    ],
)
def test_times_are_short_and_have_one_meaning(local: str, en: str, zh: str) -> None:
    moment = datetime.fromisoformat(local).replace(tzinfo=SHENZHEN)
    assert when(moment, SHENZHEN, "en", NOW) == en
    assert when(moment, SHENZHEN, "zh", NOW) == zh


def test_the_hour_that_comes_twice_is_told_apart() -> None:
    first = datetime(2026, 11, 1, 8, 30, tzinfo=UTC)
    now = first - timedelta(hours=5)
    assert when(first, SEATTLE, "en", now) == "tomorrow 01:30 PDT"
    assert when(first + timedelta(hours=1), SEATTLE, "en", now) == "tomorrow 01:30 PST"


def test_an_end_on_the_same_day_is_only_a_time() -> None:
    start = datetime(2026, 12, 1, 10, 15, tzinfo=UTC)
    assert until(start + timedelta(hours=2), start, SHENZHEN, "en", NOW) == "20:15"
    assert until(start + timedelta(hours=2), start, SHENZHEN, "zh", NOW) == "20:15"
    assert until(start + timedelta(hours=8), start, SHENZHEN, "en", NOW) == "Wed 2 Dec 02:15"
    assert until(start + timedelta(hours=8), start, SHENZHEN, "zh", NOW) == "12月2日02:15"


@pytest.mark.parametrize(
    ("locale", "phone", "language"),
    [
        ("zh-CN", "+14255550123", "zh"),
        ("zh_Hant_TW", None, "zh"),
        ("en-GB", "+8613800138000", "en"),
        ("fr", "+8613800138000", "en"),
        (None, "+8613800138000", "zh"),
        (None, "+14255550123", "en"),
        ("", "+8613800138000", "zh"),
        (None, None, "en"),
    ],
)
def test_a_persons_language_is_by_locale_else_by_phone(
    locale: str | None, phone: str | None, language: str
) -> None:
    assert language_of(locale, phone) == language
