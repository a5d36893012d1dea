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
        ("NAN 123", "NAN123"),
        ("BEZ 4567", "BEZ4567"),
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


YES = [
    "Yes!!", "YES 🚗", "yes :)", "Yep.", "yeah sure", "Yup", "Y.", "Sure thing", "of course",
    "Of course!", "Absolutely", "definitely", "certainly", "Affirmative", "I do", "I will",
    "we will", "We do", "I am", "will drive", "I'll be driving", "driving",
    "we're driving down", "coming by car", "come by car", "arriving by car", "by my car",
    "with my car", "with car", "own car", "1 car", "one car", "2 cars", "two cars",
    "car please", "Car", "CAR.", "auto", "Yes (Tesla)", "✔️ yes", "👍🏽", "🙆‍♀️", "👌", "💯",
    "🆗", "OK", "ok!", "okay dokey", "TRUE", "checked", "x", "X", "Ja!", "Ja, bitte",
    "Ja, wir kommen mit dem Auto", "Jo", "Jup", "Jawoll", "natürlich", "Natürlich!",
    "selbstverständlich", "gerne", "sicher", "mit dem Auto", "mit PKW", "PKW", "Oui!",
    "Oui, merci", "OUI 🚗", "bien sûr", "Bien sur", "évidemment", "d'accord", "en voiture",
    "avec voiture", "Ouais", "Sí!", "Sí, por favor", "¡Sí!", "Si, claro", "por supuesto",
    "claro que sí", "en coche", "con coche", "vale", "Sim!", "Sim, por favor", "com certeza",
    "de carro", "Sì, grazie", "certamente", "in macchina", "con la macchina", "Ja graag",
    "met de auto", "Ja tack", "javisst", "med bil", "ja, med bil", "Kyllä.", "Joo", "autolla",
    "Jah", "Tak!", "Tak, samochodem", "oczywiście", "Ano.", "Áno", "Igen!", "igen, autóval",
    "Da", "Da, cu mașina", "Да!", "да, на машине", "Да, конечно", "конечно", "Ναι!", "Evet!",
    "evet, araba ile", "Tabii", "arabayla", "はい。", "はい！", "はい、お願いします", "うん",
    "ええ", "車です", "車で行きます", "車で来ます", "네.", "네, 차로 가요", "응", "자가용",
    "是的。", "是！", "要。", "对", "好", "好的", "可以", "会", "有", "有车", "开车", "自驾",
    "我开车", "駕車", "開車", "係", "係呀", "要呀", "ใช่", "ครับ", "ค่ะ", "ขับรถ", "Có ạ",
    "vâng", "dạ có", "Ya, naik mobil", "betul", "Oo", "हां जी", "जी", "نعم.", "أيوه", "ايوا",
    "בטח", "כן.", "כן!", "آره", "بله", "ہاں", "ஆம்", "হ্যাঁ", "Po", "SÍ", "si.", "¡Claro!",
    "Yes, no problem", "Ja, kein Problem", "Yes. Not sure about the plate",
    "Oui, pas de problème", "Sí voy en coche", "需要无障碍车位", "需要，不用充电", "是的，开车",
    "I do.", "I am driving", "JA-AB 123", "S-AB 12", "Yes 7ABC123", "Yes 425 555 2671",
    "yes plate no 7ABC123", "はい、車です", "네, 차 없어요", "có xe", "Sim, no carro",
    "Yes!!! No wait", "Sure, by train", "ДА", "Tak.", "po", "Ano, autem", "ano", "Ano novo",
    "👌🏻", "要呀！", "係。",
]  # fmt: skip
NO = [
    "No!!", "NO.", "no 🚗", "Nope!", "nah", "Nah, thanks", "no thx", "Not this time",
    "not by car", "not driving", "no car", "Don't need", "don't drive", "I don't drive",
    "we don't", "we won't", "I won't", "won't need it", "No need", "none needed", "no parking",
    "without car", "never", "negative", "N/A", "n.a.", "✖️", "🙅‍♂️", "👎", "🚫", "⛔", "Nein!",
    "Nein, danke", "nö", "Nicht nötig", "nicht", "kein Auto", "keins", "Nope", "Non!",
    "Non merci", "NON.", "pas besoin", "sans voiture", "pas en voiture", "aucune",
    "No, gracias", "no gracias", "¡No!", "no necesito", "no hace falta", "Não!", "nao obrigado",
    "não preciso", "sem carro", "No grazie", "senza macchina", "Nee!", "Nee bedankt",
    "geen auto", "Nej!", "nej tack", "ingen bil", "Nei", "ei kiitos", "Nie!", "nie, dziękuję",
    "bez samochodu", "Ne, děkuji", "nem", "Nem, köszönöm", "Nu", "Nu, mulțumesc", "fără mașină",
    "Нет!", "нет, спасибо", "не нужно", "не надо", "без машины", "Не", "Όχι!", "όχι, ευχαριστώ",
    "δεν", "Hayır!", "hayır teşekkürler", "yok", "gerek yok", "いいえ。", "いいえ、結構です",
    "いりません", "結構です", "아니요.", "아뇨", "필요 없어요", "없어요", "不。", "不用了",
    "不用谢谢", "不要", "没有", "沒有", "沒車", "没车", "無", "不开车", "不開車", "唔使",
    "唔需要", "唔係", "不是", "不会", "别", "ไม่", "ไม่ใช่", "ไม่ต้อง", "ไม่มีรถ", "Không ạ",
    "không cần", "tidak perlu", "enggak", "hindi", "wala", "नहीं जी", "لا شكرا", "لا.",
    "לא תודה", "نه", "نہیں", "இல்லை", "না", "জি না", "不开车，坐地铁", "I do not drive",
    "Never", "without", "no, yes", "Nein, doch", "⛔️", "唔使喇",
]  # fmt: skip
NEITHER = [
    "by taxi", "taxi", "we take the U-Bahn", "mit der Bahn", "bus", "train", "Uber", "metro",
    "en métro", "en train", "autobús", "a pie", "in treno", "à vélo", "bicycle", "bike",
    "walking", "on foot", "地铁", "坐地铁", "打车", "公交", "電車", "タクシー", "バス", "버스",
    "지하철", "на автобусе", "autobus", "autocar", "Autobahn", "carpool?", "perhaps",
    "possibly", "unsure", "I don't know", "dunno", "idk", "???", "…", "...", "tbd", "TBC",
    "depends", "it depends", "weiß nicht", "je ne sais pas", "no sé", "talvez", "forse",
    "misschien", "kanske", "ehkä", "może", "možná", "talán", "poate", "может быть", "не знаю",
    "ίσως", "belki", "bilmiyorum", "多分", "たぶん", "わかりません", "未定", "아마", "글쎄요",
    "모르겠어요", "可能", "不知道", "不确定", "不一定", "看情况", "可能开车", "có thể", "có lẽ",
    "chưa biết", "mungkin", "शायद", "ربما", "אולי", "yesterday", "normally", "nobody",
    "none of your business", "nonsense", "jazz", "Yasmin", "Noah", "Nina", "Oscar", "Carla",
    "Norbert", "Sirius", "simple", "Tokyo", "cargo", "Dallas", "Danke", "Daniel", "notary",
    "Jan", "Japan", "Yannick", "Neil", "Nicole", "Eileen", "Sinead", "danny", "yankee",
    "yearly", "Hai", "autonomy", "Klara", "Car? No", "Auto: nein", "Auto habe ich keins",
    "coche no tengo", "voiture non", "by car no", "car, no", "claro que no", "of course not",
    "absolutely not", "natürlich nicht", "bien sûr que non", "certainly not", "конечно нет",
    "Yes, but we don't need parking", "Ja, aber kein Parkplatz nötig", "Sí, pero no necesito",
    "Da ich mit der Bahn komme", "si voy en coche te aviso", "ya voy en metro", "tak for det",
    "无障碍", "无障碍车位", "没问题", "要看情况", "要不要", "有可能", "是不是",
    "开车，不过晚点", "好像不用", "对不起，不开车", "会议", "I do need a space",
    "I will take the bus", "We are 4", "No problem", "No worries, by car", "Without a doubt",
    "X-ray", "車では行きません", "車で行きません", "车", "có không", "ok no", "Ja/Nein",
    "Yes/No", "yes or no", "да нет", "auto-stop", "autoestop", "Carlos", "需要吗", "係唔係",
]  # fmt: skip
"""Most begin like a yes or a no."""


@pytest.mark.parametrize("answer", YES)
def test_other_words_for_yes(answer: str) -> None:
    assert read_answer(answer, "DE").yes is True


@pytest.mark.parametrize("answer", NO)
def test_other_words_for_no(answer: str) -> None:
    assert read_answer(answer, "DE").yes is False


@pytest.mark.parametrize("answer", NEITHER)
def test_an_answer_that_is_neither_is_not_guessed(answer: str) -> None:
    assert read_answer(answer, "DE").yes is None
