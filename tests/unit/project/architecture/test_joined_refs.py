"""Refs are joined into keys in one place, which makes them unambiguous: `domain/venue/keys.py`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise

import pytest
from tests.unit.project.architecture.code import FUNCTIONS, LAYER, modules

pytestmark = pytest.mark.threat(11)

REFS = frozenset({"mall", "merchant", "lot", "space", "phone"})
FROM_BEFORE = "rekey.py"
"""Looks for the keys that were stored before."""
SEPARATORS = frozenset("/#\0|:@")


def joined(tree: ast.AST) -> Iterator[str]:
    """Two refs as they are with a separator between them, in one text."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.JoinedStr):
            continue
        for (one, between), (_, other) in pairwise(pairwise([*node.values, ast.Constant("")])):
            is_separator = isinstance(between, ast.Constant) and SEPARATORS & set(
                str(between.value)
            )
            if is_separator and _ref(one) and _ref(other):
                yield f"line {node.lineno}: {ast.unparse(node)}"


def _ref(part: ast.AST) -> bool:
    value = part.value if isinstance(part, ast.FormattedValue) else None
    if isinstance(value, ast.Attribute) and value.attr == "ref":
        value = value.value
    name = value.attr if isinstance(value, ast.Attribute) else getattr(value, "id", "")
    return name in REFS


def test_no_key_joins_refs_as_they_are() -> None:
    found = [
        f"{path}: {wrong}"
        for path in [*modules(LAYER).values(), *FUNCTIONS.rglob("*.py")]
        if path.name != FROM_BEFORE
        for wrong in joined(ast.parse(path.read_text()))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ('f"{merchant.mall}/{merchant.merchant}"', True),
        ('f"live#{mall}#{phone}"', True),
        ('f"{mall}/{lot}#{day}"', True),
        ('f"{merchant.ref}@{mall.ref} {id_}"', True),
        ('f"named\\0{who.mall}\\0{who.merchant}"', True),
        ('f"{space.lot} {space.space}"', False),
        ('f"{merchant_key(who)}#{change}"', False),
        ('f"{version}#{lot}"', False),
    ],
)
def test_it_sees_such_a_key(code: str, wrong: bool) -> None:
    assert bool(list(joined(ast.parse(code)))) == wrong
