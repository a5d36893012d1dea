"""Each threat of docs/security.md has tests, and says what is in place and what is left to set."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SECTION = re.compile(r"^## (\d+)\. [^\n]+\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
SECTIONS = {int(n): text for n, text in SECTION.findall((ROOT / "docs/security.md").read_text())}
PARTS = ("**In place**", "**To set**")


def threats_in(code: str) -> set[object]:
    """The arguments of every `pytest.mark.threat(…)`; what is no number as its source."""
    found: set[object] = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.threat":
            found |= {getattr(one, "value", ast.unparse(one)) for one in node.args}
    return found


def test_sections_are_counted_from_one() -> None:
    assert list(SECTIONS) == list(range(1, len(SECTIONS) + 1))
    assert len(SECTIONS) >= 12  # or the expression above finds no headings any more


def test_every_section_has_a_test_and_every_marker_a_section() -> None:
    files = (ROOT / "tests").rglob("test_*.py")
    assert SECTIONS.keys() == set[object]().union(*(threats_in(one.read_text()) for one in files))


@pytest.mark.parametrize("number", SECTIONS)
def test_section_says_what_is_in_place_and_then_what_is_left_to_set(number: int) -> None:
    """Once each, after what an attacker could do."""
    lines = SECTIONS[number].strip().splitlines()
    starts = [
        (part, at) for at, line in enumerate(lines) for part in PARTS if line.startswith(part)
    ]
    assert [part for part, _ in starts] == list(PARTS)
    assert starts[0][1] > 0
    assert lines[starts[1][1]].removeprefix("**To set**").startswith(": ")


@pytest.mark.parametrize(
    ("code", "threats"),
    [
        ("pytestmark = pytest.mark.threat(3)", {3}),
        ("@pytest.mark.threat(4)\ndef test_it(): pass", {4}),
        ("pytestmark = [pytest.mark.e2e, pytest.mark.threat(5)]", {5}),
        ("pytest.param(1, marks=pytest.mark.threat(number))", {"number"}),
        ("'pytest.mark.threat(6)'", set()),
    ],
)
def test_markers_are_found_in_code(code: str, threats: set[object]) -> None:
    assert threats_in(code) == threats
