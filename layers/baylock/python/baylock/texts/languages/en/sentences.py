"""What drivers write in whole sentences in English, beside the commands that we tell them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

from baylock.texts.languages.sentences import Sentences
from baylock.texts.languages.words import Verb

_SPACES = tuple(
    f"{parking}{place}"
    for parking in ("", "parking ")
    for place in ("space", "spot", "bay", "place", "slot", "stall")
)
_MINE = tuple(f"{whose} {place}" for whose in ("my", "our", "the") for place in _SPACES)
_I_AM = ("i'm", "i am", "we're", "we are")
_I_HAVE = ("i", "i've", "i have", "we", "we've", "we have")
_BARRIER = (
    *("barrier", "the barrier", "my barrier", "the gate", "the lock", "the bollard"),
    *("the parking barrier", "the parking lock"),
)
_OTHER = (
    *("a car", "another car", "a vehicle", "another vehicle", "a truck", "a van"),
    *("someone", "somebody", "someone else", "somebody else", "another driver"),
)


def _here() -> Iterator[str]:
    yield from ("just arrived", "just got here", "i just got here", "we just got here")
    for who, where in product(_I_AM, ("at", "in front of", "outside", "next to", "by")):
        for place in (*_MINE, *_BARRIER):
            yield f"{who} {where} {place}"
    for who, place in product(_I_HAVE, ("", " now", *(f" at {mine}" for mine in _MINE))):
        yield f"{who} arrived{place}"
        yield f"{who} just arrived{place}"


def _lower() -> Iterator[str]:
    for barrier in (*_BARRIER, "it"):
        yield from (f"lower {barrier}", f"open {barrier}", f"put {barrier} down")
    yield from ("let me in", "let us in", "open up", "open", "barrier down", "lower")


def _drop() -> Iterator[str]:
    needs = ("don't need", "do not need", "no longer need", "won't need", "will not need")
    later = ("", " anymore", " any more", " any longer", " after all")
    for who, need, what, ends in product(
        ("", "i ", "we "), needs, ("it", "parking", "the parking", "a space", *_MINE), later
    ):
        yield f"{who}{need} {what}{ends}"
    for who, ends in product((*_I_AM, ""), later):
        yield f"{who} not coming{ends}".strip()
        yield f"{who} not going to come{ends}".strip()
    for who, cannot, ends in product(
        ("", "i ", "we "), ("can't", "cannot", "can not", "won't", "will not"), later
    ):
        yield from (f"{who}{cannot} come{ends}", f"{who}{cannot} make it{ends}")
        yield f"{who}{cannot} be coming{ends}"
    yield from ("not needed anymore", "not needed any more", "no longer needed")
    yield from ("i give it back", "give it back", "no longer coming")
    for give, mine in product(("release", "give up", "i give up", "we give up"), _MINE):
        yield f"{give} {mine}"
    yield from (f"give {mine} back" for mine in _MINE)
    yield from (f"{who} giving it back" for who in _I_AM)


def _done() -> Iterator[str]:
    for who, what in product((*_I_AM, ""), ("leaving", "leaving now", "out", "gone", "done")):
        if who or what.startswith("leaving"):
            yield f"{who} {what}".strip()
    for who, what in product(_I_HAVE, ("left", "just left", "already left", "gone", "driven off")):
        for place in ("", *(f" {mine}" for mine in _MINE), " the car park", " the lot"):
            if what.endswith("left") or (" " in who and not place):
                yield f"{who} {what}{place}"
    yield from ("just left", "already left", "just leaving", "all done", "finished", "i'm finished")
    yield from (f"left {mine}" for mine in _MINE)
    yield from (f"{car} is gone" for car in ("the car", "my car", "car", "our car"))


def _taken() -> Iterator[str]:
    for there, other, mine in product(("there is", "there's", "theres"), _OTHER, _MINE):
        yield f"{there} {other} in {mine}"
        yield f"{there} {other} on {mine}"
        yield f"{there} {other} parked in {mine}"
    for other, mine in product(_OTHER, _MINE):
        for does in ("is in", "is on", "is parked in", "parked in", "has parked in", "took"):
            yield f"{other} {does} {mine}"
        yield from (f"{other} has taken {mine}", f"{other} is using {mine}")
        yield f"{other} is parked on {mine}"
    for mine, state in product(_MINE, ("taken", "occupied", "full", "in use")):
        yield from (f"{mine} is {state}", f"{mine} is already {state}")
    yield from (f"{mine} has been taken" for mine in _MINE)
    for it, state in product(
        ("it's", "it is", "already", "it's already", "space already"), ("taken", "occupied")
    ):
        yield f"{it} {state}"
    yield from (f"{car} in {mine}" for car, mine in product(("car", "a car", "another car"), _MINE))


def _blocked() -> Iterator[str]:
    for barrier in _BARRIER:
        for fault in (
            *("is stuck", "is still up", "is blocked", "is broken", "is jammed", "stays up"),
            *("won't move", "doesn't move", "won't open", "doesn't open", "does not open"),
            *("won't go down", "doesn't go down", "does not go down", "isn't going down"),
            *("is not going down", "didn't go down", "did not go down", "won't lower"),
            *("isn't lowering", "is not lowering", "isn't opening", "is not opening"),
            *("doesn't work", "does not work", "isn't working", "is not working"),
        ):
            yield f"{barrier} {fault}"
    for who, cannot, place in product(
        ("", "i ", "we "), ("can't", "cannot", "can not"), ("in", *(f"into {at}" for at in _MINE))
    ):
        yield from (f"{who}{cannot} get {place}", f"{who}{cannot} drive {place}")
    yield from (f"{mine} is blocked" for mine in _MINE)


def _where() -> Iterator[str]:
    tells = ("tell me ", "show me ", "can you tell me ", "could you tell me ", "do you know ")
    for tell, mine in product((*tells, "remind me "), (*_MINE, "it")):
        yield f"{tell}where {mine} is"
    for ask, mine in product(("which", "what"), _SPACES):
        yield from (f"{ask} {mine} is mine", f"{ask} {mine} do i have", f"{ask} {mine} am i in")
    yield from (f"what's {mine}" for mine in _MINE)
    yield from (f"what is {mine}" for mine in _MINE)
    yield from (f"i can't find {mine}" for mine in _MINE)
    yield from (f"how do i get to {mine}" for mine in _MINE)
    yield from ("which level", "which floor", "what level", "what floor", "where do i go")
    yield from ("where should i go", "what's my space number", "what is my space number")
    for code in ("the code", "my code", "code", "it", "that", "the text", "the address"):
        yield from (f"send {code} again", f"resend {code}", f"send me {code} again")
    yield from ("what's my code", "what is my code", "what's the code", "what is the code")
    yield from ("send again", "say again", "how long can i stay", "until when can i stay")
    yield from (
        "until when",
        "when does it end",
        "what time does it end",
        "when do i have to leave",
    )


def _more() -> Iterator[str]:
    yield from ("more time", "some more time", "a bit more time", "a little more time")
    yield from ("extra time", "a bit longer", "a little longer", "stay a bit longer")
    yield from ("stay a little longer", "park longer", "keep it longer")
    for whose, what in product(("my", "our", "the"), ("parking", "stay", "time", "booking")):
        yield f"extend {whose} {what}"
    yield from (f"extend {mine}" for mine in _MINE)
    yield from ("extend it", "prolong it", "prolong my stay")


_COMMANDS: Mapping[Verb, tuple[str, ...]] = {
    Verb.HERE: tuple(_here()),
    Verb.MORE: tuple(_more()),
    Verb.DROP: tuple(_drop()),
    Verb.WHERE: tuple(_where()),
    Verb.DONE: tuple(_done()),
    Verb.TAKEN: tuple(_taken()),
    Verb.BLOCKED: tuple(_blocked()),
    Verb.HELP: (
        *("i need help", "i need some help", "need help", "we need help", "some help"),
        *("can you help", "can you help me", "could you help me", "can someone help me"),
    ),
}

_MAY = ("can i", "could i", "may i", "might i", "can we", "could we", "may we")
_WANT = (
    *("i need", "i want", "i'd like", "i would like", "we need", "we want", "we'd like"),
    *("we would like", "i'll need", "i will need", "i am going to need", "i'm going to need"),
)
_POSSIBLE = (
    *("is it possible", "would it be possible", "is it ok", "is it okay", "is it alright"),
    *("would it be ok", "would it be okay"),
)
_GIVE = ("give me", "have", "get", "book")
_STAY = ("stay", "stay for", "park", "park for", "keep it", "keep it for", "keep the space")

_ASKING: tuple[str, ...] = tuple(
    " ".join(part for part in parts if part)
    for parts in (
        *product(_MAY, ("", "please"), ("", *_GIVE, *_STAY)),
        *product(_WANT, ("", "to"), ("", *_GIVE, *_STAY)),
        *product(("can you", "could you", "would you", "will you"), ("", "please"), ("", *_GIVE)),
        *product(_POSSIBLE, ("to", "if i", "for me to"), (*_GIVE, *_STAY)),
        *product(("please", "just", "let me"), (*_GIVE, *_STAY)),
        *product(("any chance of", "any chance to", "any chance i can"), ("", *_GIVE, *_STAY)),
        *(("i'll be",), ("i will be",), ("we'll be",), ("it will take",), ("give me",), ("stay",)),
    )
)

_ASKING_AFTER = (
    *("if possible", "if that's possible", "if that's ok", "if that is ok", "is that ok"),
    *("is that okay", "is that possible", "would that be ok", "if i may", "on my parking"),
    *("would be great", "would be nice", "would be good", "would be perfect", "would be ideal"),
    *("for parking", "of parking", "in my space", "in my spot", "in the space"),
)

SENTENCES = Sentences(_COMMANDS, tuple(_lower()), _ASKING, _ASKING_AFTER)
