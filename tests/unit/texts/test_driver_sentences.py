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


OPT_OUT = [
    "stop msgs", "stop alerts", "end texts", "cancel messages", "turn off notifications",
    "unsub", "no more texts from now on", "stop thx", "wrong number stop", "Стоп!", "🛑 STOP",
    "Arret", "arrêt!!", "ARRÊT", "ARRET svp", " stop ", "“STOP”", "STOP.", "Stop 🛑",
    "stop!!!!", "S T O P", "ｓｔｏｐ", "STOP\n", "stop\u200b", "STOP STOP", "stop stop stop",
    "STOPP", "stopall", "STOP ALL", "Stop-All", "opt  out", "Opt-Out!", "OPT_OUT",
    "un subscribe", "UNSUBSCRIBE ME", "unsubscribe please", "remove me",
    "REMOVE ME FROM YOUR LIST", "quit texting me", "please stop", "pls stop", "stop thanks",
    "STOP texting", "stop messaging", "STOP SENDING ME TEXTS",
    "stop sending messages to this number", "Stop contacting me", "do not contact me",
    "don’t text me", "DONT TEXT ME", "no more texts", "no more texts please", "leave me alone",
    "I want to opt out", "i'd like to unsubscribe", "take me off your list",
    "take me off the list please", "wrong number, stop", "lose my number", "stop spamming",
    "stop these messages", "退訂", "退订", "td", "Td.", "T D", "TD退订", "不要再发短信",
    "别发了", "停止", "停止发送", "请停止发送短信", "取消订阅", "取消訂閱", "拒收",
    "拒收短信请回复TD", "不想收到短信", "勿扰", "配信停止", "停止してください", "수신거부",
    "STOP bitte", "bitte keine SMS mehr", "keine Nachrichten mehr", "Abmelden", "abbestellen",
    "désabonnement", "se désinscrire", "ne plus m'envoyer de messages", "stop sms", "STOP SMS",
    "STOPSMS", "BAJA", "baja por favor", "ALTO", "Cancelar suscripción", "no más mensajes",
    "parar", "SAIR", "отписаться", "стоп", "توقف", "REVOKE.", "revoke consent",
    "I revoke my consent", "END", "End!", "Quit", "cancel", "DÉSABONNER",
]  # fmt: skip
NO_OPT_OUT = [
    "no text", "no message", "no texts yet", "please end", "forget it", "delete my booking",
    "stop the noise", "stop by please", "i want to stop my parking", "停止停车", "quit it",
    "cease fire", "stop at the gate?", "END of stay?", "cancel my booking",
    "remove the barrier", "quit raising the barrier", "the end",
    "cancelled flight, coming later", "stop the barrier", "where to stop", "STOP 30",
    "bus stop", "unstoppable", "stopping by at 7", "I can't stop", "end 4821", "don't stop",
    "non-stop", "arrêt de bus", "altogether", "bajar", "tdm", "td 4821", "quitting time",
    "ended", "remove taken", "stop it!", "can you stop the car on my space", "stopped outside",
    "at the stop sign", "opt for more time",
]  # fmt: skip


@pytest.mark.parametrize("text", OPT_OUT)
def test_other_words_to_end_all_texts(text: str) -> None:
    assert isinstance(read_driver_text(text), OptOut)
    assert is_carriers_word(text)


@pytest.mark.parametrize("text", NO_OPT_OUT)
def test_a_word_of_the_carrier_inside_another_sentence_ends_nothing(text: str) -> None:
    assert not isinstance(read_driver_text(text), OptOut)
    assert not is_carriers_word(text)
