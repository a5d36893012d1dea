"""Read which module of the project imports which."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[4]
LAYER = ROOT / "layers/baylock/python"
FUNCTIONS = ROOT / "functions"


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


def function_names() -> frozenset[str]:
    return frozenset(path.stem for path in FUNCTIONS.iterdir() if not path.name.startswith("__"))


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
