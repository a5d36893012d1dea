"""The importer reports every error of a file at once, whatever the file holds."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from tests.fakes.venues import FakeVenues
from tests.unit.venue_import.drawing import GIVEN, HERE, ids, straight, walk_m

from baylock.domain.errors import NoSuchMall
from baylock.domain.venue.mall import MallRef
from venue_import import Given, import_venue, read_plan, render

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=12,
)
values = st.sampled_from(
    ["parking", "parking_space", "footway", "steps", "elevator", "mall", "-1;0", "yes", "B2", "x"]
)
tags = st.dictionaries(
    st.sampled_from(
        ["amenity", "highway", "shop", "level", "ref", "name", "lot", "conveying", "entrance",
         "repeat_on", "capacity", "maxheight", "level:ref", "indoor", "incline", "phone"]
    ),
    values | anything,
)  # fmt: skip
numbers = st.floats(121.49, 121.51) | st.integers(-200, 200) | st.floats()
coordinates = st.recursive(
    st.lists(numbers, max_size=3), lambda inner: st.lists(inner, max_size=5), max_leaves=12
)
geometries = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["Point", "LineString", "Polygon", "MultiPolygon", "Circle"]),
        "coordinates": coordinates,
    }
)
features = st.fixed_dictionaries(
    {
        "type": st.just("Feature"),
        "id": anything,
        "properties": tags | anything,
        "geometry": geometries | anything,
    }
)


@given(st.lists(features | anything, max_size=6))
def test_nothing_in_a_plan_is_a_crash(drawn: list[Any]) -> None:
    plan = read_plan({"type": "FeatureCollection", "features": drawn}, given=GIVEN)
    assert plan.errors


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "not JSON"),
        ("<osm version='0.6'/>", "not JSON"),
        ("[]", "not GeoJSON"),
        ("{}", "not a GeoJSON FeatureCollection"),
        ('{"type": "Feature"}', "not a GeoJSON FeatureCollection"),
        ('{"type": "FeatureCollection"}', "no list of features"),
        ('{"type": "FeatureCollection", "features": {}}', "no list of features"),
        ('{"type": "FeatureCollection", "features": []}', "no features"),
        ("[" * 100_000, "JSON"),
        (
            '{"type":"FeatureCollection","features":[],"crs":{"properties":{"name":"3857"}}}',
            "another coordinate system",
        ),
    ],
)
def test_what_is_no_plan_is_one_error_and_nothing_is_written(
    tmp_path: Path, text: str, says: str
) -> None:
    file = tmp_path / "harbour.geojson"
    file.write_text(text)
    venues = FakeVenues()
    plan = import_venue(file, venues, given=Given(timezone="Asia/Shanghai", country="CN"))
    assert says in plan.errors[0].message
    with pytest.raises(NoSuchMall):
        venues.mall(MallRef("harbour"))


def test_a_file_that_is_not_there_or_not_text_is_an_error(tmp_path: Path) -> None:
    assert import_venue(tmp_path / "none.geojson", FakeVenues()).errors
    file = tmp_path / "image.geojson"
    file.write_bytes(b"\x89PNG\xff\xfe")
    assert "UTF-8" in import_venue(file, FakeVenues()).errors[0].message


@pytest.mark.parametrize(
    "at",
    [
        [float("nan"), 31.2],
        [float("inf"), 31.2],
        ["121.5", "31.2"],
        [121.5],
        [],
        None,
        [None, None],
        [True, False],
        [13524000.0, 3662000.0],
        [31.2, 121.5],
        [10**400, 1],
    ],
)
def test_a_position_that_is_none_is_an_error_with_the_features_id(at: object) -> None:
    drawing = straight()
    drawing.features[1]["geometry"]["coordinates"] = at
    assert "way/stall" in ids(drawing.plan().errors)


def test_the_third_coordinate_is_ignored() -> None:
    drawing = straight()
    drawing.features[1]["geometry"]["coordinates"].append(-7.5)
    assert drawing.plan().errors == ()


@pytest.mark.parametrize("geometry", [None, {}, {"type": "Circle"}, {"type": "Point"}, "here", []])
def test_a_geometry_that_is_none_is_an_error(geometry: object) -> None:
    drawing = straight()
    drawing.features[1]["geometry"] = geometry
    assert "way/stall" in ids(drawing.plan().errors)


def test_an_area_that_crosses_itself_is_mended_with_a_warning() -> None:
    drawing = straight()
    drawing.area((200, 0), (220, 20), (220, 0), (200, 20), id="way/bow", amenity="parking", ref="P")
    drawing.stall((202, 10), ref="S2")
    drawing.path((100, 0), (200, 0))
    plan = drawing.plan()
    assert plan.errors == ()
    assert ids(plan.warnings) == ["way/bow"]


def test_what_lies_far_from_the_rest_is_an_error() -> None:
    drawing = straight()
    drawing.add("Point", [0, 0], {"id": "node/null", "shop": "x", "name": "Null", "ref": "M9"})
    assert ids(drawing.plan().errors) == ["node/null"]


def test_features_that_are_nothing_to_us_may_be_as_broken_as_they_like() -> None:
    drawing = straight()
    drawing.add("Polygon", [[float("nan")]], {"natural": "tree"})
    drawing.features.append({"type": "Feature", "properties": None, "geometry": None})
    plan = drawing.plan()
    assert plan.errors == plan.warnings == ()


@pytest.mark.parametrize(
    ("where", "feature"),
    [
        ({"id": "way/7"}, "way/7"),
        ({"properties": {"@id": "way/7"}}, "way/7"),
        ({"properties": {"id": "way/7"}}, "way/7"),
        ({"properties": {"@type": "way", "@id": 7}}, "way/7"),
        ({"id": 7}, "7"),
        ({}, "features[1]"),
    ],
)
def test_a_feature_is_named_by_its_id_wherever_it_is(where: dict[str, Any], feature: str) -> None:
    drawing = straight()
    stall = drawing.features[1]
    del stall["id"]
    stall |= {key: value for key, value in where.items() if key == "id"}
    stall["properties"] |= where.get("properties", {}) | {"maxheight": "low"}
    assert ids(drawing.plan().errors) == [feature]


def test_all_errors_and_warnings_come_at_once_and_apart() -> None:
    drawing = straight()
    drawing.features[0]["properties"]["baylock:lead"] = "soon"
    drawing.features[1]["properties"]["maxheight"] = "low"
    drawing.point((50, 0), id="node/nameless", shop="x")
    drawing.shop((50, 0), id="way/deaf", ref="M2", phone="?")
    plan = drawing.plan()
    assert set(ids(plan.errors)) == {"way/1", "way/stall"}
    assert set(ids(plan.warnings)) == {"node/nameless", "way/deaf"}


def test_a_feature_that_is_there_twice_counts_once() -> None:
    drawing = straight()
    drawing.features.append(drawing.features[1])
    plan = drawing.plan()
    assert plan.errors == ()
    assert ids(plan.warnings) == ["way/stall"]


def test_a_plan_without_spaces_is_an_error() -> None:
    drawing = straight()
    del drawing.features[1]
    assert "no parking space" in str(drawing.plan().errors)


def test_a_plan_without_a_walking_network_is_an_error() -> None:
    drawing = straight()
    del drawing.features[2]
    assert "no walking network" in str(drawing.plan().errors)


# ── the mall itself ──────────────────────────────────────────────────────────────────────────────


def mall_tags(**changed: str | None) -> dict[str, Any]:
    whole = {
        "shop": "mall",
        "id": "way/mall",
        "ref": "gate",
        "name": "Gate",
        "timezone": "Asia/Tokyo",
        "addr:country": "JP",
    }
    return {key: value for key, value in (whole | changed).items() if value is not None}


def test_the_mall_says_what_it_is() -> None:
    drawing = straight()
    drawing.box((-50, -50), (200, 50), **mall_tags())
    mall = read_plan(drawing.data()).mall
    assert (mall.ref, mall.name, mall.timezone, mall.country) == (
        "gate",
        "Gate",
        "Asia/Tokyo",
        "JP",
    )


def test_the_caller_knows_better() -> None:
    drawing = straight()
    drawing.box((-50, -50), (200, 50), **mall_tags())
    mall = drawing.plan().mall
    assert (mall.ref, mall.timezone, mall.country) == ("harbour", "Asia/Shanghai", "CN")


@pytest.mark.parametrize("ref", ["sandbox", "sandbox-2"])
def test_mall_that_would_pass_for_a_sandbox(ref: str) -> None:
    plan = straight().plan(given=replace(GIVEN, ref=ref))
    assert ["sandbox" in one.message for one in plan.errors] == [True]


def test_what_nobody_says_is_derived_each_with_a_warning(tmp_path: Path) -> None:
    file = tmp_path / "West Gate.geojson"
    file.write_text(json.dumps(straight().data()))
    plan = import_venue(file, FakeVenues())
    assert (plan.mall.ref, plan.mall.timezone, plan.mall.country) == (
        "west-gate",
        "Asia/Shanghai",
        "CN",
    )
    assert len(plan.warnings) == 3


@pytest.mark.parametrize("changed", [{"timezone": "Mars/Base"}, {"addr:country": "XX"}])
def test_a_clock_or_country_that_is_none_is_an_error(changed: dict[str, str]) -> None:
    drawing = straight()
    drawing.box((-50, -50), (200, 50), **mall_tags(**changed))
    assert ids(read_plan(drawing.data()).errors) == ["way/mall"]


# ── writing it ───────────────────────────────────────────────────────────────────────────────────


def write(tmp_path: Path, data: dict[str, Any]) -> Path:
    file = tmp_path / "harbour.geojson"
    file.write_text(json.dumps(data))
    return file


def test_with_an_error_nothing_is_written(tmp_path: Path) -> None:
    venues = FakeVenues()
    before = import_venue(write(tmp_path, straight().data()), venues, given=GIVEN)
    drawing = straight(50)
    drawing.features[1]["properties"]["maxheight"] = "low"
    assert import_venue(write(tmp_path, drawing.data()), venues, given=GIVEN).errors
    assert venues.mall(GIVEN_REF) == before.mall


GIVEN_REF = MallRef("harbour")


def test_another_import_replaces_the_one_before(tmp_path: Path) -> None:
    venues = FakeVenues()
    import_venue(write(tmp_path, straight().data()), venues, given=GIVEN)
    plan = import_venue(write(tmp_path, straight(50).data()), venues, given=GIVEN)
    assert walk_m(plan) == pytest.approx(50, abs=0.15)
    assert venues.mall(GIVEN_REF) == plan.mall


def test_a_phone_of_another_malls_merchant_stays_his(tmp_path: Path) -> None:
    venues = FakeVenues()
    drawing = straight()
    drawing.features[3]["properties"]["phone"] = "+14255550123"
    file = write(tmp_path, drawing.data())
    import_venue(file, venues, given=GIVEN)
    other = Given(ref="airport", timezone="Asia/Shanghai", country="CN")
    plan = import_venue(file, venues, given=other)
    assert plan.errors == ()
    assert plan.merchants[0].phone is None
    assert len(plan.warnings) == 1


def test_the_report_tells_it_all() -> None:
    drawing = straight()
    drawing.features[1]["properties"]["maxheight"] = "[red]low"
    drawing.point((50, 0), id="node/nameless", shop="x")
    console = Console(width=120, record=True, file=None, quiet=False)
    with console.capture() as captured:
        console.print(render(drawing.plan()))
    text = captured.get()
    for words in ("Harbour Gate", "1 space", "1 warning", "node/nameless", "1 error", "[red]low",
                  "Nothing was imported"):  # fmt: skip
        assert words in text


def test_metres_are_metres() -> None:
    """GeographicLib's geodesics on WGS 84, a hundredth of a degree east and north of the origin."""
    assert HERE.xy((121.51, 31.2))[0] == pytest.approx(953.044, abs=0.01)
    assert HERE.xy((121.5, 31.21))[1] == pytest.approx(1108.730, abs=0.1)
