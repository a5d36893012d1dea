"""Read a merchant's text: its verb, and the meaning of its tokens together.

The tokens may come in any order. What has two meanings, is impossible or has passed is asked back
(`Unclear`), never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

# parsy has no type hints; its parsers are Any here.
from parsy import ParseError, alt  # type: ignore[import-untyped]

from baylock.domain.booking.booking import MAX_REFERENCE_LENGTH
from baylock.domain.venue.mall import Feature, Needs
from baylock.texts.languages.language import Language, language, languages
from baylock.texts.languages.words import DayPart, Verb
from baylock.texts.reading.commands import (
    KeepBooking,
    MerchantCommand,
    NoPark,
    Park,
    Unclear,
    Unreadable,
)
from baylock.texts.reading.examples import examples
from baylock.texts.reading.match import BETWEEN, NOT_LETTERS, all_words, polite, verbs, word
from baylock.texts.reading.near import correction
from baylock.texts.reading.normalize import MAX_LENGTH, normalize, respell, well_formed
from baylock.texts.reading.offer import written_out
from baylock.texts.reading.pin import without_pin
from baylock.texts.reading.resolve_time import Frame, Question, resolve_time
from baylock.texts.reading.symbols import MEANING
from baylock.texts.reading.tokenize import tokens
from baylock.texts.reading.tokens import (
    DAYS,
    MAX_QUOTED,
    Clock,
    Day,
    Exactly,
    Height,
    Length,
    Phone,
    Plate,
    Reference,
    Token,
    TwoWays,
    Unknown,
    Vague,
    Without,
    Wrong,
)
from baylock.texts.reading.whole_text import language_shown, readable, whole_command
from baylock.texts.writing.kinds import TextKind

T = TypeVar("T")

_SIGNATURE = re.compile(r"[*＊﹡∗]\s?([A-Za-zＡ-Ｚａ-ｚ]{8})[\s.。]*\Z")
_SERIAL = re.compile(r"\s*[#＃]\s?\d{1,9}\Z")
"""Makes a signed text another than the last of the same words; it means nothing else."""
_NO_SIGNATURE = re.compile(r"\s[*＊﹡∗]\s?[^\W_]{1,24}[\s.。]*\Z")


_SHORTEST = timedelta(minutes=5)
"""A stay that is shorter is asked about: `2m` may be a height of two metres."""
_MISSPELLED = 3
"""Words of a text that are put right at most, to offer it."""


class _Signature(NamedTuple):
    letters: str | None = None
    signed_part: str = ""
    pin: str | None = None


def read_merchant_text(
    body: str, *, now: datetime, zone: ZoneInfo, country: str
) -> MerchantCommand:
    """Read a merchant's text, at `now` in a mall's time zone and country (ISO 3166).

    Never raises, whatever the text. Phone numbers in national form are the country's. Where words
    are misspelled and nothing else is unclear, the question offers the text that they may mean.
    """
    read = _read(body, now=now, zone=zone, country=country)
    if isinstance(read, Unclear) and read.kind is TextKind.MERCHANT_UNKNOWN_WORD:
        return _did_you_mean(body, read, now=now, zone=zone, country=country)
    return read


def _did_you_mean(
    body: str, asked: Unclear, *, now: datetime, zone: ZoneInfo, country: str
) -> Unclear:
    """The question with the text that is offered, if one word or a few are nearly ours."""
    text, read = normalize(well_formed(body), MEANING), asked
    for _ in range(_MISSPELLED):
        word = read.facts["text"]
        ours = correction(word)
        if ours is None or word not in text:
            return asked
        text = text.replace(word, ours, 1)
        again = _read(text, now=now, zone=zone, country=country)
        if isinstance(again, Park):
            if again.signature:
                return asked
            offer = written_out(again, zone)
            return Unclear(
                TextKind.MERCHANT_DID_YOU_MEAN, {**asked.facts, "offer": offer}, asked.language
            )
        if not (isinstance(again, Unclear) and again.kind is TextKind.MERCHANT_UNKNOWN_WORD):
            return asked
        read = again
    return asked


def _read(body: str, *, now: datetime, zone: ZoneInfo, country: str) -> MerchantCommand:
    body = well_formed(body)
    text = readable(body)
    if text is None:
        return Unreadable(language_shown(body[:MAX_LENGTH]))
    if whole := whole_command(text):
        return whole
    letters, signed_part, rest = None, "", body
    if found := _SIGNATURE.search(body):
        letters, signed_part = normalize(found[1]).upper(), body[: found.start()].strip()
        rest = _SERIAL.sub("", signed_part)
    rest, pin = without_pin(rest)
    signature, text = _Signature(letters, signed_part, pin), normalize(rest, MEANING)
    try:
        (verb, code), rest = _merchant_verb().parse_partial(respell(text))
    except ParseError:
        return Unreadable(language_shown(text))
    frame = Frame(now, zone, language(code), past_too=verb is Verb.NOPARK)
    try:
        if not signature.letters and _NO_SIGNATURE.search(body):
            raise Question(TextKind.MERCHANT_BAD_SIGNATURE)
        details = _Details(
            text[len(text) - len(rest) :], tokens(rest, country, code), frame.language
        )
        if details.unreadable:
            return Unreadable(code)
        if verb is Verb.KEEP:
            return details.keep(code, signature)
        if verb is Verb.NOPARK:
            return details.no_park(frame, signature)
        return details.park(frame, signature)
    except Question as question:
        facts = {**examples(question.kind, country), **question.facts}
        return Unclear(question.kind, facts, code)
    except ParseError:
        return Unreadable(code)


def time_on(
    day: date, clock_time: time, *, now: datetime, zone: ZoneInfo, language_code: str
) -> datetime | Unclear:
    """A time on a date in the mall, in UTC; asked back where it has passed, or clocks change."""
    try:
        return Frame(now, zone, language(language_code)).on(day, clock_time)
    except Question as question:
        return Unclear(question.kind, question.facts, language_code)


@cache
def _merchant_verb() -> Any:
    verb = word(verbs(Verb.PARK, Verb.NOPARK) | _cancelling(), "")
    keep = word(verbs(Verb.KEEP), NOT_LETTERS)
    asking = word(dict.fromkeys(all_words(lambda words: words.asking_to_park), ""), NOT_LETTERS)
    asked = word(verbs(Verb.PARK) | _asked_for(), NOT_LETTERS)
    return polite() >> alt(verb, asking >> BETWEEN >> polite() >> asked, keep)


def _asked_for() -> dict[str, tuple[Verb, str]]:
    return {
        word: (Verb.PARK, code)
        for code, known in languages().items()
        for word in known.words.asked_for
    }


def _cancelling() -> dict[str, tuple[Verb, str]]:
    return {
        word: (Verb.NOPARK, code)
        for code, known in languages().items()
        for word in known.words.cancel
    }


class _Details:
    """A merchant's text after its verb, with its tokens."""

    def __init__(self, text: str, found: Sequence[Token], spoken: Language) -> None:
        self._text = text
        self._spoken = spoken
        self._tokens = [_as_written_in(spoken, token) for token in found]

    def _all(self, kind: type[T]) -> list[T]:
        return list(dict.fromkeys(token for token in self._tokens if isinstance(token, kind)))

    @property
    def unreadable(self) -> bool:
        """Neither when nor who nor which: then no question would be the right one."""
        telling = (*DAYS, Exactly, Clock, TwoWays, Phone, Reference, Wrong)
        return not any(isinstance(token, telling) for token in self._tokens)

    def park(self, frame: Frame, signature: _Signature) -> Park:
        """The booking; raises Question."""
        self._ask_about_unclear(frame)
        reference, phone = self._reference(), self._phone()
        service_time = self._service_time(frame)
        length = self._only(self._all(Length), lambda token: token.text)
        plate = self._only(self._all(Plate), lambda token: token.plate)
        needs, without = self._needs(), self._without()
        if reference is None:
            _ask_for_missing(service_time, phone)
        elif not any((phone, service_time, length, plate, needs != Needs(), without)):
            raise Question(TextKind.MERCHANT_NOTHING_TO_CHANGE, reference=reference)
        if length is not None and length.length < _SHORTEST:
            raise Question(TextKind.MERCHANT_BAD_LENGTH, text=length.text)
        return Park(
            service_time=service_time,
            phone=phone,
            duration=length.length if length else None,
            plate=plate.plate if plate else None,
            needs=needs,
            reference=reference,
            language=frame.language.code,
            signature=signature.letters,
            signed_part=signature.signed_part,
            pin=signature.pin,
            has_day=service_time is None or bool(self._days()),
            without=without,
        )

    def no_park(self, frame: Frame, signature: _Signature) -> NoPark:
        """The booking that needs no parking; raises Question."""
        self._ask_about_unclear(frame)
        reference, phone = self._reference(), self._phone()
        service_time = self._service_time(frame)
        if reference is None and (service_time is None or phone is None):
            raise Question(TextKind.MERCHANT_NEED_REFERENCE)
        return NoPark(reference, phone, service_time, frame.language.code, *signature)

    def keep(self, code: str, signature: _Signature) -> KeepBooking | Unreadable:
        """The booking that is kept after all: only by its reference; raises Question."""
        reference = self._reference()
        if reference is None or any(not isinstance(token, Reference) for token in self._tokens):
            return Unreadable(code)
        return KeepBooking(reference, code, *signature)

    def _ask_about_unclear(self, frame: Frame) -> None:
        for token in self._tokens:
            match token:
                case Wrong():
                    raise Question(token.kind, **token.facts)
                case TwoWays():
                    readings = token.in_orders(frame.language.words.date_orders)
                    one, two, *_ = map(frame.written, readings)
                    raise Question(TextKind.MERCHANT_WHICH_TIME, text=token.text, one=one, two=two)
                case Unknown():
                    raise Question(TextKind.MERCHANT_UNKNOWN_WORD, text=token.text[:MAX_QUOTED])
                case Vague():
                    raise Question(TextKind.MERCHANT_NEED_TIME)
                case _:
                    pass

    def _days(self) -> list[Day | Exactly]:
        return [token for token in self._tokens if isinstance(token, (*DAYS, Exactly))]

    def _service_time(self, frame: Frame) -> datetime | None:
        days = self._days()
        day_parts = self._all(DayPart)
        moment = resolve_time(days, day_parts, self._all(Clock), frame)
        if moment is None and (days or day_parts):
            raise Question(TextKind.MERCHANT_NEED_TIME)
        return moment

    def _phone(self) -> str | None:
        phones = self._all(Phone)
        if len(phones) > 1:
            raise Question(TextKind.MERCHANT_TWO_PHONES, one=phones[0].number, two=phones[1].number)
        return phones[0].number if phones else None

    def _reference(self) -> str | None:
        names = [self._text[token.start : token.end] for token in self._all(Reference)]
        name = self._only(list(dict.fromkeys(names)), str)
        if name and len(name) > MAX_REFERENCE_LENGTH:
            raise Question(TextKind.MERCHANT_UNKNOWN_WORD, text=name[:MAX_QUOTED])
        return name

    def _without(self) -> frozenset[Feature]:
        features = frozenset(token.feature for token in self._all(Without))
        if both := features.intersection(self._all(Feature)):
            named = self._spoken.templates.features[min(both)]
            raise Question(TextKind.MERCHANT_TWO_OF, one=named, two=f"no {named}")
        return features

    def _needs(self) -> Needs:
        height = self._only(self._all(Height), lambda token: token.text)
        words = [*self._all(Feature), *([f"height:{height.metres}"] if height else [])]
        try:
            return Needs.parse(words)
        except ValueError:
            text = height.text[:MAX_QUOTED] if height else ""
            raise Question(TextKind.MERCHANT_BAD_HEIGHT, text=text) from None

    def _only(self, found: Sequence[T], words: Callable[[T], str]) -> T | None:
        if len(found) > 1:
            one, two, *_ = (words(token)[:MAX_QUOTED] for token in found)
            raise Question(TextKind.MERCHANT_TWO_OF, one=one, two=two)
        return found[0] if found else None


def _as_written_in(spoken: Language, token: Token) -> Token:
    """The token; of a date in numbers the reading that the language's order of dates leaves."""
    if isinstance(token, TwoWays):
        readings = token.in_orders(spoken.words.date_orders)
        return readings[0] if len(readings) == 1 else token
    return token


def _ask_for_missing(service_time: datetime | None, phone: str | None) -> None:
    if service_time is None:
        raise Question(TextKind.MERCHANT_NEED_TIME)
    if phone is None:
        raise Question(TextKind.MERCHANT_NEED_PHONE)
