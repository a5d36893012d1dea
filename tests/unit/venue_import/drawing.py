"""Draws small plans in metres, as GeoJSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from baylock.domain.venue.mall import Lot, Mall, Merchant, Space
from venue_import import Given, Plan, read_plan
from venue_import.geojson import Projection

XY = tuple[float, float]
HERE = Projection(121.5, 31.2)
GIVEN = Given(
    ref="harbour",
    name="Harbour Gate",
    timezone="Asia/Shanghai",
    country="CN",
    countries="CN,US",
)


@dataclass
class Drawing:
    """Each method adds one feature and returns its id."""

    features: list[dict[str, Any]] = field(default_factory=list)

    def add(self, kind: str, coordinates: object, tags: dict[str, Any]) -> str:
        """Any feature; the tag `id` names it."""
        tags = {key.replace("__", ":"): value for key, value in tags.items()}
        name = str(tags.pop("id", f"way/{len(self.features) + 1}"))
        geometry = {"type": kind, "coordinates": coordinates}
        self.features.append(
            {"type": "Feature", "id": name, "properties": tags, "geometry": geometry}
        )
        return name

    def point(self, at: XY, **tags: Any) -> str:
        """A node."""
        return self.add("Point", list(HERE.position(at)), tags)

    def line(self, *path: XY, **tags: Any) -> str:
        """An open way."""
        return self.add("LineString", [list(HERE.position(at)) for at in path], tags)

    def area(self, *outline: XY, **tags: Any) -> str:
        """A closed way or a multipolygon's outline."""
        ring = [list(HERE.position(at)) for at in (*outline, outline[0])]
        return self.add("Polygon", [ring], tags)

    def box(self, low: XY, high: XY, **tags: Any) -> str:
        """An area with four corners."""
        corners = (low, (high[0], low[1]), high, (low[0], high[1]))
        return self.area(*corners, **tags)

    def lot(self, low: XY = (-20, -20), high: XY = (20, 20), **tags: Any) -> str:
        """A parking lot."""
        return self.box(low, high, **{"amenity": "parking", "ref": "P1"} | tags)

    def stall(self, at: XY, **tags: Any) -> str:
        """A parking space, drawn as a node."""
        return self.point(
            at, **{"amenity": "parking_space", "ref": f"S{len(self.features)}"} | tags
        )

    def shop(self, at: XY, **tags: Any) -> str:
        """A merchant, drawn as a node."""
        number = len(self.features)
        return self.point(at, **{"shop": "books", "ref": f"M{number}", "name": "Paper"} | tags)

    def path(self, *path: XY, **tags: Any) -> str:
        """A footway."""
        return self.line(*path, **{"highway": "footway"} | tags)

    def data(self) -> dict[str, Any]:
        """The FeatureCollection."""
        return {"type": "FeatureCollection", "features": self.features}

    def plan(self, previous: Mall | None = None, given: Given = GIVEN) -> Plan:
        """What the importer makes of it."""
        return read_plan(self.data(), previous=previous, given=given)


def straight(length: float = 100.0) -> Drawing:
    """Return a plan with a lot of one space, a shop, and a straight footway between them."""
    drawing = Drawing()
    drawing.lot()
    drawing.stall((0, 0), id="way/stall", ref="S1")
    drawing.path((0, 0), (length, 0), id="way/path")
    drawing.shop((length, 0), id="way/shop", ref="M1")
    return drawing


def walk_m(plan: Plan, space: str = "S1", merchant: str = "M1") -> float:
    """Return the walk in metres between two refs."""
    assert plan.errors == (), plan.errors
    shop = next(one for one in plan.merchants if one.ref == merchant)
    for lot in plan.mall.lots:
        for index, one in enumerate(lot.spaces):
            if one.ref == space:
                return shop.walks[lot.ref][index] / 10
    raise AssertionError(f"no space {space}")


def only_lot(plan: Plan) -> Lot:
    """Return the only lot of a plan."""
    (lot,) = plan.mall.lots
    return lot


def only_space(plan: Plan) -> Space:
    """Return the only space of a plan."""
    (space,) = only_lot(plan).spaces
    return space


def only_merchant(plan: Plan) -> Merchant:
    """Return the only merchant of a plan."""
    (merchant,) = plan.merchants
    return merchant


def ids(findings: Sequence[Any]) -> list[str]:
    """Return the features of findings."""
    return [finding.feature for finding in findings]
