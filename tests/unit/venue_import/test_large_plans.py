"""A plan that is larger than any mall is refused before it fills the memory."""

from __future__ import annotations

import json
import math
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from tests.fakes.venues import FakeVenues
from tests.unit.venue_import.drawing import GIVEN, straight

from venue_import import geojson, import_venue, read_plan
from venue_import.plan import Plan

pytestmark = pytest.mark.threat(11)

MB = 2**20


def imported(path: Path) -> Plan:
    return import_venue(path, FakeVenues(), given=GIVEN)


def refused(path: Path) -> str:
    """Return the first error of a file, for which next to no memory was used."""
    tracemalloc.start()
    try:
        plan = imported(path)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < path.stat().st_size + 16 * MB
    return plan.errors[0].message


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits that a test reaches in no time."""
    monkeypatch.setattr(geojson, "MAX_BYTES", 2 * MB)
    monkeypatch.setattr(geojson, "MAX_LISTS", 50_000)
    monkeypatch.setattr(geojson, "MAX_VALUES", 100_000)
    monkeypatch.setattr(geojson, "MAX_FEATURES", 1_000)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b" " * (2 * MB + 1), "is larger than 2 MB"),
        (b"[" + b"[]," * 60_000 + b"[]]", "has more than 50,000 lists"),
        (b"[" + b"{}," * 60_000 + b"{}]", "has more than 50,000 lists"),
        (b"[" + b"1," * 110_000 + b"1]", "or 100,000 values"),
        (b"[" * 200_000, "has more than 50,000 lists"),
        (b"[" * 40_000 + b"]" * 40_000, "is not JSON that can be read"),
        (b'{"type": "FeatureCollection", "features": [' + b"1" * 10_000 + b"]}", "is not JSON"),
    ],
    ids=["bytes", "lists", "objects", "values", "open lists", "nested", "digits"],
)
def test_file_that_is_too_large_is_not_parsed(tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "large.geojson"
    path.write_bytes(content)
    assert why in refused(path)


def test_endless_file_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(geojson, "MAX_BYTES", MB)
    (error,) = imported(Path("/dev/zero")).errors
    assert "is larger than 1 MB" in error.message


@pytest.mark.usefixtures("small")
def test_too_many_features(tmp_path: Path) -> None:
    path = tmp_path / "many.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [1] * 1_001}))
    assert "has more than 1,000 features" in refused(path)


def nested(depth: int) -> Any:
    value: Any = [0, 0]
    for _ in range(depth):
        value = [value]
    return value


def star(corners: int) -> list[list[float]]:
    """A ring of which every edge crosses most others."""
    turn = math.pi * (corners - 1) / corners
    ring = [
        [121.5 + math.cos(turn * at) / 1000, 31.2 + math.sin(turn * at) / 1000]
        for at in range(corners)
    ]
    return [*ring, ring[0]]


@pytest.mark.parametrize(
    ("feature", "why"),
    [
        ({"properties": {"shop": "x", "name": "y" * 30_000}}, "a text of more than 20,000"),
        ({"properties": {"shop": "x", "name": "y" * 5_000}}, "name is longer than the 255"),
        ({"properties": {"amenity": "parking", "capacity": "9" * 4_500}}, "is longer than the"),
        ({"properties": {"shop": "x", "name": "y", "ref": "9" * 200}}, "a ref of more than 100"),
        ({"properties": {"k" * 30_000: "v"}}, "a text of more than 20,000"),
        (
            {"geometry": {"type": "Polygon", "coordinates": nested(60)}},
            "is nested more than 24 deep",
        ),
        (
            {"geometry": {"type": "LineString", "coordinates": [[121.5, 31.2]] * 20_000}},
            "has more than 30,000 values",
        ),
        ({"properties": {"other": {"a": nested(400)}}}, "is nested more than 24 deep"),
        (
            {"geometry": {"type": "Polygon", "coordinates": [star(12_001)]}},
            "has more than 30,000 values",
        ),
    ],
    ids=["text", "tag", "digits", "ref", "key", "depth", "line", "properties", "star"],
)
def test_feature_that_is_too_large_is_an_error_of_its_own(
    feature: dict[str, Any], why: str
) -> None:
    data = straight().data()
    before = len(data["features"])
    shop = {"type": "Point", "coordinates": [121.5, 31.2]}
    data["features"].append(
        {"type": "Feature", "id": "way/999", "properties": {"shop": "x"}, "geometry": shop}
        | feature
    )
    plan = read_plan(data, given=GIVEN)
    errors = [error for error in plan.errors if why in error.message]
    assert [error.feature for error in errors] in ([f"features[{before}]"], ["way/999"])


def test_crs_is_held_to_the_same_limits() -> None:
    data = {**straight().data(), "crs": nested(900)}
    error = read_plan(data, given=GIVEN).errors[0]
    assert "is nested more than" in error.message


def test_parts_of_a_geometry_are_put_together_once() -> None:
    parts = [{"type": "Point", "coordinates": [121.5, 31.2]} for _ in range(5_000)]
    shape = geojson._shape({"type": "GeometryCollection", "geometries": parts})
    assert len(shape.points) == 5_000
    assert not hasattr(shape, "__add__")  # one after the other, this grew with the square


def test_usual_plan_is_within_the_limits() -> None:
    assert not read_plan(straight().data(), given=GIVEN).errors
