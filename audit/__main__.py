"""Look for known weaknesses: in the code, the templates, and what Baylock is built from.

`python -m audit` runs every check; a name runs that one. `sbom` writes the bills of materials. The
tools are in `.venv-audit`; audit/exceptions.toml has those of their findings that are no faults.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

from audit.findings import Exceptions, Finding, judge, read_exceptions
from audit.sbom import write_all

ROOT = Path(__file__).parents[1]
TOOLS = ROOT / ".venv-audit/bin"
CODE = ("layers", "functions", "cli", "devices", "examples", "audit")
PINS = (*sorted(ROOT.glob("requirements/*.txt")), ROOT / "layers/dependencies/requirements.txt")
DATABASE = "https://api.osv.dev"
"""Of known vulnerabilities (https://osv.dev)."""
ANSWERS_WITHIN_SECONDS = 5


class Unreachable(Exception):
    """The database of vulnerabilities does not answer from here."""


def code() -> Iterator[Finding]:
    """What bandit finds in the code; ruff has its rules too, but not all of them."""
    report = _json_of("bandit", "--quiet", "--recursive", "--format", "json", *CODE)
    for one in report["results"]:
        yield Finding("bandit", one["test_id"], one["filename"], one["issue_text"])


def templates() -> Iterator[Finding]:
    """What checkov finds in the templates. It is told to fetch nothing."""
    files = list(map(_expanded, (ROOT / "template.yaml", *_stacks())))
    report = _json_of(
        "checkov", "--framework", "cloudformation", "--skip-download", "--quiet",
        "--output", "json", "--file", *files,
    )  # fmt: skip
    for part in report if isinstance(report, list) else [report]:
        if part["summary"]["parsing_errors"]:
            sys.exit("checkov can't read a template, so it looked at none of its resources")
        for one in part["results"]["failed_checks"]:
            yield Finding("checkov", one["check_id"], one["resource"], one["check_name"])


def dependencies() -> Iterator[Finding]:
    """What pip-audit knows of all pinned packages; Unreachable without the database."""
    _reach()
    for pins in PINS:
        report = _json_of(
            "pip-audit", "--vulnerability-service", "osv", "--disable-pip", "--no-deps",
            "--progress-spinner", "off", "--format", "json", "--requirement", str(pins),
        )  # fmt: skip
        for package in report["dependencies"]:
            where = f"{package['name']}=={package.get('version', '?')}"
            for known in package.get("vulns", ()):
                yield Finding("pip-audit", known["id"], where, f"in {pins.name}")


CHECKS: Mapping[str, Callable[[], Iterator[Finding]]] = {
    "code": code,
    "templates": templates,
    "dependencies": dependencies,
}


def main(names: list[str]) -> int:
    """Run these checks, or all; return the exit code."""
    if names == ["sbom"]:
        write_all(ROOT, TOOLS, PINS)
        return 0
    exceptions = read_exceptions(ROOT / "audit/exceptions.toml")
    return max(_run(name, exceptions) for name in names or CHECKS)


def _run(name: str, exceptions: Exceptions) -> int:
    try:
        found = list(CHECKS[name]())
    except Unreachable as error:
        print(f"{name}: not checked, as {error}")
        return 0
    verdict = judge(found, exceptions.of(name))
    for finding in verdict.faults:
        print(f"{finding.check} at {finding.where}: {finding.text}")
    for stale in verdict.stale:
        print(f"{stale.check} at {stale.where}: nothing is found there now; remove the exception")
    print(f"{name}: {len(found)} found, {len(verdict.faults)} not explained")
    return 1 if verdict.faults or verdict.stale else 0


def _expanded(template: Path) -> str:
    """A copy of a template without anchors and merges, which checkov takes for repeated keys."""
    from cfnlint.decode.cfn_yaml import load

    copy = ROOT / ".baylock/cache/audit" / f"{template.stem}.json"
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.write_text(json.dumps(load(str(template)), indent=1, default=str))
    return str(copy)


def _stacks() -> list[Path]:
    return sorted((ROOT / "infra").glob("*.yaml"))


def _reach() -> None:
    """Raise Unreachable where the database does not answer; any answer will do."""
    try:
        urlopen(DATABASE, timeout=ANSWERS_WITHIN_SECONDS).close()
    except HTTPError:
        return
    except OSError as error:
        reason = getattr(error, "reason", error)
        raise Unreachable(f"{DATABASE} is out of reach: {reason}") from None


def _json_of(tool: str, *options: str) -> Any:
    """What a tool of `.venv-audit` prints; it exits with 1 where it finds something."""
    done = subprocess.run(
        [str(TOOLS / tool), *options], cwd=ROOT, capture_output=True, text=True, check=False
    )
    try:
        return json.loads(done.stdout)
    except ValueError:
        sys.exit(f"{tool} failed with exit code {done.returncode}: {done.stderr[-2_000:]}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
