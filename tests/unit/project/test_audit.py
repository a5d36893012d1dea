"""What the audit reports, and what it lets pass."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path
from urllib.error import URLError

import pytest
from audit.__main__ import CHECKS, PINS, TOOLS, main
from audit.findings import Explained, Finding, judge, read_exceptions
from audit.sbom import bill

pytestmark = pytest.mark.threat(12)

ROOT = Path(__file__).parents[3]
EXCEPTIONS = ROOT / "audit/exceptions.toml"
FOUND = Finding("bandit", "B301", "functions/x/app.py", "pickle")
KNOWN = Explained("bandit", "B301", "functions/*", "made by us")

tools = pytest.mark.skipif(not TOOLS.exists(), reason="make setup installs the tools")


def test_a_finding_without_an_exception_is_a_fault() -> None:
    assert judge([FOUND], []).faults == [FOUND]
    assert judge([FOUND], [KNOWN]) == ([], [])


@pytest.mark.parametrize(
    "other",
    [
        FOUND._replace(check="B302"),
        FOUND._replace(where="cli/x.py"),
        FOUND._replace(tool="checkov"),
    ],
)
def test_an_exception_explains_nothing_else(other: Finding) -> None:
    assert judge([other], [KNOWN]).faults == [other]


def test_an_exception_that_explains_nothing_any_more_is_a_fault() -> None:
    assert judge([], [KNOWN]).stale == [KNOWN]


def test_a_vulnerability_that_is_unknown_where_no_database_is_is_not_stale() -> None:
    assert judge([], [replace(KNOWN, tool="pip-audit")]).stale == []


def test_every_exception_has_a_reason_and_one_place() -> None:
    exceptions = read_exceptions(EXCEPTIONS).every
    assert all(len(one.reason) > 20 for one in exceptions)
    assert len({(one.tool, one.check, one.where) for one in exceptions}) == len(exceptions)


def test_an_exception_without_a_reason_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "exceptions.toml"
    file.write_text('[[B301]]\ntool = "bandit"\nwhere = "*"\nreason = " "\n')
    with pytest.raises(ValueError, match="B301"):
        read_exceptions(file)


def test_no_tool_is_told_to_look_away_elsewhere() -> None:
    """Each exception is in the one file, with its reason."""
    found = subprocess.run(
        ["git", "grep", "-lE", "#\\s*nosec|checkov:skip|skip-check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert set(found.stdout.split()) <= {"tests/unit/project/test_audit.py"}


def test_every_pin_is_audited_and_has_a_bill() -> None:
    """The files that `make lock` writes, and no other."""
    every = {path for path in ROOT.rglob("requirements*/*.txt") if ".venv" not in str(path)}
    layer = ROOT / "layers/dependencies/requirements.txt"
    assert set(PINS) == {*every, layer}
    assert len({path.name for path in PINS}) == len(PINS)


def test_a_database_that_is_out_of_reach_is_said_and_is_no_failure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def unreachable(*_: object, **__: object) -> None:
        raise URLError("no such name")

    monkeypatch.setattr("audit.__main__.urlopen", unreachable)
    assert main(["dependencies"]) == 0
    assert "not checked" in capsys.readouterr().out


@tools
def test_a_planted_weakness_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "planted.py").write_text("import pickle\n\n\nread = pickle.loads\nread(b'')\n")
    monkeypatch.setattr("audit.__main__.CODE", (str(tmp_path),))
    found = list(CHECKS["code"]())
    assert "B403" in {one.check for one in found}
    assert main(["code"]) == 1
    assert "planted.py" in capsys.readouterr().out


@tools
def test_bill_names_every_package_and_no_index_and_is_the_same_each_time() -> None:
    pins = ROOT / "layers/dependencies/requirements.txt"
    made = bill(pins, TOOLS, "layer")
    names = {one["name"] for one in made["components"]}
    pinned = {line.split("==")[0] for line in pins.read_text().splitlines() if "==" in line}
    assert names == pinned
    assert made["bomFormat"] == "CycloneDX"
    assert "http" not in json.dumps(made["components"])
    assert made == bill(pins, TOOLS, "layer")
