"""Counting segments as carriers do."""

from __future__ import annotations

import pytest

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
