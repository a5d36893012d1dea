"""What drivers write in whole sentences in Chinese, beside the commands that we tell them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

from baylock.texts.languages.sentences import Sentences
from baylock.texts.languages.words import Verb

_SPACES = ("车位", "停车位", "位子", "位置", "泊车位")
_MINE = (*_SPACES, *(f"{whose}{place}" for whose in ("我的", "我们的") for place in _SPACES))
_LOCKS = ("锁", "车位锁", "地锁", "挡板", "栏杆", "道闸")
_WE = ("", "我", "我们")


def _here() -> Iterator[str]:
    yield from (f"{who}到{place}{ends}" for who, place, ends in product(_WE, _MINE, ("了", "前了")))
    yield from (f"{who}在{place}{ends}" for who, place, ends in product(_WE, _MINE, ("前", "门口")))
    yield from ("我刚到", "刚到", "我来了", "我们来了", "我已到", "我已到达")


def _lower() -> Iterator[str]:
    for lock, lower in product(_LOCKS, ("降下", "放下", "打开", "降一下", "开一下", "放一下")):
        yield from (f"{lower}{lock}", f"把{lock}{lower}", f"{lock}{lower}")
    yield from ("开锁", "降锁", "开门", "开门吧", "放行", "开一下", "开下锁", "降下锁", "让我进去")


def _drop() -> Iterator[str]:
    for who, no in product(_WE, ("不需要", "不要", "不用", "用不着")):
        yield f"{who}{no}了"
        yield from (f"{who}{no}{mine}{ends}" for mine, ends in product(_MINE, ("", "了")))
    for who, no in product(_WE, ("不来", "来不了", "不去", "去不了", "不过来", "过不来", "不过去")):
        yield f"{who}{no}了"
    yield from (f"{mine}{no}了" for mine, no in product(_MINE, ("不要", "不用", "不需要")))


def _done() -> Iterator[str]:
    for who, left in product(_WE, ("走", "离开", "开走", "走掉", "离场", "出来")):
        yield from (f"{who}{left}了", f"{who}已{left}", f"{who}已经{left}了", f"{who}{left}啦")
    yield from ("车开走了", "车已开走", "我的车开走了", "车已经开走了", "我要走了", "准备离场了")


def _taken() -> Iterator[str]:
    others = ("别人", "别的车", "其他车", "其它车", "人", "车", "别的车子", "另一辆车")
    for mine in _MINE:
        yield from (f"{mine}被占", f"{mine}被占了", f"{mine}被占用", f"{mine}被占用了")
        yield from (f"{mine}有车", f"{mine}有车了", f"{mine}上有车", f"{mine}里有车")
        for other in others:
            yield from (f"{mine}被{other}占了", f"{mine}被{other}占用了", f"{mine}被{other}停了")
            yield from (f"有{other}占了{mine}", f"有{other}停在{mine}", f"有{other}停了{mine}")
            yield from (f"有{other}停在{mine}上", f"{mine}上停着{other}", f"{mine}停了{other}")
            yield f"{mine}上有{other}"


def _blocked() -> Iterator[str]:
    for lock in _LOCKS:
        for fault in ("没降", "不降", "没降下来", "降不下来", "没放下", "打不开", "坏了", "卡住了"):
            yield from (f"{lock}{fault}", f"我的{lock}{fault}", f"车位的{lock}{fault}")
    yield from (f"{who}进不去{mine}" for who, mine in product(_WE, ("", *_MINE)))
    yield from (f"{who}停不进去" for who in _WE)
    yield from ("进不来", "锁不下来", "车位锁不下来", "有车挡着", "有车挡住了", "前面有车挡住了")
    yield from (f"{mine}停不进去" for mine in _MINE)
    yield from (f"{mine}被挡住了" for mine in _MINE)


def _where() -> Iterator[str]:
    yield from (f"告诉我{mine}在哪" for mine in _MINE)
    yield from (f"{who}找不到{mine}" for who, mine in product(_WE, _MINE))
    yield from (
        "几楼",
        "在几楼",
        "哪一层",
        "在哪一层",
        "哪层",
        "车位号",
        "车位号是多少",
        "车位号多少",
    )
    yield from (
        "码是多少",
        "4位码是多少",
        "再发一次",
        "再发一遍",
        "重发",
        "重新发一次",
        "我的码是多少",
    )
    yield from ("停到几点", "可以停到几点", "能停到几点", "几点到期", "什么时候到期", "到几点")
    yield from ("怎么去车位", "怎么走", "车停在哪", "车停在哪里", "停在哪个车位")


_COMMANDS: Mapping[Verb, tuple[str, ...]] = {
    Verb.HERE: tuple(_here()),
    Verb.MORE: (
        "延长时间",
        "延长停车",
        "延长停车时间",
        "多停一会",
        "多停一会儿",
        "再停一会",
        "再停一会儿",
    ),
    Verb.DROP: tuple(_drop()),
    Verb.WHERE: tuple(_where()),
    Verb.DONE: tuple(_done()),
    Verb.TAKEN: tuple(_taken()),
    Verb.BLOCKED: tuple(_blocked()),
    Verb.HELP: (
        "请帮忙",
        "帮帮我",
        "帮我一下",
        "需要帮助",
        "我需要帮助",
        "帮助我",
        "需要帮忙",
        "帮忙",
        "帮个忙",
        "帮下忙",
    ),
}

_ASKING: tuple[str, ...] = tuple(
    f"{who}{ask}"
    for who, ask in product(
        ("", "我", "我们", "请问", "请问我"),
        (
            *("想", "要", "想要", "需要", "可以", "可不可以", "能", "能不能", "能否", "可否"),
            *(
                "是否可以",
                "还想",
                "还要",
                "还需要",
                "得",
                "希望",
                "还能",
                "还可以",
                "帮我",
                "给我",
                "麻烦帮我",
            ),
            *("能帮我", "可以帮我", "能不能帮我", "可不可以帮我", "需要再", "还要再", "能给我"),
            *("能再给我", "可以再给我", "能不能再给我"),
        ),
    )
)

_ASKING_AFTER = (
    *("可以吗", "可以么", "行吗", "行么", "好吗", "好不好", "行不行", "可不可以", "能吗", "可以不"),
    *("的时间", "时间", "停车", "停车时间", "如果可以的话"),
)

SENTENCES = Sentences(_COMMANDS, tuple(_lower()), _ASKING, _ASKING_AFTER)
