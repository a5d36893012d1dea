"""Plans whose tags are made to stall the import."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.fakes.hostile import PAIRS, SINGLE, SIZE, every_stall
from tests.unit.venue_import.drawing import Drawing, straight

from venue_import import Plan
from venue_import.tags import MAX_LENGTH, READ

pytestmark = pytest.mark.threat(6)

OTHERS = (
    "access:conditional",
    "capacity:car",
    "baylock:grace",
    "baylock:locale",
    "layer",
    "height",
)
UNITS = tuple(unit for unit in (*SINGLE, *PAIRS) if "\x00" not in unit)


def with_tags(**tags: Any) -> Plan:
    """A plan in which each kind of feature has these tags."""
    plan = Drawing(list(straight().features))
    plan.box((-20, -20), (20, 20), **{"amenity": "parking", "ref": "P1"} | tags)
    plan.shop((10, 0), **tags)
    plan.stall((5, 0), **tags)
    plan.path((0, 0), (30, 0), **tags)
    return plan.plan()


KEYS = sorted({*READ, *OTHERS})


def test_no_tags_stall_the_import() -> None:
    """256 KB in all."""

    def import_(text: str) -> Plan:
        return with_tags(**dict.fromkeys(KEYS, text))

    assert every_stall(import_, SIZE // len(KEYS), UNITS, tails=("!",)) == []


@pytest.mark.parametrize("key", KEYS)
def test_no_tag_stalls_the_import(key: str) -> None:
    """With each tag by itself the import gets further than with all of them."""
    units = UNITS[KEYS.index(key) % 12 :: 12]
    assert every_stall(lambda text: with_tags(**{key: text}), units=units, tails=("!",)) == []
    for unit in units:
        with_tags(**{key: (unit * MAX_LENGTH)[:MAX_LENGTH]})


@pytest.mark.parametrize("container", ["other_tags", "tags", "note"])
def test_no_packed_tags_stall_the_import(container: str) -> None:
    def packed(text: str) -> Plan:
        return with_tags(**{container: f'"amenity"=>"parking",{text}'})

    assert every_stall(packed, units=UNITS[::4], tails=("!",)) == []


def test_no_id_stalls_the_import() -> None:
    assert every_stall(lambda text: with_tags(id=text), units=UNITS[::4], tails=("!",)) == []


@pytest.mark.parametrize("value", ["9" * 5_000, "-" * 5_000, "9'" + "9" * 5_000])
@pytest.mark.parametrize("key", ["ref", "level", "maxheight", "capacity", "name", "layer"])
def test_a_tag_that_is_longer_than_tags_are_is_an_error_and_not_a_crash(
    key: str, value: str
) -> None:
    plan = with_tags(**{key: value})
    told = [finding.message for finding in (*plan.errors, *plan.warnings)]
    assert any(f"{key} is longer than the 255 characters" in message for message in told)
    assert all(len(message) < 1_000 for message in told)


def test_a_long_text_that_is_not_read_is_left_out_with_a_warning() -> None:
    plan = with_tags(description="x" * 300)
    assert not [finding for finding in plan.errors if "longer" in finding.message]
    assert [finding for finding in plan.warnings if "longer" in finding.message]


@pytest.mark.parametrize("number", [1e308, -1e308, 10**4_000, float("inf"), float("nan")])
def test_a_number_of_any_size_is_no_crash(number: float) -> None:
    for key in ("level", "ref", "capacity", "maxheight"):
        with_tags(**{key: number})
        json.dumps(str(number))
