"""What hurried staff write: the booking that they mean or a question, and no other booking."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baylock.texts.reading.commands import MerchantCommand, NoPark, Park, Unclear, Unreadable
from baylock.texts.reading.merchant_text import read_merchant_text
from baylock.texts.reading.symbols import NEEDS
from baylock.texts.writing.kinds import TextKind
from baylock.texts.writing.messages import render, segments

SUNDAY = date(2026, 11, 29)
MALLS = {
    "US": ("America/Los_Angeles", "4155552671", "+14155552671"),
    "GB": ("Europe/London", "07400123456", "+447400123456"),
    "DE": ("Europe/Berlin", "01713920051", "+491713920051"),
    "CN": ("Asia/Shanghai", "13800138000", "+8613800138000"),
    "HK": ("Asia/Hong_Kong", "61234567", "+85261234567"),
    "FR": ("Europe/Paris", "0612345678", "+33612345678"),
    "ES": ("Europe/Madrid", "612345678", "+34612345678"),
}


def lines() -> Iterator[tuple[str, str, str]]:
    for line in (Path(__file__).parent / "hurried.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            country, rest = line.split(" | ", 1)
            text, means = rest.rsplit(" | ", 1)
            yield country, text, means


def read(text: str, country: str = "US") -> MerchantCommand:
    zone = ZoneInfo(MALLS[country][0])
    now = datetime.combine(SUNDAY, time(12), zone)
    return read_merchant_text(text, now=now, zone=zone, country=country)


def shown(command: MerchantCommand, country: str) -> str:
    """A booking as the table has it; what else is none."""
    if isinstance(command, NoPark):
        return "nopark"
    if not isinstance(command, Park):
        return "ask"
    zone, _, phone = MALLS[country]
    parts = []
    if command.service_time:
        parts.append(f"{command.service_time.astimezone(ZoneInfo(zone)):%m-%d %H:%M}")
    if command.duration:
        parts.append(f"{round(command.duration.total_seconds() / 60)}m")
    if command.plate:
        parts.append(f"plate={command.plate}")
    if command.needs.words():
        parts.append(f"needs={','.join(sorted(command.needs.words()))}")
    if command.phone not in {None, phone}:
        parts.append(f"phone={command.phone}")
    if command.reference:
        parts.append(f"ref={command.reference}")
    return " ".join(parts)


@pytest.mark.parametrize(("country", "text", "means"), list(lines()))
def test_a_hurried_text_is_booked_as_it_is_meant_or_asked_about(
    country: str, text: str, means: str
) -> None:
    command = read(text.format(phone=MALLS[country][1]), country)
    answer = shown(command, country)
    if means.startswith("?"):
        assert answer in {"ask", means[1:]}
    else:
        assert answer == means.removesuffix("!")
    if not isinstance(command, Unclear):
        assert isinstance(command, Park | NoPark | Unreadable)
        return
    assert segments(render(command.kind, command.language, command.facts)) == 1
    if means == "ask!":
        assert "offer" not in command.facts
    if "offer" in command.facts:
        offered = shown(read(command.facts["offer"], country), country)
        assert offered != "ask"
        assert not means.startswith("?") or offered == means[1:]


def on(day: date, minute: int) -> str:
    return f"{day:%m-%d} {minute // 60:02}:{minute % 60:02}"


@given(
    days=st.integers(0, 6),
    minute=st.integers(0, 4 * 60 - 1),
    written=st.sampled_from(["{0:%A} night {1}", "{1} on {0:%A} night", "{0:%-d %b} at night {1}"]),
)
def test_a_time_after_midnight_of_a_named_night_is_that_night_or_asked_about(
    days: int, minute: int, written: str
) -> None:
    day = SUNDAY + timedelta(days=days)
    at = f"{minute // 60:02}:{minute % 60:02}"
    after = on(day + timedelta(days=1), minute)
    command = read(f"PARK {written.format(day, at)} 4155552671")
    if days == 0:
        # Of today's the first has passed.
        assert shown(command, "US") == after
        return
    assert isinstance(command, Unclear)
    assert command.kind is TextKind.MERCHANT_WHICH_TIME
    meant = [shown(read(f"PARK {command.facts[one]} 4155552671"), "US") for one in ("one", "two")]
    assert meant == [on(day, minute), after]


def test_an_answer_that_leaves_the_night_in_is_understood() -> None:
    for text in ("tomorrow night 1 Dec 00:30", "Mon night, 1 December 12:30am"):
        assert shown(read(f"PARK {text} 4155552671"), "US") == "12-01 00:30"
    command = read("预约 明晚12月1日 01:00 13800138000", "CN")
    assert shown(command, "CN") == "12-01 01:00"


@given(hour=st.integers(1, 12), minute=st.integers(1, 9), half=st.sampled_from(["", "am", " pm"]))
def test_a_time_that_lacks_a_digit_is_asked_about(hour: int, minute: int, half: str) -> None:
    command = read(f"PARK tomorrow {hour}:{minute}{half} 4155552671")
    assert isinstance(command, Unclear)
    assert command.kind is TextKind.MERCHANT_WHICH_TIME
    written = f"{hour}:{minute}{half}"
    first, last = command.facts["one"], command.facts["two"]
    assert (first, last) == (
        written.replace(f":{minute}", f":0{minute}"),
        written.replace(f":{minute}", f":{minute}0"),
    )
    assert isinstance(read(f"PARK tomorrow {first} 4155552671"), Park)


TRANSPORT = [
    chr(code)
    for code in range(0x1F680, 0x1F700)
    if unicodedata.name(chr(code), "") and chr(code) not in NEEDS
]
NO_NEED = "🚗🚘🚙🚀🚥🚦🚩🛋🛍🛎🛒"


@pytest.mark.parametrize("picture", [*TRANSPORT, *"🦮🦺🩼🦻🧏🤱🌙🌃🎄🎅🎃👎🙅❎"])
def test_a_picture_of_a_vehicle_a_need_or_a_time_is_asked_about(picture: str) -> None:
    command = read(f"PARK tomorrow 7pm 4155552671 {picture}")
    assert (shown(command, "US") == "ask") is (picture not in NO_NEED)


@pytest.mark.parametrize("picture", "😀👍🎉❤🙏📍⏰📞☎💐🥂🎂🍽📅")
def test_any_other_picture_is_passed_over(picture: str) -> None:
    assert shown(read(f"PARK {picture} tomorrow 7pm 4155552671"), "US") == "11-30 19:00"


@pytest.mark.parametrize("word", ["none", "TBD", "n/a", "unknown", "no"])
def test_a_plate_that_is_not_known_is_no_plate(word: str) -> None:
    for text in (f"plate {word}", f"plate: {word}", f"reg {word}"):
        assert shown(read(f"PARK tomorrow 7pm 4155552671 {text}"), "US") == "ask"
    assert "plate=NONE123" in shown(read("PARK 7pm 4155552671 plate NONE123"), "US")


@pytest.mark.parametrize(("before", "asked"), [("7.", "7."), ("930", "930"), ("26 1900", "26")])
def test_a_number_before_a_good_phone_number_is_asked_about_and_not_the_phone(
    before: str, asked: str
) -> None:
    command = read(f"PARK tomorrow {before} 4155552671")
    assert isinstance(command, Unclear)
    assert command.kind is TextKind.MERCHANT_UNKNOWN_WORD
    assert command.facts["text"] == asked
