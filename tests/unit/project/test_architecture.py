"""Dependencies point inwards and in no circle, the environment has one reader, and importing
touches nothing.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
LAYER = ROOT / "layers/baylock/python"
FUNCTIONS = ROOT / "functions"

AWS = ("boto3", "botocore", "pynamodb")

MAY_IMPORT = {
    "baylock.domain": ("baylock.domain",),
    "baylock.ports": ("baylock.domain",),
    "baylock.texts": ("baylock.domain", "baylock.texts", "parsy", "phonenumbers"),
    "baylock.usecases": ("baylock.domain", "baylock.ports", "baylock.texts", "baylock.usecases"),
    "baylock.adapters": (
        "baylock.domain",
        "baylock.ports",
        "baylock.adapters",
        "standardwebhooks",
        *AWS,
    ),
    "baylock.settings": (),
    "baylock.log": ("aws_lambda_powertools",),
}
"""By room: what it may import beside the standard library. The other rooms are open."""

BUILDS = ("client", "resource", "Session", "logger", "settings", "now", "utcnow", "today")
"""Calls by these names make a client or read the clock or the environment."""


def room_of(module: str) -> str | None:
    return next((room for room in MAY_IMPORT if is_within(module, room)), None)


def is_within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def imports(tree: ast.AST) -> Iterator[tuple[ast.stmt, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = "." * node.level + (node.module or "")
            yield from ((node, f"{origin}.{alias.name}") for alias in node.names)


def without_type_checking(tree: ast.Module) -> ast.Module:
    """Less what only a type checker reads. The tree that is given is changed too."""

    class Drop(ast.NodeTransformer):
        def visit_If(self, node: ast.If) -> ast.AST | list[ast.stmt]:
            if ast.unparse(node.test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING"}:
                return node.orelse
            return self.generic_visit(node)

    Drop().visit(tree)
    return tree


def wrong_imports(tree: ast.Module, module: str) -> Iterator[str]:
    room = room_of(module)
    for node, name in imports(tree):
        top = name.partition(".")[0]
        if name.startswith("."):
            yield f"line {node.lineno}: a relative import hides its room"
        elif top in sys.stdlib_module_names:
            continue
        elif top in function_names():
            if module.startswith("baylock"):
                yield f"line {node.lineno}: the layer imports the function {name}"
        elif room is not None and not any(is_within(name, one) for one in MAY_IMPORT[room]):
            yield f"line {node.lineno}: {room} imports {name}"
        elif top in AWS and room != "baylock.adapters" and not builds(tree, module, node):
            yield f"line {node.lineno}: {name} outside the adapters"


def builds(tree: ast.Module, module: str, node: ast.stmt) -> bool:
    """Whether this is bootstrap, in one of its functions."""
    functions = [one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)]
    return is_within(module, "baylock.bootstrap") and any(
        node in ast.walk(one) for one in functions
    )


def function_names() -> frozenset[str]:
    return frozenset(path.stem for path in FUNCTIONS.iterdir() if not path.name.startswith("__"))


def readers_of_environment(tree: ast.Module, module: str) -> Iterator[str]:
    if module == "baylock.settings":
        return
    for node in ast.walk(tree):
        names = [node.attr] if isinstance(node, ast.Attribute) else []
        if isinstance(node, ast.ImportFrom) and node.module == "os":
            names = [alias.name for alias in node.names]
        if {"environ", "environb", "getenv", "getenvb"} & set(names):
            yield f"reads the environment: {ast.unparse(node)}"


def built_on_import(tree: ast.Module) -> Iterator[str]:
    """Calls that run when the module is imported: in its body, and in bodies of its classes."""
    built = {
        f"{alias.asname or alias.name}.{name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "baylock.bootstrap"
        for alias in node.names
        for name in built_by(alias.name)
    }
    for node in executed_on_import(tree):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func).rpartition(".")[2]
            if name in BUILDS or ast.unparse(node.func) in built:
                yield f"line {node.lineno}: {ast.unparse(node.func)}() runs on import"


def built_by(room: str) -> list[str]:
    """The functions of a file of bootstrap."""
    tree = ast.parse((LAYER / f"baylock/bootstrap/{room}.py").read_text())
    return [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]


def executed_on_import(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            parts: list[ast.expr | None] = [*child.decorator_list, *child.args.defaults]
            for part in [*parts, *child.args.kw_defaults]:
                if part is not None:
                    yield from ast.walk(part)
        elif not isinstance(child, ast.Lambda):
            yield child
            yield from executed_on_import(child)


def violations(source: str, module: str) -> list[str]:
    tree = ast.parse(source)
    running = without_type_checking(ast.parse(source))
    return [
        *wrong_imports(running, module),
        *readers_of_environment(tree, module),
        *built_on_import(running),
    ]


def modules(folder: Path) -> dict[str, Path]:
    return {
        ".".join(path.relative_to(folder).with_suffix("").parts).removesuffix(".__init__"): path
        for path in sorted(folder.rglob("*.py"))
    }


def circle(sources: Mapping[str, str]) -> list[str]:
    """Modules of which each imports the one before it, and the first is the last again.

    Imports inside functions count, and those that only a type checker reads.
    """
    graph = {}
    for module, source in sources.items():
        imported = (module_of(name, sources) for _, name in imports(ast.parse(source)))
        graph[module] = {one for one in imported if one not in {None, module}}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found
    return []


def module_of(name: str, known: Mapping[str, str]) -> str | None:
    """The module that has what is imported, or is it; none where it is not one of ours."""
    while name and name not in known:
        name = name.rpartition(".")[0]
    return name or None


EVERY_MODULE = modules(LAYER) | modules(FUNCTIONS)


@pytest.mark.parametrize("module", EVERY_MODULE)
def test_module_keeps_to_its_room(module: str) -> None:
    assert violations(EVERY_MODULE[module].read_text(), module) == []


def test_the_layer_imports_in_no_circle() -> None:
    assert circle({module: path.read_text() for module, path in modules(LAYER).items()}) == []


def test_every_room_is_looked_at() -> None:
    seen = {room_of(module) for module in EVERY_MODULE}
    assert set(MAY_IMPORT) <= seen
    assert {"merchant_api.app", "clock.app", "sqs.records", "baylock.bootstrap.aws"} <= set(
        EVERY_MODULE
    )


# ── functions ────────────────────────────────────────────────────────────────────────────────────

SHARED = ("sqs", "web")
"""What functions share; the makefile copies these beside each function's own folder."""

GENERATOR = "reference"
"""Writes what describes the API from the code of all functions, and is deployed with none."""


def names_of_modules(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """What a module imports, by a statement or by a string, with the line.

    A string counts where it names a module of ours or begins one (`"connect.routes"`,
    `f"words.{code}"`).
    """
    tops = {"baylock", *function_names()}
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for statement, name in imports(tree):
        yield statement.lineno, name
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            dotted = node.value.rstrip(".")
            is_name = all(part.isidentifier() for part in dotted.split("."))
            is_ours = "." in node.value and dotted.partition(".")[0] in tops
            if is_name and is_ours and id(node) not in docstrings:
                yield node.lineno, dotted
        elif isinstance(node, ast.Call) and imports_by_name(node):
            yield from ((node.lineno, name) for name in [imported_name(node)] if name)


def imports_by_name(node: ast.Call) -> bool:
    return ast.unparse(node.func).rpartition(".")[2] in {"import_module", "__import__"}


def imported_name(node: ast.Call) -> str | None:
    """The first argument as far as it is written down; `?` where nothing of it is."""
    match node.args[:1]:
        case [ast.Constant(value=str(name))]:
            return name
        case [ast.JoinedStr(values=[ast.Constant(value=str(start)), *_])]:
            return start.rstrip(".")
        case [ast.JoinedStr(values=[ast.FormattedValue(value=ast.Name(id="__name__")), *_])]:
            return None
        case _:
            return "?"


def wrong_imports_of_functions(source: str, module: str) -> list[str]:
    """A function imports its own folder, what functions share and the layer, without adapters."""
    own = module.partition(".")[0]
    others = function_names() - {own, *SHARED}
    if own in SHARED:
        others = function_names() - set(SHARED)
    if own == GENERATOR:
        others = frozenset()
    wrong = []
    for line, name in names_of_modules(without_type_checking(ast.parse(source))):
        if name.partition(".")[0] in others or is_within(name, "baylock.adapters") or name == "?":
            wrong.append(f"line {line}: {module} imports {name}")
    return wrong


@pytest.mark.parametrize("module", modules(FUNCTIONS))
def test_function_imports_its_own_folder_what_is_shared_and_no_adapter(module: str) -> None:
    source = modules(FUNCTIONS)[module].read_text()
    assert wrong_imports_of_functions(source, module) == []


def test_functions_import_in_no_circle() -> None:
    assert circle({module: path.read_text() for module, path in modules(FUNCTIONS).items()}) == []


def test_no_function_hides_a_module_of_the_standard_library() -> None:
    assert not function_names() & sys.stdlib_module_names


def test_makefile_copies_what_is_shared_and_no_other_function() -> None:
    (line,) = (
        line for line in (FUNCTIONS / "Makefile").read_text().splitlines() if "cp -R" in line
    )
    assert line.split()[2:-1] == ["$(folder)", *reversed(SHARED)]


BAD_FUNCTIONS = {
    "another function": ("connect.app", "from merchant_api.app import handler"),
    "another function, inside a function": ("connect.app", "def f():\n    import merchant_api.app"),
    "another function, by a string": (
        "merchant_api.routes",
        "from importlib import import_module\nimport_module('connect.routes')",
    ),
    "a string in a table": ("merchant_api.routes", "MODULES = {'connect': 'connect.routes'}"),
    "a string that begins a name": (
        "merchant_api.routes",
        "import importlib\ndef f(x):\n    importlib.import_module(f'connect.{x}')",
    ),
    "a name that nobody can read": (
        "merchant_api.routes",
        "import importlib\ndef f(x):\n    importlib.import_module(x)",
    ),
    "an adapter": ("clock.app", "from baylock.adapters.dynamodb.stream import DynamoDBOrderStream"),
    "an adapter, by way of the package": ("clock.app", "from baylock import adapters"),
    "an adapter, by a string": ("clock.app", "__import__('baylock.adapters.sqs.effects')"),
    "what is shared knows a function": ("web.router", "import merchant_api.routes"),
    "what describes the API": ("merchant_api.about", "from reference.openapi import document"),
}

GOOD_FUNCTIONS = {
    "its own folder": ("merchant_api.app", "from merchant_api.routes import find_route"),
    "its own folder, by a string": (
        "driver_page.words",
        "from importlib import import_module\ndef f(x):\n    import_module(f'{__name__}.{x}')",
    ),
    "what is shared": ("connect.app", "from web.gateway import respond"),
    "a use case's type": ("driver_page.page", "from baylock.usecases.driver.show_stay import Stay"),
    "what describes the API knows all": ("reference.routes", "import connect.routes"),
    "a sentence that names a module": ("clock.app", "X = 'see merchant_api.app for that'"),
}


@pytest.mark.parametrize("case", BAD_FUNCTIONS)
def test_violation_of_a_function_is_seen(case: str) -> None:
    module, source = BAD_FUNCTIONS[case]
    assert wrong_imports_of_functions(source, module)


@pytest.mark.parametrize("case", GOOD_FUNCTIONS)
def test_what_a_function_may_import_is_let_by(case: str) -> None:
    module, source = GOOD_FUNCTIONS[case]
    assert wrong_imports_of_functions(source, module) == []


# ── the cases of the layer ───────────────────────────────────────────────────────────────────────

BAD = {
    "the domain knows AWS": ("baylock.domain.orders.order", "import boto3"),
    "even inside a function": (
        "baylock.domain.orders.order",
        "def f():\n    from botocore import x",
    ),
    "by way of the package": ("baylock.domain.orders.order", "from baylock import adapters"),
    "the domain knows a use case": (
        "baylock.domain.orders.order",
        "from baylock.usecases import change",
    ),
    "the domain knows texts": ("baylock.domain.orders.order", "import baylock.texts.languages.en"),
    "the domain uses a library": ("baylock.domain.orders.order", "import pydantic"),
    "a use case knows an adapter": (
        "baylock.usecases.x",
        "from baylock.adapters import dynamodb",
    ),
    "a use case reads settings": ("baylock.usecases.x", "from baylock.settings import settings"),
    "texts know the ports": ("baylock.texts.x", "from baylock.ports import Orders"),
    "ports know an adapter": ("baylock.ports", "import baylock.adapters.dynamodb.client"),
    "an adapter knows a use case": ("baylock.adapters.x", "import baylock.usecases.change"),
    "a function knows AWS": ("clock.app", "def f():\n    import boto3"),
    "bootstrap loads AWS for all": ("baylock.bootstrap", "import boto3"),
    "a relative import": ("baylock.domain.orders.order", "from .window import Window"),
    "the layer knows a function": ("baylock.bootstrap", "from merchant_api.app import app"),
    "an adapter reads the environment": ("baylock.adapters.x", "import os\nX = os.environ['X']"),
    "under another name": ("clock.app", "from os import getenv\n"),
    "a client at import": (
        "baylock.adapters.x",
        "import boto3\nC = boto3.client('sqs')",
    ),
    "a client in a class body": (
        "baylock.adapters.x",
        "import boto3\nclass A:\n    c = boto3.client('sqs')",
    ),
    "a client as a default": (
        "baylock.adapters.x",
        "import boto3\ndef f(c=boto3.client('sqs')): ...",
    ),
    "a clock at import": ("baylock.domain.x", "from datetime import datetime\nT = datetime.now()"),
    "a use case at import": (
        "clock.app",
        "from baylock.bootstrap import stores\nX = stores.orders()",
    ),
}

GOOD = {
    "bootstrap, where it builds": ("baylock.bootstrap", "def f():\n    import boto3"),
    "types of a client": (
        "baylock.usecases.x",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import mypy_boto3_sqs",
    ),
    "a clock when called": (
        "baylock.bootstrap",
        "from datetime import datetime\ndef now():\n    return datetime.now()",
    ),
    "settings": ("baylock.settings", "import os\ndef f():\n    return os.environ"),
}


@pytest.mark.parametrize("case", BAD)
def test_violation_is_seen(case: str) -> None:
    module, source = BAD[case]
    assert violations(source, module)


@pytest.mark.parametrize("case", GOOD)
def test_what_is_allowed_is_let_by(case: str) -> None:
    module, source = GOOD[case]
    assert violations(source, module) == []


ROUND = {
    "for a type only": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from b.c import C",
    "inside a function": "def f():\n    import b.c",
    "by way of the package": "from b import c",
}


@pytest.mark.parametrize("case", ROUND)
def test_circle_is_seen(case: str) -> None:
    through = {"b.c": "from b.d import D", "b.d": "from b.a import A", "b.e": "import b.a"}
    found = circle({"b": "", "b.a": ROUND[case], **through})
    assert sorted(set(found)) == ["b.a", "b.c", "b.d"]


def test_what_many_import_is_no_circle() -> None:
    assert circle({"b": "", "b.a": "", "b.c": "import b.a", "b.d": "import b.a, b.c"}) == []


# ── rooms ────────────────────────────────────────────────────────────────────────────────────────

ROOMS = frozenset(
    {
        "access",
        "allocation",
        "booking",
        "connect",
        "driver",
        "locks",
        "orders",
        "queues",
        "reports",
        "sandbox",
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
    "bootstrap": {"aws", "stores"},
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


# ── packages beside the layer and the functions ──────────────────────────────────────────────────

PROGRAMS = {
    "venue_import": ("baylock", "venue_import"),
    "deployment": ("baylock", "deployment"),
    "baylock_lock": ("baylock_lock",),
    "local_cloud": ("baylock", "baylock_lock", "deployment", "local_cloud", "venue_import"),
    "baylock_cli": (
        "baylock",
        "baylock_cli",
        "baylock_lock",
        "deployment",
        "local_cloud",
        "venue_import",
    ),
    "examples": ("baylock", "examples", "venue_import"),
    "bench": (
        "baylock",
        "baylock_lock",
        "bench",
        "deployment",
        "local_cloud",
        "tests",
        "venue_import",
    ),
}
"""By package: the project's packages that it may import. Nobody imports the commands."""

PACKAGE_FOLDERS = {
    "cli": "",
    "devices/lock": "",
    "examples": "examples.",
    "bench": "bench.",
    "tests": "tests.",
}
"""By folder: what comes before the names of its modules."""

COMMANDS = "baylock_cli"
APP = "baylock_cli.main.app"
"""The typer application, which typer's runner takes: the way in for a test of a command."""
TESTS_OF_COMMANDS = "tests.unit.cli"


def wrong_packages(source: str, module: str) -> list[str]:
    """Imports of the project's packages that a module outside layer and functions may not have."""
    top = module.partition(".")[0]
    found = []
    for node, name in imports(ast.parse(source)):
        package = name.partition(".")[0]
        if top == "tests":
            is_wrong = (
                package == COMMANDS and name != APP and not is_within(module, TESTS_OF_COMMANDS)
            )
        else:
            ours = package in PROGRAMS or package in {"baylock", "tests"}
            is_wrong = ours and package not in PROGRAMS[top]
            # Only a deployment's stores know AWS.
            is_wrong |= is_within(name, "baylock.adapters") and top not in {"deployment", "bench"}
        if is_wrong:
            found.append(f"line {node.lineno}: {module} imports {name}")
    return found


PROGRAM_MODULES = {
    prefix + module: path
    for folder, prefix in PACKAGE_FOLDERS.items()
    for module, path in modules(ROOT / folder).items()
}


def test_packages_import_only_what_they_may() -> None:
    wrong = [
        line
        for module, path in PROGRAM_MODULES.items()
        for line in wrong_packages(path.read_text(), module)
    ]
    assert wrong == []


def test_every_package_is_checked() -> None:
    tops = {module.partition(".")[0] for module in PROGRAM_MODULES}
    assert tops == {*PROGRAMS, "tests"}
    assert {"baylock_cli.main", "local_cloud.seed", "tests.e2e.conftest"} <= PROGRAM_MODULES.keys()


WRONG_PACKAGES = {
    "the import of venues knows the commands": (
        "venue_import.plan",
        "from baylock_cli.errors import CommandError",
    ),
    "it knows its caller": ("venue_import.plan", "from local_cloud.seed import seed"),
    "it knows a deployment": ("venue_import.plan", "import deployment"),
    "the local cloud knows the commands": (
        "local_cloud.seed",
        "def f():\n    from baylock_cli.main import app",
    ),
    "a deployment knows the local cloud": (
        "deployment.phones",
        "from local_cloud import Stack",
    ),
    "a deployment knows the commands": ("deployment.clock", "import baylock_cli"),
    "a lock knows the cloud": ("baylock_lock.agent", "from baylock.domain.locks import lock"),
    "a benchmark knows a command": ("bench.page", "from baylock_cli.main import app"),
    "a test knows a command": ("tests.e2e.test_x", "from baylock_cli.commands import orders"),
    "a command knows a table of AWS": (
        "baylock_cli.commands.keys",
        "from baylock.adapters.dynamodb.keys import DynamoDBMerchantKeys",
    ),
    "a command knows the tests": ("baylock_cli.main", "from tests.fakes.mall import HARBOUR"),
}

RIGHT_PACKAGES = {
    "a test that runs a command": ("tests.e2e.test_x", "from baylock_cli.main import app"),
    "a test of the commands": (
        "tests.unit.cli.test_x",
        "from baylock_cli.tables.keys import keys_table",
    ),
    "the seed of the local cloud": (
        "local_cloud.seed",
        "from deployment import Deployment\nfrom venue_import import import_venue",
    ),
    "a command": ("baylock_cli.commands.local", "from local_cloud.seed import seed"),
    "a deployment's store": (
        "deployment.deployment",
        "from baylock.adapters.dynamodb.keys import DynamoDBMerchantKeys",
    ),
}


@pytest.mark.parametrize("case", WRONG_PACKAGES)
def test_wrong_package_is_seen(case: str) -> None:
    module, source = WRONG_PACKAGES[case]
    assert wrong_packages(source, module)


@pytest.mark.parametrize("case", RIGHT_PACKAGES)
def test_right_package_is_let_by(case: str) -> None:
    module, source = RIGHT_PACKAGES[case]
    assert wrong_packages(source, module) == []
