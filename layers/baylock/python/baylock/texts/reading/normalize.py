"""A text as people, phones and carriers leave it, brought into one form for the grammar."""

from __future__ import annotations

import re
import unicodedata

MAX_LENGTH = 480
"""Characters that are looked at; no booking needs more, and what is longer is not read at all."""
MAX_RAW_LENGTH = 1600
"""What a carrier joins at most."""

_BEFORE = str.maketrans(
    {
        "½": ".5",
        "¼": ".25",
        "¾": ".75",
        "〇": "零",
        "´": "'",
        "\u202f": " ",
    }
)
_AFTER = str.maketrans(
    {
        "‘": "'",
        "’": "'",
        "‛": "'",
        "′": "'",
        "`": "'",
        "“": '"',
        "”": '"',
        "„": '"',
        "″": '"',
        "«": '"',
        "»": '"',
        "‐": "-",
        "‒": "-",
        "–": "-",
        "—": "-",
        "―": "-",
        "−": "-",
        "➕": "+",
        "、": ",",
        "。": ".",
        "∶": ":",
        "•": "·",
        "∙": "·",
        "・": "·",
        "‧": "·",
        "【": "(",
        "】": ")",
        "「": '"',
        "」": '"',
        "《": '"',
        "》": '"',
    }
)
# Chinese as it is written in Taiwan and Hong Kong, and the i of a Turkish keyboard.
_SIMPLIFIED = str.maketrans(
    "İı預約訂點後週鐘時號兩個車電話機無礙親離開幫長禮樓間編單碼粵滬蘇贛魯貴雲陝寧遼瓊見嗎裡裏來請謝這續達煩佔擋進鎖沒",
    "Ii预约订点后周钟时号两个车电话机无碍亲离开帮长礼楼间编单码粤沪苏赣鲁贵云陕宁辽琼见吗里里来请谢这续达烦占挡进锁没",
)
_SPACE = re.compile(r"\s+")


def well_formed(text: str) -> str:
    """The text without lone surrogates, so that it can be encoded."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def tidy(text: str) -> str:
    """Half width, plain quotes and dashes, single spaces, ASCII digits; nothing invisible."""
    wide = unicodedata.normalize("NFKC", text.translate(_BEFORE)).translate(_AFTER)
    if not wide.isascii() or not wide.isprintable():
        wide = "".join(map(_seen, wide))
    return _SPACE.sub(" ", wide).strip()


def simplified(text: str) -> str:
    """The characters that our words are written in; every character keeps its place."""
    return text.translate(_SIMPLIFIED)


def _seen(char: str) -> str:
    if char.isascii():
        return char if char.isprintable() else " "
    match unicodedata.category(char):
        case "Nd":
            return str(unicodedata.decimal(char))
        case "Cf" | "Mn" | "Me":
            return ""
        case "Cc" | "Cs" | "Co" | "Cn" | "So":
            return " "
        case _:
            return char
