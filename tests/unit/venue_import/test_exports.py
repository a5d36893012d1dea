"""Plans as other programs export them, and tags as people write them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.venue_import.drawing import Drawing, ids, straight

from baylock.domain.venue.mall import Feature, Mall
from venue_import import Plan, read_plan
from venue_import.findings import Findings
from venue_import.levels import LevelBook, parse_levels
from venue_import.tags import read_tags

Tags = Mapping[str, str]


def garage() -> Drawing:
    """Draw four spaces below a shop: ordinary, ordinary, low, accessible."""
    drawing = Drawing()
    drawing.lot(id="way/lot", name="Low", level="-1")
    others: tuple[Tags, ...] = ({}, {}, {"maxheight": "1.9"}, {"parking_space": "disabled"})
    for number, tags in enumerate(others, 1):
        drawing.box((number * 3, 0), (number * 3 + 2, 5), id=f"way/{number}0",
                    amenity="parking_space", ref=f"S{number}", level="-1", **tags)  # fmt: skip
    drawing.path((0, 0), (20, 0), id="way/path", level="-1")
    drawing.point((0, 0), id="node/lift", highway="elevator", level="-1;0")
    drawing.path((0, 0), (0, 40), id="way/hall", highway="corridor", level="0")
    drawing.shop((0, 40), id="node/shop", ref="M1", level="0")
    return drawing


def spaces(mall: Mall) -> list[tuple[str, str, frozenset[Feature], float | None]]:
    return [
        (one.ref, one.level, one.features, one.max_height_m)
        for lot in mall.lots
        for one in lot.spaces
    ]


def changed(feature: str = "way/10", /, **tags: Any) -> Plan:
    """Read the garage with other tags of one feature; None removes one."""
    drawing = garage()
    own = next(one for one in drawing.features if one["id"] == feature)["properties"]
    own |= {key.replace("__", ":"): value for key, value in tags.items()}
    return drawing.plan()


def hstore(tags: Tags) -> str:
    def quoted(text: str) -> str:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

    return ",".join(f"{quoted(key)}=>{quoted(value)}" for key, value in tags.items())


PACKED: Mapping[str, Callable[[Tags], dict[str, Any]]] = {
    "hstore": lambda tags: {"other_tags": hstore(tags)},
    "hstore with spaces": lambda tags: {"other_tags": hstore(tags).replace("=>", " => ")},
    "json": lambda tags: {"other_tags": json.dumps(tags)},
    "all tags": lambda tags: {"all_tags": hstore(tags), "osm_id": None},
    "nested": lambda tags: {"tags": tags, "meta": {}, "relations": []},
    "nested twice": lambda tags: {"osm": {"tags": tags}},
    "list": lambda tags: {"tags": [{"k": key, "v": value} for key, value in tags.items()]},
    "flattened": lambda tags: {f"tags.{key}": value for key, value in tags.items()},
}


@pytest.mark.parametrize("packed", PACKED.values(), ids=PACKED)
@pytest.mark.parametrize("columns", [(), ("amenity", "highway", "shop", "name")])
def test_packed_tags_are_read_as_plain(
    packed: Callable[[Tags], dict[str, Any]], columns: tuple[str, ...]
) -> None:
    plain = garage().plan()
    drawing = garage()
    for feature in drawing.features:
        own = feature["properties"]
        rest = {key: value for key, value in own.items() if key not in columns}
        feature["properties"] = {key: own[key] for key in columns if key in own} | packed(rest)
    plan = drawing.plan()
    assert plan.errors == ()
    assert plan.warnings == plain.warnings
    assert spaces(plan.mall) == spaces(plain.mall)
    assert [one.name for one in plan.merchants] == [one.name for one in plain.merchants]


def test_tags_beside_the_properties_are_read() -> None:
    drawing = garage()
    for feature in drawing.features:
        feature["tags"] = feature.pop("properties")
    assert spaces(drawing.plan().mall) == spaces(garage().plan().mall)


@given(st.dictionaries(st.text(min_size=1).map(str.strip).filter(bool), st.text(), min_size=1))
def test_any_text_survives_hstore_and_json(tags: dict[str, str]) -> None:
    said = {key: value.strip() for key, value in tags.items() if value.strip()}
    for packed in (hstore(tags), json.dumps(tags)):
        findings = Findings()
        assert read_tags("way/1", {"other_tags": packed}, findings) == said
        assert findings.errors == []


@pytest.mark.parametrize("packed", ['"ref"=>"S1', "ref=S1;level=-1", "{'ref': 'S1'}", ["ref=S1"]])
def test_packed_tags_that_cant_be_read_are_an_error(packed: object) -> None:
    plan = changed(ref=None, other_tags=packed)
    assert "other_tags that can't be read" in plan.errors[0].message


def test_area_of_ogr2ogr_has_an_id() -> None:
    drawing = straight()
    del drawing.features[1]["id"]
    drawing.features[1]["properties"] |= {"osm_id": None, "osm_way_id": "7", "maxheight": "low"}
    assert ids(drawing.plan().errors) == ["way/7"]


@pytest.mark.parametrize("ref", [["S1"], [], {}, True, {"a": 1}])
def test_ref_that_is_not_text_is_an_error_and_not_a_missing_one(ref: object) -> None:
    plan = changed(ref=ref)
    assert [one.message.partition(",")[0].startswith("ref is ") for one in plan.errors] == [True]
    assert "no ref" not in str(plan.warnings)


@pytest.mark.parametrize(("ref", "read"), [(7, "7"), (1.5, "1.5")])
def test_ref_that_is_a_number_is_its_digits(ref: float, read: str) -> None:
    assert read in [one[0] for one in spaces(changed(ref=ref).mall)]


def test_levels_in_a_list_are_as_many() -> None:
    assert changed("node/lift", level=[-1, 0]).errors == ()


def test_finding_names_the_ref_before_the_id() -> None:
    (error,) = changed(maxheight="low").errors
    assert error.subject == "S1 (way/10)"


# ── who may park ─────────────────────────────────────────────────────────────────────────────────

CLOSED: tuple[Tags, ...] = (
    *({"access": word} for word in ("no", "private", "permit", "employees", "delivery", "staff")),
    *({"parking_space": word} for word in ("private", "reserved", "staff", "taxi", "disbled")),
    {"parking_space": "disabled", "access": "private"},
    {"parking_space": "disabled;private"},
    {"access:employees": "designated"},
    {"access:conditional": "private @ (Mo-Fr)"},
    {"motor_vehicle": "no"},
    {"disused": "yes"},
    {"reserved": "yes"},
    {"disabled": "private"},
    {"capacity": "0"},
    {"opening_hours": "off"},
    {"operational_status": "closed"},
)


@pytest.mark.parametrize("tags", CLOSED, ids=str)
def test_space_that_is_not_for_the_public_is_left_out_with_a_warning(tags: Tags) -> None:
    plan = changed(**tags)
    assert plan.errors == ()
    assert "S1" not in [one[0] for one in spaces(plan.mall)]
    assert "way/10" in ids(plan.warnings)


@pytest.mark.parametrize("key", ["disused", "abandoned", "construction", "proposed", "was"])
def test_space_of_another_time_is_left_out_with_a_warning(key: str) -> None:
    gone: dict[str, Any] = {"amenity": None, f"{key}:amenity": "parking_space"}
    plan = changed(**gone)
    assert plan.errors == ()
    assert ids(plan.warnings) == ["way/10"]


@pytest.mark.parametrize("tags", [{"access": "private"}, {"disused": "yes"}, {"access": "no"}])
def test_spaces_of_a_closed_lot_are_left_out(tags: Tags) -> None:
    plan = changed("way/lot", **tags)
    assert spaces(plan.mall) == []
    assert {"way/10", "way/20", "way/30", "way/40"} <= set(ids(plan.warnings))


@pytest.mark.parametrize(
    "tags",
    [
        *({"access": word} for word in ("yes", "customers", "permissive", "destination")),
        {"access": "no", "motorcar": "yes"},
        {"parking_space": "normal"},
        {"disabled": "no"},
        {"wheelchair": "yes"},
        {"capacity:disabled": "0"},
    ],
    ids=str,
)
def test_space_that_is_for_everybody(tags: Tags) -> None:
    plan = changed(**tags)
    assert spaces(plan.mall) == spaces(garage().plan().mall)
    assert plan.warnings == ()


@pytest.mark.parametrize(
    "tags",
    [
        {"disabled": "designated", "access": "no"},
        {"access:disabled": "designated", "access": "no"},
        {"access:disabled": "yes", "access": "private"},
        {"disabled": "yes"},
        {"wheelchair": "designated"},
        {"capacity:disabled": "1"},
        {"parking_space:disabled": "yes"},
        {"parking_space": "Disabled", "access": "no"},
        {"access": "disabled"},
        {"reserved": "disabled"},
        {"motorcar:disabled": "designated", "motorcar": "no"},
        {"disabled:conditional": "designated @ (Mo-Fr)"},
    ],
    ids=str,
)
def test_space_for_disabled_people_is_theirs(tags: Tags) -> None:
    found = {one[0]: one[2] for one in spaces(changed(**tags).mall)}
    assert found["S1"] == {Feature.ACCESSIBLE}


def test_hours_that_are_not_read_are_said() -> None:
    assert ids(changed(opening_hours="Mo-Fr 08:00-18:00").warnings) == ["way/10"]


# ── words near to known ones ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "word", ["parking-space", "Parking_Space", "parking space", "parkingspace", "PARKING_SPACE"]
)
def test_other_spelling_is_read_with_a_warning(word: str) -> None:
    plan = changed(amenity=word)
    assert spaces(plan.mall) == spaces(garage().plan().mall)
    assert ids(plan.warnings) == ["way/10"]


@pytest.mark.parametrize(
    "word", ["parking_spaces", "parking_spcae", "parking_spot", "parking_lot", "parkng_space"]
)
def test_slip_that_loses_a_space_is_an_error(word: str) -> None:
    (error,) = changed(amenity=word).errors
    assert (error.feature, f"amenity={word}" in error.message) == ("way/10", True)


@pytest.mark.parametrize("key", ["amenty", "amenity_1", "ammenity"])
def test_slip_in_the_key_is_an_error(key: str) -> None:
    slip: dict[str, Any] = {"amenity": None, key: "parking_space"}
    assert ids(changed(**slip).errors) == ["way/10"]


@pytest.mark.parametrize(
    "word", ["bicycle_parking", "motorcycle_parking", "parking_tickets", "bench", "parking_exit"]
)
def test_other_things_of_openstreetmap_are_no_slips(word: str) -> None:
    plan = changed(amenity=word)
    assert plan.errors == plan.warnings == ()
    assert plan.unused == ((f"amenity={word}", 1),)


@pytest.mark.parametrize("word", ["foot_way", "Footway", "foot-way"])
def test_way_in_another_spelling_is_walked(word: str) -> None:
    plan = changed("way/path", highway=word)
    assert (plan.errors, ids(plan.warnings)) == ((), ["way/path"])


@pytest.mark.parametrize("word", ["footways", "footpath", "sidewalk", "stairs", "lift"])
def test_way_that_is_not_read_is_said(word: str) -> None:
    assert "way/path" in ids(changed("way/path", highway=word).warnings)


# ── levels ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("B1;G", (-1, 0)),
        ("B2-B1", (-2, -1)),
        ("B1-G", (-1, 0)),
        ("-1;G", (-1, 0)),
        ("-1-1", (-1, 0, 1)),
        ("UG", (-1,)),
        ("2.UG;EG", (-2, 0)),
        ("OG1", (1,)),
    ],
)
def test_level_names_stand_wherever_numbers_may(text: str, levels: tuple[float, ...]) -> None:
    assert parse_levels(text, LevelBook().number) == levels


@pytest.mark.parametrize("text", ["P2", "0,1", "basement", "B1;X"])
def test_level_that_nothing_explains_is_an_error(text: str) -> None:
    assert ids(changed(level=text).errors) == ["way/10"]


@pytest.mark.parametrize(
    "lot",
    [
        {"level": "-2;-1"},
        {"level": "B2-B1"},
        {"level": None},
        {"parking": "multi-storey", "level": None},
        {"parking:levels": "3", "level": None},
        {"building": "parking", "building:levels": "4", "level": None},
        {"parking": "underground", "building:levels:underground": "2", "level": None},
    ],
    ids=str,
)
def test_space_without_a_level_among_several_is_an_error(lot: dict[str, Any]) -> None:
    drawing = garage()
    drawing.features[0]["properties"] |= lot
    del drawing.features[1]["properties"]["level"]
    assert ids(drawing.plan().errors) == ["way/10"]


@pytest.mark.parametrize(
    ("lot", "stall", "said"),
    [
        ({"parking": "underground"}, {}, "parking=underground"),
        ({"parking": "rooftop"}, {}, "parking=rooftop"),
        ({"location": "underground"}, {}, "location=underground"),
        ({"layer": "-1"}, {}, "layer=-1"),
        ({"parking": "underground", "building:levels:underground": "1"}, {}, "parking=underground"),
        ({"building": "office", "building:levels": "9", "layer": "-1"}, {}, "layer=-1"),
        ({}, {"parking": "underground"}, "parking=underground"),
        ({}, {"layer": "1"}, "layer=1"),
        ({"parking": "surface", "layer": "0"}, {}, None),
        ({}, {}, None),
    ],
    ids=str,
)
def test_space_without_a_level_that_is_not_on_the_ground_is_told(
    lot: dict[str, Any], stall: dict[str, Any], said: str | None
) -> None:
    drawing = garage()
    own = [one for one in drawing.features if one["properties"].get("amenity") == "parking_space"]
    for one, tags in ((drawing.features[0], lot), *((one, stall) for one in own)):
        one["properties"].pop("level", None)
        one["properties"] |= tags
    plan = drawing.plan()
    cause = "has no level, though it is not on the ground; taken to level 0"
    told = [warning for warning in plan.warnings if warning.cause == cause]
    assert not plan.errors
    assert len(told) == (len(own) if said else 0)
    assert all(f"but {said}; taken to level 0" in warning.message for warning in told)


# ── places ───────────────────────────────────────────────────────────────────────────────────────


def moved(to: Callable[[float, float], tuple[float, float]], **mall: str) -> Plan:
    def mapped(at: Any) -> Any:
        return [*to(*at)] if isinstance(at[0], float) else [mapped(one) for one in at]

    drawing = garage()
    drawing.box((-5, -5), (30, 50), shop="mall", **{"addr:country": "CN", "ref": "x"} | mall)
    for feature in drawing.features:
        feature["geometry"]["coordinates"] = mapped(feature["geometry"]["coordinates"])
    return read_plan(drawing.data())


def test_swapped_coordinates_are_called_so() -> None:
    """Even where both are possible: then the mall's country says which is which."""
    china = moved(lambda lon, lat: (lat, lon))
    germany = moved(lambda lon, lat: (lat + 21, lon - 110), **{"addr:country": "DE"})
    for plan in (china, germany):
        assert "swapped" in plan.errors[0].message


def test_metres_are_called_so() -> None:
    plan = moved(lambda lon, lat: (lon * 111_000, lat * 111_000))
    (cause,) = {one.cause for one in plan.errors if "way/" in one.feature}
    assert "metres of a projected coordinate system" in cause
