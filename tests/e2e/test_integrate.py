"""The steps of docs/integrate.md, run as they are written."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.e2e.conftest import World

from baylock.domain.orders.order import Order
from baylock.domain.orders.state import State

pytestmark = pytest.mark.e2e

GUIDE = (Path(__file__).parents[2] / "docs/integrate.md").read_text()
A_SHELL_STEP = re.compile(r"^### (\d)\. [^\n]*\n(.*?)(?=^##)", re.MULTILINE | re.DOTALL)


def blocks(language: str, text: str = GUIDE) -> list[str]:
    found: list[str] = re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return found


def run(world: World, *command: str) -> str:
    """Run a command with the variables that the first step sets."""
    merchant = world.merchant()
    known = {"API": world.seeded.stack.api, "KEY": merchant.key, "MERCHANT": merchant.ref}
    done = subprocess.run(
        command,
        env=os.environ | known,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def ended(world: World, reference: str, states: set[State]) -> bool:
    """Tell whether any merchant's order of this reference is in one of these states."""
    merchants = world.seeded.stack.merchants
    known = [world.order(merchant, reference) for merchant in merchants]
    return any(isinstance(one, Order) and one.state in states for one in known)


def test_first_held_space_with_curl(world: World) -> None:
    steps = {number: text for number, text in A_SHELL_STEP.findall(GUIDE) if number != "1"}
    assert sorted(steps) == ["2", "3", "4", "5"]
    script = "\n".join(block for text in steps.values() for block in blocks("sh", text))
    output = run(world, "bash", "-euo", "pipefail", "-c", script)
    assert '"scopes"' in output
    assert '"state":"reserved"' in output
    assert '"state":"held"' in output
    assert '"state":"cancelled"' in output
    assert ended(world, "FIRST-1", {State.CANCELLED})


def test_first_held_space_with_python(world: World) -> None:
    (program,) = blocks("python")
    assert len([line for line in program.splitlines() if line]) <= 20
    output = run(world, sys.executable, "-I", "-c", program)
    assert output.endswith(" held\n")
    assert ended(world, "FIRST-2", {State.HELD})


def test_variables_are_read_from_the_file_that_make_up_writes(world: World, tmp_path: Path) -> None:
    (first,) = A_SHELL_STEP.findall(GUIDE)[:1]
    exports = blocks("sh", first[1])[0]
    world.seeded.stack.save(tmp_path / ".baylock/stack.json")
    script = f"cd {tmp_path}\n{exports}\necho $API $KEY"
    output = run(world, "bash", "-euo", "pipefail", "-c", script).split()
    merchant = world.seeded.stack.merchants[0]
    assert output == [world.seeded.stack.api, merchant.key]
