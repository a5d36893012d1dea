"""Lots and stalls, and their import."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.unit.venue_import.drawing import Drawing, ids, only_lot, only_space, straight

from baylock.domain.venue.mall import Barrier, Feature, LockWhen


def two_lots() -> Drawing:
    drawing = Drawing()
    drawing.lot((0, 0), (10, 10), ref="P1")
    drawing.lot((30, 0), (40, 10), ref="P2")
    drawing.path((0, 0), (0, 500))
    drawing.shop((0, 30))
    return drawing


def lots_of(drawing: Drawing) -> list[str]:
    return [lot.ref for lot in drawing.plan().mall.lots]


def test_a_stall_belongs_to_the_lot_it_lies_in_whatever_its_tag_says() -> None:
    drawing = two_lots()
    drawing.stall((5, 5), lot="P2")
    assert lots_of(drawing) == ["P1"]


def test_else_to_the_one_its_tag_names() -> None:
    drawing = two_lots()
    drawing.stall((12, 5), lot="P2")
    assert lots_of(drawing) == ["P2"]


def test_else_to_the_nearest_within_50_m() -> None:
    drawing = two_lots()
    drawing.stall((80, 5), id="way/far")
    plan = drawing.plan()
    assert [lot.ref for lot in plan.mall.lots] == ["P2"]
    assert "way/far" in ids(plan.warnings)


def test_else_it_is_an_error() -> None:
    drawing = two_lots()
    drawing.stall((5, 5))
    drawing.stall((91, 5), id="way/lost")
    assert ids(drawing.plan().errors) == ["way/lost"]


def test_lots_that_lie_above_each_other_are_told_apart_by_level() -> None:
    drawing = Drawing()
    for number in (1, 2):
        drawing.lot(ref=f"P{number}", level=str(-number))
        drawing.stall((0, 0), ref="1", level=str(-number))
        drawing.path((0, 0), (50, 0), level=str(-number))
    drawing.point((50, 0), highway="elevator", level="-2;-1")
    drawing.shop((50, 0), level="-1")
    plan = drawing.plan()
    assert plan.errors == ()
    assert [[(lot.ref, space.level) for space in lot.spaces] for lot in plan.mall.lots] == [
        [("P1", "-1")],
        [("P2", "-2")],
    ]


def test_a_stall_without_level_is_on_that_of_its_lot() -> None:
    drawing = straight()
    drawing.features[0]["properties"]["level"] = "-1"
    drawing.path((0, 0), (5, 0), level="-1")
    drawing.point((0, 0), highway="elevator", level="-1;0")
    assert only_space(drawing.plan()).level == "-1"


@pytest.mark.parametrize("kind", ["Polygon", "MultiPolygon", "LineString", "GeometryCollection"])
def test_a_lot_may_be_drawn_as_any_kind_of_area(kind: str) -> None:
    drawing = straight()
    polygon = drawing.features[0]["geometry"]
    coordinates = polygon["coordinates"]
    drawing.features[0]["geometry"] = {
        "Polygon": polygon,
        "MultiPolygon": {"type": "MultiPolygon", "coordinates": [coordinates]},
        "LineString": {"type": "LineString", "coordinates": coordinates[0]},
        "GeometryCollection": {"type": "GeometryCollection", "geometries": [polygon]},
    }[kind]
    plan = drawing.plan()
    assert plan.errors == plan.warnings == ()


def test_a_lot_without_stalls_is_left_out_and_its_own_faults_with_it() -> None:
    drawing = straight()
    drawing.lot((300, 0), (320, 20), id="way/empty", ref=None, baylock__lead="soon")
    plan = drawing.plan()
    assert plan.errors == ()
    assert ids(plan.warnings) == ["way/empty"]


def test_two_lots_with_one_ref_are_an_error_that_names_both() -> None:
    drawing = straight()
    drawing.lot((100, 0), (120, 20), id="way/other")
    drawing.stall((110, 10), ref="S2")
    assert ids(drawing.plan().errors) == ["way/1", "way/other"]


def test_two_stalls_of_a_lot_with_one_ref_are_an_error_that_names_both() -> None:
    drawing = straight()
    drawing.stall((3, 0), id="way/twin", ref="S1")
    assert ids(drawing.plan().errors) == ["way/stall", "way/twin"]


def test_stalls_of_two_lots_may_have_one_ref() -> None:
    drawing = two_lots()
    drawing.stall((5, 5), ref="1")
    drawing.stall((35, 5), ref="1")
    assert drawing.plan().errors == ()


def test_a_missing_ref_is_derived_from_the_features_id() -> None:
    drawing = straight()
    del drawing.features[1]["properties"]["ref"]
    plan = drawing.plan()
    assert only_space(plan).ref == "way-stall"
    assert ids(plan.warnings) == ["way/stall"]


def test_without_an_id_either_it_is_derived_from_the_place_and_stays() -> None:
    drawing = straight()
    del drawing.features[1]["properties"]["ref"]
    del drawing.features[1]["id"]
    once = only_space(drawing.plan()).ref
    drawing.features.insert(0, {"type": "Feature", "properties": None, "geometry": None})
    assert only_space(drawing.plan()).ref == once


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"parking_space": "charging"}, {Feature.EV}),
        ({"parking_space": "disabled"}, {Feature.ACCESSIBLE}),
        ({"parking_space": "family"}, {Feature.FAMILY}),
        ({"parking_space": "disabled;charging"}, {Feature.ACCESSIBLE, Feature.EV}),
        ({"parking_space": "normal"}, set()),
        ({"capacity:charging": "1"}, {Feature.EV}),
        ({"wheelchair": "designated"}, {Feature.ACCESSIBLE}),
        ({}, set()),
    ],
)
def test_what_a_stall_offers(tags: dict[str, str], expected: set[Feature]) -> None:
    drawing = straight()
    drawing.features[1]["properties"] |= tags
    plan = drawing.plan()
    assert only_space(plan).features == expected
    assert plan.warnings == ()


def test_a_stall_for_motorcycles_is_left_out() -> None:
    drawing = straight()
    drawing.stall((5, 0), id="way/bike", parking_space="motorcycle")
    plan = drawing.plan()
    assert len(only_lot(plan).spaces) == 1
    assert ids(plan.warnings) == ["way/bike"]


@pytest.mark.parametrize(
    ("text", "metres"), [("2.1", 2.1), ("2.10 m", 2.1), ("6'11\"", 2.11), ("none", None)]
)
def test_headroom(text: str, metres: float | None) -> None:
    drawing = straight()
    drawing.features[1]["properties"]["maxheight"] = text
    assert only_space(drawing.plan()).max_height_m == metres


def test_headroom_is_that_of_the_stall_or_of_its_lot_whichever_is_lower() -> None:
    drawing = straight()
    drawing.features[0]["properties"]["maxheight"] = "2.0"
    drawing.features[1]["properties"]["maxheight"] = "2.3"
    assert only_space(drawing.plan()).max_height_m == 2.0


def test_headroom_that_cant_be_read_is_an_error() -> None:
    drawing = straight()
    drawing.features[1]["properties"]["maxheight"] = "low"
    assert ids(drawing.plan().errors) == ["way/stall"]


def test_a_level_is_shown_by_the_name_on_its_signs() -> None:
    drawing = straight()
    drawing.features[1]["properties"]["level:ref"] = "G"
    drawing.features[1]["properties"]["level"] = "0"
    drawing.stall((3, 0), ref="S2")
    lot = only_lot(drawing.plan())
    assert [space.level for space in lot.spaces] == ["G", "G"]


def test_a_lot_may_name_several_levels() -> None:
    drawing = straight()
    drawing.features[0]["properties"] |= {"level": "-1;0", "level:ref": "B1;G"}
    drawing.features[1]["properties"]["level"] = "0"
    assert only_space(drawing.plan()).level == "G"


def test_a_level_written_as_a_name_is_read_with_a_warning() -> None:
    drawing = straight()
    drawing.features[1]["properties"]["level"] = "B2"
    drawing.path((0, 0), (1, 0), level="-2")
    drawing.point((0, 0), highway="elevator", level="-2;0")
    plan = drawing.plan()
    assert plan.errors == ()
    assert ids(plan.warnings) == ["way/stall"]


@pytest.mark.parametrize("level", ["upstairs", "1,5", "0;x", "--1", "NaN", "1e3", "999999999"])
def test_a_level_that_cant_be_read_is_an_error(level: str) -> None:
    drawing = straight()
    for feature in drawing.features[1:]:
        feature["properties"]["level"] = level
    assert set(ids(drawing.plan().errors)) == {"way/stall", "way/path", "way/shop"}


def test_a_capacity_that_is_not_what_is_drawn_is_a_warning() -> None:
    drawing = straight()
    drawing.features[0]["properties"]["capacity"] = "300"
    drawing.features[1]["properties"]["capacity"] = "5"
    assert ids(drawing.plan().warnings) == ["way/stall", "way/1"]


def test_a_lots_settings() -> None:
    drawing = straight()
    drawing.features[0]["properties"] |= {
        "baylock:arrive_early": "5",
        "baylock:leave_late": 10,
        "baylock:lead": "0",
        "baylock:grace": "45",
        "baylock:duration": "90",
        "baylock:lock_when": "at_booking",
        "baylock:idle_barrier": "raised",
    }
    settings = only_lot(drawing.plan()).settings
    assert settings.arrive_early == timedelta(minutes=5)
    assert settings.leave_late == timedelta(minutes=10)
    assert settings.lead == timedelta(0)
    assert settings.grace == timedelta(minutes=45)
    assert settings.duration == timedelta(minutes=90)
    assert settings.lock_when is LockWhen.AT_BOOKING
    assert settings.idle_barrier is Barrier.RAISED


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("arrive_early", "-5"),
        ("lead", "15 min"),
        ("grace", "1.5"),
        ("duration", "0"),
        ("duration", "1440"),
        ("leave_late", "99999999999"),
        ("lock_when", "never"),
        ("idle_barrier", "up"),
    ],
)
def test_a_setting_that_cant_be_is_an_error(key: str, value: str) -> None:
    drawing = straight()
    drawing.features[0]["properties"][f"baylock:{key}"] = value
    assert ids(drawing.plan().errors) == ["way/1"]


def test_a_setting_that_is_misspelt_is_a_warning() -> None:
    drawing = straight()
    drawing.features[0]["properties"]["baylock:arriveearly"] = "5"
    assert ids(drawing.plan().warnings) == ["way/1"]
