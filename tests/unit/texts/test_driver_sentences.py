"""Drivers write whole sentences; those that can mean one thing only are understood."""

from __future__ import annotations

from datetime import timedelta

import pytest

from baylock.texts.languages.language import languages
from baylock.texts.languages.words import Verb
from baylock.texts.reading.commands import DriverCommand, Here, More, OptOut, Unreadable
from baylock.texts.reading.driver_text import read_driver_text
from baylock.texts.reading.whole_text import REQUIRED_OPT_OUT, is_carriers_word

MORE = {
    "can i have 30 more minutes": 30,
    "Could I please have an extra 30 mins? Thanks!": 30,
    "could I stay 30 minutes longer": 30,
    "I'd like another hour, please": 60,
    "id like an extra hour": 60,
    "is it possible to stay 30 minutes longer": 30,
    "could you give me one more hour": 60,
    "another two hours": 120,
    "can you extend my parking by 30 min": 30,
    "i would like to extend by one hour": 60,
    "any chance of 15 more minutes": 15,
    "I'll be another 20 minutes": 20,
    "can i stay longer": None,
    "i need more time": None,
    "我可以多停30分钟吗": 30,
    "可以再停半小时吗": 30,
    "请帮我延长半小时": 30,
    "延长30分钟可以吗": 30,
    "麻烦再给我一个小时": 60,
}
HERE = {
    "i'm at my space 4821": "4821",
    "I am at the space": None,
    "can you please lower the barrier? 4821": "4821",
    "4821, let me in please": "4821",
    "just arrived 4821": "4821",
    "我到车位了 4821": "4821",
    "能帮我把锁降下吗 4821": "4821",
    "麻烦开一下锁": None,
}
OTHERS = {
    "Done": ["i'm leaving", "leaving now, thanks", "we've left", "ive just left", "我已经走了"],
    "Drop": [
        "I don't need the space anymore",
        "we no longer need parking",
        "sorry, I can't make it",
        "I won't be coming",
        "我不需要车位了",
        "来不了了",
    ],
    "Help": ["i need help", "can you help me", "我需要帮助", "请帮忙"],
    "Taken": [
        "there's a car in my space",
        "someone parked in my spot",
        "my parking space is occupied",
        "有人占了我的车位",
        "有车停在我的车位上",
    ],
    "Blocked": ["the barrier is not going down", "barrier doesn't work", "我的车位锁降不下来"],
    "Where": [
        "can you tell me where my space is",
        "which space is mine",
        "when does it end",
        "what is my code?",
        "我找不到车位",
        "几楼？",
        "可以停到几点？",
    ],
    "OptOut": [
        "STOP please",
        "please stop",
        "Stop, thank you!",
        "please unsubscribe",
        "remove me",
        "I don't want any more texts",
        "arret svp",
        "stop bitte",
        "请退订",
        "麻烦退订，谢谢",
    ],
    "Unreadable": [
        "cancel please",
        "please cancel my parking",
        "end please",
        "remove my booking",
        "stop the barrier please",
        "stop it",
        "don't stop",
        "i'm leaving at 7",
        "i'm not leaving",
        "not coming until 7",
        "i'm not here",
        "don't lower the barrier",
        "i don't need more time",
        "no more time",
        "can i leave",
        "can i drop",
        "is my space taken",
        "can i have 30",
        "can i have 0 more minutes",
        "我要到了",
        "我快走了",
        "不取消",
        "取消可以吗",
        "没到车位",
    ],
}


def kind(command: DriverCommand) -> str:
    return type(command).__name__


@pytest.mark.parametrize(("text", "minutes"), MORE.items())
def test_a_request_for_more_time(text: str, minutes: int | None) -> None:
    command = read_driver_text(text)
    assert isinstance(command, More)
    assert command.extra == (None if minutes is None else timedelta(minutes=minutes))


@pytest.mark.parametrize(("text", "code"), HERE.items())
def test_a_driver_at_the_space(text: str, code: str | None) -> None:
    command = read_driver_text(text)
    assert isinstance(command, Here)
    assert command.code == code


@pytest.mark.parametrize(
    ("text", "wanted"), [(text, wanted) for wanted, texts in OTHERS.items() for text in texts]
)
def test_a_sentence_means(text: str, wanted: str) -> None:
    assert kind(read_driver_text(text)) == wanted


@pytest.mark.parametrize("code", sorted(languages()))
def test_every_sentence_means_its_command_and_no_other(code: str) -> None:
    sentences = languages()[code].sentences
    every = [(text, verb) for verb, texts in sentences.commands.items() for text in texts]
    every += [(text, Verb.HERE) for text in sentences.lower]
    for number, (text, verb) in enumerate(every):
        ways = (text, text.upper(), text.replace("'", ""), f"{text}, please.")
        written = ways[number % len(ways)]
        assert kind(read_driver_text(written)) == verb.name.title(), written


@pytest.mark.parametrize("code", sorted(languages()))
def test_no_sentence_is_understood_where_more_is_said(code: str) -> None:
    no, later = ("别", "，七点") if code == "zh" else ("don't ", " at 7")
    sentences = languages()[code].sentences
    for verb in (Verb.DROP, Verb.DONE, Verb.HERE):
        for text in sentences.commands.get(verb, ())[::3]:
            assert isinstance(read_driver_text(text + later), Unreadable), text
            assert isinstance(read_driver_text(no + text), Unreadable), text


def test_no_sentence_has_a_word_of_the_carriers() -> None:
    for known in languages().values():
        for verb, texts in known.sentences.commands.items():
            # A question after the end asks for nothing.
            for text in texts if verb is not Verb.WHERE else ():
                assert not set(text.split()) & {*REQUIRED_OPT_OUT, "opt"}, text


@pytest.mark.parametrize("text", OTHERS["OptOut"])
def test_a_polite_request_to_stop_is_the_carriers_word(text: str) -> None:
    assert isinstance(read_driver_text(text), OptOut)
    assert is_carriers_word(text)
