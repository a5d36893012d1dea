"""Plans with slips: keys and values near to known ones, and features that stand for several."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.unit.venue_import.drawing import GIVEN, ids
from tests.unit.venue_import.test_exports import changed, garage, hstore, spaces

from baylock.domain.venue.mall import Feature
from venue_import import read_plan
from venue_import.findings import by_cause
from venue_import.levels import LevelBook, parse_levels

Tags = dict[str, Any]

# ── tags packed in yet other ways ────────────────────────────────────────────────────────────────

READ_AS_PLAIN: dict[str, Callable[[Tags], Tags]] = {
    "JSON text in tags": lambda tags: {"tags": json.dumps(tags)},
    "list of key and value": lambda tags: {
        "tags": [{"key": key, "value": value} for key, value in tags.items()]
    },
    "attributes": lambda tags: {"attributes": tags},
    "keys in capitals": lambda tags: {key.upper(): value for key, value in tags.items()},
    "two packs": lambda tags: {
        "other_tags": hstore({key: value for key, value in tags.items() if key < "m"}),
        "tags": json.dumps({key: value for key, value in tags.items() if key >= "m"}),
    },
    "null columns beside the pack": lambda tags: {
        "amenity": None, "level": None, "ref": None, "other_tags": hstore(tags),
    },
    "spaces that nobody sees": lambda tags: {
        key: f"\u00a0{value}\u200b" for key, value in tags.items()
    },
    "a byte order mark in each key": lambda tags: {
        f"\ufeff{key}": value for key, value in tags.items()
    },
}  # fmt: skip


@pytest.mark.parametrize("packed", READ_AS_PLAIN.values(), ids=READ_AS_PLAIN)
def test_other_packings_are_read_as_plain(packed: Callable[[Tags], Tags]) -> None:
    drawing = garage()
    for feature in drawing.features:
        feature["properties"] = packed(feature["properties"])
    plan = drawing.plan()
    assert plan.errors == ()
    assert spaces(plan.mall) == spaces(garage().plan().mall)


UNREADABLE: dict[str, Callable[[Tags], Tags]] = {
    "key=value list": lambda tags: {"tags": [f"{key}={value}" for key, value in tags.items()]},
    "python": lambda tags: {"tags": repr(tags)},
    "key=value text": lambda tags: {"tags": ";".join(f"{k}={v}" for k, v in tags.items())},
    "XML": lambda tags: {"tags": "".join(f'<tag k="{k}" v="{v}"/>' for k, v in tags.items())},
    "single quotes": lambda tags: {"other_tags": hstore(tags).replace('"', "'")},
    "cut at 254 characters": lambda tags: {
        "other_tags": (hstore(tags) + ',"note"=>"' + "x" * 400 + '"')[:254]
    },
    "lists": lambda tags: {key: [value] for key, value in tags.items()},
}


@pytest.mark.parametrize("packed", UNREADABLE.values(), ids=UNREADABLE)
def test_packings_that_are_not_read_are_an_error(packed: Callable[[Tags], Tags]) -> None:
    drawing = garage()
    for feature in drawing.features:
        feature["properties"] = packed(feature["properties"])
    assert drawing.plan().errors


# ── spaces that a slip would hide ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "word",
    ["disabled_parking_space", "carpark_space", "car_space", "amenity=parking_space",
     "parking_sapce", "parkingplace", "parking space (disabled)", "parking_space,disabled"],
)  # fmt: skip
def test_value_that_speaks_of_a_space_loses_none(word: str) -> None:
    plan = changed(amenity=word)
    assert ids(plan.errors) == ["way/10"] or spaces(plan.mall) == spaces(garage().plan().mall)


@pytest.mark.parametrize(
    "key", ["leisure", "building", "highway", "man_made", "type", "fclass", "amenities", "area"]
)
def test_space_under_another_key_is_an_error(key: str) -> None:
    tags: Tags = {"amenity": None, key: "parking_space"}
    assert ids(changed(**tags).errors) == ["way/10"]


@pytest.mark.parametrize(
    "tags", [{"parking": "space"}, {"parking_space": "yes"}, {"amenity:parking_space": "yes"}]
)
def test_space_without_amenity_is_an_error(tags: Tags) -> None:
    assert ids(changed(**{"amenity": None} | tags).errors) == ["way/10"]


@pytest.mark.parametrize(
    "tags",
    [{"note": "the parking space by the door"}, {"description:en": "no parking space here"},
     {"website": "https://example.com/parking-spaces"}, {"addr:street": "Parking Bay Road"},
     {"parking_spaces": "20"}, {"capacity:parking_spaces": "20"}, {"operator": "Car Bay Ltd"},
     {"name": "Parking Space"}, {"inscription": "parking stalls"}, {"type": "2"}],
    ids=str,
)  # fmt: skip
def test_other_words_about_a_space_are_no_slip(tags: Tags) -> None:
    plan = changed(amenity="bench", **tags)
    assert plan.errors == plan.warnings == ()


# ── keys of spaces ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "tags",
    [{"acess": "private"}, {"acces": "private"}, {"accss": "no"}, {"parking_sapce": "disabled"},
     {"maxheigth": "1.9"}, {"maxhight": "1.9"}, {"height_limit": "1.9"}, {"disbaled": "yes"},
     {"capacity:disable": "1"}, {"weelchair": "designated"}, {"motor_vehicel": "no"},
     {"motorcars": "no"}, {"dissused": "yes"}, {"openning_hours": "off"},
     {"acess:conditional": "no @ (Mo-Fr)"}, {"charing": "yes"}],
    ids=str,
)  # fmt: skip
def test_key_near_to_a_known_one_is_said(tags: Tags) -> None:
    (warning,) = changed(**tags).warnings
    assert (warning.feature, "meant?" in warning.message) == ("way/10", True)


@pytest.mark.parametrize(
    "tags",
    [{"max_height": "1.9"}, {"max height": "1.9"}, {"maxHeight": "1.9"}, {"Max-Height": "1.9"}],
    ids=str,
)  # fmt: skip
def test_key_in_another_spelling_is_read(tags: Tags) -> None:
    plan = changed(**tags)
    assert {one[0]: one[3] for one in spaces(plan.mall)}["S1"] == 1.9
    assert ids(plan.warnings) == ["way/10"]


def test_access_in_another_spelling_closes() -> None:
    assert "S1" not in [one[0] for one in spaces(changed(access_="private").mall)]


@pytest.mark.parametrize(
    "key",
    ["maxweight", "maxwidth", "maxlength", "electricity", "addr:county", "surface", "operator",
     "opening_hours:url", "source:access", "covered", "layer", "check_date", "fee", "lit"],
)  # fmt: skip
def test_other_keys_of_openstreetmap_are_no_slips(key: str) -> None:
    assert changed(**{key: "1"}).warnings == ()


# ── levels ───────────────────────────────────────────────────────────────────────────────────────


def told_by(**tags: str) -> list[str]:
    """Return the errors of the garage without levels, whose spaces have these tags."""
    drawing = garage()
    for feature in drawing.features:
        own = feature["properties"]
        if own.get("amenity"):
            del own["level"]
        if own.get("amenity") == "parking_space":
            own |= tags
    return ids(drawing.plan().errors)


@pytest.mark.parametrize(
    "key",
    ["floor", "lvl", "levl", "levels", "leval", "storey", "etage", "addr:floor", "level:",
     "min_level", "building:level", "floor_level"],
)  # fmt: skip
def test_level_under_another_key_is_asked_about(key: str) -> None:
    assert told_by(**{key: "-1"}) == ["way/10", "way/20", "way/30", "way/40"]


@pytest.mark.parametrize("tags", [{"floor": "0"}, {"addr:floor": "G"}, {"level:ref": "B1"}, {}])
def test_level_that_is_read_or_the_ground_is_no_error(tags: dict[str, str]) -> None:
    assert told_by(**tags) == []


@pytest.mark.parametrize(
    "text",
    ["B1/B2", "-1/-2", "-1,-2", "-1 to -2", "-1..-3", "L1", "P-1", "P1", "mezzanine", "M", "Roof",
     "1e1", "nan", "inf", "999", "UG-1", "EG-1", "G-1", "B1-2", "-1;abc", "--1", "Ⅰ", "①", "B①"],
)  # fmt: skip
def test_level_that_is_no_level_is_an_error(text: str) -> None:
    assert ids(changed(level=text).errors) == ["way/10"]


# ── one feature, one space ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("level", ["-1;-2", "-1--3", "-3--1", "B1;B2", [-1, -2]], ids=str)
def test_space_on_several_levels_is_said_to_be_one(level: object) -> None:
    messages = [one.message for one in changed(level=level).warnings]
    assert any("one space with one lock is made of it" in message for message in messages)


@pytest.mark.parametrize("ref", ["S1;S9", "S1, S9"])
def test_space_with_several_refs_is_said_to_be_one(ref: str) -> None:
    assert ids(changed(ref=ref).warnings) == ["way/10"]


@pytest.mark.parametrize("kind", ["MultiPoint", "MultiPolygon"])
def test_space_drawn_in_several_parts_is_said_to_be_one(kind: str) -> None:
    drawing = garage()
    rings = drawing.features[1]["geometry"]["coordinates"]
    others = drawing.features[2]["geometry"]["coordinates"]
    parts = {"MultiPoint": rings[0][:3], "MultiPolygon": [rings, others]}
    drawing.features[1]["geometry"] = {"type": kind, "coordinates": parts[kind]}
    assert ids(drawing.plan().warnings) == ["way/10"]


# ── places ───────────────────────────────────────────────────────────────────────────────────────


def test_small_drawing_in_metres_is_called_so() -> None:
    """Its metres are possible degrees."""

    def mapped(at: Any) -> Any:
        if isinstance(at[0], float):
            return [(at[0] - 121.5) * 95_000, (at[1] - 31.2) * 111_000]
        return [mapped(one) for one in at]

    drawing = garage()
    for feature in drawing.features:
        feature["geometry"]["coordinates"] = mapped(feature["geometry"]["coordinates"])
    assert "metres" in drawing.plan().errors[0].message


@pytest.mark.parametrize(
    ("name", "read"),
    [("urn:ogc:def:crs:OGC:1.3:CRS84", True), ("urn:ogc:def:crs:EPSG::4326", True),
     ("EPSG:4326", True), ("urn:ogc:def:crs:EPSG:9.9.1:4326", True), ("EPSG:43260", False),
     ("urn:ogc:def:crs:EPSG::3857", False), ("EPSG:4490", False)],
)  # fmt: skip
def test_coordinate_system_is_read_as_a_whole(name: str, read: bool) -> None:
    crs = {"type": "name", "properties": {"name": name}}
    plan = read_plan({**garage().data(), "crs": crs}, given=GIVEN)
    assert (plan.errors == ()) is read


# ── who may park ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "tags",
    [{"access": "residents"}, {"access": "customers;private"}, {"access": "privat"},
     {"access:motorcar": "no"}, {"access:customers": "no"}, {"public": "no"},
     {"access:temporary": "no"}, {"temporary:access": "no"}, {"reserved_for": "staff"},
     {"designation": "staff"}, {"access": "designated", "designated": "taxi"},
     {"restriction": "no_parking"}, {"permit": "residents"}, {"permit": "yes"},
     {"exclusive": "tenants"}, {"taxi": "designated"}, {"hgv": "only"}, {"bicycle": "designated"},
     {"staff": "designated"}, {"residents": "only"}, {"blocked": "yes"}, {"ruins": "yes"},
     {"status": "closed"}, {"capacity": "00"}, {"capacity:car": "0"}, {"parking": "no"},
     {"maxstay": "0"}, {"operational_status": "Closed"}, {"operational_status": "out of order"},
     {"operational_status": "defective"}, {"opening_hours": "Mo-Su off"},
     {"opening_hours": "24/7 closed"}, {"opening_hours": 'off "renovation"'},
     {"opening_hours": "Mo-Fr off; PH off"}],
    ids=str,
)  # fmt: skip
def test_space_that_others_have_is_left_out(tags: Tags) -> None:
    plan = changed(**tags)
    assert plan.errors == ()
    assert "S1" not in [one[0] for one in spaces(plan.mall)]
    assert ids(plan.warnings) == ["way/10"]


@pytest.mark.parametrize(
    "tags",
    [{"access": "customer"}, {"access": "true"}, {"access": "yes", "taxi": "designated"},
     {"access": "customers", "hgv": "designated"}, {"foot": "designated"}, {"permit": "no"},
     {"reserved": "customers"}, {"operational_status": "operational"}, {"hgv": "no"},
     {"operator": "Private Ltd"}, {"parking": "surface"}, {"maxstay": "2 hours"},
     {"construction": "no"}, {"blocked": "no"}],
    ids=str,
)  # fmt: skip
def test_space_that_everybody_has_is_kept(tags: Tags) -> None:
    assert spaces(changed(**tags).mall) == spaces(garage().plan().mall)


@pytest.mark.parametrize(
    "tags",
    [{"disabled": "true"}, {"parking_space:conditional": "disabled @ (Mo-Fr)"},
     {"access:conditional": "disabled @ (Mo-Fr)"}, {"permit": "disabled"},
     {"reserved:disabled": "yes"}, {"parking": "disabled"}, {"parking:type": "disabled"},
     {"type": "disabled"}, {"designation": "disabled"}],
    ids=str,
)  # fmt: skip
def test_space_for_disabled_people_in_yet_other_words(tags: Tags) -> None:
    found = {one[0]: one[2] for one in spaces(changed(**tags).mall)}
    assert found.get("S1") == frozenset({Feature.ACCESSIBLE})


# ── many findings of one cause ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "tags",
    [
        lambda number: {"maxheight": f"{number + 21}"},
        lambda number: {"amenity": f"parking_spac{'e' * (number + 2)}"},
        lambda number: {"amenity": None, "leisure": f"parking_space{number}"},
        lambda number: {"ref": f"S{number};T{number}"},
        lambda number: {"level": f"X{number}"},
        lambda number: {"level": f"-1;-{number + 2}"},
        lambda number: {"acess": f"private{number}"},
        lambda number: {"max_height": f"2.{number}"},
        lambda number: {"repeat_on": f"0;{number + 1}"},
    ],
)
def test_findings_whose_values_differ_have_one_cause(tags: Callable[[int], Tags]) -> None:
    drawing = garage()
    for number, feature in enumerate(drawing.features[1:3]):
        feature["properties"] |= tags(number)
    plan = drawing.plan()
    found = [one for one in (*plan.errors, *plan.warnings) if one.feature in {"way/10", "way/20"}]
    assert len(found) >= 2
    assert len(by_cause(found)) == 1


@pytest.mark.parametrize("text", ["B1;G", "B2-B1", "UG;EG", "-1;G"])
def test_level_names_stand_in_repeat_on_too(text: str) -> None:
    numbers = ";".join(f"{level:g}" for level in parse_levels(text, LevelBook().number))
    named, numbered = (changed("way/path", repeat_on=one) for one in (text, numbers))
    assert named.errors == numbered.errors == ()
    assert named.merchants == numbered.merchants
