"""Tags near to a known one: another spelling is read, a likely slip is reported."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from venue_import.access import KEY_PARTS, READ_KEYS
from venue_import.findings import Findings
from venue_import.tag_values import DRIVEN, WALKED
from venue_import.tags import READ

_LIKENESS = 0.84
_KNOWN: Mapping[str, frozenset[str]] = {
    "amenity": frozenset({"parking", "parking_space", "parking_entrance"}),
    "highway": WALKED | DRIVEN,
    "indoor": frozenset({"corridor", "level"}),
}
_OTHERS = frozenset(
    {"baking", "parking_exit", "parking_tickets", "bicycle_parking", "motorcycle_parking",
     "trolley_parking", "kick-scooter_parking", "scooter_parking", "car_sharing", "dog_parking",
     "boat_parking", "truck_parking", "small_electric_vehicle_parking", "parking_meter"}
)  # fmt: skip
"""Values of OpenStreetMap that only look like those."""
_MEANT = {
    "footpath": "footway",
    "sidewalk": "footway",
    "walkway": "footway",
    "hallway": "corridor",
    "stairs": "steps",
    "stair": "steps",
    "staircase": "steps",
    "lift": "elevator",
    "escalator": "steps with conveying=*",
}
_NO_LONGER = re.compile(
    r"(disused|abandoned|construction|proposed|planned|demolished|razed|removed|was|historic|old)[:_]"
    r"(amenity|highway|shop|indoor)"
)
_SPACES = "parking_space"
_SAYS_KIND = frozenset(
    {"area", "amenities", "amenties", "building", "category", "class", "code", "fclass", "feature",
     "featuretype", "highway", "indoor", "kind", "landuse", "layername", "leisure", "manmade",
     "object", "parking", "room", "shop", "subclass", "subtype", "surface", "type", "use"}
)  # fmt: skip
"""Folded keys by which a feature may say what it is, apart from `amenity`; not prose or links."""
_STALL = re.compile(r"(park|parking|carpark|car|disabled)(space|stall|bay|slot|spot)s?")
_SAYS_LEVEL = frozenset({"floor", "storey", "story", "lvl", "etage", "geschoss", "stockwerk",
                         "piso", "planta", "floorlevel", "addrfloor", "minlevel",
                         "buildinglevel"})  # fmt: skip
"""Folded keys by which people tell a level, apart from `level`."""
_MEANT_KEYS = {"heightlimit": "maxheight", "clearance": "maxheight", "headroom": "maxheight"}
"""Other words for a known key, folded."""
_NOT_SLIPS = frozenset({"maxweight", "maxwidth", "maxlength", "electricity"})


def _folded(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


_FOLDED = {key: {_folded(value): value for value in values} for key, values in _KNOWN.items()}


def spelt_as_known(name: str, tags: Mapping[str, str], findings: Findings) -> dict[str, str]:
    """Return the tags with other spellings (`Parking-Space`) as known, each with a warning."""
    found = dict(tags)
    for key in tags.keys() - READ:
        lower = key.casefold()
        if lower in READ - _KNOWN.keys() and lower not in tags:
            found[lower] = found.pop(key)
            findings.warn(name, f"{key} is read as {lower}")
    for key, value in tags.items():
        known_key = key if key in _KNOWN else key.casefold().strip()
        if known_key not in _KNOWN or (known_key != key and known_key in tags):
            continue
        # Of `parking;parking_space` the longer says more.
        for part in sorted(value.split(";"), key=len, reverse=True):
            known = _FOLDED[known_key].get(_folded(part))
            if known and (key, value) != (known_key, known):
                found.pop(key, None)
                found[known_key] = known
                findings.warn(name, f"{key}={value} is read as {known_key}={known}",
                              f"{key}={value} is read as {known_key}={known}")  # fmt: skip
                break
    if found.get("amenity") in {"parking", _SPACES}:
        return _keys_as_known(name, found, findings)
    return found


def _keys_as_known(name: str, tags: Mapping[str, str], findings: Findings) -> dict[str, str]:
    """Return the tags of a lot or space, with keys in another spelling (`max_height`) as known.

    Each has a warning; so has a key that is only near to a known one (`acess`), which is not read.
    """
    found = dict(tags)
    for key, value in tags.items():
        known = _known_key(key)
        if known is None or known == key:
            continue
        if _folded(known) == _folded(key) and known not in tags:
            found[known] = found.pop(key)
            findings.warn(name, f"{key}={value} is read as {known}={value}",
                          f"{key}=* is read as {known}=*")  # fmt: skip
        else:
            findings.warn(name, f"{key}={value} is not read; is {known}={value} meant?",
                          f"{key}=* is not read; is {known}=* meant?")  # fmt: skip
    return found


def _known_key(key: str) -> str | None:
    """Return a key whose every part is known or near to a known one, as it is known."""
    if key in READ_KEYS:
        return key
    parts = [_known_part(part) for part in key.split(":")]
    if not all(parts):
        return None
    return ":".join(part for part in parts if part)


def _known_part(part: str) -> str | None:
    folded = _folded(part)
    if part in KEY_PARTS or folded in _NOT_SLIPS:
        return part
    if folded in _FOLDED_PARTS:
        return _FOLDED_PARTS[folded]
    return _MEANT_KEYS.get(folded) or _close(folded, _LONG_PARTS)


def other_level(tags: Mapping[str, str]) -> str | None:
    """Return the key by which tags without `level` tell a level nevertheless; None for none."""
    likely = (key for key in tags if _folded(key) in _SAYS_LEVEL or key == "level:ref")
    near = (key for key in tags if ":" not in key.strip(":") and _close(_folded(key), _LEVEL, 0.8))
    return next(likely, None) or next(near, None)


_FOLDED_PARTS = {_folded(part): part for part in sorted(KEY_PARTS)}
_LONG_PARTS = {folded: part for folded, part in _FOLDED_PARTS.items() if len(folded) > 4}  # noqa: PLR2004 (short words are near to too many)
_LEVEL = {"level": "level"}


def report_near(name: str, tags: Mapping[str, str], findings: Findings) -> None:
    """Report a feature that is not read though one of its tags is near to a known one.

    An error where it may be a space or a lot: no space disappears because of a slip.
    """
    for message, cause, parking in _near(tags):
        report = findings.error if parking else findings.warn
        report(name, message, cause)
        return


def _near(tags: Mapping[str, str]) -> Iterator[tuple[str, str, bool]]:
    """Yield what to say, its cause, and whether a space or a lot may be lost."""
    for key, value in tags.items():
        if (gone := _NO_LONGER.fullmatch(key)) and value in _KNOWN.get(gone[2], ()):
            yield f"is left out: {key}={value}", "", False
            return
    for key, value in tags.items():
        likely = _close(_folded(key), {_folded(known): known for known in _KNOWN})
        for known_key in {key} & _KNOWN.keys() or ({likely} if likely else set()):
            if value in _OTHERS or (key == known_key and value in _KNOWN[key]):
                continue
            known = _close(_folded(value), _FOLDED[known_key]) or _meant(known_key, value)
            if known:
                meant = f"is {known_key}={known} meant?"
                yield (
                    f"{key}={value} is not known; {meant}",
                    f"has a value near to a known one; {meant}",
                    known_key == "amenity",
                )
    if _SPACES in tags and "amenity" not in tags:
        yield f"has {_SPACES}=*, but not amenity={_SPACES}", "", True
    for key, value in tags.items():
        if _is_space(key, value):
            meant = f"is amenity={_SPACES} meant?"
            yield f"has {key}={value}; {meant}", f"has {key}=*; {meant}", True


def _is_space(key: str, value: str) -> bool:
    """Whether a tag of a feature that is not read says that it is a space."""
    if value in _OTHERS or value.isdecimal():
        return False
    first, _, last = key.rpartition(":")
    likely = _close(_folded(key), {"amenity": "amenity"})
    if likely or _folded(key) in _SAYS_KIND:
        bare = key == "parking" and value in {"space", "stall", "bay"}
        return bare or bool(_STALL.search(_folded(value)))
    return first == "amenity" and last == _SPACES and value not in {"no", "none"}


def _close(word: str, known: Mapping[str, str], cutoff: float = _LIKENESS) -> str | None:
    found = get_close_matches(word, known, n=1, cutoff=cutoff)
    return known[found[0]] if found else None


def _meant(key: str, value: str) -> str | None:
    """Return the value that OpenStreetMap has for another word for the same."""
    if key == "highway":
        return _MEANT.get(value.casefold())
    word = _folded(value)
    if key == "amenity" and (word.startswith("parking") or word.endswith(("parking", "carpark"))):
        single = word.endswith(("space", "spaces", "stall", "spot", "bay", "slot", "place", "box"))
        return _SPACES if single else "parking"
    return None
