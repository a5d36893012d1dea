"""The parts of a text may come in any order, and in any width."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baylock.texts.reading.commands import MerchantCommand, Park
from baylock.texts.reading.merchant_text import read_merchant_text

NOW = datetime(2026, 11, 25, 7, tzinfo=UTC)
ENGLISH = ("2026-12-01 18:30", "+14255550123", "90m", "7ABC123", "EV", "ref:TBL-20461")
SHORT = ("tomorrow", "6:30pm", "4255550123", "1h30", "ABC 1234", "height:2.1")
CHINESE = ("明天下午六点半", "13800138000", "两个半小时", "粤B12345", "充电", "编号:A1")
WIDE = str.maketrans(
    {chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)} | {" ": "\u3000"}
)


def read(text: str, country: str) -> MerchantCommand:
    return read_merchant_text(text, now=NOW, zone=ZoneInfo("Asia/Shanghai"), country=country)


@pytest.mark.parametrize(
    ("verb", "parts", "country"),
    [("PARK", ENGLISH, "US"), ("PARK", SHORT, "US"), ("预约", CHINESE, "CN")],
)
def test_any_order_means_the_same(verb: str, parts: tuple[str, ...], country: str) -> None:
    wanted = read(f"{verb} {' '.join(parts)}", country)
    assert isinstance(wanted, Park), wanted
    assert wanted.service_time
    assert wanted.phone
    assert wanted.duration
    assert wanted.plate
    for order in permutations(parts):
        text = f"{verb} {' '.join(order)}"
        assert read(text, country) == wanted, text


@given(
    st.permutations(ENGLISH),
    st.lists(
        st.sampled_from([" ", "  ", "\u00a0", "\u3000", "\n", ", ", "; ", "，", " \u200b"]),
        min_size=6,
        max_size=6,
    ),
    st.booleans(),
)
def test_any_width_and_spacing_means_the_same(
    parts: list[str], between: list[str], wide: bool
) -> None:
    text = "PARK" + "".join(gap + part for gap, part in zip(between, parts, strict=True))
    assert read(text.translate(WIDE) if wide else text, "US") == read(
        f"PARK {' '.join(ENGLISH)}", "US"
    )
