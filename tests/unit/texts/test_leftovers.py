"""Words left over are never taken for a plate of today: they mean something or are asked about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baylock.domain.venue.mall import Needs
from baylock.texts.reading.commands import (
    MerchantCommand,
    More,
    NoPark,
    OptOut,
    Park,
    Unclear,
    Where,
)
from baylock.texts.reading.driver_text import read_driver_text
from baylock.texts.reading.merchant_text import read_merchant_text
from baylock.texts.writing.kinds import TextKind
from baylock.texts.writing.messages import render, segments

ZONES = {
    country: ZoneInfo(name)
    for country, name in {
        "US": "America/Los_Angeles",
        "CN": "Asia/Shanghai",
        "DE": "Europe/Berlin",
        "FR": "Europe/Paris",
        "ES": "Europe/Madrid",
    }.items()
}
ASKED = [
    "fri13",
    "table4",
    "room12",
    "pax4",
    "mon7pm",
    "3ev",
    "fri1930",
    "tmw1830",
    "sat3",
    "thx1138",
    "for1930",
    "nxt123",
    "tues99",
    "dec24x",
    "2moro",
    "2morrow",
    "tomorr0w",
    "tommorow",
    "tomorow",
    "tmorrow",
    "wensday",
    "tusday",
    "thirsday",
    "satuday",
    "acessible",
    "accesible",
    "whelchair",
    "EVV",
    "famly",
    "2nite",
    "tonite",
    "yesterday",
    "Montag",
    "Lunes",
    "Mañana",
    "Demain",
    "Yesterday",
    "gate7",
    "desk12",
    "suite100",
    "unit12",
    "level3",
    "bay12",
    "floor2",
    "party4",
    "may2026",
    "nov301",
    "pm1830",
    "hr1234",
    "TBL-20461",
    "🕖",
    "🔟",
    "🛵",
    "🚚",
    "weekend",
    "Weekend",
    "half",
    "noonish",
    "Manana",
    "Baby",
    "Stroller",
    "Truck",
    "Cancel",
    "Tesla",
    "24dec1",
]
NAMES = [
    "John",
    "Mr Lee",
    "Mrs. Garcia",
    "for Maria",
    "name: Wong",
    "guest Smith",
    "2 people",
    "party of 4",
    "4 pax",
    "Xiomara",
    "please",
    "thanks 😊",
    "👍🏽",
    "3 kids",
    "table for 2",
    "Dr Brown",
    "Mary",
    "Jane",
    "O'Brien",
]
MISSPELLED = {
    "tommorow": "2026-11-30",
    "tomorow": "2026-11-30",
    "Tommorow": "2026-11-30",
    "tomorr0w": "2026-11-30",
    "2morrow": "2026-11-30",
    "2moro": "2026-11-30",
    "wensday": "2026-12-02",
    "thrusday": "2026-12-03",
    "satuday": "2026-12-05",
}


def read(text: str, country: str = "US") -> MerchantCommand:
    zone = ZONES[country]
    now = datetime(2026, 11, 29, 12, tzinfo=zone)  # a Sunday
    return read_merchant_text(text, now=now, zone=zone, country=country)


@pytest.mark.parametrize("word", ASKED)
def test_what_may_be_a_day_a_thing_or_a_need_is_asked_about(word: str) -> None:
    for text in (f"PARK 7pm {word} +14155552671", f"PARK {word} 19:00 4155552671"):
        command = read(text)
        assert isinstance(command, Unclear), (text, command)


@pytest.mark.parametrize("name", NAMES)
def test_names_parties_and_politeness_are_passed_over(name: str) -> None:
    plain = read("PARK 7pm +14155552671")
    assert read(f"PARK 7pm {name} +14155552671") == plain
    assert read(f"PARK 7pm +14155552671 {name}") == plain


@pytest.mark.parametrize(
    ("word", "time", "minutes"),
    [
        ("3dec2026", datetime(2026, 12, 4, 3, tzinfo=UTC), None),
        ("24dec26", datetime(2026, 12, 25, 3, tzinfo=UTC), None),
        ("20261203", datetime(2026, 12, 4, 3, tzinfo=UTC), None),
        ("2hr30", datetime(2026, 11, 30, 3, tzinfo=UTC), 150),
        ("2hrs30min", datetime(2026, 11, 30, 3, tzinfo=UTC), 150),
        ("90-min", datetime(2026, 11, 30, 3, tzinfo=UTC), 90),
        ("2-hours", datetime(2026, 11, 30, 3, tzinfo=UTC), 120),
        ("120mins", datetime(2026, 11, 30, 3, tzinfo=UTC), 120),
    ],
)
def test_glued_dates_and_lengths(word: str, time: datetime, minutes: int | None) -> None:
    command = read(f"PARK 7pm {word} +14155552671")
    assert isinstance(command, Park)
    length = None if minutes is None else timedelta(minutes=minutes)
    assert (command.service_time, command.duration, command.plate) == (time, length, None)


@pytest.mark.parametrize(("word", "day"), MISSPELLED.items())
def test_a_misspelled_day_is_asked_with_a_text_that_can_be_sent(word: str, day: str) -> None:
    asked = read(f"PARK {word} 19:00 4255550164 90m EV")
    assert isinstance(asked, Unclear)
    assert asked.kind is TextKind.MERCHANT_DID_YOU_MEAN
    assert asked.facts["offer"].startswith(f"PARK {day} 19:00 ")
    sent = render(asked.kind, asked.language, asked.facts)
    assert asked.facts["offer"] in sent
    assert segments(sent) == 1
    command = read(asked.facts["offer"])
    wanted = read(f"PARK {day} 19:00 4255550164 90m EV")
    assert isinstance(command, Park)
    assert command == wanted


@given(
    word=st.sampled_from([*sorted(MISSPELLED), "acessible", "whelchair"]),
    minutes=st.none() | st.integers(15, 1440),
    plate=st.none() | st.sampled_from(["7ABC123", "粤B12345", "plate LOVE"]),
    need=st.sampled_from(["", "EV", "family", "no EV", "height:2.1"]),
    reference=st.sampled_from(["", "ref:A1", 'ref:"table 7"']),
)
def test_what_is_offered_means_what_was_written(
    word: str, minutes: int | None, plate: str | None, need: str, reference: str
) -> None:
    right = {"acessible": "accessible", "whelchair": "wheelchair"}.get(word) or MISSPELLED[word]
    parts = [f"{minutes}m" if minutes else "", plate or "", need, reference]
    rest = " ".join(part for part in ["19:00", "4255550164", *parts] if part)
    asked = read(f"PARK {word} {rest}")
    assert isinstance(asked, Unclear)
    assert asked.kind is TextKind.MERCHANT_DID_YOU_MEAN
    wanted = read(f"PARK {right} {rest}")
    offered = read(asked.facts["offer"])
    assert isinstance(wanted, Park)
    assert isinstance(offered, Park)
    # Without a reference the day is written out.
    assert offered == (wanted if reference else replace(wanted, has_day=True))


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("PARK tomorrow 18:30 +1 125 555 0123", "US"),
        ("PARK tomorrow 18:30 +86 425 555 0123", "US"),
        ("预约 明天18:30 +86 1380013810", "CN"),
        ("PARK tomorrow 18:30 +44 0000 123456", "DE"),
    ],
)
def test_a_number_that_its_country_does_not_have_is_asked_about(text: str, country: str) -> None:
    command = read(text, country)
    assert isinstance(command, Unclear)
    assert command.kind is TextKind.MERCHANT_BAD_PHONE


@pytest.mark.parametrize(
    ("text", "country", "needs"),
    [
        ("PARK tomorrow 18:30 4255550163 🔌", "US", ["ev"]),
        ("PARK tomorrow 18:30 4255550163 ⚡️♿️", "US", ["ev", "accessible"]),
        ("预约 明天18:30 13800138000 👶", "CN", ["family"]),
        ("PARK tomorrow 18:30 4255550163 👨‍👩‍👧", "US", ["family"]),
        ("PARK tomorrow 18:30 4255550163 no 🔌", "US", []),
        ("PARK without EV tomorrow 18:30 4255550163", "US", []),
        ("预约 明天18:30 13800138000 不要充电", "CN", []),
        ("预约 明天18:30 13800138000 无障碍 4人 王先生", "CN", ["accessible"]),
    ],
)
def test_needs_by_symbol_and_needs_that_are_not_wanted(
    text: str, country: str, needs: list[str]
) -> None:
    command = read(text, country)
    assert isinstance(command, Park)
    assert command.needs == Needs.parse(needs)


def test_a_time_outside_its_part_of_the_day_is_not_said_not_to_exist() -> None:
    for text, country in (
        ("PARK tomorrow morning 18:30 4255550165", "US"),
        ("预约 上午18:30 13800138000", "CN"),
    ):
        command = read(text, country)
        assert isinstance(command, Unclear)
        assert command.kind is TextKind.MERCHANT_WHICH_PART
        assert dict(command.facts) == {"one": "06:30", "two": "18:30"}


def test_a_date_that_does_not_exist_is_said_as_a_date() -> None:
    command = read("PARK 20261131 1830 4255550175")
    assert isinstance(command, Unclear)
    assert "There is no 31 Nov 2026" in render(command.kind, "en", command.facts)


def test_cancel_alone_is_the_carriers_word_and_with_a_reference_a_cancellation() -> None:
    assert isinstance(read("CANCEL"), OptOut)
    assert read("CANCEL ref:A1") == NoPark("A1", None, None, "en")
    assert read("取消 ref:A1", "CN") == NoPark("A1", None, None, "zh")


def test_a_reference_may_have_letters_with_marks() -> None:
    command = read("PARK tomorrow 18:30 01713920050 ref:Tisch-Müller-7", "DE")
    assert isinstance(command, Park)
    assert command.reference == "Tisch-Müller-7"


def test_the_answer_names_plate_needs_and_day_in_one_segment() -> None:
    facts = {
        "start_service": "tomorrow 19:00",
        "phone_end": "0166",
        "lot": "P1",
        "level": "B1",
        "space": "B1-07",
        "start": "tomorrow 18:45",
        "end": "21:15",
        "reference": "T-ABCDEFGH",
        "plate": "粤B12345",
        "needs": "accessible",
    }
    for kind in (TextKind.MERCHANT_BOOKED, TextKind.MERCHANT_CHANGED):
        for language in ("en", "zh"):
            text = render(kind, language, facts)
            assert segments(text) == 1
            assert all(facts[name] in text for name in ("start_service", "plate", "needs", "space"))


DRIVERS = {
    "30 more minutes": 30,
    "30 min more": 30,
    "30 more": 30,
    "2 more hours please": 120,
    "an hour more": 60,
    "1.5 h longer": 90,
    "more 30 min": 30,
    "another 30 min": 30,
    "更多30分钟": 30,
    "多30分钟": 30,
    "再停1小时": 60,
}


@pytest.mark.parametrize(("text", "minutes"), DRIVERS.items())
def test_a_driver_asks_for_more_in_any_order(text: str, minutes: int) -> None:
    command = read_driver_text(text)
    assert isinstance(command, More)
    assert command.extra == timedelta(minutes=minutes)


@pytest.mark.parametrize("text", ["0 more minutes", "0045 more", "30", "more or less"])
def test_what_is_no_length_is_not_kept_longer(text: str) -> None:
    command = read_driver_text(text)
    assert not isinstance(command, More) or not command.extra


@pytest.mark.parametrize(
    "text", ["where's my car space", "Where is our parking spot?", "我的停车位在哪里", "车位在哪呢"]
)
def test_a_driver_asks_where(text: str) -> None:
    assert isinstance(read_driver_text(text), Where)
