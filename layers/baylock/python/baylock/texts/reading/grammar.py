"""What a text means: the verbs, and the sense that its parts make together.

The parts of a merchant's text may come in any order. What has two meanings, is impossible or gone
by is asked back (`Unclear`), never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

# parsy has no type hints; its parsers are Any here.
from parsy import ParseError, alt, eof, regex, seq  # type: ignore[import-untyped]

from baylock.domain.booking.booking import MAX_REFERENCE_LENGTH
from baylock.domain.venue.mall import Feature, Needs
from baylock.texts.languages.language import DEFAULT, DayPart, Verb, language, languages
from baylock.texts.reading.commands import (
    Blocked,
    Done,
    DriverCommand,
    Drop,
    Help,
    Here,
    MerchantCommand,
    More,
    NoPark,
    OptIn,
    OptOut,
    Park,
    Taken,
    Unclear,
    Unreadable,
    Where,
)
from baylock.texts.reading.normalize import (
    MAX_LENGTH,
    MAX_RAW_LENGTH,
    simplified,
    tidy,
    well_formed,
)
from baylock.texts.reading.resolve_time import (
    DATES,
    Clock,
    Day,
    Exactly,
    Frame,
    Question,
    TwoWays,
    moment_said,
)
from baylock.texts.reading.tokens import (
    CHINESE,
    END,
    NOT_LETTERS,
    QUOTED,
    Height,
    Length,
    Part,
    Phone,
    Plate,
    Reference,
    Unknown,
    Vague,
    Wrong,
    all_words,
    lengths,
    parts,
    shape,
    word,
)
from baylock.texts.writing.kinds import Kind

T = TypeVar("T")

_BETWEEN = regex(r"[\W_]*")


@cache
def _gap() -> Any:
    """Nothing that means anything."""
    polite = word(dict.fromkeys(all_words(lambda words: words.polite), ""), NOT_LETTERS)
    return _BETWEEN >> (polite << _BETWEEN).many()


def _verbs(*wanted: Verb) -> dict[str, tuple[Verb, str]]:
    return {
        word: (verb, code)
        for code, speech in languages().items()
        for verb in wanted
        for word in speech.words.verbs.get(verb, ())
    }


@cache
def _merchant_verb() -> Any:
    return _gap() >> word(_verbs(Verb.PARK, Verb.NOPARK), "")


def _squashed(text: str) -> str:
    """Letters and digits only, so that case, punctuation and spaces don't matter."""
    return re.sub(r"[\W_]+", "", text).lower()


@cache
def _whole_messages() -> Mapping[str, tuple[Callable[[str], Help | OptOut | OptIn], str]]:
    return {
        _squashed(word): (means, code)
        for code, speech in languages().items()
        for means, words in (
            (OptOut, speech.words.opt_out),
            (OptIn, speech.words.opt_in),
            (Help, speech.words.verbs[Verb.HELP]),
        )
        for word in words
    }


def _whole_message(text: str) -> Help | OptOut | OptIn | None:
    """What counts only when nothing else is said, as with the carriers."""
    if text in {"?", "??"}:
        return Help(DEFAULT)
    found = _whole_messages().get(_squashed(text))
    return found[0](found[1]) if found else None


def is_carriers_word(body: str) -> bool:
    """Whether a text says no more, or texts again: STOP, START and their like."""
    text = _readable(well_formed(body))
    return text is not None and isinstance(_whole_message(text), OptOut | OptIn)


def _shown_language(text: str) -> str | None:
    """The language that an unreadable text seems to be in; None where it has no letters."""
    if re.search("[\u3400-\u9fff]", text):
        return "zh"
    return DEFAULT if re.search("[^\\W\\d_]", text) else None


def _readable(body: str) -> str | None:
    """The text in its tidy form; None for what is empty or too long to be one of ours."""
    if len(body) > MAX_RAW_LENGTH:
        return None
    text = tidy(body)
    return text if 0 < len(text) <= MAX_LENGTH else None


_SIGNATURE = re.compile(r"[*＊﹡∗]\s?([A-Za-zＡ-Ｚａ-ｚ]{8})[\s.。]*\Z")
_SERIAL = re.compile(r"\s*[#＃]\s?\d{1,9}\Z")
"""What makes a signed text another one than the last of the same words; it means nothing else."""
_NO_SIGNATURE = re.compile(r"\s[*＊﹡∗]\s?[^\W_]{1,24}[\s.。]*\Z")


def read_merchant_text(
    body: str, *, now: datetime, zone: ZoneInfo, country: str
) -> MerchantCommand:
    """What a merchant's text means, read at `now` in a mall's time zone and country.

    Never raises, whatever the text. Phone numbers written the national way are the country's.
    """
    body = well_formed(body)
    text = _readable(body)
    if text is None:
        return Unreadable(_shown_language(body[:MAX_LENGTH]))
    if whole := _whole_message(text):
        return whole
    signed = _SIGNATURE.search(body)
    signature, signed_part = None, ""
    if signed:
        signature, signed_part = tidy(signed[1]).upper(), body[: signed.start()].strip()
        text = tidy(_SERIAL.sub("", signed_part))
    try:
        (verb, code), rest = _merchant_verb().parse_partial(simplified(text))
    except ParseError:
        return Unreadable(_shown_language(text))
    frame = Frame(now, zone, language(code), past_too=verb is Verb.NOPARK)
    try:
        if not signed and _NO_SIGNATURE.search(body):
            raise Question(Kind.MERCHANT_BAD_SIGNATURE)
        said = _Said(text[len(text) - len(rest) :], parts(country.upper()).parse(rest))
        if said.unreadable:
            return Unreadable(code)
        if verb is Verb.NOPARK:
            return said.no_park(frame, signature, signed_part)
        return said.park(frame, signature, signed_part)
    except Question as question:
        return Unclear(question.kind, question.facts, code)
    except ParseError:
        return Unreadable(code)


class _Said:
    """The parts of a merchant's text after its verb."""

    def __init__(self, text: str, found: Iterable[Part | list[Part]]) -> None:
        self._text = text
        self._parts: list[Part] = []
        for part in found:
            self._parts.extend(part if isinstance(part, list) else [part])

    def _all(self, kind: type[T]) -> list[T]:
        return list(dict.fromkeys(part for part in self._parts if isinstance(part, kind)))

    @property
    def unreadable(self) -> bool:
        """Neither when nor who nor which: then no question would be the right one."""
        telling = (*DATES, Exactly, Clock, TwoWays, Phone, Reference, Wrong)
        return not any(isinstance(part, telling) for part in self._parts)

    def park(self, frame: Frame, signature: str | None, signed_part: str) -> Park | Unclear:
        """The booking; raises Question."""
        self._ask_what_is_unclear(frame)
        reference, phone = self._reference(), self._phone()
        service_time = self._service_time(frame)
        length = self._one(self._all(Length), lambda part: part.text)
        plate = self._one(self._all(Plate), lambda part: part.plate)
        needs = self._needs()
        if reference is None:
            _ask_for_missing(service_time, phone)
        elif not any((phone, service_time, length, plate, needs != Needs())):
            raise Question(Kind.MERCHANT_NOTHING_TO_CHANGE, reference=reference)
        if length is not None and not length.length:
            raise Question(Kind.MERCHANT_BAD_LENGTH, text=length.text)
        return Park(
            service_time=service_time,
            phone=phone,
            duration=length.length if length else None,
            plate=plate.plate if plate else None,
            needs=needs,
            reference=reference,
            language=frame.speech.code,
            signature=signature,
            signed_part=signed_part,
            day_said=service_time is None or bool(self._days()),
        )

    def no_park(self, frame: Frame, signature: str | None, signed_part: str) -> NoPark:
        """The booking that needs no parking; raises Question."""
        self._ask_what_is_unclear(frame)
        reference, phone = self._reference(), self._phone()
        service_time = self._service_time(frame)
        if reference is None and (service_time is None or phone is None):
            raise Question(Kind.MERCHANT_NEED_REFERENCE)
        return NoPark(reference, phone, service_time, frame.speech.code, signature, signed_part)

    def _ask_what_is_unclear(self, frame: Frame) -> None:
        for part in self._parts:
            match part:
                case Wrong():
                    raise Question(part.kind, **part.facts)
                case TwoWays():
                    one, two, *_ = map(frame.written, part.readings)
                    raise Question(Kind.MERCHANT_WHICH_TIME, text=part.text, one=one, two=two)
                case Unknown():
                    raise Question(Kind.MERCHANT_UNKNOWN_WORD, text=part.text[:QUOTED])
                case Vague():
                    raise Question(Kind.MERCHANT_NEED_TIME)
                case _:
                    pass

    def _days(self) -> list[Day | Exactly]:
        return [part for part in self._parts if isinstance(part, (*DATES, Exactly))]

    def _service_time(self, frame: Frame) -> datetime | None:
        days = self._days()
        parts = self._all(DayPart)
        moment = moment_said(days, parts, self._all(Clock), frame)
        if moment is None and (days or parts):
            raise Question(Kind.MERCHANT_NEED_TIME)
        return moment

    def _phone(self) -> str | None:
        phones = self._all(Phone)
        if len(phones) > 1:
            raise Question(Kind.MERCHANT_TWO_PHONES)
        return phones[0].number if phones else None

    def _reference(self) -> str | None:
        names = [self._text[part.start : part.end] for part in self._all(Reference)]
        name = self._one(list(dict.fromkeys(names)), str)
        if name and len(name) > MAX_REFERENCE_LENGTH:
            raise Question(Kind.MERCHANT_UNKNOWN_WORD, text=name[:QUOTED])
        return name

    def _needs(self) -> Needs:
        height = self._one(self._all(Height), lambda part: part.text)
        words = [*self._all(Feature), *([f"height:{height.metres}"] if height else [])]
        try:
            return Needs.parse(words)
        except ValueError:
            text = height.text[:QUOTED] if height else ""
            raise Question(Kind.MERCHANT_BAD_HEIGHT, text=text) from None

    def _one(self, found: Sequence[T], words: Callable[[T], str]) -> T | None:
        if len(found) > 1:
            one, two, *_ = (words(part)[:QUOTED] for part in found)
            raise Question(Kind.MERCHANT_TWO_OF, one=one, two=two)
        return found[0] if found else None


def _ask_for_missing(service_time: datetime | None, phone: str | None) -> None:
    if service_time is None:
        raise Question(Kind.MERCHANT_NEED_TIME)
    if phone is None:
        raise Question(Kind.MERCHANT_NEED_PHONE)


_CODE_DIGITS = 4


def _code(text: str) -> str | None:
    digits = "".join(str(CHINESE.get(char, char)) for char in re.sub(r"[\W_]", "", text))
    return digits if len(digits) == _CODE_DIGITS else None


_PLAIN_VERBS: dict[Verb, Callable[[str], DriverCommand]] = {
    Verb.DROP: Drop,
    Verb.WHERE: Where,
    Verb.DONE: Done,
    Verb.HELP: Help,
}
_TROUBLES: dict[Verb, Callable[[str], DriverCommand]] = {
    Verb.TAKEN: Taken,
    Verb.BLOCKED: Blocked,
}


@cache
def _extra() -> Any:
    """How much longer, if that is said."""
    length = alt(
        lengths().map(lambda part: part.length),
        shape(rf"\d{{1,4}}{END}", lambda minutes: timedelta(minutes=int(minutes))),
    )
    return regex(r"[\s,;:!+~-]*(?i:(?:by|for) )?") >> length.optional()


@cache
def _driver_text() -> Any:
    gap = _gap()
    label = word(dict.fromkeys(all_words(lambda words: words.code_labels), ""), NOT_LETTERS)
    code = (
        (label << _BETWEEN)
        .optional()
        .then(shape(rf"\d(?:[\W_]*\d)*{END}|[{''.join(CHINESE)}]{{4}}", _code))
    )
    here = word(_verbs(Verb.HERE), NOT_LETTERS).map(lambda found: found[1])
    more = word(_verbs(Verb.MORE), NOT_LETTERS).map(lambda found: found[1])
    plain = word(_verbs(*_PLAIN_VERBS), NOT_LETTERS)
    asks = word(_verbs(Verb.HELP), NOT_LETTERS) << gap
    trouble = asks.optional() >> word(_verbs(*_TROUBLES), NOT_LETTERS)
    text = alt(
        seq(here << gap, code << gap << eof).combine(lambda code, sent: Here(sent, code)),
        seq(code << gap, here << gap << eof).combine(Here),
        (here << gap << eof).map(lambda code: Here(None, code)),
        (code << gap << eof).map(lambda sent: Here(sent, None) if sent else Unreadable(None)),
        more.bind(lambda code: _extra().map(lambda extra: More(extra, code)) << gap << eof),
        (plain << gap << eof).map(lambda found: _PLAIN_VERBS[found[0]](found[1])),
        (trouble << gap << eof).map(lambda found: _TROUBLES[found[0]](found[1])),
    )
    return gap >> text << eof


@cache
def _squashed_verbs() -> Mapping[str, tuple[Verb, str]]:
    wanted = (Verb.HERE, Verb.MORE, *_PLAIN_VERBS, *_TROUBLES)
    asks = _verbs(Verb.HELP)
    reported_problems = {
        f"{ask}{word}": found for ask in asks for word, found in _verbs(*_TROUBLES).items()
    }
    return {_squashed(word): found for word, found in (_verbs(*wanted) | reported_problems).items()}


def _spaced_out(text: str) -> DriverCommand | None:
    """A verb with spaces or dots within, as `d r o p`, and what must stand after it.

    Of a length only whole minutes are read: `1 . 5 h` must not become 15 hours.
    """
    found = re.fullmatch(r"([^\d]*[^\W\d_])([\W_]*)(\d[\d\W_]*)?", text)
    said = _squashed_verbs().get(_squashed(found[1])) if found else None
    if not found or not said:
        return None
    (verb, code), number = said, (found[3] or "").rstrip(" .,!;")
    if verb is Verb.HERE:
        return Here(_code(number), code)
    if verb is Verb.MORE and re.fullmatch(r"\d{0,4}", number):
        return More(timedelta(minutes=int(number)) if number else None, code)
    if number or verb is Verb.MORE:
        return None
    return (_PLAIN_VERBS | _TROUBLES)[verb](code)


def read_driver_text(body: str) -> DriverCommand:
    """What a driver's text means. Never raises, whatever the text."""
    body = well_formed(body)
    text = _readable(body)
    if text is None:
        return Unreadable(_shown_language(body[:MAX_LENGTH]))
    if whole := _whole_message(text):
        return whole
    text = simplified(text)
    try:
        command: DriverCommand = _driver_text().parse(text)
    except ParseError:
        return _spaced_out(text) or Unreadable(_shown_language(text))
    if isinstance(command, More) and command.extra == timedelta(0):
        return Unreadable(command.language)
    return command


def time_on(
    day: date, clock_time: time, *, now: datetime, zone: ZoneInfo, language_code: str
) -> datetime | Unclear:
    """A time on a date in the mall, in UTC; asked back where it has passed, or clocks change."""
    try:
        return Frame(now, zone, language(language_code)).on(day, clock_time)
    except Question as question:
        return Unclear(question.kind, question.facts, language_code)
