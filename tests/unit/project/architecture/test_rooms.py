"""Every floor is divided into the same rooms, which form no circle, and ports hold no values."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

import pytest
from tests.unit.project.architecture.code import (
    LAYER,
    imports,
    modules,
    without_type_checking,
)

ROOMS = frozenset(
    {
        "access",
        "allocation",
        "booking",
        "connect",
        "console",
        "driver",
        "history",
        "locks",
        "orders",
        "queues",
        "reports",
        "sandbox",
        "staff",
        "texting",
        "venue",
        "webhooks",
    }
)
"""The capabilities by which every floor is divided."""

BESIDE_ROOMS = {
    "domain": {"errors"},
    "usecases": {"change", "progress"},
    "ports": {"clock"},
    "bootstrap": {"aws", "rings", "stores"},
}
"""By floor: the few files beside its rooms. Ports and bootstrap have one file a room."""

FOLDERS = ("domain", "usecases")
"""The floors whose rooms are folders, and form no circle."""


def place_of(module: str) -> tuple[str, str] | None:
    """The floor of a module and its room, or the shared file that it is."""
    parts = module.split(".")
    if len(parts) < 3 or parts[0] != "baylock" or parts[1] not in BESIDE_ROOMS:
        return None
    return parts[1], parts[2]


def out_of_place(module: str) -> str | None:
    """What is wrong with where a module is, if anything is."""
    place = place_of(module)
    if place is None or place[1] in BESIDE_ROOMS[place[0]]:
        return None
    floor, room = place
    if room not in ROOMS:
        return f"{module}: {floor} has no room and no shared file {room}"
    is_file = module == f"baylock.{floor}.{room}"
    if is_file and floor in FOLDERS:
        return f"{module}: a file at the top of {floor}"
    if not is_file and floor not in FOLDERS:
        return f"{module}: {floor} has one file a room"
    return None


def arrows(floor: str, sources: Mapping[str, str]) -> dict[str, set[str]]:
    """By room or shared file of a floor: those that it imports, if only for types."""
    found: dict[str, set[str]] = {}
    for module, source in sources.items():
        place = place_of(module)
        if place is None or place[0] != floor:
            continue
        named = [place_of(name) for _, name in imports(ast.parse(source))]
        others = {other[1] for other in named if other and other[0] == floor}
        found.setdefault(place[1], set()).update(others - {place[1]})
    return found


def circle_of_rooms(floor: str, sources: Mapping[str, str]) -> list[str]:
    """Rooms of a floor of which each imports the one before it, and the first is the last again."""
    try:
        TopologicalSorter(arrows(floor, sources)).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found
    return []


def values_in_port(tree: ast.Module) -> Iterator[str]:
    """What of a file of the ports is neither a Protocol nor the name of a type."""
    for node in without_type_checking(tree).body:
        match node:
            case ast.Import() | ast.ImportFrom() | ast.Expr(value=ast.Constant(value=str())):
                pass
            case ast.ClassDef(bases=[ast.Name(id="Protocol")]):
                pass
            case ast.Assign(value=ast.Subscript() | ast.BinOp(op=ast.BitOr())):
                pass
            case _:
                yield f"line {node.lineno}: {ast.unparse(node).splitlines()[0]}"


def layer_sources() -> dict[str, str]:
    return {module: path.read_text() for module, path in modules(LAYER).items()}


def packages() -> frozenset[str]:
    """The modules that are a folder: of them only the name is looked at."""
    return frozenset(m for m, path in modules(LAYER).items() if path.name == "__init__.py")


def test_every_module_is_in_a_room_of_its_floor() -> None:
    of_rooms = modules(LAYER).keys() - packages()
    assert [wrong for module in sorted(of_rooms) if (wrong := out_of_place(module))] == []
    floors = {place[0] for module in of_rooms if (place := place_of(module))}
    assert floors == BESIDE_ROOMS.keys()


@pytest.mark.parametrize("floor", FOLDERS)
def test_rooms_form_no_circle(floor: str) -> None:
    sources = layer_sources()
    assert circle_of_rooms(floor, sources) == []
    assert arrows(floor, sources)["orders"] >= {"allocation"}, "arrows are seen at all"


@pytest.mark.parametrize("module", [name for name in modules(LAYER) if "baylock.ports" in name])
def test_port_holds_no_values(module: str) -> None:
    assert list(values_in_port(ast.parse(modules(LAYER)[module].read_text()))) == []


MISPLACED = {
    "a file at the top of the domain": "baylock.domain.orders",
    "a file that is no room's": "baylock.domain.helpers",
    "a room of its own": "baylock.usecases.misc.place_booking",
    "a use case at the top": "baylock.usecases.place_booking",
    "a port that is no room's": "baylock.ports.storage",
    "a folder of ports": "baylock.ports.orders.records",
    "a part of bootstrap that is no room's": "baylock.bootstrap.factories",
}

IN_PLACE = {
    "a file in a room": "baylock.domain.orders.order",
    "a shared file": "baylock.domain.errors",
    "a use case in its room": "baylock.usecases.orders.place_booking",
    "a port of a room": "baylock.ports.orders",
    "what a floor shares": "baylock.bootstrap.aws",
    "another floor": "baylock.adapters.dynamodb.orders",
}


@pytest.mark.parametrize("case", MISPLACED)
def test_module_out_of_place_is_seen(case: str) -> None:
    assert out_of_place(MISPLACED[case])


@pytest.mark.parametrize("case", IN_PLACE)
def test_module_in_place_is_let_by(case: str) -> None:
    assert out_of_place(IN_PLACE[case]) is None


ROOMS_IN_A_CIRCLE = {
    "by a value": "from baylock.domain.orders.order import Order",
    "for a type only": (
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    from baylock.domain.orders.state import State"
    ),
    "inside a function": "def f():\n    import baylock.domain.orders.order",
    "by way of the room": "from baylock.domain import orders",
}


@pytest.mark.parametrize("case", ROOMS_IN_A_CIRCLE)
def test_circle_of_rooms_is_seen_where_no_module_is_in_one(case: str) -> None:
    sources = {
        "baylock.domain.orders.order": "from baylock.domain.locks.lock import Lock",
        "baylock.domain.orders.state": "",
        "baylock.domain.locks.lock": "",
        "baylock.domain.locks.reconcile": ROOMS_IN_A_CIRCLE[case],
    }
    assert sorted(set(circle_of_rooms("domain", sources))) == ["locks", "orders"]


def test_shared_file_is_in_no_circle_either() -> None:
    sources = {
        "baylock.domain.errors": "from baylock.domain.orders.reach import Unreachable",
        "baylock.domain.orders.order": "from baylock.domain.errors import TooLate",
    }
    assert sorted(set(circle_of_rooms("domain", sources))) == ["errors", "orders"]


def test_arrows_of_one_direction_and_of_other_floors_are_no_circle() -> None:
    sources = {
        "baylock.usecases.orders.place": "from baylock.usecases.allocation.find import Finder",
        "baylock.usecases.allocation.find": "from baylock.domain.orders.order import Order",
        "baylock.usecases.allocation.sweep": "from baylock.usecases.change import change_order",
    }
    assert circle_of_rooms("usecases", sources) == []


VALUES = {
    "a constant": "LIMIT = 3",
    "a dataclass": "@dataclass\nclass Key:\n    digest: str",
    "a tuple with names": "class Taken(NamedTuple):\n    at: int",
    "a function": "def now(): ...",
    "a constant with its type": "LIMIT: int = 3",
    "an instance": "EMPTY = frozenset()",
}

NO_VALUES = {
    "a protocol": "class Orders(Protocol):\n    def find(self) -> int: ...",
    "the name of a type": "Clock = Callable[[], datetime]",
    "a union": "Known = Order | Declined",
    "imports for types": "if TYPE_CHECKING:\n    from baylock.domain.orders.order import Order",
}


@pytest.mark.parametrize("case", VALUES)
def test_value_in_a_port_is_seen(case: str) -> None:
    assert list(values_in_port(ast.parse(VALUES[case])))


@pytest.mark.parametrize("case", NO_VALUES)
def test_protocols_and_types_in_a_port_are_let_by(case: str) -> None:
    assert list(values_in_port(ast.parse(NO_VALUES[case]))) == []
