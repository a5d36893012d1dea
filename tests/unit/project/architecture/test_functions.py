"""A function imports its own folder, what functions share and the layer, but no adapter."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

import pytest
from tests.unit.project.architecture.code import (
    FUNCTIONS,
    circle,
    function_names,
    imports,
    is_within,
    modules,
    without_type_checking,
)

SHARED = ("sqs", "streams", "web")
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
    "its own folder": ("merchant_api.app", "from merchant_api.routes import routes_of"),
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
