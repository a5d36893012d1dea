"""Every regular expression of the code takes text of any kind in a time that grows with its length.

They are found in the source, so none can be forgotten: a new one is fed as soon as it is written.
Those that are put together at run time must be named here, with the parser that feeds them.
"""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests.fakes.hostile import PAIRS, SINGLE, SIZE, every_stall

from baylock.texts.reading.normalize import MAX_RAW_LENGTH
from venue_import.tags import MAX_LENGTH

pytestmark = pytest.mark.threat(6)

ROOT = Path(__file__).parents[3]
SOURCES = {
    "baylock": ROOT / "layers/baylock/python",
    "venue_import": ROOT / "cli",
    "deployment": ROOT / "cli",
    "baylock_lock": ROOT / "devices/lock",
    **{
        folder.name: ROOT / "functions"
        for folder in (ROOT / "functions").iterdir()
        if folder.is_dir() and list(folder.glob("*.py"))
    },
}
"""Packages that read what strangers send, and where they are."""

NOT_FROM_STRANGERS = {
    "reference": "runs on a developer's machine, on our own documents",
}
SHORT = {
    "baylock.texts.reading": MAX_RAW_LENGTH,
    "baylock.texts.languages": MAX_RAW_LENGTH,
    "venue_import.tags": SIZE,
    "venue_import": MAX_LENGTH,
}
"""The most characters that get to the expressions of a package: `readable` lets in no longer text,
and `read_tags` no longer tag."""
OURS = {
    ("baylock.texts.writing.messages", "_BLOCK"): "reads templates, which are ours",
    ("baylock.texts.writing.messages", "_FACT"): "reads templates, which are ours",
}
BUILT_AT_RUN_TIME = ("baylock.texts.reading",)
"""Packages whose expressions are made of the languages' words. tests/unit/texts/test_hostile_texts
feeds the readers that they are parts of."""

FUNCTIONS = frozenset(
    {"match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer"}
)
UNITS = (*SINGLE, *PAIRS)


class Use(NamedTuple):
    """A regular expression in the code, and the methods that are called."""

    module: str
    line: int
    name: str
    pattern: re.Pattern[str]
    methods: frozenset[str]

    def __str__(self) -> str:
        return f"{self.module}:{self.name or self.line}"


class Built(NamedTuple):
    """A regular expression that only exists at run time."""

    module: str
    line: int


def modules() -> Iterator[tuple[str, ast.Module]]:
    for package, root in SOURCES.items():
        if package in NOT_FROM_STRANGERS:
            continue
        for path in sorted((root / package).rglob("*.py")):
            name = ".".join(path.relative_to(root).with_suffix("").parts)
            yield name.removesuffix(".__init__"), ast.parse(path.read_text())


def methods_by_name(trees: Mapping[str, ast.Module]) -> dict[str, set[str]]:
    """What is called of each name anywhere: `_LINE.match(…)`."""
    found: dict[str, set[str]] = {}
    for tree in trees.values():
        for node in ast.walk(tree):
            match node:
                case ast.Attribute(value=ast.Name(id=name), attr=attr) if attr in FUNCTIONS:
                    found.setdefault(name, set()).add(attr)
                case _:
                    pass
    return found


def patterns_in(module: str, tree: ast.Module) -> Iterator[tuple[ast.Call, str, ast.expr]]:
    """Calls that take a regular expression: of `re`, of parsy, and of msgspec's `Meta`."""
    names = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "re"
        for alias in node.names
    }
    assert not names, f"{module}: import re, so that its expressions are found"
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        if called.startswith("re.") and called[3:] in FUNCTIONS | {"compile"}:
            yield node, called[3:], node.args[0]
        elif called in {"regex", "shape"}:
            yield node, "match", node.args[0]
        elif called == "Meta":
            for keyword in node.keywords:
                if keyword.arg == "pattern":
                    yield node, "search", keyword.value


def named(tree: ast.Module) -> dict[ast.expr, str]:
    """The names of expressions that a module assigns."""
    return {
        node.value: node.targets[0].id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }


def flags_of(call: ast.Call, module: Any) -> int:
    written = [*call.args[1:], *(keyword.value for keyword in call.keywords)]
    flags = 0
    for one in written:
        text = ast.unparse(one)
        if re.fullmatch(r"re\.[A-Z]+(?: \| re\.[A-Z]+)*", text):
            flags |= eval(text, vars(module))  # noqa: S307 (our own source)
    return flags


@cache
def found() -> tuple[tuple[Use, ...], tuple[Built, ...]]:
    trees = dict(modules())
    called = methods_by_name(trees)
    uses: list[Use] = []
    built: list[Built] = []
    for name, tree in trees.items():
        names = named(tree)
        for call, function, written in patterns_in(name, tree):
            module = importlib.import_module(name)
            code = compile(ast.Expression(written), name, "eval")
            try:
                value = eval(code, vars(module))  # noqa: S307 (our own source)
            except NameError:
                built.append(Built(name, call.lineno))
                continue
            flags = flags_of(call, module) | (
                re.IGNORECASE if ast.unparse(call.func) == "shape" else 0
            )
            pattern = value if isinstance(value, re.Pattern) else re.compile(value, flags)
            own = names.get(call, "")
            methods = {function} if function != "compile" else called.get(own) or {"search"}
            uses.append(Use(name, call.lineno, own, pattern, frozenset(methods)))
    return tuple(uses), tuple(built)


def size_for(module: str) -> int:
    return next((size for package, size in SHORT.items() if module.startswith(package)), SIZE)


def parser(pattern: re.Pattern[str], method: str) -> Callable[[str], object]:
    match method:
        case "sub" | "subn":
            return lambda text: pattern.sub("", text)
        case "finditer":
            return lambda text: sum(1 for _ in pattern.finditer(text))
        case _:
            call: Callable[[str], object] = getattr(pattern, method)
            return call


def stalls_of(use: Use) -> list[str]:
    return [
        f"{use} {method}: {stall}"
        for method in sorted(use.methods)
        for stall in every_stall(
            parser(use.pattern, method), size_for(use.module), UNITS, tails=("!",)
        )
    ]


def test_the_expressions_are_found() -> None:
    uses, built = found()
    by_name = {str(use) for use in uses}
    assert len(uses) > 60
    assert {
        "web.versions:_TAGS",
        "baylock.redaction:_PATTERN",
        "venue_import.tags:_PAIR",
    } <= by_name
    assert built


@pytest.mark.parametrize("package", sorted(SOURCES.keys() - NOT_FROM_STRANGERS))
def test_no_expression_stalls(package: str) -> None:
    uses = [use for use in found()[0] if use.module.split(".")[0] == package]
    assert [
        stall for use in uses if (use.module, use.name) not in OURS for stall in stalls_of(use)
    ] == []


def test_expressions_that_are_built_are_parts_of_a_reader_that_is_fed() -> None:
    _, built = found()
    assert [one for one in built if not one.module.startswith(BUILT_AT_RUN_TIME)] == []


@pytest.mark.parametrize(
    ("pattern", "method"),
    [
        (r"[\s*•·>-]*([^:?=：？\n]{1,80}?)\s*(?:[:?=：？]|\s[-–—]\s)\s*([^\n]*)", "match"),
        (r"\s*#\Z", "search"),
        (r"(a+)+x", "match"),
        (r"(\d|\d\d)*x", "match"),
        (r"\d*\d*\d*x", "fullmatch"),
    ],
)
def test_an_expression_that_backtracks_is_found(
    pattern: str, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.fakes.hostile.CAP_SECONDS", 0.5)
    monkeypatch.setitem(SHORT, "planted", 64 * 1024)
    use = Use("planted", 1, "", re.compile(pattern), frozenset({method}))
    assert stalls_of(use)
