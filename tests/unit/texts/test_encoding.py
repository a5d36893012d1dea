"""Counting segments as carriers do."""

from __future__ import annotations

import re
import sys
import unicodedata
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baylock.texts.reading.normalize import normalize
from baylock.texts.writing.encoding import Encoding, encoding, in_gsm, segments


@pytest.mark.parametrize(
    ("text", "alphabet", "count"),
    [
        ("", Encoding.GSM_7, 1),
        ("a" * 160, Encoding.GSM_7, 1),
        ("a" * 161, Encoding.GSM_7, 2),
        ("a" * 306, Encoding.GSM_7, 2),
        ("a" * 307, Encoding.GSM_7, 3),
        ("€" * 80, Encoding.GSM_7, 1),
        ("€" * 81, Encoding.GSM_7, 2),
        ("a" + "€" * 152, Encoding.GSM_7, 2),
        ("€" * 153, Encoding.GSM_7, 3),
        ("Café à Zürich @ £5", Encoding.GSM_7, 1),
        ("ç", Encoding.UCS_2, 1),
        ("到" * 70, Encoding.UCS_2, 1),
        ("到" * 71, Encoding.UCS_2, 2),
        ("到" * 134, Encoding.UCS_2, 2),
        ("到" * 135, Encoding.UCS_2, 3),
        ("🚗" * 35, Encoding.UCS_2, 1),
        ("🚗" * 36, Encoding.UCS_2, 2),
        ("🚗" * 67, Encoding.UCS_2, 3),
    ],
)
def test_segments_are_counted_as_they_are_paid(text: str, alphabet: Encoding, count: int) -> None:
    assert encoding(text) is alphabet
    assert segments(text) == count


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Joe’s “Crêperie” – 5 € …", 'Joe\'s "Creperie" - 5 € ..'),
        ("Łódź", "Lodz"),
        ("Çok güzel", "Çok güzel"),
        ("a\u00a0b", "a b"),
        ("Bar 🍺", "Bar "),
        ("海底捞", "海底捞"),
        ("Кафе", "Кафе"),
    ],
)
def test_signs_are_made_plain_and_other_scripts_kept(text: str, plain: str) -> None:
    assert in_gsm(text) == plain


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Bar 8½", "Bar 8 1/2"),
        ("8 1⁄2", "8 1/2"),
        ("m²", "m2"),
        ("10²", "10^2"),
        ("10⁻¹²", "10^-12"),
        ("H₂O", "H2O"),
        ("①②", "1 2"),
        ("12❶", "12 1"),
        ("⒈5", "1. 5"),
        ("５５", "55"),
        ("٣", "3"),
        ("Halle ⅠⅡ", "Halle I II"),
        ("25℃", "25C"),
        ("5㎡6", "5 m2 6"),
        ("5÷6", "5/6"),
        ("5★6", "5 6"),
        ("≠", "!="),
        ("≮", "≮"),
        ("㈱", "(株)"),
        ("5₹", "5INR"),
        ("हिन्दी", "हिन्दी"),
        ("น้ำตก ตำ", "น้ำตก ตำ"),
        ("ຄຳ", "ຄຳ"),
        ("🅿 Nord", "P Nord"),
        ("Suite 4¾", "Suite 4 3/4"),
        ("1¼–2½", "1 1/4-2 1/2"),
        ("½½", "1/2 1/2"),
        ("8\u200b½", "8 1/2"),
        ("८½", "8 1/2"),
        ("10²³", "10^23"),
        ("A⑴", "A(1)"),
        ("8①", "8 1"),
        ("№5", "No5"),
        ("7㏘", "7p.m."),
        ("10㎝", "10cm"),
        ("𝐁𝐚𝐫 𝟖", "Bar 8"),
        ("ﬁsh & Oﬃce", "fish & Office"),
        ("Phở 24", "Pho 24"),
        ("12∶30", "12:30"),
        ("5✕4", "5x4"),
        ("‹a› 〈b〉", "'a' <b>"),
        ("P2⇒P3➜P4", "P2=>P3->P4"),
    ],
)
def test_compatibility_forms_keep_their_meaning(text: str, plain: str) -> None:
    assert in_gsm(text) == plain


def test_no_character_of_unicode_runs_into_the_digits_beside_it() -> None:
    for code in range(0x80, sys.maxunicode + 1):
        char = chr(code)
        if unicodedata.category(char) in {"Nd", "Mn", "Mc", "Me", "Cf", "Cs"}:
            continue
        numbers = re.findall("[0-9]+", in_gsm(f"8{char}8"))
        assert len(numbers) > 1, char
        assert numbers[0] == numbers[-1] == "8", char


def test_every_number_keeps_its_value() -> None:
    for code in range(0x80, sys.maxunicode + 1):
        char = chr(code)
        value, written = unicodedata.numeric(char, None), in_gsm(char)
        if value is not None and re.fullmatch("[0-9]+(/[0-9]+)?", written):
            if written.endswith("/0") or written == "1/":
                continue
            assert float(Fraction(written)) == pytest.approx(value), char


@given(st.text())
def test_plain_text_stays_as_it_is_when_made_plain_again(text: str) -> None:
    once = in_gsm(text)
    assert in_gsm(once) == once


@pytest.mark.parametrize("sign", ["²", "₂", "⅓"])
def test_raised_digits_are_no_digits_of_a_number_that_came_in(sign: str) -> None:
    assert normalize(f"4255550123{sign}") == f"4255550123{sign}"
