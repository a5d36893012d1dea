"""Tags near to a known one: another spelling is read, a likely slip is reported."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches

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
    return found


def report_near(name: str, tags: Mapping[str, str], findings: Findings) -> None:
    """Report a feature that is not read though one of its tags is near to a known one.

    An error where it may be a space or a lot: no space disappears because of a slip.
    """
    for message, parking in _near(tags):
        report = findings.error if parking else findings.warn
        report(name, message)
        return


def _near(tags: Mapping[str, str]) -> Iterator[tuple[str, bool]]:
    for key, value in tags.items():
        if (gone := _NO_LONGER.fullmatch(key)) and value in _KNOWN.get(gone[2], ()):
            yield f"is left out: {key}={value}", False
    for key, value in tags.items():
        likely = _close(_folded(key), {_folded(known): known for known in _KNOWN})
        for known_key in {key} & _KNOWN.keys() or ({likely} if likely else set()):
            if value in _OTHERS or (key == known_key and value in _KNOWN[key]):
                continue
            known = _close(_folded(value), _FOLDED[known_key]) or _meant(known_key, value)
            if known:
                yield (
                    f"{key}={value} is not known; is {known_key}={known} meant?",
                    known_key == "amenity",
                )
    if _SPACES in tags and "amenity" not in tags:
        yield f"has {_SPACES}=*, but not amenity={_SPACES}", True


def _close(word: str, known: Mapping[str, str]) -> str | None:
    found = get_close_matches(word, known, n=1, cutoff=_LIKENESS)
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
