"""Tags of a feature, as exporters write them: one property each, packed into one, or nested."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from math import isnan

from venue_import.findings import Findings

_CONTAINERS = frozenset(
    {"tags", "@tags", "other_tags", "all_tags", "alltags", "osm_tags", "hstore", "extratags"}
)
_TELLING = frozenset(
    {"amenity", "shop", "highway", "entrance", "door", "indoor", "level", "parking_space"}
)
"""Keys that tell tags from the other objects that exporters nest, such as `meta`."""
READ = _TELLING | {
    "ref", "name", "lot", "access", "capacity", "maxheight", "level:ref", "phone", "conveying",
    "oneway", "repeat_on", "timezone", "addr:country", "foot", "incline", "opening_hours",
}  # fmt: skip
MAX_LENGTH = 255
"""Characters of a key or a value, as in OpenStreetMap: https://wiki.openstreetmap.org/wiki/Tags."""
_LISTS = frozenset({"level", "repeat_on"})
"""Keys whose values may be lists: OpenStreetMap separates them by `;`."""
_QUOTED = r'"((?:[^"\\]|\\.)*)"'
_PAIR = re.compile(
    rf"\s*{_QUOTED}\s*=>\s*(?:{_QUOTED}|(NULL))\s*(?:,|$)", re.IGNORECASE | re.DOTALL
)
_FLATTENED = re.compile(r"^@?(other_|all_|osm_)?tags?[._:](?=[a-z])")
"""What flattening writes before each key: `tags.amenity`."""
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_UNSEEN = "".join(
    map(chr, (*range(33), 0xA0, 0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0x3000, 0xFEFF))
)
"""Characters that nobody sees at the ends of a key or value."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


class _Unreadable(ValueError):
    """The packed tags can't be read."""


def read_tags(name: str, properties: Mapping[object, object], findings: Findings) -> dict[str, str]:
    """Return the tags of a feature as text, wherever its properties have them.

    A tag that has a property of its own and is packed too counts as the property says. An error
    where packed tags can't be read, or where a tag that matters is not text.
    """
    packed: dict[str, object] = {}
    plain: dict[str, object] = {}
    for key, value in properties.items():
        try:
            inner = _unpacked(str(key), value)
        except _Unreadable as error:
            findings.error(name, f"has tags in {key} that can't be read: {error}",
                           f"has tags in {key} that can't be read")  # fmt: skip
            continue
        if inner is None:
            plain[_FLATTENED.sub("", str(key))] = value
        else:
            packed |= inner
    return _texts(name, packed, findings) | _texts(name, plain, findings)


def _texts(name: str, values: Mapping[str, object], findings: Findings) -> dict[str, str]:
    stripped = {_key(str(key)): value for key, value in values.items()}
    given = {key: _text(key, value) for key, value in stripped.items()}
    tags = {key: text for key, text in given.items() if text and _fits(key, text)}
    telling = bool(tags.keys() & _TELLING)
    for key in sorted(key for key, text in given.items() if text and not _fits(key, text)):
        if telling:
            _report_long(name, key, findings)
    for key in sorted(key for key, text in given.items() if text is None and key in READ):
        if telling or key in _TELLING:
            shown = json.dumps(stripped[key])
            kind = _kind_of(stripped[key])
            findings.error(name, f"{key} is {kind}, not text: {shown:.60}",
                           f"{key} is {kind}, not text")  # fmt: skip
            if key == "ref":  # which is not to have none
                tags[key] = shown[:60]
    return tags


def _fits(key: str, text: str) -> bool:
    return len(key) <= MAX_LENGTH and len(text) <= MAX_LENGTH


def _report_long(name: str, key: str, findings: Findings) -> None:
    """Report a tag that is left out: an error where it could have closed or placed something."""
    says = f"{key:.60} is longer than the {MAX_LENGTH} characters of a tag"
    if key in READ or key.endswith(":conditional"):
        findings.error(name, says)
    else:
        findings.warn(name, f"{says}; left out")


def _key(key: str) -> str:
    seen = key.strip(_UNSEEN)
    return seen if seen in READ else key.strip()


def _kind_of(value: object) -> str:
    if isinstance(value, list):
        return "a list"
    return "an object" if isinstance(value, dict) else "true or false"


def _text(key: str, value: object) -> str | None:
    """Return a value as text, empty for null; None for a list, an object or a `ref` of a bool."""
    match value:
        case None:
            return ""
        case str():
            return _CONTROL.sub(" ", value).strip(_UNSEEN) if key in READ else value.strip()
        case bool() if key == "ref":
            return None
        case bool():
            return "yes" if value else "no"
        case int():
            return str(value)
        case float():
            return "" if isnan(value) else f"{value:.10g}"
        case list() if key in _LISTS and all(isinstance(one, str | int | float) for one in value):
            return ";".join(_text("", one) or "" for one in value)
        case _:
            return None


def _unpacked(key: str, value: object) -> Mapping[str, object] | None:
    """Return the tags that a property holds; None for a property that is a tag itself."""
    named = key.casefold() in _CONTAINERS
    match value:
        case dict():
            if named or value.keys() & _TELLING:
                return value
            inner = (value[key] for key in value if str(key).casefold() in _CONTAINERS)
            return next((one for one in inner if isinstance(one, dict)), None)
        case list() if pairs := dict(_pairs(value)):
            return pairs if named or pairs.keys() & _TELLING else None
        case list() if named and value:
            raise _Unreadable(f"it is a list: {value!r:.40}")
        case str() if text := value.strip():
            return _from_text(text, named=named)
        case _:
            return None


def _pairs(values: list[object]) -> Iterator[tuple[str, object]]:
    """Yield the tags of a list of `{"k": …, "v": …}`."""
    for one in values:
        if isinstance(one, dict):
            key = one.get("k", one.get("key", one.get("@k")))
            if isinstance(key, str):
                yield key, one.get("v", one.get("value", one.get("@v")))


def _from_text(text: str, *, named: bool) -> Mapping[str, object] | None:
    """Read JSON or PostgreSQL's hstore, as QGIS and ogr2ogr write `other_tags`."""
    if text.startswith("{"):
        try:
            found = json.loads(text)
        except (ValueError, RecursionError) as error:
            if named:
                raise _Unreadable(f"it is not JSON: {text:.40}") from error
            return None
        return found if isinstance(found, dict) and (named or found.keys() & _TELLING) else None
    if not (named or (text.startswith('"') and "=>" in text)):
        return None
    pairs: dict[str, object] = {}
    at = 0
    while at < len(text):
        pair = _PAIR.match(text, at)
        if not pair:
            if named:
                raise _Unreadable(f"it is neither hstore nor JSON at {text[at : at + 40]!r}")
            return None
        if not pair[3]:
            pairs[_ESCAPED.sub(r"\1", pair[1])] = _ESCAPED.sub(r"\1", pair[2])
        at = pair.end()
    return pairs
