"""docs/integrate.md, done as it is written there."""

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
    """With the variables that the first step sets."""
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
    """Whether some merchant's order of this reference is in one of these states."""
    merchants = world.seeded.stack.merchants
    known = [world.order(merchant, reference) for merchant in merchants]
    return any(isinstance(one, Order) and one.state in states for one in known)


def test_the_first_held_space_with_curl(world: World) -> None:
    steps = {number: text for number, text in A_SHELL_STEP.findall(GUIDE) if number != "1"}
    assert sorted(steps) == ["2", "3", "4", "5"]
    script = "\n".join(block for text in steps.values() for block in blocks("sh", text))
    told = run(world, "bash", "-euo", "pipefail", "-c", script)
    assert '"scopes"' in told
    assert '"state":"reserved"' in told
    assert '"state":"held"' in told
    assert '"state":"cancelled"' in told
    assert ended(world, "FIRST-1", {State.CANCELLED})


def test_the_first_held_space_with_python(world: World) -> None:
    (program,) = blocks("python")
    assert len([line for line in program.splitlines() if line]) <= 20
    told = run(world, sys.executable, "-I", "-c", program)
    assert told.endswith(" held\n")
    assert ended(world, "FIRST-2", {State.HELD})


def test_the_variables_are_read_from_what_make_up_writes(world: World, tmp_path: Path) -> None:
    (first,) = A_SHELL_STEP.findall(GUIDE)[:1]
    exports = blocks("sh", first[1])[0]
    world.seeded.stack.save(tmp_path / ".baylock/stack.json")
    script = f"cd {tmp_path}\n{exports}\necho $API $KEY"
    told = run(world, "bash", "-euo", "pipefail", "-c", script).split()
    merchant = world.seeded.stack.merchants[0]
    assert told == [world.seeded.stack.api, merchant.key]
