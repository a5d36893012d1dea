"""A decision has a number of its own, and whoever refers to it finds it."""

from __future__ import annotations

import re
from collections import Counter
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).parents[3]
DECISIONS = sorted((ROOT / "docs/decisions").iterdir())
REFERRING = ("*.md", "docs/*.md", "layers/baylock/**/*.py", "functions/**/*.py", "cli/**/*.py")

REFERENCE = re.compile(r"decisions/(\d{4}(?:[a-z0-9-]+\.md)?)")


def test_no_number_is_given_twice() -> None:
    numbers = Counter(path.name[:4] for path in DECISIONS)
    assert [number for number, times in numbers.items() if times > 1] == []


def test_title_has_the_number_of_its_file() -> None:
    for path in DECISIONS:
        assert path.read_text().startswith(f"# {int(path.name[:4])}. "), path.name


def test_references_lead_to_a_decision() -> None:
    """Links name the file, comments the number alone."""
    files = chain.from_iterable(ROOT.glob(pattern) for pattern in REFERRING)
    referred = {one for path in files for one in REFERENCE.findall(path.read_text())}
    assert {"0022", "0016-connections.md"} <= referred
    known = {path.name for path in DECISIONS} | {path.name[:4] for path in DECISIONS}
    assert referred - known == set()
