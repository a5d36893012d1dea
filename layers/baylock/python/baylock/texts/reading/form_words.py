"""Yes and no in booking forms, in languages that texts are not written in.

A form is in the language of the shop, whatever language its merchant's texts are in. What is
neither in here nor in a language's own words is unclear, and the merchant is told.
"""

from __future__ import annotations

YES = (
    *("oui", "ouais", "en voiture", "je conduis", "voiture"),  # French
    *("sí", "si", "claro", "en coche", "en carro", "coche", "carro"),  # Spanish, Italian
    *("sim", "de carro", "sì", "certo", "in auto", "in macchina"),  # Portuguese, Italian
    *("ja", "jawohl", "jep", "klar", "mit auto", "mit dem auto", "auto"),  # German, Dutch
    *("jå", "joo", "kyllä"),  # Norwegian, Finnish; `jo` is a no in Albanian
    *("tak", "ano", "áno", "da", "igen", "jah", "jā", "taip"),  # Central Europe
    *("да", "так", "ага", "на машине"),  # Russian, Ukrainian, Bulgarian
    *("ναι", "evet", "כן", "نعم", "أجل", "بله", "آره", "ہاں", "جی ہاں"),  # Greek to Urdu
    *("हाँ", "हां", "जी हाँ", "হ্যাঁ", "ஆம்", "అవును"),  # India
    *(
        "はい",
        "ええ",
        "うん",
        "車で",
        "お願いします",
        "네",
        "예",
        "응",
        "있음",
        "네요",
        "예요",
    ),  # Japanese, Korean
    *("có", "vâng", "dạ", "ya", "iya", "oo", "opo", "ใช่"),  # Southeast Asia
    "ndiyo",  # Swahili
)
NO = (
    *("non", "pas", "sans", "aucun", "aucune", "jamais", "je ne"),
    *("sin", "ninguno", "ninguna", "nunca", "nada", "não", "nao", "sem", "nessuno", "senza"),
    *("nein", "nee", "nö", "kein", "keine", "keines", "nicht", "ohne", "niet", "geen", "zonder"),
    *("nej", "nei", "ei", "ikke", "inte", "ingen", "utan", "uten"),
    *("nie", "ne", "nem", "nu", "nē"),
    *("нет", "ні", "не", "без"),
    *("όχι", "οχι", "hayır", "hayir", "yok", "לא", "لا", "كلا", "خیر", "نه", "نہیں", "جی نہیں"),
    *("नहीं", "না", "இல்லை", "లేదు"),
    *(
        "いいえ",
        "いや",
        "なし",
        "不要",
        "ない",
        "要らない",
        "要りません",
        "いりません",
        "ありません",
        "아니요",
        "아니오",
        "아니",
        "없음",
    ),
    *("không", "tidak", "nggak", "hindi", "ไม่", "hapana"),
)
YES_SIGNS = "✓✔✅☑👍🙆⭕"
NO_SIGNS = "✗✘❌✖👎🙅🚫☒"
