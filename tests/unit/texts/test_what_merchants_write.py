"""Politeness, parties and needs around a clear booking; and questions that say what they ask."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from baylock.domain.venue.mall import Needs
from baylock.texts.reading.commands import MerchantCommand, Park, Unclear, Unreadable
from baylock.texts.reading.merchant_text import read_merchant_text
from baylock.texts.writing.kinds import TextKind
from baylock.texts.writing.messages import render, segments

MALLS = {
    "US": ("America/Los_Angeles", "+14255550123"),
    "CN": ("Asia/Shanghai", "+8613800138000"),
}


def read(text: str, country: str = "US") -> MerchantCommand:
    zone = ZoneInfo(MALLS[country][0])
    now = datetime(2026, 11, 25, 15, tzinfo=zone).astimezone(UTC)
    return read_merchant_text(text, now=now, zone=zone, country=country)


def question(text: str, country: str = "US") -> str:
    """The question as it is sent."""
    asked = read(text, country)
    assert isinstance(asked, Unclear), asked
    sent = render(asked.kind, asked.language, asked.facts)
    assert segments(sent) == 1
    return sent


@pytest.mark.parametrize(
    ("country", "text"),
    [
        ("US", "Hi there! PARK tomorrow 6pm 4255550123"),
        ("US", "Hello, can you park tomorrow 6pm 4255550123"),
        ("US", "I need parking tomorrow 6pm 4255550123"),
        ("US", "could you please book parking for tomorrow 6pm 4255550123"),
        ("US", "need a spot tomorrow 6pm 4255550123"),
        ("US", "reserve a space tomorrow 6pm 4255550123 pls"),
        ("US", "Good evening, parking for mr lee tomorrow 6pm 4255550123"),
        ("US", "Please park tomorrow 6pm 4255550123 thank you so much"),
        ("US", "PARK tomorrow 6pm party of six 4255550123"),
        ("US", "PARK tomorrow 6pm 2 adults 1 kid 4255550123"),
        ("US", "PARK tomorrow 6pm 4255550123 table for two, cheers"),
        ("US", "PARK tomorrow 6pm 4255550123 2-3 people"),
        ("CN", "麻烦帮我预约明天18:00停车 13800138000 谢谢"),
        ("CN", "帮忙留个车位 明天18:00 13800138000"),
        ("CN", "我想订个车位，明天18:00，13800138000，李女士"),
    ],
)
def test_politeness_and_parties_are_passed_over(country: str, text: str) -> None:
    command = read(text, country)
    assert isinstance(command, Park), command
    zone, phone = MALLS[country]
    assert command.service_time == datetime(2026, 11, 26, 18, tzinfo=ZoneInfo(zone))
    assert (command.phone, command.plate, command.duration) == (phone, None, None)
    assert command.needs == Needs()


@pytest.mark.parametrize(
    "text",
    [
        "I don't need parking tomorrow 6pm 4255550123",
        "do you need parking tomorrow 6pm 4255550123",
        "can you cancel tomorrow 6pm 4255550123",
        "we need space tomorrow",
        "need",
    ],
)
def test_a_request_that_is_none_is_not_booked(text: str) -> None:
    assert isinstance(read(text), Unreadable | Unclear)


@pytest.mark.parametrize("said", ["wheelchair user", "blue badge", "handicap", "wheelchair access"])
def test_words_for_accessible(said: str) -> None:
    command = read(f"PARK tomorrow 6pm 4255550123 {said}")
    assert isinstance(command, Park)
    assert command.needs == Needs.parse(["accessible"])


@pytest.mark.parametrize(
    ("picture", "name"),
    [("🏍", "racing motorcycle"), ("🕖", "clock face seven"), ("🚚", "delivery truck")],
)
def test_a_question_about_a_picture_names_it(picture: str, name: str) -> None:
    """A text in GSM-7 can't show it."""
    asked = question(f"PARK tomorrow 6pm 4255550123 {picture}")
    assert asked.startswith(f'"{name}')
    assert picture in question(f"预约 明天18:00 13800138000 {picture}", "CN")


@pytest.mark.parametrize(
    "text", ["PARK thursday evening 7 4255550123", "PARK 8 tonight 4255550123"]
)
def test_a_number_that_may_be_the_time_is_asked_about(text: str) -> None:
    asked = question(text)
    assert "a time like 18:30" in asked
    assert "phone" not in asked


def test_a_wrong_number_is_still_called_so() -> None:
    asked = read("PARK tomorrow 6pm 7 425555012")
    assert isinstance(asked, Unclear)
    assert asked.kind is TextKind.MERCHANT_BAD_PHONE


def test_a_number_with_its_sign_is_quoted_whole() -> None:
    assert question("PARK tomorrow 6pm 4255550123 #20461").startswith('"#20461"')
