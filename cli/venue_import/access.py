"""Who may use a lot or a space: tags of access, and of spaces for certain people."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from baylock.domain.venue.mall import Feature as Special

Tags = Mapping[str, str]

_ROLES: Mapping[Special, frozenset[str]] = {
    Special.ACCESSIBLE: frozenset(
        {"disabled", "handicapped", "handicap", "wheelchair", "accessible", "disability",
         "disabled_person", "disabled_persons", "blue_badge"}
    ),
    Special.EV: frozenset(
        {"charging", "electric", "ev", "electric_vehicle", "electric_vehicles", "charging_station",
         "electric_car", "electric_cars"}
    ),
    Special.FAMILY: frozenset(
        {"family", "families", "parent", "parents", "parent_child", "parent_and_child",
         "parents_and_children", "child", "children", "baby", "infants", "mother_child"}
    ),
}  # fmt: skip
_ROLE_OF = {name: role for role, names in _ROLES.items() for name in names}
_KINDS = frozenset({"parking_space", "parking_spaces", "parking", "access", "motor_vehicle",
                    "motorcar", "vehicle", "capacity", "spaces", "reserved"})  # fmt: skip
_SAYS_FOR_WHOM = ("parking_space", "parking_space:type", "access", "designated", "designation",
                  "reserved", "reserved_for", "reserved:for", "restriction", "permit", "exclusive",
                  "parking", "parking:type", "type")  # fmt: skip
_GRANTS = frozenset(
    {"yes", "true", "designated", "only", "official", "permit", "permissive", "exclusive"}
)
_OPEN = frozenset({"yes", "public", "permissive", "customers", "destination", "designated",
                   "official", "unknown", "visitors", "visitor", "guests", "guest", "shoppers",
                   "shopper", "customer", "true", "1"})  # fmt: skip
_ORDINARY = frozenset({"normal", "standard", "car", "cars", "regular", "yes", "ordinary", "public",
                       "compact", "small", "large", "wide", "narrow", "visitor", "visitors",
                       "customer", "customers", "guest", "guests", "short_term", "parallel",
                       "diagonal", "perpendicular", "general", "default"})  # fmt: skip
_VEHICLES = ("motorcar", "motor_vehicle", "vehicle", "access")
"""Keys of access, the most specific first."""
_BARRED_KEYS = ("disused", "abandoned", "construction", "proposed", "demolished", "razed",
                "removed", "closed", "reserved", "private", "reservation:required", "ruins",
                "blocked", "permit", "exclusive")  # fmt: skip
_FOR_WHOM = ("designated", "designation", "reserved_for", "reserved:for", "restriction",
             "parking:restriction")  # fmt: skip
_EVERYBODY = frozenset({"public", "customer", "customers", "visitor", "visitors", "guests", "car",
                        "cars", "shoppers"})  # fmt: skip
_OTHER_USERS = frozenset(
    {"agricultural", "atv", "bicycle", "bus", "car_sharing", "caravan", "carpool", "coach",
     "delivery", "emergency", "employee", "employees", "goods", "golf_cart", "hgv", "hov",
     "member", "members", "minibus", "mofa", "moped", "motorcycle", "motorhome", "police", "psv",
     "resident", "residents", "scooter", "share_taxi", "staff", "student", "students", "taxi",
     "tenant", "tenants", "tourist_bus", "trailer", "truck"}
)  # fmt: skip
"""Vehicles and people other than the public's cars."""
_ONLY = frozenset({"designated", "only", "exclusive"})
_PUBLIC = _ROLE_OF.keys() | _OPEN | {"car", "motorcar", "motor_vehicle", "conditional"}
_NO = frozenset({"no", "none", "0", "false"})
_NEVER_OPEN = re.compile(r"([^;]*\b(off|closed)\s*(;|$))+")
_WORKS = frozenset({"operational", "open", "ok", "working", "works", "good", "active",
                    "in_operation", "functional", "yes", "unknown", "needs_maintenance",
                    "unmaintained"})  # fmt: skip
"""Values of `operational_status` of what can be used; every other closes."""
_RESTRICTS = re.compile(r"\b(no|private|permit|delivery|residents|employees|staff)\b\s*@")

KEY_PARTS = frozenset(
    {"level", "maxheight", "opening_hours", "operational_status", "conditional", "temporary",
     "parking_space", "capacity", "access", "motorcar", "motor_vehicle", "vehicle", "disused",
     "abandoned", "reserved", "private", "permit", "designated", "restriction", "wheelchair",
     "disabled", "handicapped", "charging", "electric", "family", "charging_station"}
)  # fmt: skip
"""The parts of keys (`access:disabled`) that say who may use a space, and which vehicles fit."""
READ_KEYS = frozenset({*_SAYS_FOR_WHOM, *_BARRED_KEYS, *_FOR_WHOM, *_OTHER_USERS})
"""Further keys that are read, and so are no slips of others."""


def specials_of(tags: Tags) -> frozenset[Special]:
    """Return what a space offers, in each way that OpenStreetMap documents."""
    return frozenset(_specials(tags))


def _specials(tags: Tags) -> Iterator[Special]:
    for key in _SAYS_FOR_WHOM:
        said = f"{tags.get(key, '')};{tags.get(f'{key}:conditional', '').partition('@')[0]}"
        for word in _words(said):
            if word in _ROLE_OF:
                yield _ROLE_OF[word]
    for key, said in tags.items():
        *kinds, last = key.casefold().removesuffix(":conditional").split(":")
        value = said.partition("@")[0].strip()
        last = last.removesuffix("_spaces").removesuffix("_parking")
        role = _ROLE_OF.get(last)
        if role is None or not set(kinds) <= _KINDS:
            continue
        # `wheelchair=yes` says only that a wheelchair gets there.
        bare = last == "wheelchair" and not kinds
        if _granted(value) and not (bare and value not in {"designated", "only", "official"}):
            yield role
    if "charging_station" in _words(tags.get("amenity:1", "")) or _granted(
        tags.get("amenity:charging_station", "")
    ):
        yield Special.EV


def why_closed(tags: Tags) -> str | None:
    """Return the tag by which a lot or a space is not for the public; None if it is open.

    `access=no` with a grant to disabled people closes a space to all others only.
    """
    return next(_closing(tags, specials_of(tags)), None)


def unread_times(tags: Tags) -> str | None:
    """Return the tag by which a lot or a space is open at some hours only, which is not read."""
    keys = ("opening_hours", *(f"{key}:conditional" for key in _VEHICLES))
    hours = (f"{key}={tags[key]}" for key in keys if tags.get(key, "24/7") != "24/7")
    return next(hours, None)


def says_open(tags: Tags) -> bool:
    """Whether tags open a space by themselves, whatever its lot says."""
    return any(tags.get(key) in _OPEN - {"unknown"} for key in _VEHICLES)


def _closing(tags: Tags, specials: frozenset[Special]) -> Iterator[str]:
    yield from _closed_altogether(tags)
    yield from _for_others(tags)
    said = next((key for key in _VEHICLES if key in tags), None)
    words = _words(tags[said]) if said else set()
    if said and not words <= _OPEN | _ROLE_OF.keys() and not _for_some(words, tags, specials):
        yield f"{said}={tags[said]}"
    for key, value in tags.items():
        parts = set(key.split(":"))
        if ":" in key and parts <= {*_VEHICLES, "temporary"} and not _words(value) <= _OPEN:
            yield f"{key}={value}"
        if len(parts - {"access"}) == 1 and parts & _EVERYBODY and _words(value) <= _NO:
            yield f"{key}={value}"
    for key in _VEHICLES:
        if _RESTRICTS.search(tags.get(f"{key}:conditional", "").casefold()):
            yield f"{key}:conditional={tags[f'{key}:conditional']}"


def _closed_altogether(tags: Tags) -> Iterator[str]:
    for key in _BARRED_KEYS:
        words = _words(tags.get(key, ""))
        if words and not (words <= _NO or words <= _ROLE_OF.keys() | _EVERYBODY):
            yield f"{key}={tags[key]}"
    hours = re.sub(r'"[^"]*"', "", tags.get("opening_hours", "")).casefold().strip()
    if hours and _NEVER_OPEN.fullmatch(hours):
        yield f"opening_hours={tags['opening_hours']}"
    if not _words(tags.get("operational_status", "")) <= _WORKS:
        yield f"operational_status={tags['operational_status']}"
    if tags.get("status", "").casefold() in {"closed", "inactive", "out_of_order"}:
        yield f"status={tags['status']}"
    for key in ("capacity", "capacity:car", "capacity:cars", "maxstay"):
        if re.fullmatch("0+", tags.get(key, "")):
            yield f"{key}={tags[key]}"
    if _words(tags.get("parking", "")) & _NO:
        yield f"parking={tags['parking']}"


def _for_others(tags: Tags) -> Iterator[str]:
    for word in sorted(_words(tags.get("parking_space", ""))):
        if word not in _ORDINARY and word not in _ROLE_OF:
            like = get_close_matches(word, _ROLE_OF, n=1, cutoff=0.8)
            yield f"parking_space={word}" + (f" (is {like[0]} meant?)" if like else "")
    for key in _FOR_WHOM:
        if not _words(tags.get(key, "")) <= _ORDINARY | _ROLE_OF.keys() | _NO | _OPEN:
            yield f"{key}={tags[key]}"
    for key, value in tags.items():
        if key in _OTHER_USERS and value.casefold() in _ONLY and not says_open(tags):
            yield f"{key}={value}"
        whom, _, role = key.rpartition(":")
        given = whom in _VEHICLES and value in _ONLY
        if (given and role not in _PUBLIC) or (key in _ROLE_OF and value == "private"):
            yield f"{key}={value}"


def _for_some(words: set[str], tags: Tags, specials: frozenset[Special]) -> bool:
    """Whether a space that is closed in general is open to those whom it is marked for."""
    by_access = any(
        _granted(value)
        for key, value in tags.items()
        for *kinds, last in [key.split(":")]
        if last in _ROLE_OF and set(kinds) <= {"access", "motor_vehicle", "motorcar", "vehicle"}
    )
    if by_access and words <= {"no", "private", "permit"}:
        return True
    return Special.ACCESSIBLE in specials and words <= {"no", "permit"}


def _words(text: str) -> set[str]:
    parts = re.split(r"[;,|]", text.casefold())
    return {re.sub(r"[\s-]+", "_", part.strip()) for part in parts if part.strip()}


def _granted(value: str) -> bool:
    return value.casefold() in _GRANTS or (value.isdecimal() and int(value) > 0)
