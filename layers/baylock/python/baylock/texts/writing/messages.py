"""From a kind of text, a language and facts to a text of one segment."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from baylock.domain.venue.mall import Mall, Needs
from baylock.texts.languages.language import DEFAULT, language, languages
from baylock.texts.languages.templates import Templates
from baylock.texts.writing.encoding import Encoding, encoding, in_gsm, segments
from baylock.texts.writing.kinds import TextKind

__all__ = [
    "Encoding",
    "TextKind",
    "day_and_time",
    "duration_words",
    "encoding",
    "language_of",
    "listed",
    "listed_countries",
    "needs_words",
    "render",
    "segments",
    "until",
    "when",
]

MIN_LENGTHS = {"merchant": 6, "text": 4, "one": 4, "two": 4, "reference": 8}
"""The facts that may be shortened, in this order, and the characters that are left at least.

Place, time and code are not among them; `one` and `two` only where they quote a text.
"""
ELLIPSIS = ".."
MAX_COUNTRIES = 6

_FACT = re.compile(r"\{(\w+)\}")
_BLOCK = re.compile(r"\[([^\]]*)\]")
_BREAKS = " -,.·•/|&(（[【,，、"


def render(kind: TextKind, language_code: str, facts: Mapping[str, str]) -> str:
    """Render the text, in one segment if its place, time and code leave any way to do so.

    Names are shortened before a block is left out, and a terser wording is tried before that.
    Raises KeyError with the name of a fact that is missing.
    """
    templates = language(language_code).templates
    shown = {name: _shown(fact, templates) for name, fact in facts.items() if fact}
    wordings = [_Wording(template, shown) for template in wordings_of(templates, kind)]
    for leave_out in range(max(wording.blocks for wording in wordings) + 1):
        for wording in wordings:
            if leave_out <= wording.blocks:
                text = wording.fitted(leave_out, _shrinkable(kind))
                if segments(text) == 1:
                    return text
    return wordings[-1].fitted(wordings[-1].blocks, _shrinkable(kind))


def wordings_of(templates: Templates, kind: TextKind) -> Sequence[str]:
    """The wordings of a text, the fullest first."""
    template = templates.texts[kind]
    return (template,) if isinstance(template, str) else template


def listed_countries(mall: Mall) -> str:
    """The codes of the countries whose phones a mall texts; of many the first, with an ellipsis."""
    codes = mall.texted_countries
    return ", ".join(codes[:MAX_COUNTRIES]) + (ELLIPSIS if codes[MAX_COUNTRIES:] else "")


def language_of(locale: str | None, phone: str | None) -> str:
    """The language for a person: by locale (BCP 47) if known, else by country code of the phone."""
    if locale:
        code = re.split("[-_]", locale.strip().lower(), maxsplit=1)[0]
        return code if code in languages() else DEFAULT
    if not phone:
        return DEFAULT
    by_phone = (
        code
        for code, known in languages().items()
        if phone.startswith(known.templates.calling_codes)
    )
    return next(by_phone, DEFAULT)


def when(moment: datetime, zone: ZoneInfo, language_code: str, now: datetime) -> str:
    """A moment in the mall's time: `18:30` today, `tomorrow 18:30`, else `Tue 1 Dec 18:30`.

    In the hour that comes twice where clocks change, the name of the time shows which is meant.
    """
    local = moment.astimezone(zone)
    today = now.astimezone(zone).date()
    templates = language(language_code).templates
    return templates.moment(local.date(), local.time(), today) + _which_of_two(local)


def day_and_time(moment: datetime, zone: ZoneInfo, language_code: str, now: datetime) -> str:
    """A moment as `when` has it, with the day also where that is today."""
    written = when(moment, zone, language_code, now)
    today = moment.astimezone(zone).date() == now.astimezone(zone).date()
    named = language(language_code).templates.today
    return written if not today or written.startswith(named) else f"{named}{written}"


def until(end: datetime, start: datetime, zone: ZoneInfo, language_code: str, now: datetime) -> str:
    """The end of something that starts at `start`: only the time where it is the same day."""
    local = end.astimezone(zone)
    if local.date() != start.astimezone(zone).date():
        return when(end, zone, language_code, now)
    return f"{local:%H:%M}{_which_of_two(local)}"


def _which_of_two(local: datetime) -> str:
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return f" {local:%Z}" if twice else ""


def duration_words(length: timedelta, language_code: str) -> str:
    """`1 h 30 min`; to the minute, and at least one."""
    hours, minutes = divmod(max(1, round(length.total_seconds() / 60)), 60)
    return language(language_code).templates.length(hours, minutes)


def needs_words(needs: Needs, language_code: str) -> str:
    """`EV, height 2.1 m`; empty where there are no needs."""
    templates = language(language_code).templates
    height = [] if needs.height_m is None else [templates.height(needs.height_m)]
    features = [templates.features[name] for name in sorted(needs.features)]
    return templates.comma.join([*features, *height])


def listed(items: Sequence[str], language_code: str) -> str:
    """Several of the same, for instance the next free times, as a list in a sentence."""
    return language(language_code).templates.comma.join(items)


class _Wording:
    """A wording with its facts: fixed text, and blocks that can be left out."""

    def __init__(self, template: str, facts: Mapping[str, str]) -> None:
        self._template = template
        self._facts = facts
        self.blocks = len(_BLOCK.findall(template))

    def fitted(self, leave_out: int, shrinkable: Mapping[str, int]) -> str:
        """The text less its last blocks, with names as long as fit into one segment."""
        template = self._without(leave_out)
        text = _fill(template, self._facts)
        for shorter in self._shortened(template, shrinkable):
            if segments(text) == 1:
                break
            text = _fill(template, shorter)
        return text

    def _without(self, leave_out: int) -> str:
        number = iter(range(self.blocks))

        def block(found: re.Match[str]) -> str:
            has_facts = all(fact in self._facts for fact in _FACT.findall(found[1]))
            return found[1] if next(number) < self.blocks - leave_out and has_facts else ""

        return _BLOCK.sub(block, self._template)

    def _shortened(
        self, template: str, shrinkable: Mapping[str, int]
    ) -> Iterator[Mapping[str, str]]:
        facts = dict(self._facts)
        for name, shortest in shrinkable.items():
            if f"{{{name}}}" not in template or name not in facts:
                continue
            whole = facts[name]
            for length in range(len(whole) - 1, shortest - 1, -1):
                facts[name] = _shorten(whole, length)
                yield dict(facts)


def _fill(template: str, facts: Mapping[str, str]) -> str:
    return _FACT.sub(lambda found: facts[found[1]], template)


def _shorten(name: str, length: int) -> str:
    """At most `length` characters, cut after a word if a good part of the name is left so."""
    kept = name[: length - len(ELLIPSIS)]
    at_word = max(kept.rfind(char) for char in _BREAKS)
    if name[len(kept)] not in _BREAKS and at_word > len(kept) // 2:
        kept = kept[:at_word]
    return kept.rstrip(_BREAKS) + ELLIPSIS


def _shown(fact: str, templates: Templates) -> str:
    """A fact without invisible characters; where the language is written in GSM-7, in that.

    A picture of which nothing would be left is named.
    """
    seen = "".join(
        " " if unicodedata.category(char) in {"Cc", "Zl", "Zp"} else char
        for char in fact
        if unicodedata.category(char) not in {"Cf", "Cs", "Cn", "Co"}
    )
    seen = " ".join(seen.split())
    if not seen or not templates.gsm_7:
        return seen
    plain = " ".join(in_gsm(seen).split())
    return plain or unicodedata.name(seen[0], "").lower()


def _shrinkable(kind: TextKind) -> Mapping[str, int]:
    if kind is TextKind.MERCHANT_WHICH_TIME:
        return {"text": MIN_LENGTHS["text"]}
    return MIN_LENGTHS
