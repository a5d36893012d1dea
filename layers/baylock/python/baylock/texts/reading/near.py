"""Words that are nearly one of ours: misspelled, shortened, or with digits for letters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import SequenceMatcher
from functools import cache

from baylock.texts.languages.language import languages
from baylock.texts.languages.words import Words

_CUTOFF = 0.75
_OFFERED = 0.82
"""How alike a word must be to be offered: `match` is not `march`, nor `light` the `night`."""
_SHORT = 3
_LONG_ENOUGH = 5
"""Letters of a word that is offered; shorter ones are like too much else: `PMR`, `seat`, `turn`."""
_NEGATIONS = re.compile("[不没無无非勿未别]")
_DIGITS = str.maketrans("013457", "oieast")
_SOUNDS = (("2", "to"), ("4", "for"), ("8", "ate"))
_THINGS = (
    "table tbl tab room rm suite gate desk seat bay level floor door shop store unit pax party lot"
    " zone row hall stand order box guest guests people persons person adult adults kid kids no nr"
    " num pers per ppl item ticket slot group grp team aisle flat apt house bed entry exit stop"
    " nxt wk wknd mrng evng mins mn secs apt app appt xmas thx"
    " vip bar tb tom"
    " ord res rsv rsvn resv bk bkg book booking inv tix tkt cnf conf acct member card cover cov"
    " hwy rte sec lvl fl flr ste bld bldg blk apmt ext po zip dob doc sku flt arr dep eta etd"
    " est edt cst cdt mst mdt pst pdt gmt utc cet usd eur gbp cny hkd car cars van suv bus"
    " bike taxi bmw kia gmc ram amg cla cls clk slk glc gle glk gls eqs eqe gti tdi audi ford"
    " jeep opel seat end til eod tbl tbd tbc qty amt ppl hrs mins yrs age"
    " mesa sala tisch raum zimmer chambre salle habitacion tel ref code pin id"
)
THINGS = frozenset(_THINGS.split())
"""Words that have a number beside them and are no part of a booking."""
_OTHER_DAYS = (
    "yesterday weekend weekday today tomorrow tonight noon midnight lunch dinner breakfast brunch"
    " later earlier after before between until till except maybe perhaps half quarter past next"
    " last this early late week month year day hour minute second christmas xmas easter eve"
    " thanksgiving halloween"
    " montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag heute morgen gestern"
    " abend mittag nacht früh januar februar märz mai juni juli oktober dezember"
    " lundi mardi mercredi jeudi vendredi samedi dimanche demain aujourd'hui hier soir matin midi"
    " janvier février mars avril juin juillet août septembre octobre novembre décembre"
    " lunes martes miércoles jueves viernes sábado domingo hoy mañana ayer noche tarde"
    " enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
    " lunedì martedì mercoledì giovedì venerdì sabato domenica oggi domani ieri sera"
    " segunda terça quarta quinta sexta hoje amanhã ontem noite"
    " maandag dinsdag woensdag donderdag vrijdag zaterdag zondag vandaag avond"
)
OTHER_DAYS = frozenset(_OTHER_DAYS.split())
"""Words for days and times, in other languages too, that are never a name."""
SHORTENED: Mapping[str, str] = {
    **dict.fromkeys(
        ("tmw", "tmrw", "tomo", "tmro", "tmoro", "tmrrw", "2mrw", "2mro", "2moz", "tomoz", "tmo"),
        "tomorrow",
    ),
    **dict.fromkeys(("tdy", "2day"), "today"),
    **dict.fromkeys(("tonite", "2nite", "2night"), "tonight"),
}


@cache
def _words_that_matter() -> Mapping[str, str]:
    """Each word of days, times, lengths and needs, and how it should be written."""
    found: dict[str, str] = {}
    for known in languages().values():
        for words in _kinds(known.words):
            found |= {word: word for word in words if word.isalpha()}
    return found


def _kinds(words: Words) -> tuple[Mapping[str, object] | tuple[str, ...], ...]:
    return (
        words.days,
        words.weekdays,
        words.months,
        words.days_and_parts,
        words.day_parts,
        words.needs,
        words.lengths,
        tuple(words.hours),
        tuple(words.minutes),
        tuple(words.noon),
        tuple(words.vague_times),
    )


def correction(text: str) -> str | None:
    """The word of ours that a misspelled word can be replaced by, to be asked about.

    None where digits stand in it as a number: `fri13` is not only `fri`. None too where something
    stands before the word, which may turn it around: `inaccessible`, 无轮椅.
    """
    if re.search(r"\d\d|\d\Z", text):
        return None
    word = text.lower().strip(".'-")
    if (undotted := word.replace(".", "")) != word and undotted in _words_that_matter():
        return undotted
    found = nearest(text)
    if found is None or word in SHORTENED:
        return found
    if not found.isascii():
        return None if _NEGATIONS.search(word) else found
    is_prefixed = word != found and word.endswith(found)
    alike = max(_alike(spelling, found) for spelling in _spellings(word))
    is_slip = len(found) >= _LONG_ENOUGH and alike >= _OFFERED and not is_prefixed
    return found if is_slip else None


def _spellings(word: str) -> set[str]:
    """The word, and with letters for its digits: by their looks (`0`) or their sound (`2`)."""
    spellings = {word, word.translate(_DIGITS)}
    for digit, sound in _SOUNDS:
        spellings |= {each.replace(digit, sound) for each in (word, *spellings)}
    return spellings


def _alike(one: str, two: str) -> float:
    return SequenceMatcher(None, one, two).ratio()


def nearest(text: str) -> str | None:
    """The word of ours that a word which is none of ours is nearly, if it is."""
    word = text.lower().strip(".'-")
    if word in SHORTENED:
        return SHORTENED[word]
    spellings = _spellings(word)
    best, found = _CUTOFF, None
    for ours in _words_that_matter():
        for spelling in spellings:
            if abs(len(ours) - len(spelling)) > _SHORT or not spelling:
                continue
            pair = SequenceMatcher(None, spelling, ours)
            if pair.real_quick_ratio() < best or pair.quick_ratio() < best:
                continue
            alike = pair.ratio()
            if alike >= best and (spelling[0] == ours[0] or alike > best):
                best, found = alike, ours
    return found


@cache
def _exact() -> frozenset[str]:
    ours = set(_words_that_matter()) | THINGS | OTHER_DAYS | set(SHORTENED)
    for known in languages().values():
        words = known.words
        for group in (words.fillers, words.halves, words.polite, words.reference_labels, words.of):
            ours |= set(group)
        ours |= {*words.plate_labels, *words.height_labels, *words.without, *words.titles}
        ours |= {*words.hour_marks, *words.metres, *words.weekday_prefixes, *words.o_clock}
    return frozenset(word for word in ours if len(word) > 1)


def is_like_ours(text: str) -> bool:
    """Whether a run of letters and digits has a word in it that is, or nearly is, no plate's."""
    groups = re.findall(r"[^\W\d_]{2,}", text.lower())
    if any(group in _exact() for group in groups) or text.lower() in SHORTENED:
        return True
    long = [group for group in groups if len(group) > _SHORT]
    return any(nearest(group) is not None for group in long)
