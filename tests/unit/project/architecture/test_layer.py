"""Imports point inwards and form no circle, the environment has one reader, and importing has no
effects.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

import pytest
from tests.unit.project.architecture.code import (
    FUNCTIONS,
    LAYER,
    circle,
    function_names,
    imports,
    is_within,
    modules,
    without_type_checking,
)

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
    "baylock.log": ("aws_lambda_powertools", "baylock.redaction"),
}
"""By room: what it may import beside the standard library. The other rooms are open."""

BUILDS = ("client", "resource", "Session", "logger", "settings", "now", "utcnow", "today")
"""Calls by these names make a client or read the clock or the environment."""


def room_of(module: str) -> str | None:
    return next((room for room in MAY_IMPORT if is_within(module, room)), None)


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
