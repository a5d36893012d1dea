"""Whatever is sent, there is an answer, soon, and never an exception (faults 24, 27 and 35)."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baylock.texts.languages.language import languages
from baylock.texts.reading.commands import (
    DriverCommand,
    MerchantCommand,
    NoPark,
    OptOut,
    Park,
    Unclear,
    Unreadable,
)
from baylock.texts.reading.driver_text import read_driver_text
from baylock.texts.reading.merchant_text import read_merchant_text
from baylock.texts.writing.encoding import segments
from baylock.texts.writing.messages import render

ZONE = ZoneInfo("America/Los_Angeles")
NOW = datetime(2026, 11, 25, 23, 0, tzinfo=UTC)
MAX_CALLS = 200_000
"""More than twice what the worst of these texts took when this was written."""
OPT_OUT = ("STOP", "CANCEL", "END", "QUIT", "REMOVE", "UNSUBSCRIBE", "OPTOUT", "STOPALL")
WORDS = """
PARK NOPARK 预约 取消 HERE MORE 到了 延长 明天 tomorrow next Fri 周五 下周 18:30
25:00 3/4 12-01 1.12 12.01 2026- 9999-12-31 0000-00-00 十 百 点 半 小时 分钟 个
刻 下午 晚上 am pm 90m 1h30 h m 4255550123 +1 425 ( ) 13800138000 粤 B 12345
7ABC123 ref: 编号: height: 高 " * ABCDEFGH *ABCDEFGH ev . , : / - + ½ ① 🚗
👨‍👩‍👧 مرحبا é ﷺ 1 0 a frİday ı
"""
PIECES = st.sampled_from([*WORDS.split(), "\u200b", "\u202e", "\u00a0", "\ud800", "\0", "\n"])
TEXTS = (
    st.text(max_size=2000)
    | st.text(st.characters(codec=None), max_size=200)
    | st.builds("".join, st.lists(PIECES, max_size=60))
    | st.builds(" ".join, st.lists(PIECES, max_size=60)).map(lambda text: f"PARK {text}")
    | st.binary(max_size=2000).map(lambda raw: raw.decode("utf-8", "surrogateescape"))
)


def read(text: str) -> MerchantCommand:
    return read_merchant_text(text, now=NOW, zone=ZONE, country="US")


@settings(max_examples=500)
@given(TEXTS)
def test_fault_24_any_text_of_a_merchant_gets_an_answer(text: str) -> None:
    command = read(text)
    if isinstance(command, Unclear):
        answer = render(command.kind, command.language, command.facts)
        assert answer
        answer.encode()
        assert segments(answer) == 1, answer
    if isinstance(command, Park):
        command.signed_part.encode()
        assert command.service_time is None or command.service_time >= NOW


@settings(max_examples=500)
@given(TEXTS)
def test_fault_24_any_text_of_a_driver_gets_an_answer(text: str) -> None:
    read_driver_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\0",
        "\ud800",
        "x" * 2048,
        "PARK " + "1 " * 1000,
        "PARK " + "1-" * 230,
        "PARK " + "a1" * 230,
        "PARK " + "(" * 470,
        "PARK " + "一" * 470,
        "PARK " + "半" * 470,
        "MORE " + "1 " * 230,
        "预约" + "明天" * 230,
        "here " * 90,
        "please " * 60,
        "1" * 100_000,
        " " * 100_000,
        "*" * 1600,
        "ﷺ" * 1600,
    ],
)
def test_fault_24_odd_texts_are_not_much_work(text: str) -> None:
    """Counted in calls, of which a laptop makes some 5 million a second, and not in seconds."""
    read("PARK 18:30 4255550123")  # what is imported on first use is not the text's
    for reader in (read, read_driver_text):
        assert calls_made_by(lambda reader=reader: reader(text)) < MAX_CALLS  # type: ignore[misc]


def calls_made_by(work: Callable[[], object]) -> int:
    made = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal made
        made += event in {"call", "c_call"}

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
    return made


def test_fault_24_an_i_of_a_turkish_keyboard_is_an_i() -> None:
    """Python matches both of them with i in a pattern, but does not write either of them so."""
    command = read("PARK frİday 18:30 4255550123 wıth ref:Kıyı")
    assert isinstance(command, Park)
    assert command.reference == "Kıyı"
    assert command == read("PARK friday 18:30 4255550123 with ref:Kıyı")
    assert read("PARK 4 aprİl 18:30 4255550123") == read("PARK 4 april 18:30 4255550123")
    assert read_driver_text("ı'm here") == read_driver_text("I'm here")


def test_a_text_too_long_to_be_ours_is_not_read_in_part() -> None:
    booking = "PARK 18:30 4255550123"
    assert isinstance(read(booking), Park)
    assert isinstance(read(booking + " please" * 100), Unreadable)


@pytest.mark.parametrize("word", OPT_OUT)
def test_opt_out_words_are_the_whole_message_and_never_verbs(word: str) -> None:
    readers = (read, read_driver_text)
    for reader in readers:
        for written in (word, word.lower(), f" {word}. ", f"{word}!"):
            assert isinstance(reader(written), OptOut)
        for more in (f"{word} 4821", f"{word} ref:A1", f"{word} 18:30 4255550123"):
            if word == "CANCEL" and reader is read and more != "CANCEL 4821":
                assert isinstance(reader(more), NoPark)  # the carrier's word is CANCEL alone
            else:
                assert isinstance(reader(more), Unreadable)
    for known in languages().values():
        verbs = {verb for words in known.words.verbs.values() for verb in words}
        assert word.lower() not in verbs


@pytest.mark.parametrize(
    ("now", "text"),
    [
        (datetime(2026, 11, 1, 3, 0, tzinfo=UTC), "PARK tomorrow 01:30 4255550123"),
        (datetime(2027, 3, 14, 4, 0, tzinfo=UTC), "PARK tomorrow 02:30 4255550123"),
        (NOW, "PARK today 14:00 4255550123"),
        (NOW, "PARK 2026-11-24 18:30 4255550123"),
    ],
)
def test_fault_27_a_time_that_is_not_there_once_and_ahead_is_asked_back(
    now: datetime, text: str
) -> None:
    command = read_merchant_text(text, now=now, zone=ZONE, country="US")
    assert isinstance(command, Unclear)


def test_a_time_far_ahead_is_read_and_left_to_the_booking_rules() -> None:
    command = read("PARK 2031-05-01 18:30 4255550123")
    assert isinstance(command, Park)
    assert command.service_time is not None
    assert command.service_time - NOW > timedelta(days=90)


def test_fault_35_no_phone_number_is_in_what_a_log_would_show() -> None:
    commands: list[MerchantCommand | DriverCommand] = [
        read("PARK 18:30 4255550123 *ABCDEFGH"),
        read("NOPARK 18:30 4255550123 *ABCDEFGH"),
        read("PARK 18:30 42555501234"),
        read_driver_text("HERE 4821"),
    ]
    for command in commands:
        assert "425" not in repr(command)
        assert "4821" not in repr(command)


def test_the_signature_is_over_the_text_before_it_as_it_was_sent() -> None:
    command = read(" Park  18:30 （425）555-0123  *abcdefgh ")
    assert isinstance(command, Park)
    assert command.signature == "ABCDEFGH"
    assert command.signed_part == "Park  18:30 （425）555-0123"


def test_a_time_without_a_day_is_marked_as_such() -> None:
    bare, dated = read("PARK ref:A1 19:15"), read("PARK ref:A1 tomorrow 19:15")
    assert isinstance(bare, Park)
    assert isinstance(dated, Park)
    assert (bare.has_day, dated.has_day) == (False, True)


def test_every_required_keyword_of_the_carrier_opts_out() -> None:
    for keyword in (
        *("ARRET", "CANCEL", "END", "OPT-OUT", "OPTOUT", "QUIT", "REMOVE", "STOP", "TD"),
        "UNSUBSCRIBE",
    ):
        for written in (keyword, keyword.lower(), f" {keyword}. "):
            assert isinstance(read_driver_text(written), OptOut), written
