"""The features that people walk on, and their tags."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from venue_import.findings import Findings
from venue_import.geojson import Feature
from venue_import.levels import LevelBook, Levels, parse_levels
from venue_import.tag_values import DRIVEN, WALKED

Tags = Mapping[str, str]

_ONLY_IF_ALLOWED = frozenset({"bridleway", "cycleway"})
_ALLOWED = frozenset({"yes", "designated", "permissive", "customers", "official", "public"})
_BARRED = frozenset({"no", "private", "use_sidepath"})
_CONVEYED = frozenset({"yes", "forward", "backward", "reversible"})


class Kind(enum.Enum):
    """The kinds of ways."""

    FLAT = enum.auto()
    """Walked anywhere along it, on each of its levels."""
    CLIMB = enum.auto()
    """Walked from end to end: stairs, escalators, ramps."""
    LIFT = enum.auto()
    """Leads from any of its levels to any other, at no distance."""


@dataclass(frozen=True, slots=True)
class Way:
    """A feature of the walking network."""

    feature: Feature
    kind: Kind
    levels: Levels
    forward: bool = True
    backward: bool = True
    rising: bool | None = None
    """Whether it leads up in the direction it is drawn; None where that is unknown."""
    level_known: bool = True


def is_walked(tags: Tags) -> bool:
    """Whether tags make a way part of the walking network, open or closed."""
    highway = tags.get("highway", "")
    if highway in _ONLY_IF_ALLOWED:
        return tags.get("foot") in _ALLOWED
    return (
        highway in WALKED
        or tags.get("conveying") in _CONVEYED
        or tags.get("indoor") == "corridor"
        or (bool(highway) and highway not in {"construction", "proposed"} and _invited(tags))
    )


def _invited(tags: Tags) -> bool:
    return tags.get("foot") in {"yes", "designated"} and tags.get("highway") != "crossing"


def is_road(tags: Tags) -> bool:
    """Whether tags make a road for cars."""
    return (
        tags.get("highway") in DRIVEN
        and tags.get("motor_vehicle", tags.get("motorcar", "yes")) not in _BARRED
    )


def climbs(tags: Tags) -> bool:
    """Whether a way changes levels."""
    return tags.get("highway") == "steps" or tags.get("conveying") in _CONVEYED


def is_door(tags: Tags) -> bool:
    """Whether tags make a door or an entrance."""
    return bool({"entrance", "door"} & tags.keys()) and not (
        tags.get("entrance") in {"no", "exit", "emergency", "service", "staff", "garage"}
        or (tags.get("door") == "no" and "entrance" not in tags)
        or tags.get("access") in _BARRED
    )


def read_way(feature: Feature, book: LevelBook, findings: Findings) -> tuple[Way, ...]:
    """Return the ways of a feature: one, and one for each level of `repeat_on`."""
    tags = feature.tags
    if tags.get("foot") in _BARRED or (
        tags.get("access") in _BARRED and tags.get("foot") not in _ALLOWED
    ):
        findings.warn(feature.id, "is left out of the walking network: it is closed to the public")
        return ()
    levels = read_levels(feature, book, findings)
    if levels is None:
        return ()
    kind = _kind(tags, levels)
    if kind is Kind.FLAT and feature.point():
        return ()
    forward, backward = _directions(tags)
    return tuple(
        Way(
            feature,
            kind,
            each,
            forward=forward,
            backward=backward,
            rising=_rising(tags),
            level_known=bool({"level", "repeat_on"} & tags.keys()),
        )
        for each in _repeated(kind, levels, tags, feature, book, findings)
    )


def read_levels(
    feature: Feature, book: LevelBook, findings: Findings, otherwise: Levels = (0.0,)
) -> Levels | None:
    """Return the levels of a feature; None, with an error, where its tag is unreadable."""
    text = feature.get("level")
    if not text:
        named = book.number(feature.get("level:ref"))
        return otherwise if named is None else (named,)
    try:
        levels = parse_levels(text, book.number)
    except ValueError as error:
        findings.error(feature.id, str(error), "has a level that can't be read")
        return None
    if any(letter.isalpha() for letter in text):
        numbers = ";".join(f"{level:g}" for level in levels)
        findings.warn(
            feature.id,
            f"level {text!r} is a name, not a number; read as {numbers}",
            "has a level that is a name, not a number",
        )
    return levels


def _kind(tags: Tags, levels: Levels) -> Kind:
    if tags.get("highway") == "elevator":
        return Kind.LIFT
    if tags.get("conveying") in _CONVEYED:
        return Kind.CLIMB
    sloped = climbs(tags) or "incline" in tags or tags.get("ramp") == "yes"
    return Kind.CLIMB if sloped and len(levels) > 1 else Kind.FLAT


def _directions(tags: Tags) -> tuple[bool, bool]:
    conveying = tags.get("conveying", "")
    oneway = tags.get("oneway:foot") or tags.get("foot:oneway") or ""
    if conveying == "yes":
        oneway = oneway or tags.get("oneway", "")
    if conveying in {"forward", "backward"}:
        return conveying == "forward", conveying == "backward"
    if oneway in {"yes", "1", "true", "-1"}:
        return oneway != "-1", oneway == "-1"
    return True, True


def _rising(tags: Tags) -> bool | None:
    incline = tags.get("incline", "").strip()
    if incline in {"up", "down"}:
        return incline == "up"
    number = incline.rstrip("%°").strip()
    if number.lstrip("+-").replace(".", "", 1).isdigit() and number.strip("+-0."):
        return not number.startswith("-")
    return None


def _repeated(
    kind: Kind,
    levels: Levels,
    tags: Tags,
    feature: Feature,
    book: LevelBook,
    findings: Findings,
) -> tuple[Levels, ...]:
    text = tags.get("repeat_on")
    if not text:
        return (levels,)
    try:
        repeats = parse_levels(text, book.number)
    except ValueError as error:
        findings.error(
            feature.id, f"repeat_on: {error}", "has levels in repeat_on that can't be read"
        )
        return ()
    if "level" not in tags:
        levels = repeats[:1]
    if kind is Kind.LIFT:
        return (tuple(sorted({*levels, *repeats})),)
    if kind is Kind.CLIMB or (tags.get("highway") == "steps" and len(repeats) > 1):
        return _flights(levels, repeats)
    return tuple((level,) for level in sorted({*levels, *repeats}))


def _flights(levels: Levels, repeats: Levels) -> tuple[Levels, ...]:
    """Return a flight for each level of `repeat_on`: stairs drawn once for several storeys."""
    if len(levels) > 1:
        spans = {tuple(start + level - levels[0] for level in levels) for start in repeats}
        return tuple(sorted({levels, *spans}))
    storeys = sorted({*levels, *repeats})
    return tuple(pairwise(storeys))
