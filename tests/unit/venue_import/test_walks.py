"""Walking distances along the network."""

from __future__ import annotations

import pytest
from tests.unit.venue_import.drawing import Drawing, ids, straight, walk_m


def about(metres: float) -> object:
    return pytest.approx(metres, abs=0.15)


def test_the_walk_follows_the_network_and_not_the_crow() -> None:
    drawing = Drawing()
    drawing.lot()
    drawing.stall((0, 0), ref="S1")
    drawing.path((0, 0), (0, 50), (30, 50), (30, 0))
    drawing.shop((30, 0), ref="M1")
    plan = drawing.plan()
    assert walk_m(plan) == about(130)
    assert not plan.warnings


def test_a_space_or_shop_off_the_network_joins_it_at_the_nearest_point() -> None:
    drawing = Drawing()
    drawing.lot()
    drawing.stall((10, 7), ref="S1")
    drawing.path((0, 0), (100, 0))
    drawing.shop((60, -5), ref="M1")
    assert walk_m(drawing.plan()) == about(7 + 50 + 5)


def test_both_may_join_it_at_the_same_point() -> None:
    drawing = Drawing()
    drawing.lot()
    drawing.stall((10, 7), ref="S1")
    drawing.path((0, 0), (100, 0))
    drawing.shop((10, -5), ref="M1")
    assert walk_m(drawing.plan()) == about(12)


def test_ways_that_merely_cross_are_not_joined() -> None:
    drawing = Drawing()
    drawing.lot((-60, -5), (60, 5))
    drawing.stall((-50, 0), id="way/stall", ref="S1")
    drawing.path((-50, 0), (50, 0), id="way/east")
    drawing.path((0, -50), (0, 50), id="way/north")
    drawing.shop((0, 50), id="way/shop", ref="M1")
    plan = drawing.plan()
    assert set(ids(plan.errors)) == {"way/stall", "way/shop"}
    (pieces,) = plan.warnings
    assert "2 pieces" in pieces.message
    assert "way/east" in f"{pieces}"
    assert "way/north" in f"{pieces}"


def test_ways_that_share_a_node_are() -> None:
    drawing = Drawing()
    drawing.lot((-60, -5), (60, 5))
    drawing.stall((-50, 0), ref="S1")
    drawing.path((-50, 0), (0, 0), (50, 0))
    drawing.path((0, -50), (0, 0), (0, 50))
    drawing.shop((0, 50), ref="M1")
    plan = drawing.plan()
    assert walk_m(plan) == about(100)
    assert not plan.warnings


def test_layer_does_not_count() -> None:
    drawing = straight()
    drawing.features[2]["properties"]["layer"] = "-1"
    assert walk_m(drawing.plan()) == about(100)


def two_levels(**lift: object) -> Drawing:
    drawing = Drawing()
    drawing.lot(level="-1")
    drawing.stall((0, 0), ref="S1", level="-1")
    drawing.path((0, 0), (40, 0), level="-1")
    drawing.path((40, 0), (40, 30), level="0")
    drawing.shop((40, 30), ref="M1", level="0")
    return drawing


@pytest.mark.parametrize("level", ["-1;0", "0;-1", "-1 ; 0", "-1-0", "-2-1", "−1;0", "-1.0;0.0"])
def test_a_lift_as_a_node_joins_its_levels(level: str) -> None:
    drawing = two_levels()
    drawing.point((40, 0), highway="elevator", level=level)
    plan = drawing.plan()
    assert walk_m(plan) == about(70)
    assert not plan.warnings


def test_a_lift_without_level_joins_the_ways_that_meet_in_it() -> None:
    drawing = two_levels()
    drawing.point((40, 0), highway="elevator")
    assert walk_m(drawing.plan()) == about(70)


def test_a_lift_as_an_area_is_met_at_its_outline() -> None:
    drawing = Drawing()
    drawing.lot(level="-1")
    drawing.stall((0, 0), ref="S1", level="-1")
    drawing.path((0, 0), (39, 0), level="-1")
    drawing.path((40, 1), (40, 30), level="0")
    drawing.box((39, -1), (41, 1), highway="elevator", level="-1;0")
    drawing.shop((40, 30), ref="M1", level="0")
    plan = drawing.plan()
    assert walk_m(plan) == about(68)
    assert not plan.warnings


def test_a_lift_may_be_repeated_on_levels() -> None:
    drawing = two_levels()
    drawing.point((40, 0), highway="elevator", repeat_on="-1-3")
    assert walk_m(drawing.plan()) == about(70)


def test_a_lift_that_is_all_of_its_level_is_where_one_joins_it() -> None:
    drawing = Drawing()
    drawing.lot(level="-1")
    drawing.stall((10, 0), ref="S1", level="-1")
    drawing.point((0, 0), highway="elevator", level="-1;0")
    drawing.path((0, 0), (0, 20))
    drawing.shop((0, 20), ref="M1")
    plan = drawing.plan()
    assert walk_m(plan) == about(30)
    assert not plan.warnings


def test_half_levels_are_levels() -> None:
    drawing = Drawing()
    drawing.lot(level="-0.5")
    drawing.stall((0, 0), ref="S1", level="-0.5")
    drawing.path((0, 0), (10, 0), level="-0.5")
    drawing.line((10, 0), (15, 0), highway="steps", level="-0.5;0")
    drawing.path((15, 0), (40, 0), level="0")
    drawing.shop((40, 0), ref="M1", level="0")
    assert walk_m(drawing.plan()) == about(40)


def test_stairs_are_as_long_as_they_are_drawn() -> None:
    drawing = Drawing()
    drawing.lot(level="-1")
    drawing.stall((0, 0), ref="S1", level="-1")
    drawing.path((0, 0), (10, 0), level="-1")
    drawing.line((10, 0), (22, 0), highway="steps", level="-1;0")
    drawing.path((22, 0), (40, 0), level="0")
    drawing.shop((40, 0), ref="M1", level="0")
    assert walk_m(drawing.plan()) == about(40)


def test_nobody_changes_levels_at_the_foot_of_stairs() -> None:
    """Corridors of both levels pass both ends of the stairs: the steps must still be walked."""
    drawing = Drawing()
    drawing.lot(level="-1")
    drawing.stall((0, 0), ref="S1", level="-1")
    for level in ("-1", "0"):
        drawing.path((0, 0), (10, 0), (22, 0), (40, 0), level=level)
    drawing.line((10, 0), (10, 6), (22, 6), (22, 0), highway="steps", level="-1;0")
    drawing.shop((10, 0), ref="M1", level="0")
    assert walk_m(drawing.plan()) == about(10 + 24 + 12)


def test_incline_says_which_end_of_stairs_is_up() -> None:
    drawing = Drawing()
    drawing.lot(level="-1")
    drawing.stall((0, 0), ref="S1", level="-1")
    for level in ("-1", "0"):
        drawing.path((0, 0), (10, 0), (22, 0), (40, 0), level=level)
    drawing.line((10, 0), (22, 0), highway="steps", level="-1;0", incline="down")
    drawing.shop((40, 0), ref="M1", level="0")
    assert walk_m(drawing.plan()) == about(22 + 12 + 30)


def test_flights_that_share_a_landing_are_one_staircase() -> None:
    drawing = Drawing()
    drawing.lot(level="-1")
    drawing.stall((0, 0), ref="S1", level="-1")
    drawing.path((0, 0), (10, 0), level="-1")
    drawing.line((10, 0), (20, 0), highway="steps", level="-1;0")
    drawing.line((20, 0), (20, 2), highway="footway", level="-1;0")
    drawing.line((20, 2), (10, 2), highway="steps", level="-1;0")
    drawing.path((10, 2), (0, 2), level="0")
    drawing.shop((0, 2), ref="M1", level="0")
    plan = drawing.plan()
    assert walk_m(plan) == about(42)
    assert not plan.warnings


def test_stairs_may_pass_several_levels() -> None:
    drawing = Drawing()
    drawing.lot(level="-2")
    drawing.stall((0, 0), ref="S1", level="-2")
    drawing.line((0, 0), (10, 0), highway="steps", level="-2;-1")
    drawing.line((10, 0), (20, 0), highway="steps", level="-1;0")
    drawing.path((20, 0), (30, 0), level="0")
    drawing.shop((30, 0), ref="M1", level="0")
    assert walk_m(drawing.plan()) == about(30)


def escalator(**tags: str) -> Drawing:
    """An escalator of 10 m, and stairs 100 m away, both from -1 (west) to 0 (east)."""
    drawing = Drawing()
    drawing.lot(level="-1")
    drawing.stall((0, 0), ref="S1", level="-1")
    drawing.path((0, 0), (0, 100), level="-1")
    drawing.path((10, 0), (10, 100), level="0")
    drawing.line((0, 0), (10, 0), highway="steps", level="-1;0", **tags)
    drawing.line((0, 100), (10, 100), highway="steps", level="-1;0")
    drawing.shop((10, 0), ref="M1", level="0")
    return drawing


@pytest.mark.parametrize("conveying", ["forward", "reversible", "yes"])
def test_an_escalator_up_shortens_the_walk_to_the_shop(conveying: str) -> None:
    assert walk_m(escalator(conveying=conveying).plan()) == about(10)


@pytest.mark.parametrize(
    "tags",
    [{"conveying": "backward"}, {"conveying": "yes", "oneway": "-1"}, {"oneway:foot": "-1"}],
)
def test_an_escalator_down_does_not(tags: dict[str, str]) -> None:
    assert walk_m(escalator(**tags).plan()) == about(210)


def test_a_way_on_several_levels_is_reached_from_each() -> None:
    drawing = Drawing()
    drawing.lot(level="1")
    drawing.stall((0, 0), ref="S1", level="1")
    drawing.path((0, 5), (50, 5), level="0;1")
    drawing.shop((50, 0), ref="M1", level="0")
    plan = drawing.plan()
    assert walk_m(plan) == about(60)
    assert not plan.warnings


def test_a_shop_on_several_levels_is_reached_on_the_nearest() -> None:
    drawing = two_levels()
    drawing.shop((20, 0), ref="M2", level="-1;0")
    drawing.point((40, 0), highway="elevator", level="-1;0")
    assert walk_m(drawing.plan(), merchant="M2") == about(20)


def test_nobody_walks_through_a_shop_to_change_levels() -> None:
    drawing = two_levels()
    drawing.shop((40, 0), ref="M2", level="-1;0")
    drawing.point((0, 0), highway="elevator", level="-1;0")
    drawing.path((0, 0), (0, 30), (40, 30), level="0")
    assert walk_m(drawing.plan()) == about(70)


def test_a_level_without_a_network_is_joined_straight_and_by_its_height() -> None:
    drawing = Drawing()
    drawing.lot(level="-1")
    drawing.stall((0, 8), id="way/stall", ref="S1", level="-1")
    drawing.path((0, 0), (50, 0))
    drawing.shop((50, 0), ref="M1")
    plan = drawing.plan()
    assert walk_m(plan) == about(8 + 3 + 50)
    (warning,) = plan.warnings
    assert warning.feature == "way/stall"
    assert "level -1 has no walking network" in warning.message


def test_a_level_may_say_how_high_it_is() -> None:
    drawing = Drawing()
    drawing.lot(level="-1")
    drawing.box((-50, -50), (50, 50), indoor="level", level="-1", height="4.5")
    drawing.stall((0, 8), ref="S1", level="-1")
    drawing.path((0, 0), (50, 0))
    drawing.shop((50, 0), ref="M1")
    assert walk_m(drawing.plan()) == about(8 + 4.5 + 50)


def test_an_open_area_is_crossed_straight() -> None:
    drawing = Drawing()
    drawing.lot((-30, -30), (-1, 70))
    drawing.stall((-10, 0), ref="S1")
    drawing.path((-10, 0), (0, 0))
    drawing.box((0, 0), (30, 40), highway="pedestrian", area="yes")
    drawing.path((30, 40), (40, 40))
    drawing.shop((40, 40), ref="M1")
    assert walk_m(drawing.plan()) == about(10 + 50 + 10)


def test_what_lies_in_an_open_area_is_on_it() -> None:
    drawing = Drawing()
    drawing.lot((0, 0), (60, 60))
    drawing.box((0, 0), (60, 60), highway="footway")
    drawing.stall((10, 10), ref="S1")
    drawing.shop((40, 50), ref="M1")
    assert walk_m(drawing.plan()) == about(50)


def test_open_areas_that_cross_are_open_to_each_other() -> None:
    drawing = Drawing()
    drawing.lot((-60, -60), (60, 60))
    drawing.box((-50, -5), (50, 5), indoor="corridor")
    drawing.box((-5, -50), (5, 50), indoor="corridor")
    drawing.stall((-50, -5), ref="S1")
    drawing.shop((-5, -50), ref="M1")
    plan = drawing.plan()
    assert walk_m(plan) == about(90)
    assert not plan.warnings


def test_walls_of_an_open_area_are_walked_around() -> None:
    drawing = Drawing()
    drawing.lot((0, 0), (60, 60))
    drawing.area((0, 0), (60, 0), (60, 10), (10, 10), (10, 60), (0, 60), indoor="corridor")
    drawing.stall((0, 60), ref="S1")
    drawing.shop((60, 0), ref="M1")
    assert walk_m(drawing.plan()) == about(2 * 2600**0.5)


def test_a_shop_drawn_as_an_area_is_reached_at_its_door() -> None:
    drawing = straight(50)
    drawing.box((20, 5), (40, 25), shop="toys", ref="M2", name="Toys")
    drawing.point((40, 15), door="yes")
    assert walk_m(drawing.plan(), merchant="M2") == about(40 + 15)


def test_a_door_on_another_level_is_not_its_door() -> None:
    drawing = straight(50)
    drawing.box((20, 5), (40, 25), shop="toys", ref="M2", name="Toys")
    drawing.point((40, 15), door="yes", level="1")
    assert walk_m(drawing.plan(), merchant="M2") == about(20 + 5)


def test_an_emergency_exit_is_no_door() -> None:
    drawing = straight(50)
    drawing.box((20, 5), (40, 25), shop="toys", ref="M2", name="Toys")
    drawing.point((40, 15), entrance="emergency")
    assert walk_m(drawing.plan(), merchant="M2") == about(20 + 5)


def test_a_shop_that_the_way_runs_into_is_reached_where_it_does() -> None:
    drawing = straight(50)
    drawing.box((20, -5), (40, 5), shop="toys", ref="M2", name="Toys")
    assert walk_m(drawing.plan(), merchant="M2") == about(20)


def test_a_way_closed_to_the_public_is_not_walked() -> None:
    drawing = straight()
    drawing.path((0, 0), (0, 40), (100, 40), (100, 0))
    drawing.features[2]["properties"]["access"] = "private"
    plan = drawing.plan()
    assert walk_m(plan) == about(180)
    assert ids(plan.warnings) == ["way/path"]


def test_a_merchant_that_nothing_reaches_is_an_error() -> None:
    drawing = straight()
    drawing.path((500, 0), (600, 0), id="way/island")
    drawing.shop((600, 0), id="way/lonely", ref="M2")
    plan = drawing.plan()
    assert ids(plan.errors) == ["way/lonely"]
    assert ids(plan.warnings)[0] == "way/island"


def test_a_stall_that_leads_nowhere_is_an_error() -> None:
    drawing = straight()
    drawing.path((0, 500), (10, 500), id="way/island")
    drawing.stall((0, 500), id="way/lost", lot="P1")
    assert ids(drawing.plan().errors) == ["way/lost"]


def test_stairs_without_level_are_named_where_they_leave_the_network_in_pieces() -> None:
    drawing = two_levels()
    drawing.line((40, 0), (40, 10), id="way/stairs", highway="steps")
    plan = drawing.plan()
    assert plan.errors
    assert "way/stairs" in ids(plan.warnings)


def test_progress_counts_merchants() -> None:
    from tests.unit.venue_import.drawing import GIVEN

    from venue_import import read_plan

    seen: list[tuple[int, int]] = []
    drawing = straight()
    drawing.shop((50, 0), ref="M2")
    read_plan(drawing.data(), given=GIVEN, progress=lambda done, all_: seen.append((done, all_)))
    assert seen == [(1, 2), (2, 2)]
