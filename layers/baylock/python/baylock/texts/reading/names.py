"""Names and sizes of parties in a merchant's text: passed over, as a booking has neither."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

# parsy has no type hints; its parsers are Any here.
from parsy import Parser, Result, alt, fail, regex, success  # type: ignore[import-untyped]

from baylock.texts.languages.language import languages
from baylock.texts.reading.match import (
    END,
    LETTERS,
    NOT_LETTERS,
    all_words,
    any_of,
    forms,
    own_words,
    shape,
    vocabulary,
    word,
)
from baylock.texts.reading.near import OTHER_DAYS, correction
from baylock.texts.reading.symbols import NEEDS, NO
from baylock.texts.reading.tokens import Filler, Without

_WORDS = (
    "john mary mark jane june may mark marc marco maria marie martin mike mia max tom tim "
    "tony ann anna anne amy alex lee li wang zhang liu chen yang huang zhao wu zhou xu sun ma "
    "zhu hu guo lin he luo kim park smith jones brown miller davis garcia martinez lopez "
    "gonzalez perez sanchez ramirez david daniel james robert michael william richard joseph "
    "thomas charles susan sarah karen lisa nancy linda emma emily laura julia paul peter "
    "kevin brian george jose juan carlos luis ana carmen isabel pierre jean jacques sophie "
    "claire hans klaus jürgen müller schmidt schneider fischer weber meyer wagner dupont "
    "durand bernard dubois nguyen tran singh kumar patel khan ali ahmed sam ben dan bob bill "
    "joe jim jack nick matt chris steve scott eric ryan adam andrew anthony jason jeff kate "
    "katie kelly rachel ruth sue maya priya amit raj hiroshi yuki kenji wong chan ng lam "
    "henry oscar leo lucas noah liam olivia ava mia sophia isabella charlotte amelia elena "
    "sofia lucia pablo diego miguel carla marta rosa pedro manuel antonio francisco camille "
    "chloe manon louis hugo felix jonas lena hannah lukas stefan thorsten andreas xiomara "
    "o'brien "
)
_GIVEN = frozenset(_WORDS.split()) - {
    *("may", "june", "max", "sun", "he", "park", "ma"),
    *("tom", "sam", "mia", "mar"),
}
"""Common given names and surnames, without those that are short for a day in some language."""
_NAME = rf"[A-Z](?:[{LETTERS}]|['-](?=[{LETTERS}])){{1,20}}"
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏"
    "吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万"
    "张劉陳楊黃趙吳馬鄭謝許馮鄧蕭葉蘇呂盧鐘譚陸賈鄒龍黎賀顧龔萬"
)


def _bare_name(stream: str, at: int) -> Any:
    found = _bare().match(stream, at)
    if found:
        name = found[0].lower().removesuffix("'s")
        if name in _GIVEN and not _means(name):
            return Result.success(found.end(), Filler())
    return Result.failure(at, "a name")


def _means(name: str) -> bool:
    """Whether a word means something in a language that we read, so that it is no name."""
    return name.lower() in _meaningful()


def _may_be_ours(name: str) -> bool:
    """Whether a word is one of ours, or a misspelled one."""
    return _means(name) or (name.lower() not in _GIVEN and correction(name) is not None)


@cache
def _meaningful() -> frozenset[str]:
    return OTHER_DAYS.union(*map(own_words, languages()))


def _first_name(pattern: str) -> Any:
    """Parse a word that is no word of ours: `guest tomorrow` names nobody."""
    return regex(pattern).bind(lambda name: fail("a name") if _may_be_ours(name) else success(name))


def _next_name() -> Any:
    """Parse a surname after a name, if there is one: nothing that is or nearly is ours."""
    another = regex(rf" ({_NAME}){END}", group=1).bind(
        lambda name: fail("a surname") if _may_be_ours(name) else success(name)
    )
    return another.optional()


@cache
def _bare() -> Any:
    return re.compile(rf"[{LETTERS}](?:[{LETTERS}]|['-](?=[{LETTERS}])){{1,20}}{END}")


@cache
def names(code: str) -> Any:
    """Parse a name, with its title or label, and how many people come."""
    titles = any_of(all_words(lambda words: words.titles, code))
    name_labels = all_words(lambda words: words.name_labels, code)
    labels = any_of(name_labels)
    chinese = any_of(label for label in name_labels if label[0] >= "\u4e00")
    people = any_of(all_words(lambda words: words.people, code))
    before = any_of(all_words(lambda words: words.people_before, code))
    numbers = any_of(vocabulary(lambda words: words.counts, code))
    passed = alt(
        regex(rf"(?i:{titles}){END}\.? ?")
        >> _first_name(rf"(?:{_NAME}|[{LETTERS}]{{2,20}}){END}")
        >> _next_name(),
        regex(rf"(?i:{labels}){END} ?[:=]? ?")
        >> _first_name(rf"[{LETTERS}]{{2,20}}{END}")
        >> _next_name(),
        regex(rf"(?:{chinese}) ?[:=：]? ?[{_SURNAMES}](?![\u4e00-\u9fff])"),
        regex(rf"[{_SURNAMES}][\u4e00-\u9fff]{{0,2}}?(?:先生|女士|小姐|太太|老师|經理|经理|總|总)"),
        regex(rf"(?i:{before}){END} ?[:=]? ?\d{{1,2}}{END}(?![:.]\d)"),
        regex(rf"(?i:{before}) (?i:{numbers}){END}"),
        regex(rf"(?i:{numbers}) (?i:{people}){END}"),
        shape(rf"\d{{1,2}}(?: ?- ?\d{{1,2}})? ?(?:{people}){END}", lambda text: text),
        forms(lambda of: of.people),
    )
    return passed.result(Filler())


def bare_name() -> Any:
    """Parse a common name. Any other word is asked about: it may be a day or a need."""
    return Parser(_bare_name)


@cache
def without(code: str) -> Any:
    """Parse a need that is not wanted: `no EV`."""
    no = word(dict.fromkeys(all_words(lambda words: words.without, code), ""), NOT_LETTERS)
    needs = word(vocabulary(lambda words: words.needs, code) | NEEDS)
    return ((no | regex(f"[{NO}]")) >> regex(r" ?(?:(?i:an?|the|any) )?") >> needs).map(Without)
