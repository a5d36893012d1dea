"""A text as a whole: whether it can be read, in which language it is, and words that are all of it.

`START` and `HELP` count only where a text has nothing else, as with the carriers. So does `STOP`,
but for courtesies: AWS opts out whoever begins a text with it, and the FCC wants every request
honoured that a reasonable person would understand. `CANCEL` and `END` with more words may be about
the parking.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from baylock.texts.languages.language import DEFAULT, languages
from baylock.texts.languages.words import Verb
from baylock.texts.reading.commands import Help, OptIn, OptOut
from baylock.texts.reading.normalize import (
    MAX_LENGTH,
    MAX_RAW_LENGTH,
    normalize,
    respell,
    well_formed,
)


def readable(body: str) -> str | None:
    """The text, normalized; None if it is empty, or too long to be one of ours."""
    if len(body) > MAX_RAW_LENGTH:
        return None
    text = normalize(body)
    return text if 0 < len(text) <= MAX_LENGTH else None


def language_shown(text: str) -> str | None:
    """The language that an unreadable text seems to be in; None where it has no letters."""
    for code, known in languages().items():
        if known.words.script and re.search(known.words.script, text):
            return code
    return DEFAULT if re.search("[^\\W\\d_]", text) else None


REQUIRED_OPT_OUT = (
    "arret",
    "cancel",
    "end",
    "opt-out",
    "optout",
    "quit",
    "remove",
    "stop",
    "td",
    "unsubscribe",
)
"""AWS End User Messaging SMS, "Required opt-out keywords": in either case, alone in the text."""
REQUIRED_OPT_IN = ("start", "unstop")

_UNSPOKEN_OPT_OUT = (
    *("arrêt", "arrêtez", "arrêter", "désabonner", "désinscrire", "désinscription"),
    *(
        "désabonnement",
        "me désabonner",
        "se désabonner",
        "me désinscrire",
        "se désinscrire",
    ),
    *(
        "alto",
        "baja",
        "parar",
        "darme de baja",
        "cancelar suscripción",
        "sair",
        "cancelar inscrição",
    ),
    *("stopp", "abmelden", "abbestellen", "stop sms", "stop alle", "stopp sms", "afmelden"),
    *("стоп", "отписаться", "отписка", "توقف", "إيقاف", "הסר"),
    *(
        "停止",
        "停止发送",
        "拒收",
        "取消订阅",
        "取消訂閱",
        "停止订阅",
        "停止訂閱",
        "td退订",
        "退订td",
    ),
    *("配信停止", "停止してください", "수신거부", "수신 거부"),
)
"""Of languages that we do not speak, but whose speakers we may not text against their will."""
_UNSPOKEN_REQUESTS = (
    (
        r"(?:s'il vous plait |svp )?(?:arretez|arrete|cessez) (?:de )?"
        r"(?:m'(?:envoyer|ecrire|contacter)|les)(?: (?:des|vos|les|ces))?"
        r"(?: ?(?:sms|messages|textos))?(?: svp| s'il vous plait| merci)?"
    ),
    (
        r"ne (?:m'envoyez|m'ecrivez|me contactez|m'envoie|m'ecris) plus"
        r"(?: (?:rien|de (?:sms|messages|textos)))?(?: svp| s'il vous plait| merci)?"
    ),
    r"plus de (?:sms|messages|textos)(?: svp| s'il vous plait| merci)?",
    (
        r"(?:por favor )?(?:ya )?no me (?:envi(?:en?|es)|mand(?:en?|es)|escrib(?:an?|as))(?: mas)?"
        r"(?: (?:mensajes|sms|textos))?(?: por favor| gracias)?"
    ),
    (
        r"(?:por favor )?(?:dejen?|deja|deje|paren?) de (?:enviarme|mandarme|escribirme)"
        r"(?: (?:mas|mensajes|sms|textos))*(?: por favor| gracias)?"
    ),
    r"(?:(?:svp|s'il vous plait|stp) )?(?:arret|stop)(?: (?:svp|s'il vous plait|stp|merci))+",
    r"(?:svp|s'il vous plait|stp) (?:arret|stop)",
    r"(?:por favor )?(?:alto|stop|baja)(?: (?:por favor|gracias))+|por favor (?:alto|stop|baja)",
    r"(?:bitte )?stop(?:p)?(?: (?:bitte|danke))+|bitte stopp?",
    (
        r"(?:bitte )?keine (?:weiteren )?(?:sms|nachrichten)(?: mehr)?(?: (?:senden|schicken))?"
        r"(?: (?:bitte|danke))*"
    ),
    r"(?:svp )?ne plus m'(?:envoyer|ecrire)(?: (?:de )?(?:sms|messages|textos))?(?: svp| merci)?",
    r"请?勿扰|拒收短信(?:请回复td)?",
    r"(?:por favor )?no (?:quiero )?(?:recibir )?mas (?:mensajes|sms|textos)(?: por favor)?",
)


def squash(text: str) -> str:
    """Letters and digits only, so that case, punctuation and spaces don't matter."""
    return re.sub(r"[\W_]+", "", text).lower()


def whole_command(text: str) -> Help | OptOut | OptIn | None:
    """The command of a word that is the whole of a normalized text."""
    if text in {"?", "??"}:
        return Help(DEFAULT)
    found = _whole_commands().get(squash(text))
    if found:
        return found[0](found[1])
    return _asks_to_stop(text)


def _asks_to_stop(text: str) -> OptOut | None:
    """A request in plain words to send no more texts, and nothing else."""
    plain = " ".join(re.sub(r"[^\w' ]+", " ", _unaccented(respell(text)).lower()).split())
    return next((OptOut(code) for code, asks in _requests() if asks.fullmatch(plain)), None)


@cache
def _requests() -> Sequence[tuple[str | None, re.Pattern[str]]]:
    own = [
        (code, re.compile(pattern))
        for code, known in languages().items()
        for pattern in known.words.opt_out_requests
    ]
    return [*own, *((None, re.compile(pattern)) for pattern in _UNSPOKEN_REQUESTS)]


def _unaccented(text: str) -> str:
    return "".join(
        char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char)
    )


@cache
def _whole_commands() -> Mapping[
    str, tuple[Callable[[str | None], Help | OptOut | OptIn], str | None]
]:
    unspoken: dict[str, tuple[Callable[[str | None], Help | OptOut | OptIn], str | None]] = {
        squash(word): (command, None)
        for command, words in (
            (OptOut, (*REQUIRED_OPT_OUT, *_UNSPOKEN_OPT_OUT)),
            (OptIn, REQUIRED_OPT_IN),
        )
        for word in words
    }
    return unspoken | {
        squash(word): (command, code)
        for code, known in languages().items()
        for command, words in (
            (OptOut, known.words.opt_out),
            (OptIn, known.words.opt_in),
            (Help, known.words.verbs[Verb.HELP]),
        )
        for word in words
    }


def is_carriers_word(body: str) -> bool:
    """Whether a text ends all texts, or starts them again: STOP, START and their like."""
    text = readable(well_formed(body))
    return text is not None and isinstance(whole_command(text), OptOut | OptIn)
