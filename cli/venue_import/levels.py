"""Levels as OpenStreetMap writes them: `-1`, `0;1`, `-2-0`, `0.5`; and their names."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping

HIGHEST = 200
STOREY_M = 3.0
"""The default height of a level, in metres, as in OpenStreetMap's 3D renderers."""

Levels = tuple[float, ...]


def _nameless(_: str) -> float | None:
    return None


_NUMBER = r"[+-]?\d+(?:\.\d+)?"
_ONE = re.compile(_NUMBER)
_RANGE = re.compile(rf"({_NUMBER})\s*-\s*({_NUMBER})")
_BASEMENT = re.compile(r"B(\d{1,2})F?|(?:UG|U)[ .]?(\d{1,2})|(\d{1,2})[ .]*UG|(UG)", re.IGNORECASE)
_UPPER = re.compile(r"OG[ .]?(\d{1,2})|(\d{1,2})[ .]*OG", re.IGNORECASE)
_GROUND = frozenset({"G", "GF", "EG", "RDC", "RC"})
_SIGNS = str.maketrans({"−": "-", "–": "-", "—": "-", "；": ";"})


def parse_levels(text: str, named: Callable[[str], float | None] = _nameless) -> Levels:
    """Return all levels of a `level` tag, lowest first; raise ValueError where it is unreadable.

    https://wiki.openstreetmap.org/wiki/Key:level: `;` separates, `a-b` is every level from a to b.
    `named` finds the level of a name, which may stand wherever a number may.
    """
    found: set[float] = set()
    for part in text.translate(_SIGNS).split(";"):
        word = part.strip()
        if _ONE.fullmatch(word):
            found.add(_level(word))
        elif between := _RANGE.fullmatch(word):
            found |= _between(_level(between[1]), _level(between[2]))
        elif word:
            found |= _named(word, text, named)
    if not found:
        raise ValueError("the level is empty")
    return tuple(sorted(found))


def _between(one: float, other: float) -> set[float]:
    first, last = sorted((one, other))
    return {*(first + step for step in range(int(last - first) + 1)), last}


def _named(word: str, text: str, named: Callable[[str], float | None]) -> set[float]:
    """Return the levels of a name, or of two with a dash between them."""
    level = named(word)
    if level is not None:
        return {level}
    for dash in re.finditer("-", word):
        ends = [word[: dash.start()].strip(), word[dash.end() :].strip()]
        levels = [_level(end) if _ONE.fullmatch(end) else named(end) for end in ends]
        # `B1-2` may be a name with a number behind it, as signs have it.
        clear = _ONE.fullmatch(ends[0]) or not ends[1][:1].isdecimal()
        if levels[0] is not None and levels[1] is not None and clear:
            return _between(levels[0], levels[1])
    hint = "; several are separated by ;" if "," in text else ""
    raise ValueError(
        f"level {text!r} is not a number, a list (0;1), a range (-2-0) or a name that a "
        f"level:ref of the plan explains{hint}"
    )


def _level(word: str) -> float:
    # Adding zero turns -0.0 into 0.0, the ground level.
    level = float(word) + 0.0
    if abs(level) > HIGHEST:
        raise ValueError(f"level {word} is out of reach")
    return level


class LevelBook:
    """The names (`level:ref`) and heights of the plan's levels."""

    def __init__(self) -> None:
        self._names: defaultdict[float, Counter[str]] = defaultdict(Counter)
        self._numbers: dict[str, float] = {}
        self._heights: dict[float, float] = {}

    def learn(self, tags: Mapping[str, str]) -> None:
        """Add a feature's `level:ref` and `level`, pair by pair."""
        try:
            parts = [part for part in tags["level"].split(";") if part.strip()]
            levels = [parse_levels(part) for part in parts]
        except (KeyError, ValueError):
            return
        names = [name.strip() for name in tags.get("level:ref", "").split(";") if name.strip()]
        if len(names) == len(levels):
            for level, name in zip(levels, names, strict=True):
                if len(level) == 1:
                    self._names[level[0]][name] += 1
                    self._numbers.setdefault(name.casefold(), level[0])
        if tags.get("indoor") == "level" and len(levels) == 1:
            height = re.match(r"\d+(?:\.\d+)?", tags.get("height", ""))
            if height and 0 < float(height[0]) < 50:  # noqa: PLR2004 (metres)
                self._heights[levels[0][0]] = float(height[0])

    def number(self, name: str) -> float | None:
        """Return the level with a name: one of the plan's own, `B2` or `G`."""
        known = self._numbers.get(name.strip().casefold())
        if known is not None:
            return known
        if basement := _BASEMENT.fullmatch(name.strip()):
            return -float(next(filter(str.isdecimal, filter(None, basement.groups())), 1))
        if upper := _UPPER.fullmatch(name.strip()):
            return float(upper[1] or upper[2])
        return 0.0 if name.strip().upper() in _GROUND else None

    def name(self, level: float) -> str:
        """Return a level's name on its signs, or its number."""
        names = self._names.get(level)
        return min(names, key=lambda name: (-names[name], name)) if names else f"{level:g}"

    def names(self, levels: Iterable[float]) -> str:
        """Return the names of several levels, as in a tag."""
        return ";".join(self.name(level) for level in levels)

    def height_m(self, one: float, other: float) -> float:
        """Return the metres from one level's floor to another's."""
        low, high = sorted((one, other))
        metres, at = 0.0, low
        while at < high:
            step = min(1.0, high - at)
            metres += step * self._heights.get(at, STOREY_M)
            at += step
        return metres
