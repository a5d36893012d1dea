"""What customers answer to "Do you come by car?", and what we make of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baylock.texts.reading.form_answers import FormAnswer, read_answer, read_phone, read_plate


@pytest.mark.parametrize(
    "answer",
    ["Yes", "yes please", "Y", "true", "Yes, two cars", "By car", "I'm driving", "是", "是的",
     "需要", "要", "开车来"],
)  # fmt: skip
def test_yes(answer: str) -> None:
    assert read_answer(answer, "CN") == FormAnswer(yes=True)


@pytest.mark.parametrize(
    "answer",
    ["No", "no thanks", "N", "false", "None", "not sure", "n/a", "No car", "不", "不需要",
     "没有车", "无", "否", "no, but my wife's is 7ABC123"],
)  # fmt: skip
def test_no(answer: str) -> None:
    assert read_answer(answer, "CN") == FormAnswer(yes=False)


@pytest.mark.parametrize("answer", ["", "maybe", "We come by metro", "4", "?", "也许", "🚗"])
def test_neither(answer: str) -> None:
    assert read_answer(answer, "CN") == FormAnswer()


@pytest.mark.parametrize(
    ("answer", "country", "plate"),
    [
        ("7ABC123", "US", "7ABC123"),
        ("yes, 7ABC123", "US", "7ABC123"),
        ("需要，粤B12345", "CN", "粤B12345"),
        ("粵B12345", "CN", "粤B12345"),
        ("N-1234", "US", "N1234"),
    ],
)
def test_a_plate_means_yes(answer: str, country: str, plate: str) -> None:
    assert read_answer(answer, country) == FormAnswer(yes=True, plate=plate)


def test_a_phone_number_beside_it() -> None:
    answer = read_answer("Yes, call 425 555 0123", "US")
    assert answer == FormAnswer(yes=True, phone="+14255550123")


@pytest.mark.parametrize(
    ("answer", "plate"),
    [
        ("ab12 cde", "AB12CDE"),
        ("粤B·12345", "粤B12345"),
        ("123 456", "123456"),
        ("no", None),
        ("my car", None),
        ("", None),
        ("1" * 40, None),
    ],
)
def test_the_answer_to_a_question_for_a_plate(answer: str, plate: str | None) -> None:
    assert read_plate(answer, "GB") == plate


@pytest.mark.parametrize(
    ("answer", "phone"),
    [
        ("(425) 555-0123", "+14255550123"),
        ("+44 20 7946 0958", "+442079460958"),
        ("it's 425 555 0123", "+14255550123"),
        ("12345", None),
        ("no", None),
        ("", None),
    ],
)
def test_the_answer_to_a_question_for_a_phone(answer: str, phone: str | None) -> None:
    assert read_phone(answer, "US") == phone


@given(st.text(max_size=200))
def test_whatever_is_answered_can_be_read(answer: str) -> None:
    read_answer(answer, "US")
    read_plate(answer, "US")
    read_phone(answer, "US")


@pytest.mark.parametrize(
    "answer",
    ["Ja", "ja, gerne", "JA!", "Oui", "oui, en voiture", "Sí", "si", "SÍ, en coche", "Sim", "Sì",
     "Да", "Так", "Tak", "Ano", "Evet", "はい", "はい、車で", "네", "예", "हाँ", "نعم", "כן",
     "ใช่ค่ะ", "có", "Ya", "是", "是的", "要", "Kyllä", "✓", "✅", "☑️", "👍", "Igen", "Ναι"],
)  # fmt: skip
def test_yes_in_many_languages(answer: str) -> None:
    assert read_answer(answer, "DE").yes is True


@pytest.mark.parametrize(
    "answer",
    ["Nein", "nein danke", "Non", "non merci", "Pas de voiture", "No", "Não", "nee", "Nej tak",
     "Нет", "Ні", "Nie", "Ne", "Hayır", "いいえ", "要りません", "아니요", "नहीं", "لا", "לא", "ไม่มี",
     "không", "Tidak", "不", "不用", "否", "Ei", "❌", "✗", "Nem", "Όχι", "ohne Auto", "sin coche"],
)  # fmt: skip
def test_no_in_many_languages(answer: str) -> None:
    assert read_answer(answer, "DE").yes is False


@pytest.mark.parametrize(
    "answer", ["такси", "далеко", "예약", "vielleicht", "peut-être", "quizás", "Jakob", "Simon"]
)
def test_a_word_that_only_begins_like_one_is_neither(answer: str) -> None:
    assert read_answer(answer, "DE").yes is None


@pytest.mark.parametrize("phone", ["+86 425 555 0123", "+1 125 555 0123", "+999 123456789"])
def test_a_number_that_nobody_can_have_is_none(phone: str) -> None:
    assert read_phone(phone, "US") is None
    assert read_answer(f"Yes {phone}", "US").phone is None
