"""Yes and no in booking forms, in languages that texts are not written in.

A form is in the language of the shop, whatever language its merchant's texts are in. What is
neither in here nor in a language's own words is unclear, and the merchant is told. Of several
words that an answer begins with, the longest counts.
"""

from __future__ import annotations

YES = (
    *("of course", "absolutely", "definitely", "certainly", "affirmative", "sure thing"),
    *("will drive", "i'll be driving", "we'll be driving"),  # English
    *("oui", "ouais", "je conduis", "bien sûr", "bien sur", "évidemment", "d'accord"),  # French
    *(
        "sí",
        "claro",
        "por supuesto",
        "si claro",
        "si por favor",
        "si, por favor",
        "vale",
    ),  # Spanish
    *("sim", "com certeza", "sì", "certo", "certamente", "si grazie"),  # Portuguese, Italian
    *("ja", "jawohl", "jawoll", "jep", "jup", "klar", "natürlich", "selbstverständlich"),  # German
    *("gerne", "gern", "sicher", "aber ja", "na klar"),
    *("jå", "joo", "kyllä", "javisst"),  # the Nordic countries; `jo` is a no in Albanian
    *("tak, poproszę", "oczywiście", "ano", "áno", "igen", "jah", "jā", "taip"),  # Central Europe
    *("да", "ага", "конечно"),  # Russian, Bulgarian
    *(
        "ναι",
        "evet",
        "tabii",
        "כן",
        "בטח",
        "نعم",
        "أجل",
        "أيوه",
        "ايوه",
        "ايوا",
        "بله",
        "آره",
        "ہاں",
        "جی ہاں",
    ),
    *("हाँ", "हां", "जी हाँ", "হ্যাঁ", "জি হ্যাঁ", "ஆம்", "అవును"),  # India
    *("はい", "ええ", "うん", "お願いします", "네", "예", "응", "있음", "네요", "예요"),
    *("có", "vâng", "dạ", "iya", "betul", "oo", "opo", "ใช่"),  # Southeast Asia
    "ndiyo",  # Swahili
)
VEHICLE = (
    *("car", "by car", "by my car", "with my car", "with a car", "with car", "my car", "own car"),
    *("coming by car", "come by car", "arriving by car", "1 car", "one car", "2 cars", "two cars"),
    *(
        "voiture",
        "en voiture",
        "avec voiture",
        "en coche",
        "con coche",
        "en carro",
        "coche",
        "carro",
    ),
    *("de carro", "in auto", "in macchina", "con la macchina", "mit auto", "mit dem auto", "auto"),
    *(
        "pkw",
        "mit pkw",
        "mit dem pkw",
        "met de auto",
        "med bil",
        "autolla",
        "на машине",
        "arabayla",
    ),
    *(
        "車で",
        "車です",
        "自家用車",
        "자가용",
        "ขับรถ",
        "开车",
        "駕車",
        "驾车",
        "自驾",
        "有车",
        "我开车",
    ),
)
"""A yes too, unless a no stands anywhere behind: `Auto: nein`."""
ALONE_YES = (
    *("i do", "we do", "i am", "we are", "i will", "we will", "x"),
    *("si", "так", "da", "ya", "tak", "jo", "po", "gut", "bon", "bien", "bueno"),
    *(
        "好",
        "好呀",
        "好啊",
        "对",
        "对的",
        "可以",
        "会",
        "会的",
        "行",
        "嗯",
        "係",
        "係呀",
    ),
    *("जी", "ครับ", "ค่ะ", "คะ"),
)
"""A yes where nothing follows, or no more than an end of a sentence: `da` begins many others."""
NO = (
    *("nah", "won't", "i won't", "we won't", "won't need", "negative", "i am not", "we are not"),
    *("i'm not", "we're not", "i will not", "we will not", "no need"),
    *("non", "pas", "sans", "aucun", "aucune", "jamais", "je ne"),
    *("sin", "ninguno", "ninguna", "nunca", "nada", "não", "nao", "sem", "nessuno", "senza"),
    *("nein", "nee", "nö", "kein", "keine", "keines", "keins", "nicht", "ohne"),
    *("niet", "geen", "zonder", "nej", "nei", "ei", "ikke", "inte", "ingen", "utan", "uten"),
    *("nie", "ne", "nem", "nu", "nē", "bez auta", "bez samochodu", "bez vozidla", "fără"),
    *("нет", "ні", "не", "без"),
    *("όχι", "οχι", "δεν", "hayır", "hayir", "yok", "gerek yok", "לא", "لا", "كلا", "خیر", "نه"),
    *("نہیں", "جی نہیں", "नहीं", "जी नहीं", "না", "জি না", "இல்லை", "లేదు"),
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
    ),
    *(
        "結構です",
        "아니요",
        "아니오",
        "아니",
        "아뇨",
        "없음",
        "없어요",
        "필요 없어요",
        "필요없어요",
    ),
    *("唔使", "唔需要", "唔要", "唔係", "冇", "不", "没", "無", "无", "否", "别"),
    *("không", "tidak", "nggak", "enggak", "hindi", "wala", "ไม่", "hapana"),
)
NEITHER = (
    *("i don't know", "i do not know", "don't know", "do not know", "no idea", "no clue"),
    *("not yet", "not decided", "not certain", "none of your"),
    *("no problem", "no worries", "no doubt", "without a doubt", "without doubt", "not a problem"),
    *("kein problem", "keine ahnung", "nicht sicher", "noch nicht", "ohne zweifel"),
    *("je ne sais pas", "pas de problème", "pas de souci", "pas sûr", "aucune idée", "sans doute"),
    *(
        "no sé",
        "no se",
        "no lo sé",
        "no estoy seguro",
        "no estoy segura",
        "sin problema",
        "sin duda",
    ),
    *("não sei", "nao sei", "sem problema", "sem dúvida", "non so", "non lo so", "nessun problema"),
    *("senza dubbio", "geen idee", "geen probleem", "niet zeker", "inte säker", "ikke sikker"),
    *("nie wiem", "ne vím", "nem tudom", "nu știu", "не знаю", "не уверен", "не уверена"),
    *("нет проблем", "без проблем", "δεν ξέρω", "לא יודע", "לא יודעת", "לא בטוח"),
    *("لا أعرف", "لا أدري", "لا اعرف", "لا مشكلة", "نمی دانم", "नहीं पता"),
    *("không biết", "không chắc", "có thể", "có lẽ", "tidak tahu", "tidak yakin"),
    *("ไม่แน่ใจ", "ไม่ทราบ", "ไม่รู้", "ใช่ไหม", "車では", "ええと", "はいえ"),
    *(
        "不知道",
        "不确定",
        "不太确定",
        "不清楚",
        "不一定",
        "不好说",
        "不用问",
        "没想好",
        "没定",
        "没决定",
    ),
    *("没问题", "无所谓", "无障碍", "要看", "要不", "有可能", "有时", "有没有", "是不是", "是否"),
    *("需不需", "需要吗", "唔知", "冇問題", "别的"),
)
"""Begins like a yes or a no, and is none. The merchant is told, and can ask."""
YES_SIGNS = "✓✔✅☑👍👌🙆⭕💯🆗"
NO_SIGNS = "✗✘❌✖👎🙅🚫☒⛔"
